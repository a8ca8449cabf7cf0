"""大汉 JCMS: ``/col/col<id>/`` with the records of the first pages inside the page, the rest from a data proxy.

The first group of (mostly three) pages stands in a ``<datastore>``; further groups are asked of ``…/dataproxy.jsp``.
Three kinds of proxy are met: A honours startrecord and endrecord, B only page, C (encrypted ids) only the address
that stands ready in ``<nextgroup>``. They are tried in that order, and a list stays with the kind that answered. The
信息公开 module draws its rows from a POST to ``/module/xxgk/search.jsp`` instead. """

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from gongkai.address import canonical
from spiders.families.answered import posted_fields
from spiders.families.family import Family, marks
from spiders.families.paging import MOST_PAGES, NextPage, parameter, with_all, with_parameter
from spiders.literals import literals
from spiders.page import Page
from spiders.post import Asked, Post

_RECORDS = re.compile(r"<record>", re.I)
_TOTAL = re.compile(r"<totalrecord>\s*(\d{1,6})\s*</totalrecord>", re.I)
_NEXT_GROUP = re.compile(r"""<nextgroup>.*?<a\s[^>]*?href\s*=\s*["']([^"']+)["']""", re.I | re.S)
_PAGES_SAID = re.compile(r"共\s*(?:<[^>]*>\s*)*(\d{1,4})\s*(?:<[^>]*>\s*)*页")
_GROUP = 3
_PARAMS = ("col", "appid", "webid", "path", "columnid", "sourceContentType", "unitid", "webname", "permissiontype")
_SEARCH = "/module/xxgk/search.jsp"
_SEARCH_FIELDS = (
    "infotypeId",
    "jdid",
    "divid",
    "area",
    "vc_title",
    "vc_number",
    "sortfield",
    "currpage",
    "vc_filenumber",
    "vc_all",
    "texttype",
    "fbtime",
    "standardXxgk",
    "isAllList",
)


def _rows(page: Page) -> tuple[Asked, ...]:
    """The 信息公开 module: its parameters stand in the page's scripts or in its address."""
    if _SEARCH not in page.source:
        return ()
    fields = {name: value for name in _SEARCH_FIELDS if (value := _said(page, name)) is not None}
    if not fields.get("infotypeId") and not fields.get("area"):
        return ()
    url = canonical(_SEARCH, page.url)
    assert url is not None
    return (Asked(url, Post.form({name: fields.get(name, "") for name in _SEARCH_FIELDS} | {"currpage": "1"})),)


def _said(page: Page, name: str) -> str | None:
    written = re.search(rf"""\b{name}["']?\s*[:=]\s*["']?([^"',;&}}\s)]*)""", page.scripts)
    return parameter(page.url, name) or (written.group(1) if written else None)


def _more_pages(page: Page) -> tuple[NextPage, ...]:
    if urlsplit(page.url).path.endswith(_SEARCH):
        return _searched(page)
    if "dataproxy" in urlsplit(page.url).path:
        return _next_group(page)
    return _first_group(page)


def _first_group(page: Page) -> tuple[NextPage, ...]:
    found = (literal.value for literal in literals(page.scripts) if isinstance(literal.value, dict))
    init = next((value for value in found if {"proxyUrl", "totalRecord"} <= value.keys()), {})
    total, per = _number(init, "totalRecord", 0), _number(init, "perPage", 15)
    held = len(_RECORDS.findall(page.source)) or per * _number(init, "groupSize", _GROUP)
    proxy = canonical(str(init.get("proxyUrl") or ""), page.url)
    if proxy is None or not init.get("proxyUrl") or held >= total or per <= 0:
        return ()
    params = init.get("params") or {name: init[name] for name in _PARAMS if name in init}
    span = {"startrecord": str(held + 1), "endrecord": str(min(total, 2 * held)), "perpage": str(per)}
    fields = {str(name): str(value) for name, value in params.items()}
    by_page = with_all(proxy, {**fields, "page": str(held // per + 1), "perpage": str(per)})
    ready = _ready(page)
    instead = (Asked(by_page), *((Asked(ready),) if ready else ()))
    return (NextPage(with_all(proxy, span), held // per + 1, instead, Post.form(fields)),)


def _next_group(page: Page) -> tuple[NextPage, ...]:
    """The group behind this one, asked for in the way that brought this one."""
    said, records = _TOTAL.search(page.source), len(_RECORDS.findall(page.source))
    total = min(int(said.group(1)), MOST_PAGES * 15) if said else 0
    per = int(parameter(page.url, "perpage") or 15)
    start = parameter(page.url, "startrecord") or (posted_fields(page.post).get("startrecord") if page.post else None)
    if start:
        first = int(start) + records
        if not records or first > total:
            return ()
        url = with_all(page.url, {"startrecord": str(first), "endrecord": str(min(total, first + records - 1))})
        return (NextPage(url, first // per + 1, post=page.post),)
    ready = _ready(page)
    if ready and parameter(page.url, "perpage") is None:
        return (NextPage(ready, 2),) if records else ()
    number = parameter(page.url, "page")
    if not number or not number.isdigit() or not records or int(number) * per >= total:
        return ()
    return (NextPage(with_parameter(page.url, "page", int(number) + 1), int(number) + 1),)


def _searched(page: Page) -> tuple[NextPage, ...]:
    said = _PAGES_SAID.search(page.source)
    fields = posted_fields(page.post) if page.post else {}
    here = str(fields.get("currpage", "1"))
    if said is None or not here.isdigit():
        return ()
    return tuple(
        NextPage(page.url, number, post=Post.form({**fields, "currpage": str(number)}))
        for number in range(int(here) + 1, min(int(said.group(1)), MOST_PAGES) + 1)
    )


def _ready(page: Page) -> str | None:
    found = _NEXT_GROUP.search(page.source.replace("<![CDATA[", "").replace("&amp;", "&"))
    return canonical(found.group(1), page.url) if found else None


def _number(init: Mapping[str, object], name: str, otherwise: int) -> int:
    value = str(init.get(name))
    return int(value) if value.isdigit() else otherwise


FAMILY = Family(
    "hanweb",
    "大汉 JCMS",
    marks(
        source=r"大汉版通|大汉网络|\.jpage\(|/module/(?:web/)?jpage/|/module/xxgk/",
        address=r"/col/col\d+/|/module/(?:web/)?jpage/|/module/xxgk/",
        links=r"/art/\d{4}/\d{1,2}/\d{1,2}/art_\w+\.html",
    ),
    rows=_rows,
    more_pages=_more_pages,
)

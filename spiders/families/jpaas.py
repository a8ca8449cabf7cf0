"""大汉 jpaas: column pages without rows; a gateway gives them as markup inside JSON. All ids stand in ``queryData``."""

import json
import re
from html import unescape
from urllib.parse import urlencode

from gongkai.address import canonical
from spiders.families.family import Family, marks
from spiders.families.paging import MOST_PAGES, NextPage, parameter, with_parameter
from spiders.literals import literals, read_literal
from spiders.page import Page
from spiders.post import Asked

_GATEWAY = "/api-gateway/jpaas-publish-server/front/page/build/unit"
_SIZE = 50  # what the gateway accepts without cutting
_QUERY = re.compile(r"""queryData\s*=\s*(["'])(.*?)\1""", re.S)
_COUNT = re.compile(
    r"""(?:count|total)["']?\s*[:=]\s*["']?(\d{1,6})|共\s*(?:<[^>]*>)*\s*(\d{1,6})\s*(?:<[^>]*>)*\s*条"""
)


def _rows(page: Page) -> tuple[Asked, ...]:
    if page.data is not None:
        return ()
    made = (_request(page, query) for query in _queries(page))
    return tuple(Asked(url) for url in dict.fromkeys(made) if url)


def _queries(page: Page) -> list[dict[str, object]]:
    """The ``queryData`` of a page's blocks, from attributes and from scripts."""
    texts = [unescape(match.group(2)) for match in _QUERY.finditer(page.source)]
    found = [value for text in texts if isinstance(value := read_literal(text), dict)]
    found += [
        literal.value
        for literal in literals(page.scripts)
        if isinstance(literal.value, dict) and ("tplSetId" in literal.value or "queryData" in literal.before[-30:])
    ]
    return [query for query in found if {"webId", "pageId"} & query.keys()]


def _request(page: Page, query: dict[str, object]) -> str | None:
    fields = {
        name: str(query.get(name, "")) for name in ("webId", "tplSetId", "pageType", "tagId", "editType", "pageId")
    }
    kind = str(query.get("parseType") or "bulidstatic")  # the vendor's own spelling
    named = re.search(r"[\"'](/[^\"'\s]*jpaas-publish-server/[^\"'\s]*)[\"']", page.source)
    size = query.get("paramJson")
    held = read_literal(size) if isinstance(size, str) else size if isinstance(size, dict) else {}
    asked = {**(held or {}), "pageNo": 1, "pageSize": _SIZE}
    query_text = urlencode({"parseType": kind, **fields, "paramJson": json.dumps(asked, separators=(",", ":"))})
    return canonical(f"{named.group(1).split('?')[0] if named else _GATEWAY}?{query_text}", page.url)


def _more_pages(page: Page) -> tuple[NextPage, ...]:
    asked = read_literal(parameter(page.url, "paramJson") or "")
    said = _COUNT.search(page.source)
    if page.data is None or not isinstance(asked, dict) or said is None:
        return ()
    size, here = len({link.url for link in page.links}), int(asked.get("pageNo", 1))
    total = int(next(n for n in said.groups() if n))
    last = min(-(-total // int(asked.get("pageSize", _SIZE))), MOST_PAGES) if size else 0
    return tuple(
        NextPage(with_parameter(page.url, "paramJson", json.dumps({**asked, "pageNo": k}, separators=(",", ":"))), k)
        for k in range(here + 1, last + 1)
    )


FAMILY = Family(
    "jpaas",
    "大汉 jpaas",
    marks(source=r"jpaas-publish-server|queryData", address=r"jpaas-publish-server"),
    rows=_rows,
    more_pages=_more_pages,
)

"""南方网 gkmlpt (Guangdong): a tree of columns in ``window._CONFIG``, their articles from a JSON interface.

Pages 0 and 1 of the interface are the same; on some hosts every page from the second on is a 404, so a count that is
larger than what came is believed once.
"""

import re
from collections.abc import Iterator
from typing import Any

from gongkai.address import canonical
from spiders.families.family import Family, column, marks
from spiders.families.paging import NextPage, parameter, with_parameter
from spiders.links import Link
from spiders.literals import literals
from spiders.page import Page

_API = re.compile(r"/gkmlpt/api/all/\d+")


def _links(page: Page) -> tuple[Link, ...]:
    found: list[Link] = []
    for literal in literals(page.scripts) if "TREE" in page.scripts else ():
        if isinstance(literal.value, dict) and isinstance(literal.value.get("TREE"), list):
            sid = literal.value.get("SID") or literal.value.get("SITE_ID") or ""
            found += _columns(literal.value["TREE"], page.url, str(sid), "")
    return tuple(found)


def _columns(nodes: list[Any], base: str, sid: str, heading: str) -> Iterator[Link]:
    root = base.split("/gkmlpt", 1)[0] + "/gkmlpt"
    for node in nodes:
        if not isinstance(node, dict) or not node.get("name") or not str(node.get("id", "")).isdigit():
            continue
        name = str(node["name"])
        if (
            not node.get("jump_url")
            and not node.get("children")
            and (url := canonical(f"{root}/api/all/{node['id']}?page=1&sid={sid}"))
        ):
            yield column(url, name, heading)
        if isinstance(node.get("children"), list):
            yield from _columns(node["children"], base, sid, name)


def _more_pages(page: Page) -> tuple[NextPage, ...]:
    if not _API.search(page.url) or not isinstance(page.data, dict):
        return ()
    articles, told = page.data.get("articles"), page.data.get("classify")
    held = len(articles) if isinstance(articles, list) else 0
    count = told.get("post_count") if isinstance(told, dict) else None
    here = int(parameter(page.url, "page") or 1)
    if not held or not isinstance(count, int) or count <= here * held:
        return ()
    return (NextPage(with_parameter(page.url, "page", here + 1), here + 1),)


FAMILY = Family(
    "gkmlpt",
    "南方网 gkmlpt",
    marks(source=r"/gkmlpt/gkml/|_CONFIG\s*=", address=r"/gkmlpt(?:/|$)"),
    links=_links,
    more_pages=_more_pages,
)

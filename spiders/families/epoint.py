"""新点 Epoint: rows by a POST of JSON; the site's id and project stand in a script every page loads."""

import re

from gongkai.address import canonical
from spiders.families.family import Family, marks
from spiders.families.paging import parameter
from spiders.page import Page
from spiders.post import Asked, Post

_SIZE = 20


def _rows(page: Page) -> tuple[Asked, ...]:
    category = _said(page, "categorynum")
    guid, project = _said(page, "siteGuid"), _said(page, "projectName")
    if page.data is not None or not category or not guid or not project:
        return ()
    fields = {
        "deptcode": _said(page, "deptcode") or "",
        "categorynum": category,
        "pageIndex": 0,
        "pageSize": _SIZE,
        "siteGuid": guid,
    }
    url = canonical(f"/{project.strip('/')}/rest/lightfrontaction/getgovinfolist", page.url)
    assert url is not None
    return (
        Asked(
            url,
            Post.json(
                {"token": "", "params": fields} if '"params"' in page.scripts or "params:" in page.scripts else fields
            ),
        ),
    )


def _said(page: Page, name: str) -> str | None:
    given = parameter(page.url, name)
    written = re.search(rf"""\b{name}["']?\s*[:=]\s*["']([\w\-/.]+)["']""", page.scripts)
    return given or (written.group(1) if written else None)


FAMILY = Family(
    "epoint",
    "新点 Epoint",
    marks(source=r"EWB-FRONT|EpointWeb|webBuilderCommon|lightfrontaction", address=r"[?&]categorynum=\d+"),
    rows=_rows,
)

"""Pages that show nothing before their scripts have run."""

import re

from scrapy.http import Response, TextResponse

from spiders.markup import tree_of
from spiders.page import Page

_APPLICATION = re.compile(r"^(?:app|root|__next|__nuxt|main-?app|app-?root|container-?app|vue-?app|q-app)$", re.I)
_FEW_CHARS = 200
WITHOUT_BROWSER = "drawn by script; run with --browser"


def needs_browser(page: Page, response: Response) -> bool:
    """Whether the page is an application's shell, or calls itself a list of reports (or the disclosure menu) and has
    neither links nor text of its own. A challenge or an error never is; nor is what was drawn already."""
    if page.kind not in ("page", "list") or response.status != 200 or "rendered" in response.flags:
        return False
    if not isinstance(response, TextResponse) or page.loose_chars >= _FEW_CHARS or page.files:
        return False
    own = [link for link in page.links if not link.context.furniture]
    if own or page.moves or page.images:
        return False
    root = tree_of(response.text)
    if root is None or not any(script.get("src") or (script.text or "").strip() for script in root.iter("script")):
        return False
    shell = any(_APPLICATION.match(div.get("id") or "") and not len(div) for div in root.iter("div", "main"))
    return shell or page.is_report_column or page.is_disclosure

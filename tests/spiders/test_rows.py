"""Lists that scripts draw, where one script serves every list of a site."""

from scrapy.http import HtmlResponse, TextResponse

from spiders.frontier import Frontier, Lead
from spiders.page import read_page
from spiders.rows import Rows

SITE = "http://swj.liuxi.gov.cn"


def column(number: str) -> HtmlResponse:
    body = f'''<html><title>政府信息公开年报</title><div id="list"></div><script>var categorynum = "{number}";</script>
        <script src="/js/webBuilderCommon.js"></script></html>'''
    return HtmlResponse(f"{SITE}/glist.html?categorynum={number}", body=body.encode(), encoding="utf-8")


def test_a_script_read_for_one_list_brings_the_rows_of_the_next_without_being_asked_again() -> None:
    rows = Rows(Frontier(None, SITE))
    first, second = (read_page(column(number)) for number in ("003002001", "003002002"))
    lead = Lead(first.url, 95, "column", "named as a list of reports")
    [script] = rows.wanted(lead, first, is_list=True)
    assert script.role == "script" and script.url == f"{SITE}/js/webBuilderCommon.js"
    code = TextResponse(script.url, body=b'var siteInfo = {siteGuid: "7eb5", projectName: "Portal"};', encoding="utf-8")
    [brought] = rows.script_read(script, read_page(code))
    [next_brought] = rows.wanted(Lead(second.url, 95, "column", "another"), second, is_list=True)
    for request, number in ((brought, "003002001"), (next_brought, "003002002")):
        assert request.url == f"{SITE}/Portal/rest/lightfrontaction/getgovinfolist"
        assert request.post is not None and number in request.post.body and "7eb5" in request.post.body

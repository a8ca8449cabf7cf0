"""What a page names, what stands around it, and whose it is."""

import pytest
from scrapy.http import HtmlResponse

from gongkai.site import AgencySite
from spiders.course import Course
from spiders.families import body_parts, family_of, more_pages
from spiders.frontier import Frontier
from spiders.gaps import likely_pages
from spiders.names import Names, name_of_site
from spiders.page import Page, read_page
from spiders.post import Asked
from spiders.scoring import Promise, Scorer, denied
from spiders.territory import Territory

URL = "http://czj.qingyuan.gov.cn/zfxxgk/zfxxgknb/"


def read(body: str, url: str = URL) -> Page:
    return read_page(HtmlResponse(url, body=f"<html><body>{body}</body></html>".encode(), encoding="utf-8"))


def promises(body: str, agency: str = "清沅市财政局", url: str = URL) -> dict[str, Promise]:
    page = read(body, url)
    scorer = Scorer(Territory("http://czj.qingyuan.gov.cn/"), Names(agency))
    return {link.url: scorer.weigh(link, page) for link in page.links}


def test_every_way_of_naming_a_page_is_seen() -> None:
    page = read("""<a href="a.htm">一</a><a href="javascript:open1('b.asp?id=2')">二</a>
        <div onclick="go('/c/index.html')">三</div>
        <li data-url="/d/">四</li><select><option value="/e.html">五</option><option value="7">非</option></select>
        <map><area href="f.htm" alt="六"></map><iframe src="/g.htm"></iframe>
        <iframe src="/pdfjs/web/viewer.html?file=/files/h.pdf"></iframe><a href="/i/"><img alt="政府信息公开年报"></a>
        <script type="text/xml"><record><![CDATA[<a href='/art/j.html' title='全名'>全…</a>]]></record></script>
        <script>var row = '<a href="' + url + '">x</a>';</script><a href="mailto:x@y">信</a><a href="#top">顶</a>""")
    paths = [link.url.removeprefix("http://czj.qingyuan.gov.cn") for link in page.links]
    base = "/zfxxgk/zfxxgknb/"
    assert paths == [base + "a.htm", base + "b.asp?id=2", "/c/index.html", "/d/", "/e.html", base + "f.htm", "/g.htm",
                     "/files/h.pdf", "/i/", "/art/j.html"]
    assert page.links[8].name == "政府信息公开年报"
    assert page.links[9].name == "全名"


def test_a_year_spanning_rows_heads_every_file_in_them() -> None:
    page = read("""<table><tr><th>年份</th><th>部门</th><th>文件</th></tr>
        <tr><td rowspan="2">2019年</td><td>财政局</td><td><a href="1.pdf">下载</a></td></tr>
        <tr><td>教育局</td><td><a href="2.pdf">下载</a></td></tr></table>""")
    assert [link.context.row_heading for link in page.links] == ["2019年", "2019年"]
    assert {link.context.col_heading for link in page.links} == {"文件"}


@pytest.mark.parametrize("markup, shell", [
    ('<script>location.replace("./zfxxgkzn/");</script>', "http://czj.qingyuan.gov.cn/zfxxgk/zfxxgknb/zfxxgkzn/"),
    ("<script>window.location.href = '/a/b.html'</script>", "http://czj.qingyuan.gov.cn/a/b.html"),
    ('<meta http-equiv="refresh" content="0;url=/x.shtml">', "http://czj.qingyuan.gov.cn/x.shtml"),
    ("""<script>var d='web';setTimeout("location.href='/"+d+"/'",900);</script>""", "http://czj.qingyuan.gov.cn/web/"),
])
def test_shells_are_hops(markup: str, shell: str) -> None:
    page = read(markup)
    assert page.kind == "shell"
    assert [move.url for move in page.moves] == [shell]


def test_a_long_page_that_moves_phones_elsewhere_is_no_shell() -> None:
    page = read("<script>if (mobile) location.href='/m/';</script>" + "<p>正文很长。</p>" * 100)
    assert page.kind == "page"


@pytest.mark.parametrize("text, whose", [
    ("清沅市财政局", "own"), ("财政局", "own"), ("东江省清沅市财政局", "own"), ("清沅市财政局国库支付中心", "other"),
    ("清沅市人民政府", "other"), ("清沅市", "other"), ("本局", "unknown"), (None, "unknown"), ("清沅市教育局", "other"),
])
def test_whose_report_a_title_names(text: str | None, whose: str) -> None:
    assert Names("清沅市财政局").judge(text) == whose


def test_abbreviations_and_former_names_are_own() -> None:
    names = Names("清沅市人力资源和社会保障局", ["清沅市劳动和社会保障局"])
    assert names.judge("清沅市人社局") == "own"
    assert names.judge("清沅市劳动和社会保障局") == "own"
    assert names.judge("清沅市人社局就业服务中心") == "other"


def test_a_site_that_nobody_named_names_itself() -> None:
    assert name_of_site(["清沅市财政局门户网站"]) == "清沅市财政局"
    assert name_of_site(["首页", "首页_清沅市财政局"]) == "清沅市财政局"
    assert name_of_site(["首页", "欢迎您"]) is None


def test_reports_columns_and_look_alikes_are_told_apart_by_their_words() -> None:
    said = promises("""<ul><li><a href="1">清沅市财政局2020年政府信息公开工作年度报告</a></li>
        <li><a href="2">政府信息公开年报</a></li><li><a href="3">政府网站工作年度报表</a></li>
        <li><a href="4">关于做好2020年政府信息公开工作年度报告编制工作的通知</a></li>
        <li><a href="5">清沅市教育局2020年政府信息公开工作年度报告</a></li><li><a href="6">政府信息公开</a></li>
        <li><a href="7">互动信箱</a></li></ul>""", url="http://czj.qingyuan.gov.cn/a/")
    scores = [said[f"http://czj.qingyuan.gov.cn/a/{n}"].score for n in range(1, 8)]
    assert scores[0] == 100 and scores[1] == 95 and scores[5] == 60
    assert scores[2] == scores[3] == scores[6] == 0
    assert scores[4] < 1


def test_in_the_column_a_bare_year_or_a_download_is_enough() -> None:
    said = promises("""<h1>政府信息公开年报</h1><ul><li><a href="2019/">2019年</a></li>
        <li>2018年度：<a href="x.doc">下载</a></li><li><a href="y.htm">市财政局2017年度工作报告</a></li></ul>""")
    assert said[URL + "2019/"].role == "year_column"
    assert (said[URL + "x.doc"].role, said[URL + "x.doc"].year) == ("report", 2018)


@pytest.mark.parametrize("url", [
    "http://a.gov.cn/wza/zfxxgk/", "http://a.gov.cn/rili/?y=2020&m=3", "http://a.gov.cn/x.htm?print=1", "http://a.gov.cn/s.css",
    "http://a.gov.cn/nb/t1_app.shtml", "http://a.gov.cn/list?keyword=年报", "http://a.gov.cn/gate/big5/www.a.gov.cn/"])
def test_copies_calendars_and_searches_are_denied(url: str) -> None:
    assert denied(url)


def test_hosts_beyond_the_government_are_refused() -> None:
    territory = Territory("http://fao.xm.gov.cn/")
    assert territory.place("http://www.xm.gov.cn/zfxxgk/") == "kin"
    assert territory.place("http://www.sc.gov.cn/") == "far"
    for url in ("http://fao-xm.mirror.com/", "http://gov.cn.evil.com/", "http://big5.xm.gov.cn/", "http://www.gov.cn/"):
        assert territory.place(url) == "refused"
    territory.adopt("http://www.xm.gov.cn/bm/wsb_70831/zfxxgk/")
    assert territory.inside("http://www.xm.gov.cn/bm/wsb_70831/zfxxgknb/")
    assert not territory.inside("http://www.xm.gov.cn/zfxxgk/zfxxgknb/")


def test_a_listed_host_is_within_reach_like_a_government_host() -> None:
    territory = Territory("http://fao.xm.gov.cn/", ["files.example.org:8080", "::1", "www.gov.cn"])
    for url in ("http://files.example.org:8080/nb.pdf", "http://[::1]/", "http://www.gov.cn/"):
        assert territory.place(url) == "far"
    for url in ("http://example.org/", "http://x.files.example.org/", "http://big5.xm.gov.cn/"):
        assert territory.place(url) == "refused"


def test_pagers_of_the_families() -> None:
    trs = read('<script>createPageHTML(3, 0, "index", "html");</script>')
    assert [p.url.removeprefix(URL) for p in more_pages(trs)] == ["index_1.html", "index_2.html"]
    assert more_pages(trs)[0].instead == (Asked(URL + "index_3.html"),)
    second = read('<script>createPageHTML(3, 1, "index", "html");</script>', URL + "index_2.html")
    assert [p.url.removeprefix(URL) for p in more_pages(second)] == ["index_3.html"]
    shtml = read("<script>createPageHTML('page_div', 3, 1, 'list', 'shtml', 44);</script>", URL + "list.shtml")
    assert [p.url.removeprefix(URL) for p in more_pages(shtml)] == ["list_2.shtml", "list_3.shtml"]
    text = read('<script>createPageHTML(3,0,"t20100101_7","html")</script>', URL + "t20100101_7.html")
    assert body_parts(text) == (URL + "t20100101_7_1.html", URL + "t20100101_7_2.html")
    assert more_pages(text) == ()
    assert family_of(read("<p>nothing known</p>", "http://a.gov.cn/x/")) is None


def test_former_names_given_without_the_present_one_join_the_name_the_home_page_says() -> None:
    home = "http://swj.qingyuan.gov.cn/"
    frontier = Frontier(None, home)
    course = Course(AgencySite(home, former_names=("清沅市对外贸易办公室",)), frontier)
    course.begin()
    lead = course.next_lead()
    assert lead is not None
    page = HtmlResponse(home, body="<title>清沅市商务局门户网站</title><p>欢迎</p>".encode(), encoding="utf-8")
    course.take_in(lead, read_page(page))
    assert course.site == AgencySite(home, "清沅市商务局", former_names=("清沅市对外贸易办公室",))
    for name in ("清沅市商务局", "清沅市对外贸易办公室"):
        assert course.names.judge(name, 2023) == "own"


def test_a_pager_that_claims_a_million_pages_is_bounded() -> None:
    assert len(more_pages(read('<script>createPageHTML(999999, 0, "index", "html");</script>'))) < 500


def test_misplaced_reports_are_looked_for_where_their_dates_fall() -> None:
    listed = [f"2025-{month:02d}-10" for month in range(12, 0, -1)]
    first, near = likely_pages(listed, 1, 20, [2011])
    assert first == {16}
    assert near == {15, 17}


@pytest.mark.parametrize("body", [
    "<div>" * 5000 + "x", "<table>" + "<tr><td rowspan=99999 colspan=99999>x</td></tr>" * 50 + "</table>",
    "<table><tr>" + "<td><a href=x>y</a></td>" * 3000 + "</tr></table>", "\x00" * 1000, "<a href='http://[::1'>x</a>",
    "<a onclick=\"" + "'/" * 5000 + "\">x</a>", ""])
def test_hostile_markup_is_read_without_harm(body: str) -> None:
    page = read(body)
    Course(AgencySite("http://czj.qingyuan.gov.cn/"), Frontier(None, URL)).territory.place(page.url)
    assert page.kind in ("page", "list", "error")


def test_a_name_from_before_the_reform_is_followed_not_refused() -> None:
    names = Names("清沅市水务局")
    assert names.judge("清沅市水利局", 2013) == "earlier"
    assert names.judge("清沅市水利局", 2023) == "other" and names.judge("清沅市审计局", 2013) == "other"


@pytest.mark.parametrize("name", [
    "信息公开工作报告", "政府信息公开报告", "公开工作年报", "年度公开报告", "政务公开报告", "信息年报", "公开年度报告"])
def test_a_column_of_reports_goes_by_many_names(name: str) -> None:
    promise = promises(f'<a href="/c/">{name}</a>')["http://czj.qingyuan.gov.cn/c/"]
    assert (promise.role, promise.score >= 88) == ("column", True)
    assert read(f'<div class="crumb">首页 &gt; {name}</div>').is_report_column


def test_a_form_is_sent_only_where_it_leads_to_reports() -> None:
    page = """<form action="/vote" method="post"><input type="submit" value="满意"></form>
        <form action="/nb" method="post"><input type="submit" value="政府信息公开年报"></form>"""
    vote, reports = promises(page).values()
    assert (vote.score, reports.role) == (0, "column")


def test_a_column_may_say_how_much_it_holds() -> None:
    page = '<div class="crumb">首页 &gt; 政府信息公开</div><a href="/c/">年报（18）</a>'
    assert promises(page)["http://czj.qingyuan.gov.cn/c/"].score == 88


def test_the_agencys_own_part_of_a_list_of_all_is_taken_before_the_rest_of_the_list() -> None:
    page = """<div class="crumb">首页 &gt; 政府信息公开年报</div><form action="/nb/"><select name="dept">
        <option value="7">清沅市财政局</option><option value="8">清沅市教育局</option></select></form>"""
    own, other = promises(page).values()
    assert (own.role, own.score) == ("directory", 90)
    assert other.score < 5


@pytest.mark.parametrize("name", ["年报公示", "企业年报", "财政年报", "公开年检", "信息公开专项报告"])
def test_other_yearly_things_are_no_such_column(name: str) -> None:
    promise = promises(f'<a href="/c/">{name}</a>')["http://czj.qingyuan.gov.cn/c/"]
    assert promise.role != "column"

"""Sites as they are built in the field, each in its smallest form: every report is reached, in few requests."""

from collections.abc import Callable

import pytest
from scrapy.http import HtmlResponse

from spiders.page import read_page
from spiders.pictures import pictures_of
from tests.spiders.conftest import Crawl
from tests.spiders.sites import (
    AGENCY,
    HOME,
    HOST,
    YEARS,
    World,
    article,
    furnish,
    listing,
    page,
    row,
    text_of,
    title_of,
    trs_site,
)

Run = Callable[..., Crawl]


@pytest.mark.parametrize("first_number", [1, 2], ids=["second page is index_1", "second page is index_2"])
def test_trs_column_behind_a_script_shell_with_a_script_pager(crawl: Run, first_number: int) -> None:
    world = trs_site(per_page=6, first_number=first_number)
    result = crawl(world)
    assert result.years == YEARS
    assert result.outcome == "complete"
    # home, shell, guide, column, further pages; one wrong guess at the other numbering
    pages = -(-len(YEARS) // 6)
    assert len(world.asked) <= len(YEARS) + 3 + pages + (first_number - 1)
    assert all(f["reason"] for f in result.findings)


def test_a_text_over_three_pages_and_a_report_that_is_only_a_file_come_complete(crawl: Run) -> None:
    world = trs_site(per_page=30)
    column = f"{HOST}/zfxxgk/zfxxgknb/"
    parts = next(u for u in world.pages if u.startswith(column + "201401"))
    stem = parts.rsplit("/", 1)[1].removesuffix(".htm")
    for k in range(3):
        name = parts if k == 0 else parts.replace(".htm", f"_{k}.htm")
        world.pages[name] = article(
            2013, body=f'{text_of(2013)[:600]}<script>createPageHTML(3,{k},"{stem}","htm");</script>'
        )
    only_file = next(u for u in world.pages if u.startswith(column + "201001"))
    world.pages[only_file] = article(
        2009, body='<p>全文见附件。</p><p>附件：<a href="./P020100120350012345678.doc">2009年年报.doc</a></p>'
    )
    world.add(f"http://{only_file.rsplit('/', 1)[0]}/P020100120350012345678.doc", b"\xd0\xcf\x11\xe0" + b"0" * 600)
    result = crawl(world)
    assert result.years == YEARS
    split = next(f for f in result.findings if f["url"].endswith(parts))
    assert [p.rsplit("_", 1)[1] for p in split["parts"]] == ["1.htm", "2.htm"]
    attached = next(f for f in result.findings if f["url"].endswith(only_file))
    assert [a["got"] for a in attached["attachments"]] == [True]
    assert world.referrers[attached["attachments"][0]["url"]] == attached["url"]


def test_an_attachment_that_is_gone_is_named_with_its_problem(crawl: Run) -> None:
    world = trs_site(per_page=30)
    url = next(u for u in world.pages if "/201001/" in u)
    world.pages[url] = article(2009, body='<p>见附件：<a href="./gone.pdf">年度报告.pdf</a></p>')
    result = crawl(world)
    gone = next(f for f in result.findings if f["url"].endswith(url))["attachments"]
    assert gone == [{"url": gone[0]["url"], "got": False, "problem": "status 404"}]
    assert any(i["url"].endswith("gone.pdf") for i in result.incidents)


def test_shtml_site_with_one_column_a_year_and_look_alikes_in_each(crawl: Run) -> None:
    world = World()
    furnish(world, entry="/swj/c100/redirect.shtml", column="/swj/xxgknb/zfxxgk_gknbz.shtml")
    world.add(
        "/swj/c100/redirect.shtml",
        '<html><head><meta http-equiv="refresh" content="0; url=/zfxxgk/zfxxgkzn/"></head></html>',
    )
    columns = []
    for year in YEARS:
        slug = str(year) if year < 2020 else f"{year}nb" if year < 2023 else f"c11{year}"
        own = world.add(f"/swj/{slug}/{year + 1}01/{year:032x}.shtml", article(year))
        rows = [
            row(own, title_of(year), f"{year + 1}-01-15"),
            row(f"/swj/{slug}/web.shtml", f"市商务局政府网站工作年度报表（{year}年度）", f"{year + 1}-01-16"),
            row(f"/swj/{slug}/tj.shtml", f"【图解】市商务局{year}年政府信息公开工作年度报告", f"{year + 1}-01-18"),
        ]
        pager = "<script>createPageHTML('page_div', 1, 1, 'common_list', 'shtml', 3);</script>"
        world.add(f"/swj/{slug}/zfxxgk_gknb.shtml", listing(f"{year}年", rows, pager, "信息公开年报"))
        columns.append(f'<li><a href="/swj/{slug}/zfxxgk_gknb.shtml">{year}年</a></li>')
    world.add("/swj/xxgknb/zfxxgk_gknbz.shtml", listing("政府信息公开年报", columns, kind="信息公开年报"))
    result = crawl(world)
    assert result.years == YEARS
    assert len(result.findings) == len(YEARS)
    assert len(world.asked) <= 2 * len(YEARS) + 4


def test_frameset_home_and_a_table_of_files_by_year(crawl: Run) -> None:
    world = World()
    world.add(
        "/",
        '<html><frameset rows="90,*"><frame name="top" src="top.asp"><frameset cols="180,*"><frame src="left.asp">'
        '<frame name="main" src="main.asp"></frameset></frameset></html>',
    )
    world.add("/top.asp", '<html><body><a href="class.asp?class=1">新闻动态</a></body></html>')
    world.add(
        "/left.asp",
        "<html><body><a href=\"javascript:go('class.asp?class=2')\">信息公开</a><br>"
        '<a href="class.asp?class=3">人事信息</a></body></html>',
    )
    world.add("/main.asp", "<html><body><table><tr><td>欢迎访问本网站</td></tr></table></body></html>")
    world.add(
        "/class.asp?class=2",
        '<html><body><li><a href="class.asp?class=4">公开指南</a></li>'
        '<li><a href="class.asp?class=5">年报</a></li></body></html>',
    )
    rows = "".join(
        f'<tr><td>{y}年</td><td><a href="uploadfile/{y + 1}/{y}0120.pdf">查看</a></td>'
        f'<td><a href="uploadfile/{y + 1}/{y}0120.pdf">下载</a></td></tr>'
        for y in YEARS
    )
    world.add(
        "/class.asp?class=5",
        "<html><title>政府信息公开年报</title><body><table border=1>"
        "<tr><th>年份</th><th>在线查看</th><th>下载</th></tr>"
        f"{rows}</table></body></html>",
    )
    for y in YEARS:
        world.add(f"/uploadfile/{y + 1}/{y}0120.pdf", b"%PDF-1.4 " + str(y).encode() * 50)
    result = crawl(world)
    assert result.years == YEARS
    assert {f["hints"]["row_heading"] for f in result.findings} == {f"{y}年" for y in YEARS}
    assert len(world.asked) <= len(YEARS) + 9


def test_disclosure_on_the_parents_portal_whose_header_leads_to_the_whole_government(crawl: Run) -> None:
    world = World()
    portal, organ = "http://www.liuxi.gov.cn", "6590317"
    furnish(world, entry=f"{portal}/public/column/{organ}?type=4&action=list")
    head = f'<div class="top"><a href="{portal}/public/column/1681?type=3&action=list">政府信息公开年报</a></div>'
    tabs = "".join(
        f'<li><a href="/public/column/{organ}?type={t}&action=list">{n}</a></li>'
        for t, n in ((2, "政府信息公开指南"), (4, "法定主动公开内容"), (3, "政府信息公开年报"))
    )
    for body, name in ((organ, AGENCY), ("1681", "柳溪市人民政府")):
        rows = []
        for y in reversed(YEARS):
            world.add(f"{portal}/public/{body}/{y}77.html", article(y, name))
            rows.append(row(f"/public/{body}/{y}77.html", title_of(y, name), f"{y + 1}-01-11"))
        for k in range(0, len(rows), 10):
            n = k // 10 + 1
            script = f"<script>var opt={{pageIndex:{n},pageSize:10,pageCount:{-(-len(rows) // 10)}}};</script>"
            url = f"{portal}/public/column/{body}?type=3&action=list" + (f"&pageIndex={n}" if n > 1 else "")
            world.add(url, listing("政府信息公开年报", rows[k : k + 10], head + tabs + script, "信息公开年报"))
    world.add(f"{portal}/public/column/{organ}?type=4&action=list", listing("法定主动公开内容", [], head + tabs))
    result = crawl(world)
    assert result.years == YEARS
    assert not world.requests("/1681")
    assert len(world.asked) <= len(YEARS) + 5


def test_agency_that_is_a_path_of_the_portal_with_46_departments(crawl: Run) -> None:
    world, portal = World(), "http://www.liuxi.gov.cn"
    menu = '<li><a href="/zwgk/zfxxgknb/">政府信息公开年报</a></li><li><a href="/bm/">部门</a></li>'
    names = [
        AGENCY,
        *(
            f"柳溪市{n}局"
            for n in [
                "教育",
                "科技",
                "民政",
                "司法",
                "财政",
                "水利",
                "审计",
                "统计",
                "体育",
                "医保",
                "信访",
                "林业",
                "气象",
                "税务",
                "粮食",
            ]
        ),
    ]
    names += [f"柳溪市第{i}街道办事处" for i in range(30)]
    world.add(
        f"{portal}/bm/",
        page("部门", "".join(f'<li><a href="/bm/d{i}_7{i:04d}/">{n}</a></li>' for i, n in enumerate(names)), menu=menu),
    )
    world.add(
        f"{portal}/zwgk/zfxxgknb/",
        listing(
            "政府信息公开年报",
            [row(f"/zwgk/zfxxgknb/{y}.htm", title_of(y, "柳溪市人民政府"), f"{y + 1}-03-20") for y in YEARS],
            menu=menu,
        ),
    )
    for i, name in enumerate(names):
        top = f"{portal}/bm/d{i}_7{i:04d}"
        world.add(
            top + "/",
            page(
                name, f'<a href="{top}/zwgk_1/zfxxgknb_2/">政府信息公开年报</a><a href="{top}/xw/">动态</a>', menu=menu
            ),
        )
        world.add(
            top + "/zwgk_1/zfxxgknb_2/",
            listing(
                "政府信息公开年报",
                [
                    row(f"./{y + 1}01/t{y + 1}0111_{i}00000.html", f"{y}年政府信息公开工作年度报告", f"{y + 1}-01-11")
                    for y in YEARS
                ],
                menu=menu,
            ),
        )
        for y in YEARS:
            world.add(f"{top}/zwgk_1/zfxxgknb_2/{y + 1}01/t{y + 1}0111_{i}00000.html", article(y, name))
    result = crawl(world, site=f"{portal}/bm/d0_70000/")
    assert result.years == YEARS
    assert all("/bm/d0_70000/" in f["url"] for f in result.findings)
    assert len(world.asked) <= len(YEARS) + 3


def test_old_reports_on_the_former_host_are_followed_and_a_mirror_is_not(crawl: Run) -> None:
    world = trs_site(per_page=30)
    column = f"{HOST}/zfxxgk/zfxxgknb/"
    rows = []
    for y in reversed(YEARS):
        old = f"http://sw.liuxi.gov.cn/xxgk/xxgknb/t{y + 1}0120_{y}.htm"
        url = world.add(old, article(y)) if y <= 2015 else f"./{y + 1}01/t{y + 1}0120_{70000 + y}.htm"
        rows.append(row(url, title_of(y), f"{y + 1}-01-20"))
    world.pages[column] = listing(
        "政府信息公开年报",
        [*rows, row("http://swj-liuxi.gongwen-mirror.com/a.htm", title_of(2012), "2013-01-01")],
        kind="信息公开年报",
    )
    result = crawl(world)
    assert result.years == YEARS
    assert not world.requests("mirror")


@pytest.mark.parametrize("pager", ["descending", "query", "numbered", "options"])
def test_pagers_of_systems_nobody_described(crawl: Run, pager: str) -> None:
    """下页 counting down, ?cur_page=, list-7-2.html, a select of pages."""
    world = World()
    furnish(
        world,
        column="/gk/nb.htm"
        if pager == "descending"
        else "/gk/list-7-1.html"
        if pager == "numbered"
        else "/gk/iList.jsp?cat=7",
    )
    rows = [row(world.add(f"/info/1021/{y}.htm", article(y)), title_of(y), f"{y + 1}-01-20") for y in reversed(YEARS)]
    parts = [rows[i : i + 5] for i in range(0, len(rows), 5)]
    address = {
        "descending": lambda k: "/gk/nb.htm" if k == 0 else f"/gk/nb/{len(parts) - k}.htm",
        "query": lambda k: "/gk/iList.jsp?cat=7" + (f"&cur_page={k + 1}" if k else ""),
        "numbered": lambda k: f"/gk/list-7-{k + 1}.html",
        "options": lambda k: "/gk/iList.jsp?cat=7" + (f"&p={k + 1}" if k else ""),
    }[pager]
    for k, part in enumerate(parts):
        later = address(k + 1) if k + 1 < len(parts) else ""
        links = {
            "descending": f'<a href="{later}">下页</a>' if later else "",
            "query": f'<a href="{later}">下一页 &gt;</a>' if later else "",
            "numbered": " ".join(f'<a href="{address(n)}">{n + 1}</a>' for n in range(len(parts))),
            "options": "<select>"
            + "".join(f'<option value="{address(n)}">第{n + 1}页</option>' for n in range(len(parts)))
            + "</select>",
        }[pager]
        world.add(address(k), listing("政府信息公开年报", part, f"<div class='page'>{links}</div>", "信息公开年报"))
    result = crawl(world)
    assert result.years == YEARS
    assert len(world.asked) <= len(YEARS) + len(parts) + 4


def test_columns_behind_buttons_and_lists_kept_inside_scripts(crawl: Run) -> None:
    world = World()
    furnish(world, entry="/gk.html")
    world.add(
        "/gk.html",
        page("政府信息公开", '<div class="tab" onclick="openCol(\'/col/col77/index.html\')">政府信息公开年报</div>'),
    )
    records = "".join(
        f"<record><![CDATA[<li><a href='/art/{y + 1}/1/9/art_77_{y}.html' title='{title_of(y)}'>"
        f"{title_of(y)[:12]}...</a><span>{y + 1}-01-09</span></li>]]></record>"
        for y in YEARS
    )
    world.add(
        "/col/col77/index.html",
        page(
            "政府信息公开年报",
            f'<script type="text/xml"><datastore><recordset>{records}</recordset></datastore></script>',
        ),
    )
    for y in YEARS:
        world.add(f"/art/{y + 1}/1/9/art_77_{y}.html", article(y))
    result = crawl(world)
    assert result.years == YEARS
    assert HOME in world.asked[0]


def test_a_report_that_is_only_pictures_comes_with_its_pictures_in_order_and_nothing_else(crawl: Run) -> None:
    world = trs_site(per_page=30)
    pictured = next(u for u in world.pages if u.startswith(f"{HOST}/zfxxgk/zfxxgknb/201401"))
    folder = f"http://{pictured.rsplit('/', 1)[0]}/"
    world.pages[pictured] = article(2013, body=(
        '<p><img src="./W2.jpg" width="600"></p><p><img data-src="W10.png" src="/images/loading.gif"></p>'
        '<p><img src="W3.jpg" width="16"><a href="/"><img src="/images/back.png"></a></p>'
        '<div class="page-foot"><img src="/images/police.png"></div><img src="/images/icon_print.gif">'))
    for name in ("W2.jpg", "W10.png"):
        world.add(f"{folder}{name}", b"\xff\xd8\xff\xe0" + name.encode() * 900)
    result = crawl(world)
    assert result.years == YEARS
    found = next(f for f in result.findings if f["url"].endswith(pictured))
    assert [(a["url"], a["got"]) for a in found["attachments"]] == [
        (f"{folder}W2.jpg", True), (f"{folder}W10.png", True)]
    assert not [url for url in world.asked if "/images/" in url]
    assert all(not f["attachments"] for f in result.findings if f is not found)


def test_the_picture_edition_of_a_year_whose_text_is_found_costs_no_pictures() -> None:
    url = f"http://{HOST}/nb/tp.htm"
    twin = article(2019, body='<p><img src="big.jpg"></p>').replace(title_of(2019), f"{title_of(2019)}（图片版）")
    response = HtmlResponse(url, body=twin.encode(), encoding="utf-8")
    shown = read_page(response)
    assert pictures_of(shown, response, {2018}) == (f"http://{HOST}/nb/big.jpg",)
    assert pictures_of(shown, response, {2018, 2019}) == ()
    written = HtmlResponse(url, body=article(2019).encode(), encoding="utf-8")
    assert pictures_of(read_page(written), written, set()) == ()

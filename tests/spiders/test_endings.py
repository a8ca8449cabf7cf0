"""How a crawl ends: what it says, what it spent, and what it never touched."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.spiders.conftest import ROOT, Crawl
from tests.spiders.sites import HOST, MENU, YEARS, World, article, furnish, listing, page, row, title_of, trs_site

Run = Callable[..., Crawl]


def test_a_site_without_reports_is_given_up_after_forty_requests_at_most(crawl: Run) -> None:
    world = World()
    furnish(world, column="/zfxxgk/zfxxgkzd/")
    slugs = [a + b for a in "abcdefghi" for b in "klmnopqrs"]
    links = "".join(f'<li><a href="/{s}/">栏目{s}</a></li>' for s in slugs)
    for s in slugs:  # a site of many columns, each leading to all others
        rows = [row(f"/{s}/{n}.htm", f"关于第{n}号事项的情况介绍", "2023-02-01") for n in range(20)]
        world.add(f"/{s}/", listing(f"栏目{s}", rows, links))
    world.pages[f"{HOST}/"] = page("首页", links, menu=MENU.format(column="/ak/"))
    result = crawl(world)
    assert result.outcome == "nothing"
    assert result.findings == []
    assert len(world.asked) <= 40
    assert "given up" in result.explanation


def test_look_alikes_in_columns_named_alike_are_never_handed_over(crawl: Run) -> None:
    world = World()
    furnish(world, column="/zfxxgk/ndbg/")
    titles = [f"市商务局政府网站工作年度报表（{y}年度）" for y in range(2018, 2025)]
    titles += [f"市商务局{y}年法治政府建设年度报告" for y in range(2016, 2025)]
    titles += [
        "关于做好2023年政府信息公开工作年度报告编制和发布工作的通知",
        "柳溪市2024年政务公开工作要点",
        "2022年度部门决算",
    ]
    rows = [
        row(
            world.add(
                f"/zfxxgk/ndbg/{i}.htm",
                page(t, f"<h1>{t}</h1><p>{t}的内容。</p>" + "<p>正文。</p>" * 90, {"ArticleTitle": t}),
            ),
            t,
            "2024-01-20",
        )
        for i, t in enumerate(titles)
    ]
    world.add("/zfxxgk/ndbg/", listing("年度报告", rows))
    result = crawl(world)
    assert result.findings == []
    assert result.outcome == "nothing"


def test_the_official_form_reposted_with_every_heading_is_no_report(crawl: Run) -> None:
    world = trs_site(per_page=30)
    title = "中华人民共和国政府信息公开工作年度报告格式"
    world.pages[f"{HOST}/zfxxgk/zfxxgkzd/"] = article(2020).replace(title_of(2020), title)
    result = crawl(world)
    assert title not in [f["hints"]["anchor"] for f in result.findings]
    assert len(result.findings) == len(YEARS)


def test_traps_cost_nothing(crawl: Run) -> None:
    world = trs_site(per_page=6)
    del world.pages[f"{HOST}/zfxxgk/zfxxgknb/"]
    rows = [row(f"./{y + 1}01/t{y + 1}0120_{70000 + y}.htm", title_of(y), f"{y + 1}-01-20") for y in YEARS if y > 2013]
    world.add(
        "/zfxxgk/zfxxgknb/", listing("政府信息公开年报", rows, "<a href='?from=a'>x</a>", "信息公开年报")
    )  # the rest is gone
    result = crawl(world)
    assert result.years == [y for y in YEARS if y > 2013]
    assert result.outcome == "incomplete"
    assert result.missing_years == [y for y in YEARS if y <= 2013]
    for trap in ("/rili/", "/search", "/wza/", "example.com", "mofcom"):
        assert not world.requests(trap)
    assert len(world.asked) <= len(rows) + 20


def test_reports_misplaced_among_notices_are_looked_for_when_years_are_missing(crawl: Run) -> None:
    world = trs_site(per_page=30)
    column = f"{HOST}/zfxxgk/zfxxgknb/"
    world.pages[column] = listing(
        "政府信息公开年报",
        [
            row(f"./{y + 1}01/t{y + 1}0120_{70000 + y}.htm", title_of(y), f"{y + 1}-01-20")
            for y in YEARS
            if y not in (2008, 2009)
        ],
        kind="信息公开年报",
    )
    notices = [row(f"/tzgg/{i}.htm", f"关于第{i}批项目的公告", "2012-05-01") for i in range(12)]
    notices += [row(world.add(f"/tzgg/nb{y}.htm", article(y)), title_of(y), f"{y + 1}-03-20") for y in (2009, 2008)]
    world.add("/tzgg/", listing("通知公告", notices))
    world.pages[f"{HOST}/"] = page(
        "首页", "<p>欢迎</p>", menu='<li><a href="/zfxxgk/">政府信息公开</a></li><li><a href="/tzgg/">通知公告</a></li>'
    )
    result = crawl(world)
    assert result.years == YEARS
    assert "misplaced" in result.log


def test_a_host_that_does_not_answer_is_unreachable(crawl: Run) -> None:
    world = World(dead={HOST})
    result = crawl(world)
    assert result.outcome == "unreachable"
    assert result.incidents and result.incidents[0]["url"] == f"http://{HOST}/"


def test_a_challenge_page_blocks_and_is_asked_once(crawl: Run) -> None:
    world = World()
    world.add("/", "<html><script>var $_ts=window['$_ts'];</script></html>", status=412)
    result = crawl(world)
    assert result.outcome == "blocked"
    assert len(world.asked) == 1
    assert result.incidents[0]["kind"] == "challenge"


def test_the_budget_ends_a_crawl_and_the_next_run_goes_on(crawl: Run, tmp_path: Path) -> None:
    world = trs_site(per_page=30)
    first = crawl(world, max_requests=10, FRONTIER_DIR=str(tmp_path / "frontier"))
    assert first.outcome == "budget"
    assert len(world.asked) == 10
    assert "budget of 10 requests" in first.explanation
    second = crawl(world, FRONTIER_DIR=str(tmp_path / "frontier"))
    assert second.outcome == "complete"
    assert len(world.asked) == len(set(world.asked))


def test_a_wrong_address_is_refused_with_words() -> None:
    script = "from spiders.agency import AgencySpider; AgencySpider(site='javascript:x')"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "expected the agency's home page" in done.stderr

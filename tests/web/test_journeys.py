"""People with a purpose, in a real browser, over an archive that a real crawl made."""

import csv
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import samplesite
from crawler.fetching.chromium import chromium_at, lacking
from gongkai.settings import Settings
from storage import Archive
from storage.tokens import Tokens
from tests.web.served import WRONG_YEAR, misprint, serving, without_npm

pytestmark = pytest.mark.skipif(lacking(None) is not None, reason=str(lacking(None)))

PHONE = {"width": 390, "height": 844}
WAIT_MS = 20_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(chromium_at(None)), args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass(frozen=True)
class Watched:
    """What somebody saw who ordered a crawl on an empty archive, where reports of so many years were `there` to be
    found; and the address of the archive it made."""

    at: str
    there: int
    reports: int
    log_lines: int
    opened: str


@pytest.fixture(scope="module")
def watched(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Everybody else looks at what this crawl found."""
    empty = Settings(archive=str(tmp_path_factory.mktemp("journeys") / "archive"))
    Archive.open(empty).close()
    secret = Tokens(empty.state_dir).new("journey")
    with serving(Path(empty.archive)) as at:
        with samplesite.serve() as site:
            misprint(site)
            seen = order_and_watch(chromium, at, site, secret)
        yield seen


def order_and_watch(chromium: Any, at: str, site: samplesite.SampleSite, secret: str) -> Watched:
    context = chromium.new_context(base_url=at, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(150_000)
    page.goto("/")
    page.get_by_role("link", name="抓取", exact=True).first.click()
    page.get_by_label("机关网站首页").fill(site.url)
    page.get_by_label("机关全称").fill(site.agency)
    page.get_by_label("令牌").fill(secret)
    page.get_by_role("button", name="开始抓取").click()
    page.locator("#live .results li").first.wait_for()
    page.get_by_text("已完成").wait_for()
    reports = page.locator("#live .results li").count()
    page.get_by_role("link", name="抓取日志与逐步说明").click()
    page.locator("table.log tbody tr").nth(10).wait_for()
    lines = page.locator("table.log tbody tr").count()
    page.go_back()
    page.locator("#live .results a").first.click()
    title = page.get_by_role("heading", level=1).inner_text()
    context.close()
    there = len({published.year for published in site.truth if published.kind != "look_alike"})
    return Watched(at, there, reports, lines, title)


@pytest.fixture
def at(watched: Watched) -> str:
    return watched.at


@pytest.fixture(params=["with scripts", "without scripts"])
def page(request: pytest.FixtureRequest, chromium: Any, at: str) -> Iterator[Any]:
    context = chromium.new_context(base_url=at, java_script_enabled=request.param == "with scripts", locale="zh-CN")
    opened = context.new_page()
    opened.set_default_timeout(WAIT_MS)
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield opened
    assert complaints == []
    context.close()


def test_somebody_starts_a_crawl_and_sees_its_report_appear(watched: Watched) -> None:
    """The log explains the crawl in the visitor's words, and the reports it gave can be read at once."""
    assert watched.reports == watched.there and watched.log_lines > 10
    assert "政府信息公开工作年度报告" in watched.opened


def open_report(page: Any, year: int) -> None:
    """From the front page, by words and year."""
    page.goto("/")
    page.get_by_role("searchbox").fill("水务局")
    page.get_by_role("button", name="检索").click()
    page.get_by_role("complementary").locator(f"a[href$='year={year}']").click()
    page.get_by_role("heading", name=f"{year}年政府信息公开工作年度报告").get_by_role("link").click()


def test_somebody_finds_the_years_an_agency_is_missing(page: Any) -> None:
    page.goto("/")
    page.get_by_role("link", name="机关", exact=True).first.click()
    page.get_by_role("link", name="青岚市水务局").first.click()
    page.get_by_role("heading", level=1, name="青岚市水务局").wait_for()
    for year in samplesite.site.MISSING_YEARS:
        assert year < 2012 or str(year) in page.locator("main .note").first.inner_text()
    page.locator(f"a[href^='/reports/']:has-text('{samplesite.site.CORRECTED_YEAR}')").first.click()
    page.get_by_role("heading", level=1).get_by_text(f"{samplesite.site.CORRECTED_YEAR}年").wait_for()


def test_somebody_reads_a_report_and_why_its_figures_do_not_add_up(page: Any) -> None:
    open_report(page, WRONG_YEAR)
    findings = page.locator("#checks")
    assert "数字不符之处" in findings.inner_text() and "REQ-ROW" in findings.inner_text()
    assert "本年新收" in findings.locator("li").first.inner_text()
    wrong = page.locator("td.wrong")
    assert wrong.count() >= 8, "every cell of the sum is marked"
    page.locator("td.wrong a.ref").first.click()
    page.wait_for_url("**#finding-1")
    assert page.locator("#provenance").get_by_text("127.0.0.1").count() > 0


def test_somebody_compares_two_versions(page: Any) -> None:
    open_report(page, samplesite.site.CORRECTED_YEAR)
    page.get_by_role("link", name="全部版本与改动").click()
    page.get_by_role("button", name="比较").click()
    changed = page.locator("table.changes tbody tr")
    changed.first.wait_for()
    assert changed.count() == 2
    was, now = changed.first.locator("del").inner_text(), changed.first.locator("ins").inner_text()
    assert int(now) - int(was) == 11
    assert page.locator("tr.changed mark").count() >= 2


def test_somebody_takes_a_result_away_as_csv(page: Any, tmp_path: Path) -> None:
    page.goto("/reports?q=申请&year=2023")
    with page.expect_download() as coming:
        page.get_by_role("link", name="CSV").click()
    coming.value.save_as(tmp_path / "reports.csv")
    [row] = csv.DictReader((tmp_path / "reports.csv").read_text("utf-8-sig").splitlines())
    assert row["report_year"] == "2023" and row["agency"] == "青岚市水务局"


def test_an_original_is_saved_with_the_bytes_that_were_received(page: Any, tmp_path: Path) -> None:
    open_report(page, 2022)
    with page.expect_download() as coming:
        page.locator("#files th a").first.click()
    coming.value.save_as(tmp_path / "original.pdf")
    assert (tmp_path / "original.pdf").read_bytes().startswith(b"%PDF")


def test_a_page_fits_a_phone(chromium: Any, at: str) -> None:
    context = chromium.new_context(base_url=at, viewport=PHONE)
    page = context.new_page()
    page.goto("/reports")
    reports = page.locator(".results h3 a").evaluate_all("links => links.slice(0, 2).map(a => a.pathname)")
    page.goto("/agencies")
    agency = page.locator("main a[href^='/agencies/']").first.evaluate("link => link.pathname")
    for path in ("/", "/reports?q=申请", *reports, *(f"{one}/versions" for one in reports), "/crawls", "/api",
                 "/agencies", agency, "/coverage", "/season", "/changes"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
    context.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """axe-core from the npm registry, for the tests alone."""
    if (lacks := without_npm()) is not None:
        pytest.skip(lacks)
    place = tmp_path_factory.mktemp("axe")
    npm = shutil.which("npm")
    assert npm is not None
    done = subprocess.run([npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "axe-core@4"], cwd=place,
                          capture_output=True, text=True, timeout=120)
    if done.returncode:
        pytest.skip(f"npm could not fetch axe-core: {done.stderr.strip().splitlines()[-1:]}")
    return (place / "node_modules/axe-core/axe.min.js").read_text("utf-8")


def test_no_page_keeps_anybody_out(chromium: Any, at: str, axe: str) -> None:
    """Contrast, names, headings, tables, languages: nothing serious by axe-core; and contrast once more in the dark."""
    context = chromium.new_context(base_url=at, color_scheme="light", bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/reports?sort=year")
    report = page.locator(".results h3 a").nth(1).evaluate("a => a.pathname")  # the one that does not add up
    page.goto("/crawls")
    crawl = page.locator("td a[href^='/crawls/']").first.evaluate("a => a.pathname")
    order = page.locator("a[href^='/crawls/orders/']").first.evaluate("a => a.pathname")
    page.goto("/agencies")
    agency = page.locator("main a[href^='/agencies/']").first.evaluate("a => a.pathname")
    found = {}
    for path in ("/", "/reports?q=申请&year=2023", report, f"{report}/versions", "/crawls", crawl, order, "/sites",
                 "/api", "/nowhere", "/agencies", agency, "/coverage", "/coverage/agencies", "/season", "/changes",
                 f"{report}?lang=en"):
        page.goto(path)
        page.evaluate(axe)
        for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
            page.emulate_media(color_scheme=scheme)
            serious = page.evaluate("""async rules => (await axe.run({resultTypes: ['violations'], ...rules}))
                .violations.filter(v => ['serious', 'critical'].includes(v.impact))
                .map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | '))""", rules)
            if serious:
                found[path, scheme] = serious
        page.emulate_media(color_scheme="light")
    assert found == {}
    context.close()

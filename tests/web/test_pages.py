"""What a visitor meets: language, conditions, pages of a list, what is wrong said in words, files to take away."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
import yaml
from starlette.testclient import TestClient

from gongkai.settings import Settings
from storage import Archive
from storage.tokens import Tokens
from tests.factories import SITE, finding
from web.app import create_app
from web.desk import environment
from web.explained import explained
from web.headline import headline

WEB = Path(__file__).resolve().parents[2] / "web"


def titles(html: str) -> list[str]:
    return re.findall(r'<h3 lang="zh-Hans"><a href="/reports/[0-9a-f]+">([^<]*)', html.replace("<wbr>", ""))


def test_the_pages_speak_chinese_until_asked_for_english_and_then_remember(browser: TestClient) -> None:
    first = browser.get("/")
    assert '<html lang="zh-Hans">' in first.text and "检索" in first.text
    assert "set-cookie" not in first.headers, "nobody is marked who did not ask for it"
    assert '<html lang="en">' in browser.get("/reports?year=2020&lang=en").text
    assert '<html lang="en">' in browser.get("/").text
    assert '<html lang="zh-Hans">' in browser.get("/?lang=zh").text


def test_every_word_the_pages_use_is_there_in_both_languages() -> None:
    words = yaml.safe_load((WEB / "words.yaml").read_text("utf-8"))
    assert not [(page, name) for page, named in words.items() for name, said in named.items()
                if len(said) != 2 or not all(str(one).strip() for one in said)]
    known = {f"{page}.{name}" for page, named in words.items() for name in named}
    used = {key for file in [*WEB.rglob("*.html"), *WEB.rglob("*.py")]
            for key in re.findall(r"""(?:\bt|say|_say)\((?:language, |self\._language, )?["']([a-z_]+\.[\w-]+)["']""",
                                  file.read_text("utf-8"))}
    made_up = {key for key in used if key.endswith("_")}
    assert used and used - made_up <= known


def test_every_template_can_be_read() -> None:
    for name in environment().list_templates():
        environment().get_template(name)


@pytest.mark.parametrize(("title", "parts"), [
    ("青岚市水务局2024年政府信息公开工作年度报告", ["青岚市水务局", "2024年", "政府信息公开", "工作年度报告"]),
    ("2020年度信息公开年报", ["2020年度", "信息公开", "年报"]),
    ("<b>公告", ["&lt;b&gt;公告"])])
def test_a_headline_ends_its_lines_between_words(title: str, parts: list[str]) -> None:
    assert headline(title).split("<wbr>") == parts


@pytest.mark.parametrize(("said", "told"), [
    ("12 of 18 years found; nothing promising is left", "应有 18 个年度，找到 12 个；没有值得再看的网页了"),
    ("list: 27 links, 7 new reports named (2020-2025), 1 further pages",
     "列表：链接 27 个，新见年报 7 份（2020-2025），续页 1 页"),
    ("a phrase nobody has put into Chinese", "a phrase nobody has put into Chinese")])
def test_what_a_crawl_says_is_chinese_on_chinese_pages(said: str, told: str) -> None:
    assert explained(said, "zh") == told and explained(said, "en") == said


def test_times_on_pages_are_those_of_beijing(browser: TestClient, ids: dict[int, str]) -> None:
    """Fetched at eight in the morning, UTC."""
    page = browser.get(f"/reports/{ids[2021]}").text
    assert '<time datetime="2026-01-31T08:00:00Z">2026-01-31 16:00</time>' in page and "北京时间" in page


def test_conditions_narrow_a_listing_and_go_with_a_click(browser: TestClient) -> None:
    everything = browser.get("/reports").text
    assert "共 7 份" in everything and 'href="/reports?year=2020"' in everything
    narrowed = browser.get("/reports?year=2020&changed=true").text
    assert "共 1 份" in narrowed and titles(narrowed) == ["云溪市城市管理局2020年政府信息公开工作年度报告"]
    assert 'href="/reports?changed=true"' in narrowed, "the year can be taken away"
    assert "没有符合条件的年报" in browser.get("/reports?year=2020&changed=false").text


def test_an_agency_asked_for_by_its_id_is_called_by_its_name(browser: TestClient) -> None:
    agency = browser.get("/api/v1/reports?limit=1").json()["items"][0]["agency_id"]
    page = browser.get(f"/reports?agency={agency}").text
    assert "共 7 份" in page and "云溪市城市管理局 <span" in page


def test_blank_fields_of_a_form_ask_for_nothing(browser: TestClient) -> None:
    assert titles(browser.get("/reports?q=&year=&region=&sort=&after=").text) == titles(browser.get("/reports").text)


@pytest.mark.parametrize("sort", ["year", "place", "newest"])
def test_the_pages_of_a_listing_give_every_report_once(browser: TestClient, sort: str) -> None:
    seen: list[str] = []
    path = f"/api/v1/reports?sort={sort}&limit=3"
    while path:
        answer = browser.get(path).json()
        seen += [item["report_id"] for item in answer["items"]]
        path = f"/api/v1/reports?sort={sort}&limit=3&after={answer['next']}" if answer["next"] else ""
    assert len(seen) == 7 == len(set(seen))


def test_a_search_by_relevance_is_paged_alike_on_pages_and_for_programs(browser: TestClient) -> None:
    path, seen = "/reports?q=申请&sort=relevance&limit=3", []
    while path:
        page = browser.get(path).text
        seen += re.findall(r'<h3[^>]*><a href="/reports/([0-9a-f]+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following.group(1).replace("&amp;", "&") if following else ""
    assert len(seen) == 7 == len(set(seen))
    told, after = [], None
    while answer := browser.get("/api/v1/reports", params={"q": "申请", "sort": "relevance", "limit": 2,
                                                           **({"after": after} if after else {})}).json():
        told += [item["report_id"] for item in answer["items"]]
        if (after := answer["next"]) is None:
            break
    assert told == seen
    newest = browser.get("/api/v1/reports?q=申请&limit=2").json()["next"]
    assert browser.get(f"/reports?q=申请&sort=relevance&after={newest}").status_code == 400


def test_who_asks_for_relevance_is_told_among_which_hits_it_was_weighed(browser: TestClient,
                                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.search.index.NEWEST", 3)
    monkeypatch.setattr("storage.browse.facets.NEWEST", 3)
    page = browser.get("/reports?q=申请&sort=relevance").text
    assert "3 份以上" in page and "按相关度只排其中最新的 3 份" in page and page.count('<span class="year"') == 3
    assert "按相关度排列的到此为止" in page and "按相关度" not in browser.get("/reports?q=申请").text


def test_the_years_of_an_agency_are_turned_over_like_pages(browser: TestClient, ids: dict[int, str]) -> None:
    assert f'rel="next" href="/reports/{ids[2018]}">2018 年度' in browser.get(f"/reports/{ids[2017]}").text
    page = browser.get(f"/reports/{ids[2020]}?lang=en").text
    assert f'rel="prev" href="/reports/{ids[2019]}">← 2019<' in page
    assert f'rel="next" href="/reports/{ids[2021]}">2021 →' in page
    assert 'rel="next"' not in browser.get(f"/reports/{ids[2023]}").text


def test_words_are_found_and_marked_where_they_stand(browser: TestClient) -> None:
    page = browser.get("/reports", params={"q": '"主动公开政府信息422条"', "sort": "relevance"}).text
    assert "共 7 份" in page and "<mark>主动公开政府信息422条</mark>" in page


@pytest.mark.parametrize(("path", "status", "said"), [
    ("/reports?year=abc", 422, "year：应为整数"),
    ("/reports?sort=best", 422, "sort：应为 &#39;place&#39;"),
    ("/reports?year=9999", 422, "year：不能大于 2100"),
    ("/reports?failed=perhaps", 422, "failed：应为 true 或 false"),
    ("/reports?year=abc&lang=en", 422, "year: Input should be a valid integer"),
    ("/reports?region=35x", 422, "region"),
    ("/reports?after=no-cursor", 400, "翻页位置（after）不属于这个列表"),
    ("/reports?after=" + "WyIwMDAwIl0", 404, "请从第一页重新开始"),
    ("/reports?sort=relevance", 400, "须有检索词"),
    ("/reports?q=%22%22", 400, "没有可以检索的文字"),
    ("/reports/ffffffff", 404, "存档里没有编号为 ffffffff 的年报"),
    ("/reports/ffffffff?lang=en", 404, "no report &#39;ffffffff&#39; in this archive"),
    ("/reports/zz", 422, "report_id"),
    ("/nowhere", 404, "没有这一页"),
    ("/crawls/orders/20260101T000000.000000Z-00000000", 404, "没有编号为 20260101T000000.000000Z-00000000 的抓取单"),
])
def test_what_is_wrong_is_said_on_a_page_of_ours(browser: TestClient, path: str, status: int, said: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == status and said in answer.text and 'class="masthead"' in answer.text
    assert "Traceback" not in answer.text


def test_a_page_that_did_not_change_is_not_sent_again(browser: TestClient, ids: dict[int, str]) -> None:
    for path in ("/", f"/reports/{ids[2020]}", "/api/v1/reports", f"/api/v1/reports/{ids[2020]}"):
        answer = browser.get(path)
        again = browser.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304 and again.content == b"" and again.headers["etag"] == answer.headers["etag"]
        assert browser.get(path, headers={"If-None-Match": 'W/"other"'}).status_code == 200
        assert browser.head(path).status_code == 200 and browser.head(path).content == b""


def test_every_answer_that_has_a_date_tells_it(browser: TestClient, ids: dict[int, str]) -> None:
    """A report's own date decides by itself; that of a list does not, since an entry may leave it."""
    report = ids[2020]
    agency = browser.get(f"/api/v1/reports/{report}").json()["agency_id"]
    crawl = browser.get("/api/v1/crawls").json()["items"][0]["crawl_id"]
    settled = [f"/reports/{report}", f"/reports/{report}/versions", f"/reports/{report}/compare",
               f"/reports/{report}/text", f"/api/v1/reports/{report}", f"/api/v1/reports/{report}/versions/1/text",
               f"/api/v1/reports/{report}/versions/1/captures", f"/api/v1/reports/{report}/changes",
               "/feeds/changes.atom"]
    lists = ["/", "/reports", "/reports?q=公开", f"/agencies/{agency}", "/changes", "/arrivals", "/crawls",
             f"/crawls/{crawl}", "/api/v1/archive", "/api/v1/reports", f"/api/v1/agencies/{agency}", "/api/v1/changes",
             "/api/v1/arrivals", "/api/v1/crawls", f"/api/v1/crawls/{crawl}"]
    undated = ["/agencies", "/coverage", "/season?year=2020", "/api", "/api/v1/openapi.json", "/api/v1/coverage"]
    for path in (*settled, *lists, *undated):
        answer = browser.get(path)
        assert ("last-modified" in answer.headers) == (path not in undated), path
        assert browser.get(path, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304, path
        if path not in undated:
            dated = {"If-Modified-Since": answer.headers["last-modified"]}
            assert browser.get(path, headers=dated).status_code == (304 if path in settled else 200), path


def test_a_result_can_be_taken_away_as_csv_and_json_lines(browser: TestClient) -> None:
    answer = browser.get("/reports.csv?changed=true")
    assert answer.headers["content-disposition"] == 'attachment; filename="reports.csv"'
    [row] = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert row["report_year"] == "2020" and row["agency"] == "云溪市城市管理局"
    lines = browser.get("/reports.jsonl?q=公开&sort=relevance").text.splitlines()
    assert len(lines) == 7 and json.loads(lines[0])["form_id"] == "cn-gov-2021"


def test_two_states_stand_side_by_side_with_what_differs_marked(browser: TestClient, ids: dict[int, str]) -> None:
    page = browser.get(f"/reports/{ids[2020]}/compare").text
    assert "<del>20</del>" in page and "<ins>31</ins>" in page
    assert "<mark>另有说明。</mark>" in page
    told = browser.get(f"/api/v1/reports/{ids[2020]}/changes?a=1&b=2").json()
    assert {(cell["column"], cell["old"], cell["new"]) for cell in told["cells"]} == {
        ("natural_person", "20", "31"), ("total", "20", "31")}


def test_a_cited_report_names_who_what_when_and_where(browser: TestClient, ids: dict[int, str]) -> None:
    cited = browser.get(f"/api/v1/reports/{ids[2022]}").json()["citation"]
    assert re.fullmatch(r"云溪市城市管理局\. 云溪市城市管理局2022年政府信息公开工作年度报告\[R/OL\]\. \[2026-01-31\]\. "
                        r"http://cgj\.yunxi\.gov\.cn/\S+\.", cited)


def test_a_body_or_a_query_beyond_its_bounds_is_refused(browser: TestClient) -> None:
    assert browser.get("/reports?q=" + "x" * 5000).status_code == 414
    assert browser.post("/crawls", content=b"x" * 70_000).status_code == 413
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert browser.post("/crawls", content=(b"url=x&" * 2000 for _ in range(9)), headers=form).status_code == 413


def test_what_stands_where_on_the_server_is_told_to_its_keeper_alone(
        browser: TestClient, settings: Settings, ids: dict[int, str], caplog: pytest.LogCaptureFixture) -> None:
    for lost in (Path(settings.archive) / "documents").rglob("document.json"):
        lost.unlink()
    for path in (f"/reports/{ids[2020]}", f"/api/v1/reports/{ids[2020]}/versions/1"):
        answer = browser.get(path)
        assert answer.status_code == 503 and "documents" not in answer.text and settings.archive not in answer.text
    assert "document.json" in caplog.text


class TestOrders:
    """A crawl is ordered with a token, from a page of ours, for a site that may be crawled."""

    @pytest.fixture
    def secret(self, settings: Settings) -> str:
        return Tokens(settings.state_dir).new("编辑")

    @pytest.fixture
    def ordering(self, settings: Settings, browser: TestClient) -> TestClient:
        from crawler.sites.file import site_of

        app = browser.app
        assert app is not None
        return TestClient(create_app(settings, app.state.desk.archive, None, site_of), raise_server_exceptions=False)

    def test_a_form_with_a_token_orders_a_crawl_that_can_be_watched_and_cancelled(
            self, ordering: TestClient, secret: str) -> None:
        typed = {"url": "http://cgj.xm.gov.cn/", "agency": "厦门市城市管理局", "token": secret}
        page = ordering.post("/crawls", data=typed)
        assert page.status_code == 200 and "等待中" in page.text and "厦门市城市管理局" in page.text
        order_id = str(page.url).rpartition("/")[2]
        told = ordering.get(f"/api/v1/orders/{order_id}").json()
        assert told["state"] == "waiting" and told["by"] == "编辑"
        again = ordering.post("/api/v1/orders", json={"url": "http://cgj.xm.gov.cn/"},
                              headers={"Authorization": f"Bearer {secret}"})
        assert again.status_code == 202 and again.json()["order_id"] == order_id, "one order a site waits"
        gone = ordering.post(f"/crawls/orders/{order_id}/cancel", data={"token": secret})
        assert "已取消" in gone.text

    def test_the_form_comes_filled_in_from_the_page_of_an_agency(self, ordering: TestClient) -> None:
        agency = ordering.get("/api/v1/reports?limit=1").json()["items"][0]["agency_id"]
        link = re.search(r'href="(/crawls\?url=[^"]+)#order"', ordering.get(f"/agencies/{agency}").text)
        assert link is not None
        form = ordering.get(link[1].replace("&amp;", "&")).text
        assert 'value="http://cgj.yunxi.gov.cn/"' in form and 'value="云溪市城市管理局"' in form
        assert 'value="&#34;&gt;&lt;script&gt;"' in ordering.get("/crawls", params={"url": '"><script>'}).text

    @pytest.mark.parametrize("url", ["http://127.0.0.1:8000/", "http://169.254.169.254/", "file:///etc/passwd",
                                     "http://www.example.com/", "看看", ""])
    def test_what_may_not_be_asked_is_not_ordered(self, ordering: TestClient, secret: str, url: str) -> None:
        page = ordering.post("/crawls", data={"url": url, "token": secret})
        assert page.status_code == 400 and "没有下令" in page.text
        assert secret not in page.text
        assert ordering.get("/api/v1/crawls").json()["items"][0]["site"] == "http://cgj.yunxi.gov.cn/"

    @pytest.mark.parametrize("token", ["", "gk_wrong", "编辑"])
    def test_without_a_right_token_nothing_is_ordered(self, ordering: TestClient, secret: str, token: str) -> None:
        page = ordering.post("/crawls", data={"url": "http://cgj.xm.gov.cn/", "token": token})
        assert page.status_code == 401 and "等待中" not in ordering.get("/crawls").text

    @pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"},
                                         {"Origin": "null"}])
    def test_a_form_on_another_site_orders_nothing(
            self, ordering: TestClient, secret: str, headers: dict[str, str]) -> None:
        page = ordering.post("/crawls", data={"url": "http://cgj.xm.gov.cn/", "token": secret}, headers=headers)
        assert page.status_code == 403

    def test_a_revoked_token_orders_nothing(self, ordering: TestClient, settings: Settings, secret: str) -> None:
        file = settings.state_dir / "tokens.json"
        assert secret not in file.read_text("utf-8") and file.stat().st_mode & 0o077 == 0
        Tokens(settings.state_dir).revoke("编辑")
        page = ordering.post("/crawls", data={"url": "http://cgj.xm.gov.cn/", "token": secret})
        assert page.status_code == 401

    def test_a_server_that_takes_no_orders_says_so(self, browser: TestClient, secret: str) -> None:
        assert "不接受抓取单" in browser.get("/crawls").text
        assert browser.post("/crawls", data={"url": "http://cgj.xm.gov.cn/", "token": secret}).status_code == 400


def test_a_catalog_made_anew_is_shown_without_a_restart(
        browser: TestClient, settings: Settings, ids: dict[int, str]) -> None:
    assert "共 7 份" in browser.get("/reports").text
    with Archive.open(settings) as archive:
        archive.rebuild()
        log = archive.begin_crawl(SITE)
        archive.keep(*finding(2016), crawl_id=log.crawl_id)
        log.finish({"outcome": "ok"})
    assert "共 8 份" in browser.get("/reports").text

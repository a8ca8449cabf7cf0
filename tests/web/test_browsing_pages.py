"""Agencies, coverage, seasons, changes: pages, files, feeds and their JSON twins over one small archive."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from crawler.reports.codebook import codebook
from gongkai.clock import parse_stamp
from gongkai.settings import Settings
from storage import Archive
from tests.factories import AGENCY, SITE, finding
from tests.storage.steps import crawl
from tests.storage.test_browse import BUREAU, GOVERNMENT, filled
from web.app import create_app

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("home")))
        patch.delenv("GONGKAI_CONFIG", raising=False)
        settings = Settings(archive=str(tmp_path_factory.mktemp("browse") / "archive"))
        with Archive.open(settings) as archive:
            filled(archive)
            crawl(archive, finding(2022, 5, url="http://cgj.yunxi.gov.cn/a.html", minutes=70),
                  finding(2022, 6, url="http://cgj.yunxi.gov.cn/b.html", minutes=80, extra="<b>\x0b更正</b>"))
        with (Archive.open(settings, create=False, read_only=True) as archive,
              TestClient(create_app(settings, archive, codebook())) as client):
            yield client


def read(site: TestClient, path: str) -> str:
    answer = site.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def named(site: TestClient, agency: str) -> str:
    found: str = site.get("/api/v1/agencies", params={"q": agency}).json()["items"][0]["agency_id"]
    return found


PAGES = ("/", "/agencies", "/coverage", "/coverage?region=35", "/coverage?region=3502", "/coverage?region=350205",
         "/coverage/agencies?region=35&since=2016", "/season?year=2021", "/season?year=2021&region=3502",
         "/season/late?year=2021", "/season/missing?year=2021", "/changes", "/arrivals?region=35")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_whole_in_both_languages(site: TestClient, language: str) -> None:
    for path in (*PAGES, f"/agencies/{named(site, AGENCY)}"):
        page = read(site, f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert page.count("<h1") == 1 and len(page.encode()) < 100_000, path
        assert " style=" not in page and not re.search(r"\son\w+=", page), path
        assert len(re.findall(r'\sid="', page)) == len(set(re.findall(r'\sid="([^"]+)"', page))), path
    site.cookies.clear()


def test_who_looks_for_an_agency_finds_which_years_it_lacks(site: TestClient) -> None:
    assert AGENCY in read(site, "/agencies?q=城市管理") and BUREAU not in read(site, "/agencies?q=城市管理")
    page = read(site, f"/agencies/{named(site, AGENCY)}")
    lacking = re.search(r"缺 (\d+) 个年度：([\d、]+)", page)
    assert lacking and lacking.group(2).split("、")[:3] == ["2017", "2018", "2019"]
    assert 'class="picture strip"' in page and 'class="picture lines"' in page and 'class="picture bars"' in page
    assert "2019 年格式" in page and "2021 年格式" in page
    assert site.get("/agencies/" + "0" * 16).status_code == 404 and site.get("/agencies/x").status_code == 422


def test_years_are_said_to_be_refused_where_the_site_refuses(tmp_path: Path) -> None:
    settings = Settings(archive=str(tmp_path / "archive"))
    with Archive.open(settings) as archive:
        crawl(archive, finding(2021), finding(2022))
        why = "status 412, a challenge page of 1830 bytes"
        archive.begin_crawl(SITE).finish({
            "outcome": "blocked", "explanation": f"0 of 2 years found; {SITE.url}: {why}",
            "incidents": [{"kind": "challenge", "url": SITE.url, "detail": ""}]})
        client = TestClient(create_app(settings, archive, codebook()))
        page = read(client, f"/agencies/{named(client, AGENCY)}")
        path = f"/api/v1/agencies/{named(client, AGENCY)}"
        chinese, accepted, english = client.get(f"{path}?lang=zh"), client.get(path, headers={
            "Accept-Language": "fr, zh-CN;q=0.9, en;q=0.8"}), client.get(path)
        crawls = client.get("/api/v1/crawls?lang=zh").json()["items"]
        assert client.get("/api/v1/crawls?lang=fr").status_code == 422
    assert chinese.json() == accepted.json() and chinese.headers["content-language"] == "zh"
    assert english.json()["sources"][0]["why"].endswith(why) and english.headers["content-language"] == "en"
    assert "答以 412，是 1830 字节的验证页" in chinese.json()["sources"][0]["why"]
    assert any(one["summary"].get("explanation", "").startswith("应有 2 个年度，找到 0 个") for one in crawls)
    assert "Accept-Language" in english.headers["vary"] and chinese.headers["etag"] != english.headers["etag"]
    assert re.search("2023、2024[、0-9]*：网站拒绝或无应答", page) and 'class="s-blocked"' in page
    assert f"{SITE.url} 答以 412，是 1830 字节的验证页" in page


def test_coverage_is_walked_from_the_country_to_the_agencies(site: TestClient) -> None:
    assert 'href="/coverage?region=35&amp;until=2021"' in read(site, "/coverage?since=2019&until=2021")
    assert 'href="/coverage?region=3502"' in read(site, "/coverage?region=35")
    county = read(site, "/coverage?region=3502")
    assert 'href="/coverage/agencies?region=350205"' in county
    matrix = read(site, "/coverage?region=350205")
    assert BUREAU in matrix and AGENCY not in matrix and 'aria-label="2021 晚于法定期限">+10<' in matrix
    assert site.get("/api/v1/coverage?region=35&year=2021").json() == site.get(
        "/api/v1/coverage?region=35&since=2021&until=2021").json()
    assert 'href="/coverage?region=3502&amp;since=2021&amp;until=2021"' in read(site, "/coverage?region=35&year=2021")
    assert site.get("/coverage?region=3").status_code == 422
    assert site.get("/coverage?since=2020&until=2010").status_code == 400


def test_the_matrix_is_paged_and_taken_away_whole(site: TestClient) -> None:
    query = "since=2019&until=2021"
    first = read(site, f"/coverage/agencies?{query}&limit=2")
    follow = re.search(r'rel="next" href="([^"]+)"', first)
    assert follow is not None and "limit=2" in follow.group(1)
    second = read(site, follow.group(1).replace("&amp;", "&"))
    assert BUREAU not in first and BUREAU in second
    rows = list(csv.DictReader(io.StringIO(site.get(f"/coverage/agencies.csv?{query}").content.decode("utf-8-sig"))))
    assert len(rows) == 9 and {row["state"] for row in rows if row["agency"] == BUREAU} == {"missing", "late"}
    places = list(csv.DictReader(io.StringIO(site.get(f"/coverage.csv?{query}&region=3502").content.decode(
        "utf-8-sig"))))
    assert [(row["name"], row["expected"], row["late"]) for row in places if row["report_year"] == "2021"] == [
        ("福建省厦门市", "2", "0"), ("福建省厦门市海沧区", "1", "1")]
    twin = site.get(f"/api/v1/coverage/agencies?{query}&limit=2").json()
    more = site.get("/api/v1/coverage/agencies", params={"since": 2019, "until": 2021, "limit": 2,
                                                         "after": twin["next"]}).json()
    assert [row["agency"] for row in twin["items"] + more["items"]] == [GOVERNMENT, AGENCY, BUREAU]
    assert more["next"] is None


@pytest.mark.parametrize("listing", [
    "/agencies?", "/season/late?year=2021", "/season/missing?year=2021", "/changes?", "/arrivals?", "/crawls?"])
def test_every_listing_is_taken_away_whole_as_its_json_twin_has_it(site: TestClient, listing: str) -> None:
    path, _, query = listing.partition("?")
    rows = list(csv.DictReader(io.StringIO(site.get(f"{path}.csv?{query}&limit=1").content.decode("utf-8-sig"))))
    twin = site.get(f"/api/v1{path}?{query}").json()["items"]
    name = next(key for key in ("agency_id", "report_id", "crawl_id") if not rows or key in rows[0])
    told = [one[name] if name in one else one["report"][name] for one in twin]
    assert list(dict.fromkeys(row[name] for row in rows)) == list(dict.fromkeys(told))  # a change has a row a cell
    assert f'href="{path}.csv' in site.get(listing).text.replace("&amp;", "&")


def test_a_season_says_who_was_late_and_who_is_missing(site: TestClient) -> None:
    page = read(site, "/season?year=2021")
    assert BUREAU in page and GOVERNMENT in page and "10 天" in page and 'class="picture curve"' in page
    assert 'class="picture tiles"' in page and 'class="picture tiles"' not in read(site, "/season?year=2021&region=35")
    told = site.get("/api/v1/season?year=2021").json()
    assert (told["agencies"], [one["missing"] for one in told["deadlines"]]) == (3, [0, 1])
    assert told["published"][-1] == {"day": "2022-02-10", "total": 2}
    days = list(csv.DictReader(io.StringIO(site.get("/season.csv?year=2021").content.decode("utf-8-sig"))))
    assert days[-1] == {"day": "2022-02-10", "published": "1", "total": "2"} and 'href="/season.csv?year=2021"' in page
    assert [{"day": one["day"], "total": int(one["total"])} for one in days] == told["published"]
    assert [one["agency"] for one in site.get("/api/v1/season/missing?year=2021").json()["items"]] == [GOVERNMENT]
    assert [one["days_late"] for one in site.get("/api/v1/season/late?year=2021").json()["items"]] == [10]


def test_changes_name_the_figures_in_the_words_of_the_form(site: TestClient) -> None:
    page = read(site, "/changes")
    assert "一、本年新收政府信息公开申请数量 总计" in page and "<del>20</del> → <ins>21</ins>" in page
    assert "同址改动" in page and "另页更正" in page
    newest, older = site.get("/api/v1/changes").json()["items"]
    assert (newest["report"]["report_year"], older["cells"][0]["old"], older["chars"]) == (2022, "20", 3)
    first = site.get("/api/v1/changes?limit=1").json()
    assert first["items"] == [newest]
    assert site.get("/api/v1/changes", params={"limit": 1, "after": first["next"]}).json()["items"] == [older]
    assert site.get("/changes?after=nonsense").status_code == 400
    assert AGENCY in read(site, f"/changes?agency={named(site, AGENCY)}") and "没有发现改动" in read(
        site, "/changes?region=11")


def test_news_of_one_year_are_the_same_on_the_page_for_programs_and_in_feeds(site: TestClient) -> None:
    page = read(site, "/changes?region=35&year=2021")
    assert "福建省 2021 年度 公布后的改动" in page and "<del>20</del> → <ins>21</ins>" in page
    assert 'href="/changes?region=35">全部年度' in page and "/feeds/changes.atom?region=35&amp;year=2021" in page
    told = site.get("/api/v1/changes?region=35&year=2021").json()["items"]
    assert [one["report"]["report_year"] for one in told] == [2021]
    rows = csv.DictReader(io.StringIO(site.get("/changes.csv?year=2021").content.decode("utf-8-sig")))
    assert {row["report_year"] for row in rows} == {"2021"}
    feeds = [ElementTree.fromstring(site.get(f"/feeds/changes.atom{query}").content)
             for query in ("", "?year=2021", "?year=2022")]
    assert [len(feed.findall(f"{ATOM}entry")) for feed in feeds] == [2, 1, 1]
    assert len({feed.findtext(f"{ATOM}id") for feed in feeds}) == 3
    assert {one["report_year"] for one in site.get("/api/v1/arrivals?year=2020").json()["items"]} == {2020}
    assert 'href="/arrivals?year=2020"' in read(site, "/arrivals") and 'href="/changes"' in read(
        site, "/changes?year=1999")
    assert site.get("/changes?year=abc").status_code == 422


@pytest.mark.parametrize(("path", "number"), [
    ("/feeds/changes.atom", 2), ("/feeds/changes.atom?region=11", 0), ("/feeds/reports.atom", 6),
    ("/feeds/reports.atom?region=350205", 1)])
def test_feeds_are_valid_atom(site: TestClient, path: str, number: int) -> None:
    answer = site.get(path)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == number
    for one in (feed, *entries):
        for required in ("id", "title", "updated"):
            found = one.findall(f"{ATOM}{required}")
            assert len(found) == 1 and found[0].text, required
        parse_stamp(one.findtext(f"{ATOM}updated") or "")
        assert one.find(f"{ATOM}author/{ATOM}name") is not None
        assert all(link.attrib["href"].startswith("http://testserver/") for link in one.findall(f"{ATOM}link"))
    ids = [entry.findtext(f"{ATOM}id") or "" for entry in entries]
    assert len(set(ids)) == number and all(name.startswith("tag:") for name in ids)
    updated = [entry.findtext(f"{ATOM}updated") or "" for entry in entries]
    assert updated == sorted(updated, reverse=True)
    rel = {link.attrib["rel"]: link.attrib["href"] for link in feed.findall(f"{ATOM}link")}
    assert rel["self"].endswith(path)
    again = site.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304 and "last-modified" in answer.headers


def test_an_agencys_feeds_are_its_own(site: TestClient) -> None:
    agency = named(site, AGENCY)
    page = read(site, f"/agencies/{agency}")
    assert f'href="/feeds/changes.atom?agency={agency}"' in page
    feed = ElementTree.fromstring(site.get(f"/feeds/reports.atom?agency={agency}").content)
    assert AGENCY in (feed.findtext(f"{ATOM}title") or "") and len(feed.findall(f"{ATOM}entry")) == 4
    assert site.get("/feeds/changes.atom?agency=" + "0" * 16).status_code == 404


def test_an_agencys_figures_are_taken_away_as_a_table(site: TestClient) -> None:
    agency = named(site, AGENCY)
    assert f'href="/agencies/{agency}/figures.csv"' in read(site, f"/agencies/{agency}")
    rows = list(csv.DictReader(io.StringIO(site.get(f"/agencies/{agency}/figures.csv").content.decode("utf-8-sig"))))
    twin = site.get(f"/api/v1/agencies/{agency}/figures").json()
    assert [(row["report_year"], row["received"]) for row in rows] == [
        (str(year["report_year"]), str(year["figures"]["received"])) for year in twin]


def test_figures_are_told_to_programs_too(site: TestClient) -> None:
    agency = named(site, AGENCY)
    figures = {year["report_year"]: year for year in site.get(f"/api/v1/agencies/{agency}/figures").json()}
    assert figures[2016]["figures"]["received"] == 40 and figures[2021]["figures"]["other"] == 4
    told = site.get(f"/api/v1/agencies/{agency}").json()
    assert told["hosts"] == {"cgj.yunxi.gov.cn": 4} and told["names"][0]["years"] == [2016, 2020, 2021, 2022]
    answer = site.get("/api/v1/coverage?region=35&since=2021&until=2021")
    assert answer.json()["whole"]["years"][0] == {"report_year": 2021, "expected": 3, "present": 0, "late": 1,
                                                  "changed": 1, "missing": 1}
    assert site.get("/api/v1/coverage?region=35&since=2021&until=2021", headers={
        "If-None-Match": answer.headers["etag"]}).status_code == 304

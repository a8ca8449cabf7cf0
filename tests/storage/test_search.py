"""Chinese full text, on both engines: what is found, in which order, and that index and catalog never part."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from gongkai.capture import Finding
from gongkai.chinese import SearchPlaces, search_form
from gongkai.errors import ConfigurationError, StorageError
from gongkai.report import Reading
from gongkai.settings import Settings
from storage import Archive, SearchQuery
from storage.search.answers import SearchHit
from storage.search.asked import Rank
from storage.search.snippets import snippets
from tests.factories import AGENCY, SITE, finding, page_url
from tests.storage.old_catalog import age
from tests.storage.steps import crawl, listing

SAID = {
    2016: "本局受理“依申请公开”事项，办理时限二十日。",
    2017: "通過政務公開專欄公佈 ＰＤＦ 文件１２件，OpenData平台上线。",
    2018: "行政处罚 决定公\n示 100%，其它事项见附件。",
    2019: "政务新媒体矩阵；依法申请行政复议的公开事项。",
    2020: "无。" + "填充文字" * 3000 + "末尾的罕见词藏羚羊。" + "再填充" * 2500 + "最后的话鲸落。",
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    catalog = request.getfixturevalue("postgres_server").database() if request.param == "postgresql" else None
    place = tmp_path_factory.mktemp("filled") / "archive"
    with Archive.open(Settings(archive=str(place), catalog=catalog)) as archive:
        crawl(archive, *(finding(year, extra=said, published=date(year + 1, 1, 20)) for year, said in SAID.items()))
        yield archive


def years(archive: Archive, text: str, order: str = "newest", **wanted: object) -> list[int | None]:
    found = archive.search(SearchQuery(text, **wanted), order)  # type: ignore[arg-type]
    return [hit.record.report_year for hit in found]


@pytest.mark.parametrize(("query", "found"), [
    ("申请", [2020, 2019, 2018, 2017, 2016]), ("依法申请", [2019]),
    ("依申请公开", [2016]), ("“申请公开”", [2016]), ("依申请 公开", [2016]),
    ("依 公开", [2019, 2016]), ("公开 依 复议", [2019]),
    ("政务公开专栏", [2017]), ("政務公開專欄", [2017]), ("政务", [2019, 2017]),
    ("pdf", [2017]), ("ＰＤＦ文件12件", [2017]), ("opendata", [2017]), ("open", []), ("data平台", []),
    ("决定公示", [2018]), ("决定公示100%", [2018]), ("100%", [2018]), ("其他事项", [2018]), ("其它事项", [2018]),
    ("矩", [2019]), ("藏羚羊", [2020]), ("鲸落", [2020]), ("藏羚羊 鲸落", [2020]), ("藏羚羊 专栏", []),
    ("云溪市城市管理局", [2020, 2019, 2018, 2017, 2016]), ("2017年政府信息公开工作年度报告", [2017]),
    ("不存在的词", []), ("复议的公开", [2019]), ("复议公开", []), ("_", []), ("' OR 1=1", []), ("a\" OR \"b", []),
    ("1本局", []), ("422条", [2020, 2019, 2018, 2017, 2016])])
def test_what_is_found(filled: Archive, query: str, found: list[int]) -> None:
    assert years(filled, query) == found
    assert sorted(y or 0 for y in years(filled, query, "relevance")) == sorted(found)
    assert [r.report_year for r in filled.reports(query=query)] == found


@pytest.mark.parametrize("query", ["", "  ", "“”", "\u200b"])
def test_a_query_without_words_is_refused(filled: Archive, query: str) -> None:
    with pytest.raises(ConfigurationError, match="nothing to look for"):
        filled.search(SearchQuery(query))


def test_the_title_weighs_more_than_the_text_and_many_mentions_more_than_one(archive: Archive) -> None:
    def said(text: str, agency: str, host: str, day: int) -> tuple[Finding, Reading]:
        return finding(2020, url=f"http://{host}.gov.cn/1.html", agency=agency, extra=text,
                       published=date(2021, 2, day))

    other = "其他的话" * 40
    crawl(archive, said(other * 10, "乙市河长制办公室", "b", 1), said("河长制。" * 60 + other, "丙局", "c", 2),
          said("河长制河长制。" + other, "丁局", "d", 3), said("推行河长制。" + other, "甲局", "a", 4),
          said("推行河长制。" + other * 20, "戊局", "e", 5))
    for query in ("河长制", "河长", "河长制 主动公开", "“河长制”"):
        found = [hit.record.agency for hit in archive.search(SearchQuery(query), "relevance")]
        assert found == ["乙市河长制办公室", "丙局", "丁局", "甲局", "戊局"], query
    assert next(archive.search(SearchQuery("河"), "relevance")).record.agency == "乙市河长制办公室"
    newest = [hit.record.agency for hit in archive.search(SearchQuery("河长制"), "newest")]
    assert newest == ["戊局", "甲局", "丁局", "丙局", "乙市河长制办公室"]


def test_pages_by_relevance_are_one_list_whatever_comes_in_meanwhile(archive: Archive, monkeypatch: pytest.MonkeyPatch,
                                                                     ) -> None:
    """Among the newest hits alone. Between two pages reports come in: one that would come before what was shown
    already, one that comes behind it, and longer texts, which change what is usual."""
    monkeypatch.setattr("storage.search.index.NEWEST", 7)

    def said(number: int, day: int, times: int, more: int) -> tuple[Finding, Reading]:
        return finding(2020, url=f"http://b{number}.gov.cn/1.html", agency=f"第{number}局",
                       published=date(2021, 2, day), extra="河长制。" * times + "其他的话" * more)

    def page(after: Rank | None) -> list[SearchHit]:
        return archive.browse.listing(SearchQuery("河长制"), "relevance", 2, after)

    crawl(archive, *(said(day, day, day % 5, 30 * (day % 3)) for day in range(1, 11)))
    at_once = [hit.record.agency for hit in archive.search(SearchQuery("河长制"), "relevance")]
    found = page(None)
    crawl(archive, said(11, 8, 40, 0), said(12, 7, 1, 900), said(13, 11, 3, 2000))
    while more := page(found[-1].rank):
        found += more
    agencies = [hit.record.agency for hit in found]
    assert len(at_once) == 7 and [one for one in agencies if one in at_once] == at_once
    assert [one for one in agencies if one not in at_once] == ["第12局"]


def test_a_picture_written_into_a_text_is_no_obstacle(archive: Archive) -> None:
    """In base64: one word of some thousand letters."""
    crawl(archive, finding(2020, extra="图" + "iVBORw0KGgo" * 900 + "尾巴词"))
    assert years(archive, "尾巴词") == [2020]
    assert years(archive, "iVBORw0KGgo") == [] and archive.verify().ok


def test_filters_and_counts(archive: Archive) -> None:
    def made(year: int, host: str, agency: str, region: str) -> tuple[Finding, Reading]:
        return finding(year, url=f"http://{host}/{year}.html", agency=agency, region=region)

    xiamen = ("xm.gov.cn", "厦门市人民政府", "350200")
    crawl(archive, made(2020, *xiamen), made(2021, *xiamen),
          made(2020, "czt.gov.cn", "福建省财政厅", "350000"), made(2020, "bj.gov.cn", "北京市某某街道办事处", "110101"))

    def found(**wanted: object) -> int:
        return len(years(archive, "主动公开", **wanted))

    assert found() == 4 and found(year=2020) == 3 and found(region="350000") == 3 and found(region="3502") == 2
    assert found(agency_type="government") == 2 and found(agency_type="department") == 1
    assert found(agency_type="township") == 1 and found(agency="财政") == 1
    assert found(form="cn-gov-2021") == 4 and found(form="cn-gov-2019") == 0
    assert found(failed=True) == 0 and found(failed=False) == 4
    counts = archive.search_counts(SearchQuery("主动公开"))
    assert (counts.total, counts.by_year, counts.by_region) == (4, {2021: 1, 2020: 3}, {"11": 1, "35": 3})
    assert archive.search_counts(SearchQuery("主动公开", year=2021)).total == 1
    # Narrowed in several ways at once; by what begins a code; by an agency's id; by part of a name, halves of a
    # number included; by what no report is.
    assert found(year=2020, region="35", agency_type="department", failed=False, changed=False) == 1
    assert [found(region=part) for part in ("3", "35", "350", "11", "110101", "1101010", "36")] == [3, 3, 3, 1, 1, 0, 0]
    fujian = next(archive.reports(agency="福建省财政厅")).agency_id
    assert found(agency=fujian) == 1 and found(agency="0" * 16) == 0 and found(agency=fujian, year=2021) == 0
    assert [found(agency=part) for part in ("某街", "政", "厦门市 人民", "財政", "某1", "0局")] == [1, 3, 2, 1, 0, 0]
    levels = Counter(record.admin_level or "" for record in archive.reports())
    assert {level: found(level=level) for level in levels} == levels and found(changed=True) == 0
    assert [found(form=odd) for odd in ("cn-gov-2021 ", "CN-gov-2021", "' OR 1=1", '" OR "政', "\0", "")] == [0] * 6
    assert archive.search_counts(SearchQuery("主动公开", agency="厦门", region="3")).by_year == {2021: 1, 2020: 1}


def test_what_narrows_a_search_down_is_no_word_of_a_text(archive: Archive) -> None:
    crawl(archive, finding(2020, extra="\uf8ff 印记"))
    assert years(archive, "\uf8ff") == [] or years(archive, "\uf8ff") == [2020]
    for typed in ("year2020", "\uf8ffyear2020", "\uf8ffregion35", "failedfalse"):
        assert years(archive, typed) == [], typed
    assert years(archive, "印记", year=2020) == [2020] and years(archive, "印记", year=2021) == []


def test_part_of_a_name_may_cut_a_number_in_halves(archive: Archive) -> None:
    crawl(archive, finding(2020, agency="云溪市第13局"))
    assert years(archive, "主动公开", agency="3局") == [2020] and years(archive, "主动公开", agency="2局") == []


def test_pages_of_hits_leave_none_out(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.search.answers._PAGE", 3)
    crawl(archive, *(finding(2000 + n, published=date(2010, 1, 1 + n % 3)) for n in range(20)))
    assert sorted(years(archive, "主动公开")) == list(range(2000, 2020))  # type: ignore[type-var]
    assert years(archive, "主动公开")[:1] != [None]
    assert len(list(archive.search(SearchQuery("主动公开"), limit=7))) == 7


def test_what_was_found_is_shown_as_it_stands_and_escaped(archive: Archive) -> None:
    crawl(archive, finding(2020, extra="<script>alert(1)</script> 依 申 請 公開的事项"))
    hit, = archive.search(SearchQuery("申请公开"), snippets=True)
    shown = hit.snippets[0].as_html()
    assert "<mark>申 請 公開</mark>" in shown and "&lt;script&gt;" in shown and "<script>" not in shown
    assert "【申 請 公開】" in hit.snippets[0].as_text()
    assert next(archive.search(SearchQuery("申请公开"))).snippets == ()


def test_two_words_far_apart_give_two_snippets() -> None:
    text = "甲乙丙" + "一" * 300 + "丁戊己"
    first, second = snippets(text, ["乙丙", "戊己"])
    assert "【乙丙】" in first.as_text() and "【戊己】" in second.as_text()
    near, = snippets("前面甲乙丙丁后面", ["甲乙", "乙丙"])
    assert near.as_text() == "前面【甲乙】【丙】丁后面"


def test_one_normaliser_for_index_query_and_place() -> None:
    text = "Ｏｐｅｎ Data　公\n開 其它"
    assert search_form(text) == "open data公开其他"
    found = SearchPlaces(text)
    assert found.form == "opendata公开其他" and text[found.place(found.form.index("开"))] == "開"


def test_each_place_of_a_long_text_is_found_where_it_stands() -> None:
    """Also behind what has no form, as whole stretches of blanks, or one of several characters."""
    text = "".join(("面积５００㎡", " \n\u3000" * 200, "“受理”", "ﬁ" * 90, "其", " " * 300, "它", "末尾的字"))
    found = SearchPlaces(text)
    assert found.form == "面积500m2受理" + "fi" * 90 + "其他末尾的字"
    assert [text[found.place(at)] for at, one in enumerate(found.form) if one in "m2末字"] == ["㎡", "㎡", "末", "字"]
    assert text[found.place(found.form.index("他"))] == "它"
    places = [found.place(at) for at in range(len(found.form))]
    assert places == sorted(places) and {text[place] for place in places} == set(text) - set(" \n\u3000“”")


def test_a_corrected_report_is_found_by_its_new_words_alone(settings: Settings) -> None:
    with Archive.open(settings) as archive:
        crawl(archive, finding(2020, extra="旧词汇"))
        crawl(archive, finding(2020, extra="新说法", minutes=9))
        assert (years(archive, "旧词汇"), years(archive, "新说法")) == ([], [2020])
        assert years(archive, "新说法", changed=True) == [2020] and years(archive, "新说法", changed=False) == []
        counts = archive.search_counts(SearchQuery("主动公开"))
        assert (counts.total, counts.by_year) == (1, {2020: 1}), "the state before is not counted"
        assert archive.verify().ok
    with Archive.open(settings, read_only=True) as archive:
        assert (years(archive, "旧词汇"), years(archive, "新说法")) == ([], [2020])


@pytest.mark.parametrize("moment", ["before the index", "before the queue"])
def test_killed_between_catalog_and_index_it_catches_up(
        settings: Settings, moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "_take_in" if moment == "before the index" else None
    with Archive.open(settings) as archive:
        log = archive.begin_crawl(SITE)
        archive.keep(*finding(2020, extra="藏羚羊"), crawl_id=log.crawl_id)
        with monkeypatch.context() as patch:
            if name:
                patch.setattr("storage.search.index.SearchIndex._take_in", lambda *_: 1 / 0)
            else:
                patch.setattr("storage.search.index._unqueue", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                log.finish({})
    with Archive.open(settings, read_only=True) as archive:
        assert archive.verify().ok
    with Archive.open(settings) as archive:
        assert archive._index.waiting() == 0 and years(archive, "藏羚羊") == [2020]
        assert archive.verify().ok and archive.verify().counts["search entries"] == 1


@pytest.mark.parametrize(("statement", "kind"), [
    ("DELETE FROM search_entries", "missing"), ("UPDATE search_entries SET report_id = 'x'", "dangling"),
    ("UPDATE search_entries SET fingerprint = 'x'", "stale"),
    ("UPDATE search_entries SET entry_id = entry_id + 7", "unreadable")])
def test_an_index_that_parted_from_the_catalog_is_named_and_made_anew(
        settings: Settings, statement: str, kind: str) -> None:
    with Archive.open(settings) as archive:
        crawl(archive, finding(2020, extra="藏羚羊"))
        url = archive._index.place.url
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
    with Archive.open(settings) as archive:
        assert kind in {d.kind for d in archive.verify().damages if d.key.startswith("catalog:search")}
        archive.rebuild()
        assert archive.verify().ok and years(archive, "藏羚羊") == [2020]


def test_an_entry_that_cannot_be_narrowed_down_to_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with Archive.open(settings) as archive:
        with monkeypatch.context() as patch:
            patch.setattr("storage.search.index.marks_of", lambda _: [])
            crawl(archive, finding(2020))
        assert [(d.kind, d.key[:14]) for d in archive.verify().damages] == [("unreadable", "catalog:search")]
        mended, after = archive.repair(apply=True)
        assert mended and after.ok and years(archive, "主动公开", year=2020) == [2020]


def test_an_index_of_an_earlier_release_is_made_anew_and_readers_are_told(settings: Settings) -> None:
    with Archive.open(settings) as archive:
        crawl(archive, finding(2019, extra="藏羚羊"), finding(2020))
        engine = create_engine(archive._index.place.url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE search_state SET value = '2'")
        connection.exec_driver_sql("UPDATE search_entries SET entry_id = entry_id / 65536 + report_year")
    engine.dispose()
    with Archive.open(settings, read_only=True) as archive:
        with pytest.raises(StorageError, match=r"search index .* another release.* gongkai repair"):
            years(archive, "藏羚羊")
        assert len(list(archive.reports())) == 2
    with Archive.open(settings) as archive:
        assert years(archive, "藏羚羊", year=2019) == [2019] and archive.verify().ok
        assert archive.search_counts(SearchQuery("主动公开")).by_year == {2020: 1, 2019: 1}


@pytest.mark.usefixtures("first_pipeline")
def test_a_catalog_of_the_first_release_is_brought_forward(settings: Settings) -> None:
    with Archive.open(settings) as archive:
        crawl(archive, finding(2019, extra="藏羚羊"), finding(2020, 13), finding(2020, 31, minutes=9))
        expected = listing(archive)
    age(settings)
    with Archive.open(settings) as archive:
        assert listing(archive) == expected and years(archive, "藏羚羊") == [2019]
        assert archive.verify().ok, archive.verify().damages
        assert [v.outcome for v in crawl(archive, finding(2020, 31, minutes=19))] == ["unchanged"]


def test_a_lost_index_file_comes_back_by_itself(sqlite_settings: Settings) -> None:
    with Archive.open(sqlite_settings) as archive:
        crawl(archive, finding(2019, extra="藏羚羊"))
    for left in Path(sqlite_settings.archive).glob("catalog.search.db*"):
        left.unlink()
    with Archive.open(sqlite_settings) as archive:
        assert years(archive, "藏羚羊") == [2019] and archive.verify().ok


@pytest.mark.parametrize("harm", ["all", "its end", "its middle"])
def test_a_damaged_index_file_is_named_stops_no_crawl_and_is_made_anew(sqlite_settings: Settings, harm: str) -> None:
    with Archive.open(sqlite_settings) as archive:
        crawl(archive, *(finding(year, extra="藏羚羊") for year in range(2008, 2020)))
    file = Path(sqlite_settings.archive, "catalog.search.db")
    sound, noise = file.read_bytes(), bytes(range(7, 256)) * 99
    file.write_bytes({"all": noise, "its end": sound[:len(sound) // 2],
                      "its middle": sound[:20_000] + noise[:20_000] + sound[40_000:]}[harm])
    with Archive.open(sqlite_settings, read_only=True) as archive:
        damage, = archive.verify().damages
        assert (damage.key, damage.kind) == ("catalog:search", "unreadable") and "gongkai repair" in damage.advice
        assert len(list(archive.reports())) == 12
    with Archive.open(sqlite_settings) as archive:
        crawl(archive, finding(2020, extra="藏羚羊"))
        archive.repair(apply=True)
        assert years(archive, "藏羚羊") == list(range(2020, 2007, -1)) and archive.verify().ok


def test_a_report_that_goes_to_another_name_is_not_found_twice(archive: Archive) -> None:
    url = page_url(2020)
    crawl(archive, finding(2020, url=url, own=False), finding(2021, url=url, minutes=60, own=False))
    assert years(archive, AGENCY) == [2021, 2020] or sorted(years(archive, AGENCY)) == [2020, 2021]  # type: ignore


def test_a_title_whose_number_stands_where_it_is_cut_vouches_for_its_entry(settings: Settings) -> None:
    with Archive.open(settings) as archive:
        crawl(archive, finding(2020, title="云岫市城市管理局关于2020年度政府信息公开工作情况的报告"))
        assert archive.verify().ok

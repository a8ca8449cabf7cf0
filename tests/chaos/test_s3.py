"""The S3 service refuses, is slow, answers 500 after a write took effect, loses connections: a crawl goes on or says
why it cannot, and one more gives the whole archive."""

import json
from pathlib import Path

import pytest

from gongkai.errors import DamageError, GongkaiError
from gongkai.settings import Settings
from storage import Archive
from storage.objects import KeyTakenError
from storage.objects.s3 import S3Objects
from tests.chaos.conftest import Machine, Site, Whole, assert_kept, assert_whole, points
from tests.chaos.unruly import MISHAPS, Unruly
from tests.factories import SITE, document, finding, lookalike, with_attachment
from tests.s3_server import S3Place
from tests.storage.steps import crawl, files, listing

_ALL = dict.fromkeys(MISHAPS, 0.12)


def _found() -> list:
    return [finding(2018, 31, minutes=60), lookalike("http://cgj.yunxi.gov.cn/yd.html"),
            with_attachment(finding(2019, minutes=61), "http://cgj.yunxi.gov.cn/1.pdf", b"%PDF-1.4 \x00",
                            document(2019, doc_format="pdf")), finding(2020, minutes=62)]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, set[str]]:
    settings = Settings(archive=str(tmp_path_factory.mktemp("undisturbed")))
    with Archive.open(settings) as archive:
        crawl(archive, *_found())
        return listing(archive), set(files(settings, "raw", "documents"))


@pytest.mark.timeout(3600)
def test_whatever_the_service_does_nothing_is_lost_or_stored_twice(
        s3_settings: S3Place, undisturbed: tuple[str, set[str]], tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.objects.s3._BACKOFF_S", 0.01)
    kinds, gave_up = [*MISHAPS, "all"], 0
    for point in range(points(len(kinds))):
        mishap = kinds[point % len(kinds)]
        chances = _ALL if mishap == "all" else {mishap: 0.5}
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / f"home-{point}"))
        with Unruly(s3_settings.endpoint, f"{mishap} {point}", chances) as unruly:
            settings = Settings(**{**s3_settings.settings(f"p{point}"), "s3_endpoint": unruly.endpoint})
            acknowledged, problem = _crawl_that_may_fail(settings)
            if problem is not None:
                gave_up += 1
                assert not isinstance(problem, DamageError), problem
                assert unruly.endpoint in str(problem), "it says which service it is that fails"
            assert sum(unruly.done.values()), "nothing went wrong at all"
            unruly.calm()
            with Archive.open(settings) as archive:
                assert acknowledged <= {url for record in archive.reports() for url in record.urls}
                crawl(archive, *_found())
                assert listing(archive) == undisturbed[0], (mishap, point)
                kept = {key for root in ("raw/", "documents/") for key in archive._objects.keys(root)}
                assert kept == undisturbed[1], (mishap, point)
                report = archive.verify()
                assert report.ok and not report.leftovers, (mishap, point, report.damages, report.leftovers)
    print(f"{gave_up} of {points(len(kinds))} crawls gave up")


def _crawl_that_may_fail(settings: Settings) -> tuple[set[str], GongkaiError | None]:
    """What it acknowledged until then."""
    acknowledged: set[str] = set()
    try:
        with Archive.open(settings) as archive:
            log = archive.begin_crawl(SITE)
            for made in _found():
                if made[1].report.is_report:
                    acknowledged.add(archive.keep(*made, crawl_id=log.crawl_id).finding.page.final_url)
                else:
                    archive.keep_rejected(*made, crawl_id=log.crawl_id)
            log.finish({})
    except GongkaiError as problem:
        return acknowledged, problem
    return acknowledged, None


def test_a_whole_crawl_against_a_service_that_stumbles(
        site: Site, whole: Whole, s3_settings: S3Place, tmp_path: Path) -> None:
    with Unruly(s3_settings.endpoint, "crawl", {"lost": 0.05, "error": 0.05, "refused": 0.03, "torn": 0.02}) as unruly:
        settings = Settings(**{**s3_settings.settings("cn"), "s3_endpoint": unruly.endpoint})
        machine = Machine(tmp_path / "machine", settings)
        told = site.crawl(machine)
        assert unruly.done
        unruly.calm()
        assert_kept(machine, told.acknowledged, "the service stumbled")
        site.crawl_whole(machine)
        assert_whole(machine, whole, json.dumps(unruly.done), told.acknowledged)


def test_what_came_to_stand_there_meanwhile_is_not_overwritten(
        s3_settings: S3Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two machines look at once, find nothing, and write: the slower one is told."""
    settings = Settings(**s3_settings.settings("cn"))
    slower, faster = (S3Objects(settings, create=True) for _ in range(2))
    key, look = "documents/ab/abcd/v0001/manifest.json", S3Objects.get

    def look_and_be_overtaken(self: S3Objects, wanted: str) -> bytes:
        try:
            return look(self, wanted)
        finally:
            monkeypatch.setattr(S3Objects, "get", look)
            faster.put(key, b"first", "application/json")

    monkeypatch.setattr(S3Objects, "get", look_and_be_overtaken)
    with pytest.raises(KeyTakenError):
        slower.put(key, b"second", "application/json")
    assert faster.get(key) == b"first"
    monkeypatch.setattr(S3Objects, "get", look_and_be_overtaken)
    assert slower.put(key, b"first", "application/json") is False

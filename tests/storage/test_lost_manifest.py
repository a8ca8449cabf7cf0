"""A version whose manifest was lost: what is left of it is never replaced, its number never given out again."""

from pathlib import Path

import pytest

from gongkai.settings import Settings
from storage import Archive
from storage.identity import document_id
from storage.layout import version_key
from tests.factories import SITE, finding, page_url
from tests.storage.steps import crawl, files, listing

DOCUMENT = document_id(page_url(2020))
LOST = version_key(DOCUMENT, 1, "manifest.json")


@pytest.fixture
def lost(settings: Settings) -> Settings:
    with Archive.open(settings) as archive:
        crawl(archive, finding(2019), finding(2020, 13))
    Path(settings.archive, LOST).unlink()
    return settings


def survivors(settings: Settings) -> dict[str, bytes]:
    return {name: data for name, data in files(settings, "documents").items() if f"{DOCUMENT}/v0001/" in name}


@pytest.mark.parametrize("rebuilt", [False, True])
@pytest.mark.parametrize("received", [13, 31])
def test_the_next_crawl_takes_another_number_and_verify_still_names_it(
        lost: Settings, rebuilt: bool, received: int) -> None:
    before = survivors(lost)
    assert len(before) == 2
    with Archive.open(lost) as archive:
        if rebuilt:
            archive.rebuild()
        for minutes in (5, 9):
            assert [d.key for d in archive.verify().damages] == [LOST]
            crawl(archive, finding(2020, received, minutes=minutes))
        report = archive.verify()
        assert [(d.key, d.kind) for d in report.damages] == [(LOST, "missing")]
        assert len(report.leftovers) == 2 and all("whose manifest is missing" in x.detail for x in report.leftovers)
        assert survivors(lost) == before
        entry, = (e for e in archive.history(DOCUMENT) if e.document_number == 2)
        assert str(received) in archive.version(DOCUMENT, entry.number).text


def test_it_comes_back_whole_from_a_copy(settings: Settings) -> None:
    with Archive.open(settings) as archive:
        crawl(archive, finding(2020, 13))
        path = Path(settings.archive, LOST)
        copy = path.read_bytes()
        path.unlink()
        crawl(archive, finding(2020, 31, minutes=5))
        path.write_bytes(copy)
        assert archive.verify().ok
        expected = listing(archive)
        archive.rebuild()
        assert listing(archive) == expected and next(archive.reports()).versions == 2


def test_files_that_nothing_explains_are_not_replaced(settings: Settings) -> None:
    """Neither catalog nor log nor journal tells of them: the logs were lost as well."""
    folder = Path(settings.archive, version_key(DOCUMENT, 1, "text.md")).parent
    folder.mkdir(parents=True)
    (folder / "text.md").write_text("what somebody once published")
    with Archive.open(settings) as archive:
        crawl(archive, finding(2020))
    assert (folder / "text.md").read_text() == "what somebody once published"
    assert (folder.with_name("v0002") / "manifest.json").is_file()


def test_what_a_crash_left_half_written_makes_way(settings: Settings) -> None:
    folder = Path(settings.archive, version_key(DOCUMENT, 1, "text.md")).parent
    with Archive.open(settings) as archive:
        log = archive.begin_crawl(SITE)
        log.intend(DOCUMENT, 1)
        folder.mkdir(parents=True)
        (folder / "text.md").write_text("half of it")
        report = archive.verify()
        assert report.ok and any("not finished" in leftover.detail for leftover in report.leftovers)
    with Archive.open(settings) as archive:
        assert not (folder / "text.md").exists()
        crawl(archive, finding(2020))
        assert archive.verify().ok and (folder / "manifest.json").is_file()

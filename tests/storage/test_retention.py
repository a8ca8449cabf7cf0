"""The one way in which anything kept is ever dropped, and how much there is."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gongkai.errors import ConfigurationError, NotFoundError, StorageError
from gongkai.settings import Settings
from storage import Archive
from storage.identity import document_id
from tests.factories import document, finding, lookalike, page_url, with_attachment
from tests.storage.steps import crawl, files, listing

WHY = {"reason": "非年报，保存期满", "ordered_by": "档案管理员"}
LATER = datetime(2027, 1, 31, tzinfo=UTC)


@pytest.fixture
def filled(either_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("storage.archive.utc_now", lambda: LATER)
    with Archive.open(either_settings) as archive:
        crawl(archive, finding(2019), finding(2020), lookalike("http://cgj.yunxi.gov.cn/1.html"))
    return either_settings


def test_it_lists_and_drops_nothing_unless_told(filled: Settings) -> None:
    with Archive.open(filled) as archive:
        found, made = archive.retain(lookalike_days=90)
        assert len(found) == 1 and made is None and archive.raw(found[0].sha256)
        with pytest.raises(ConfigurationError, match="--reason"):
            archive.retain(lookalike_days=90, apply=True)
        assert archive.raw(found[0].sha256)


def test_dropped_bytes_leave_a_tombstone_that_verify_and_rebuild_know(filled: Settings) -> None:
    with Archive.open(filled) as archive:
        expected = listing(archive)
        found, made = archive.retain(lookalike_days=90, apply=True, **WHY)  # type: ignore[arg-type]
        assert made is not None and [item.sha256 for item in made.raw] == [found[0].sha256]
        with pytest.raises(StorageError, match="missing"):
            archive.raw(found[0].sha256)
        report = archive.verify()
        assert report.ok and not report.leftovers and report.counts["tombstones"] == 1
        assert archive.verify(since="2026-01-01").ok and archive.verify(sample=99).ok
        archive.rebuild()
        assert archive.verify().ok and listing(archive) == expected
        assert archive.retain(lookalike_days=90, apply=True, **WHY)[1].raw == ()  # type: ignore[arg-type, union-attr]


def test_young_ones_and_those_a_report_shares_stay(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    body = b"<html>shared</html>"
    made, reading = lookalike("http://cgj.yunxi.gov.cn/1.html")
    from dataclasses import replace

    crawl(archive, finding(2020, body=body), (replace(made, page=replace(made.page, body=body)), reading))
    monkeypatch.setattr("storage.archive.utc_now", lambda: LATER)
    assert archive.retain(lookalike_days=90)[0] == []
    assert archive.retain(lookalike_days=4000)[0] == []


def test_a_documents_bytes_go_by_legal_order_and_what_others_share_stays(
        archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    pdf = ("http://cgj.yunxi.gov.cn/1.pdf", b"%PDF shared", document(2020, doc_format="pdf"))
    crawl(archive, with_attachment(finding(2020), *pdf), with_attachment(finding(2019), *pdf))
    found, _ = archive.retain(document=document_id(page_url(2020)))
    assert len(found) == 1 and found[0].url == page_url(2020)
    archive.retain(document=document_id(page_url(2020)), apply=True, reason="法院裁定", ordered_by="某院〔2026〕1号")
    assert archive.verify().ok and archive.version(next(archive.reports(year=2020)).report_id).text
    with pytest.raises(NotFoundError, match="no document"):
        archive.retain(document="0" * 32)


def test_killed_between_tombstone_and_removal_the_next_one_finishes(
        filled: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with Archive.open(filled) as archive:
        with monkeypatch.context() as patch:
            patch.setattr("storage.retention._remove", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                archive.retain(lookalike_days=90, apply=True, **WHY)  # type: ignore[arg-type]
        sha = archive.retain(lookalike_days=90)[0][0].sha256
        assert archive.raw(sha) and archive.verify().ok
        archive.retain(lookalike_days=90, apply=True, **WHY)  # type: ignore[arg-type]
        with pytest.raises(StorageError):
            archive.raw(sha)
        assert archive.verify().ok


def test_an_altered_tombstone_excuses_nothing(sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.archive.utc_now", lambda: LATER)
    with Archive.open(sqlite_settings) as archive:
        crawl(archive, lookalike("http://cgj.yunxi.gov.cn/1.html"), finding(2020))
        archive.retain(lookalike_days=90, apply=True, **WHY)  # type: ignore[arg-type]
        name, = files(sqlite_settings, "tombstones")
        path = Path(sqlite_settings.archive, name)
        path.write_text(path.read_text("utf-8").replace("档案管理员", "某人"), "utf-8")
        assert {damage.kind for damage in archive.verify().damages} == {"altered", "missing"}


def test_how_much_there_is(either_settings: Settings) -> None:
    with Archive.open(either_settings) as archive:
        crawl(archive, finding(2019, extra="字" * 900), finding(2020))
        crawl(archive, finding(2019, extra="字" * 900, minutes=9))
        found = archive.sizes()
        kinds = {kind.kind: kind.objects for kind in found.kinds}
        assert kinds == {"raw": 2, "manifest": 2, "document": 2, "text": 2, "crawl-log": 2}
        assert found.compression is not None and found.compression > 1 and found.sent_bytes > found.received_bytes > 900
        year, = found.growth
        assert (year.year, year.captures, year.new_raw_objects) == (2026, 3, 2)
        html, = found.formats
        assert (html.doc_format, html.versions, html.raw_bytes, html.new_versions) == (
            "html", 2, found.received_bytes, {2026: 2}), "what was fetched again is no growth"

"""Damage is found, named and told apart from what a crash leaves; the catalog comes back from the objects alone."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from gongkai.capture import FetchRecord
from gongkai.document import Document
from gongkai.errors import DamageError, StorageError
from gongkai.settings import Settings
from storage import Archive
from storage.raw import keep_raw
from tests.factories import SITE, at, document, finding, lookalike, page_url, with_attachment
from tests.postgres_server import PostgresServer
from tests.storage.steps import crawl, files, listing

PDF = b"%PDF-1.4 \x00\x01"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    catalog = None
    if request.param == "postgresql":
        catalog = request.getfixturevalue("postgres_server").database()
    settings = Settings(archive=str(tmp_path_factory.mktemp("filled") / "archive"), catalog=catalog)
    fill(settings)
    return settings


@pytest.fixture
def kept(filled: Settings, tmp_path: Path, postgres_server: PostgresServer) -> Settings:
    shutil.copytree(filled.archive, tmp_path / "archive")
    catalog = postgres_server.database(filled.catalog) if filled.catalog else None
    return Settings(archive=str(tmp_path / "archive"), catalog=catalog)


def say(settings: Settings, statement: str) -> None:
    """To the catalog, behind the archive's back."""
    engine = create_engine(settings.catalog_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def fill(settings: Settings) -> None:
    """Crawls that give versions, a copy, a re-issue, attachments read and unread, a look-alike."""
    with Archive.open(settings) as archive:
        log = archive.begin_crawl(SITE)
        log.record(FetchRecord(SITE.url, at(0), 200, "page", reason="种子"))
        log.finish({})
        crawl(archive, finding(2019), finding(2020, 13), finding(2021, url="http://www.yunxi.gov.cn/2021.html"),
              with_attachment(finding(2018), "http://cgj.yunxi.gov.cn/1.pdf", PDF, document(2018, doc_format="pdf")),
              lookalike("http://cgj.yunxi.gov.cn/yd.html"))
        crawl(archive, finding(2019, minutes=60), finding(2020, 31, minutes=61), finding(2021, minutes=62),
              finding(2021, 44, url=page_url(2021, stem="gz"), published=date(2022, 3, 1), minutes=63),
              with_attachment(finding(2017, minutes=64), "http://cgj.yunxi.gov.cn/2.doc", b"\xd0\xcf\x11\xe0",
                              Document("unsupported", "doc")))


def damages(settings: Settings) -> list[tuple[str, str]]:
    with Archive.open(settings, read_only=True) as archive:
        report = archive.verify()
        assert report.ok is not bool(report.damages) and all(d.advice and d.detail for d in report.damages)
        return [(damage.kind, damage.key) for damage in report.damages]


def first(settings: Settings, pattern: str) -> Path:
    return sorted(Path(settings.archive).glob(pattern))[0]


def key(settings: Settings, path: Path) -> str:
    return path.relative_to(settings.archive).as_posix()


def test_an_archive_as_it_was_kept_is_clean_and_counted(kept: Settings) -> None:
    with Archive.open(kept) as archive:
        seen: list[int] = []
        report = archive.verify(lambda done, total: seen.append(done))
        assert report.ok and not report.leftovers and seen == sorted(seen)
        assert report.counts == {"raw objects": 10, "versions": 8, "crawl logs": 3, "crawl rows": 3, "version rows": 8,
                                 "capture rows": 12, "report rows": 5, "search entries": 5}
        assert report.as_json()["ok"] is True


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x20
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(("pattern", "harm", "kinds"), [
    ("raw/**/*.zst", _truncate, {"unreadable"}), ("raw/**/*.zst", _flip, {"unreadable", "altered"}),
    ("raw/**/*.zst", Path.unlink, {"missing"}), ("raw/**/*[0-9a-f]", _flip, {"altered"}),
    ("documents/**/v0001/manifest.json", _truncate, {"unreadable"}),
    ("documents/**/v0001/manifest.json", _flip, {"altered", "unreadable"}),
    ("documents/**/v0001/document.json", _flip, {"altered"}),
    ("documents/**/v0001/document.json", Path.unlink, {"missing"}),
    ("documents/**/v0001/text.md", _truncate, {"altered"}), ("documents/**/v0001/text.md", Path.unlink, {"missing"}),
    ("documents/**/v0001/manifest.json", Path.unlink, {"missing"}),
    ("crawls/**/*.zst", _truncate, {"unreadable"}), ("crawls/**/*.zst", Path.unlink, {"missing"})])
def test_a_damaged_object_is_named(kept: Settings, pattern: str, harm: Callable[[Path], None],
                                   kinds: set[str]) -> None:
    path = next(p for p in sorted(Path(kept.archive).glob(pattern)) if p.is_file())
    harm(path)
    found = [(kind, name) for kind, name in damages(kept) if name.removesuffix(".zst") == key(kept, path).removesuffix(
        ".zst")]
    assert found and {kind for kind, _ in found} <= kinds, damages(kept)


@pytest.mark.parametrize("pattern", ["raw/**/*.zst", "raw/**/*[0-9a-f]"])
def test_missing_bytes_are_named_by_the_key_they_stood_under(kept: Settings, pattern: str) -> None:
    lost = [path for path in Path(kept.archive).glob(pattern) if path.is_file()]
    for path in lost:
        path.unlink()
    assert sorted(damages(kept)) == sorted(("missing", key(kept, path)) for path in lost) != []


def test_bytes_nothing_refers_to_are_named_by_their_key(kept: Settings) -> None:
    with Archive.open(kept) as archive:
        name = keep_raw(archive._objects, "<p>没有人提到</p>".encode(), "text/html")
        assert name.endswith(".zst") and [leftover.key for leftover in archive.verify().leftovers] == [name]


def test_an_altered_text_is_not_blamed_on_the_catalog(kept: Settings) -> None:
    path = first(kept, "documents/**/v0001/text.md")
    _truncate(path)
    assert damages(kept) == [("altered", key(kept, path))]


def test_one_damage_does_not_hide_the_next(kept: Settings) -> None:
    harmed = [first(kept, pattern) for pattern in (
        "raw/**/*.zst", "documents/**/v0001/document.json", "documents/**/v0002/manifest.json", "crawls/**/*.zst")]
    for path in harmed:
        _truncate(path)
    names = {name for _, name in damages(kept)}
    assert {key(kept, path) for path in harmed} <= names


def test_a_removed_earlier_version_is_missed(kept: Settings) -> None:
    second = first(kept, "documents/**/v0002/manifest.json")
    earlier = second.parent.parent / "v0001" / "manifest.json"
    earlier.unlink()
    assert ("missing", key(kept, earlier)) in damages(kept)


def test_a_manifest_moved_to_another_document_is_misdescribed(kept: Settings) -> None:
    one, other = sorted(Path(kept.archive).glob("documents/**/v0001"))[:2]
    for name in ("manifest.json", "document.json", "text.md"):
        (other / name).write_bytes((one / name).read_bytes())
    assert ("misdescribed", key(kept, other / "manifest.json")) in damages(kept)


@pytest.mark.parametrize(("statement", "kind", "table"), [
    ("UPDATE reports SET title = 'x' WHERE report_year = 2019", "stale", "reports"),
    ("DELETE FROM reports WHERE report_year = 2019", "stale", "reports"),
    ("UPDATE versions SET published = '1999-01-01' WHERE report_year = 2019", "stale", "versions"),
    ("UPDATE captures SET status = 500 WHERE kind = 'work_plan'", "stale", "captures"),
    ("DELETE FROM captures WHERE kind = 'work_plan'", "missing", "captures"),
    ("INSERT INTO captures SELECT 'x', crawl_id, 'nowhere', 7, kind, role, url, url_name, final_url, fetched_at,"
     " status, raw_sha256, size_bytes, content_type, etag, last_modified FROM captures LIMIT 1",
     "dangling", "captures"),
    ("DELETE FROM versions WHERE report_year = 2019", "uncatalogued", "documents"),
    ("DELETE FROM crawls", "uncatalogued", "crawls")])
def test_a_damaged_row_is_named_and_rebuild_mends_it(kept: Settings, statement: str, kind: str, table: str) -> None:
    with Archive.open(kept) as archive:
        expected = listing(archive)
    say(kept, statement)
    assert any(found == kind and table in name for found, name in damages(kept)), damages(kept)
    with Archive.open(kept) as archive:
        archive.rebuild()
        assert archive.verify().ok and listing(archive) == expected


def test_what_a_crash_leaves_is_listed_but_is_no_damage(kept: Settings) -> None:
    with Archive.open(kept) as archive:
        log = archive.begin_crawl(SITE)
        log.record(FetchRecord(SITE.url, at(0), 200, "page"))
    folder = first(kept, "documents/**/v0001").parent / "v0009"
    folder.mkdir()
    (folder / "text.md").write_text("half a version")
    first(kept, "raw/**/*.zst").parent.joinpath("note.txt").write_text("put here by hand")
    with Archive.open(kept, read_only=True) as archive:
        report = archive.verify()
    assert report.ok, report.damages
    assert {Path(leftover.key).name for leftover in report.leftovers} == {
        "text.md", "note.txt", f"{log.crawl_id}.jsonl"}


def test_altered_bytes_are_never_handed_out(kept: Settings) -> None:
    with Archive.open(kept) as archive:
        stored = archive.version(next(archive.reports(year=2019)).report_id)
        path = Path(kept.archive, stored.manifest.captures[0].raw_key)
        _flip(path)
        with pytest.raises(DamageError):
            _ = stored.raw


def test_rebuild_gives_the_same_index_byte_for_byte(either_settings: Settings, tmp_path: Path) -> None:
    fill(either_settings)
    with Archive.open(either_settings) as archive:
        expected, stats = listing(archive), archive.stats()
        histories = {r.report_id: archive.history(r.report_id) for r in archive.reports()}
        archive.rebuild()
        assert (listing(archive), archive.stats()) == (expected, stats)
    elsewhere = either_settings.model_copy(update={"catalog": f"sqlite:///{tmp_path / 'other.db'}"})
    with Archive.open(elsewhere) as archive:
        assert listing(archive) == ""
        counts = archive.rebuild()
        assert counts == {"versions": 8, "crawls": 3, "captures": 12, "reports": 5, "registry events": 0, "skipped": 0}
        assert (listing(archive), archive.stats()) == (expected, stats)
        assert {r.report_id: archive.history(r.report_id) for r in archive.reports()} == histories
        assert archive.verify().ok
        assert crawl(archive, finding(2019, minutes=90))[0].outcome == "unchanged"


def test_the_same_crawl_gives_the_same_index_on_s3(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    local = Settings(archive=str(tmp_path / "here"))
    remote = Settings(**request.getfixturevalue("s3_settings").settings())
    fill(local)
    fill(remote)
    with Archive.open(local) as one, Archive.open(remote) as other:
        assert listing(one) == listing(other) != ""


@pytest.mark.parametrize("harm", ["gone", "rubbish", "truncated", "emptied"])
def test_a_broken_catalog_says_so_and_rebuild_brings_it_back(kept: Settings, harm: str) -> None:
    with Archive.open(kept) as archive:
        expected = listing(archive)
    catalog = Path(kept.archive, "catalog.db")
    if harm == "emptied" or kept.catalog:  # the files of a server are the server's
        say(kept, "DROP TABLE reports")
    elif harm == "gone":
        catalog.unlink()
    elif harm == "rubbish":
        catalog.write_bytes(b"this is no database at all" * 500)
    else:
        catalog.write_bytes(catalog.read_bytes()[:9000])
    with Archive.open(kept) as archive:
        if harm != "gone" or kept.catalog:
            with pytest.raises(StorageError, match="gongkai rebuild"):
                list(archive.reports())
        assert not archive.verify().ok
        archive.rebuild()
        assert listing(archive) == expected and archive.verify().ok


def test_rebuild_leaves_out_what_is_damaged_and_goes_on(kept: Settings) -> None:
    _truncate(first(kept, "documents/**/v0001/manifest.json"))
    with Archive.open(kept) as archive:
        counts = archive.rebuild()
        assert (counts["versions"], counts["skipped"]) == (7, 1)


def test_rebuild_keeps_what_a_running_crawl_of_another_process_needs(kept: Settings) -> None:
    with Archive.open(kept) as busy:
        busy.begin_crawl(SITE)
        with Archive.open(kept) as archive, pytest.raises(StorageError, match="another process is writing"):
            archive.rebuild()
        with pytest.raises(StorageError, match="running in this process"):
            busy.rebuild()


def test_a_rebuild_that_fails_leaves_the_old_catalog_and_the_next_goes_on_from_there(
        kept: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with Archive.open(kept) as archive:
        expected = listing(archive)
        with monkeypatch.context() as patch:
            patch.setattr("storage.rebuild.regroup", lambda *_, **__: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                archive.rebuild()
        assert listing(archive) == expected
        crawl(archive, finding(2016, minutes=99), finding(2019, 77, minutes=99))
        expected, steps = listing(archive), []
        counts = archive.rebuild(lambda done, total: steps.append((done, total)))
        assert counts["versions"] == 10 and counts["reports"] == 6
        assert steps[0] == (1, 3) and listing(archive) == expected  # two versions and one log were new
        report = archive.verify()
        assert report.ok, report.damages
    assert not [name for name in Path(kept.archive).iterdir() if "rebuild" in name.name]
    assert files(kept)

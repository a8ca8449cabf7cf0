"""Each kind of damage done at twenty places drawn by lot: every one named, nothing else, and what can be is mended."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from gongkai.errors import DamageError, StorageError
from gongkai.settings import Settings
from storage import Archive, SearchQuery
from storage.raw import pack, unpack
from tests.factories import finding, lookalike
from tests.storage.steps import crawl, listing

TIMES = 20


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(archive=str(tmp_path_factory.mktemp("whole") / "archive"))
    with Archive.open(settings) as archive:
        for number in range(24):
            crawl(archive, finding(2000 + number, extra=f"第{number}句"),
                  lookalike(f"http://cgj.yunxi.gov.cn/yd{number}.html", minutes=number),
                  finding(2000 + number, 31, extra=f"又第{number}句", minutes=60))
        report = archive.verify()
        assert report.ok and not report.leftovers, report
    return settings


@pytest.fixture
def kept(whole: Settings, tmp_path: Path) -> Settings:
    shutil.copytree(whole.archive, tmp_path / "archive")
    return Settings(archive=str(tmp_path / "archive"))


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-random.randint(1, 5)])


def flip(path: Path) -> None:
    """One bit. A few bits of a zstd frame mean nothing (padding, a reserved bit): the content is then what it was,
    and no digest of content can tell, so another is drawn."""
    whole = path.read_bytes()
    data = bytearray(whole)
    while bytes(data) == whole or (path.suffix == ".zst" and _reads_alike(whole, bytes(data))):
        data = bytearray(whole)
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    path.write_bytes(bytes(data))


def _reads_alike(whole: bytes, flipped: bytes) -> bool:
    try:
        return unpack(flipped) == unpack(whole)
    except DamageError:
        return False


def rewrite(path: Path) -> None:
    """Whole and well-formed, and yet not what was kept."""
    data = path.read_bytes()
    if path.suffix == ".zst":
        path.write_bytes(pack(unpack(data).replace(b"2", b"3", 1)))
    else:
        path.write_bytes(data.replace(b"2", b"3", 1))


def empty(path: Path) -> None:
    path.write_bytes(b"")


KINDS = {"raw": "raw/**/*.zst", "manifest": "documents/**/manifest.json", "document": "documents/**/document.json",
         "text": "documents/**/text.md", "log": "crawls/**/*.zst"}


@pytest.mark.parametrize("harm", [truncate, flip, rewrite, empty, Path.unlink], ids=lambda harm: harm.__name__)
@pytest.mark.parametrize("kind", KINDS)
def test_every_damaged_object_is_named_and_no_other(kept: Settings, kind: str, harm: Callable[[Path], None]) -> None:
    random.seed(f"{kind} {harm.__name__}")
    root = Path(kept.archive)
    chosen = random.sample(sorted(root.glob(KINDS[kind])), TIMES)
    for path in chosen:
        harm(path)
    with Archive.open(kept, read_only=True) as archive:
        damages = archive.verify().damages
    named = {damage.key for damage in damages if not damage.key.startswith("catalog:")}
    assert {path.relative_to(root).as_posix() for path in chosen} == named
    kinds = {damage.kind for damage in damages}
    assert kinds <= ({"missing"} if harm is Path.unlink else {"altered", "unreadable", "misdescribed"}) | (
        {"dangling", "stale"} if kind in ("manifest", "log") else set())


ROWS = {
    "versions": ("document_id || '/' || number", "DELETE FROM versions WHERE {}",
                 "UPDATE versions SET title = 'x' WHERE {}"),
    "captures": ("capture_id", "DELETE FROM captures WHERE {}", "UPDATE captures SET status = 418 WHERE {}"),
    "reports": ("report_id", "DELETE FROM reports WHERE {}", "UPDATE reports SET coverage = 'late' WHERE {}"),
    "crawls": ("crawl_id", "DELETE FROM crawls WHERE {}", "UPDATE crawls SET fetches = 0, site_url = 'x' WHERE {}"),
}


@pytest.mark.parametrize("way", [0, 1], ids=["deleted", "altered"])
@pytest.mark.parametrize("table", ROWS)
def test_every_damaged_row_is_named_and_repaired_from_the_objects(kept: Settings, table: str, way: int) -> None:
    key, *statements = ROWS[table]
    with Archive.open(kept) as archive:
        expected = listing(archive)
    engine = create_engine(kept.catalog_url)
    with engine.begin() as connection:
        names = [row[0] for row in connection.exec_driver_sql(f"SELECT {key} FROM {table} ORDER BY 1")]
        chosen = random.Random(f"{table}{way}").sample(names, TIMES)
        for name in chosen:
            connection.exec_driver_sql(statements[way].format(f"{key} = '{name}'"))
    engine.dispose()
    with Archive.open(kept) as archive:
        told = " ".join(damage.key for damage in archive.verify().damages)
        for name in chosen:
            document, _, number = name.partition("/")
            assert name in told or f"{document}/v{int(number or 0):04d}" in told, (name, told[:300])
        planned, _ = archive.repair(apply=False)
        assert planned and not archive.verify().ok
        for _ in range(2):  # what hangs on a mended row shows when it is mended
            _, after = archive.repair(apply=True)
        assert after.ok, after.damages
        assert listing(archive) == expected
        assert len(list(archive.search(SearchQuery("主动公开")))) == 24


def test_a_lost_reading_text_is_made_again_and_nothing_else_is_invented(kept: Settings) -> None:
    root = Path(kept.archive)
    texts = random.Random(7).sample(sorted(root.glob(KINDS["text"])), TIMES)
    before = {path: path.read_bytes() for path in texts}
    lost = sorted(root.glob(KINDS["raw"]))[:3]
    for path in [*texts, *lost]:
        path.unlink()
    with Archive.open(kept) as archive:
        planned, _ = archive.repair(apply=False)
        assert not texts[0].exists() and len(planned) == TIMES
        _, after = archive.repair(apply=True)
        assert {d.key for d in after.damages} == {path.relative_to(root).as_posix() for path in lost}
    assert {path: path.read_bytes() for path in texts} == before


def test_a_sample_and_a_day_look_at_as_much_as_asked(kept: Settings) -> None:
    with Archive.open(kept) as archive:
        few = archive.verify(sample=5)
        assert few.ok and few.counts["versions"] == 5 and 5 <= few.counts["raw objects"] <= 10
        report = archive.verify(sample=10_000)
        assert report.ok and report.counts["versions"] == 48
        assert archive.verify(since="2026-01-31").counts["versions"] == 48
        assert archive.verify(since="2999-01-01").counts == {}
    for path in Path(kept.archive).glob(KINDS["raw"]):
        flip(path)
    with Archive.open(kept) as archive:
        assert 5 <= len(archive.verify(sample=5).damages) <= 12
        assert len(archive.verify(since="2026-01-31").damages) >= 48


def test_verify_never_writes(kept: Settings) -> None:
    with Archive.open(kept, read_only=True) as archive, pytest.raises(StorageError, match="reading only"):
        archive.repair(apply=True)

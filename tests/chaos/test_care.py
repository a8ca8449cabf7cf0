"""Care while things happen: verify during a crawl, a rebuild that is killed, neighbours in one bucket, names and sizes
nobody expects."""

import multiprocessing
import os
import signal
import threading
from io import BytesIO
from pathlib import Path

import pytest

from gongkai.settings import Settings
from storage import Archive
from tests.chaos.conftest import drawn, points
from tests.chaos.steps import stepping
from tests.factories import document, finding, with_attachment
from tests.s3_server import S3Place
from tests.storage.steps import crawl, files, listing

YEARS = range(2014, 2022)


def test_verify_during_a_crawl_raises_no_false_alarm(tmp_path: Path) -> None:
    settings, over, alarms, rounds = Settings(archive=str(tmp_path / "archive")), threading.Event(), [], 0

    def verify() -> None:
        nonlocal rounds
        with Archive.open(settings, read_only=True) as reader:
            while not over.is_set():
                report = reader.verify()
                alarms.extend(report.damages)
                rounds += 1

    with Archive.open(settings) as archive:
        crawl(archive, *(finding(year) for year in YEARS[::2]))
        meanwhile = threading.Thread(target=verify)
        meanwhile.start()
        for turn in range(1, 5):
            crawl(archive, *(finding(year, turn, minutes=turn) for year in YEARS))
        over.set()
        meanwhile.join()
    assert rounds > 1 and alarms == []


def _rebuild_until(settings: Settings, step: int) -> None:
    stepping(step, 0)
    with Archive.open(settings) as archive:
        archive.rebuild()
    os._exit(0)


def test_a_rebuild_killed_anywhere_leaves_a_catalog_and_the_next_one_is_whole(tmp_path: Path) -> None:
    settings = Settings(archive=str(tmp_path / "archive"))
    with Archive.open(settings) as archive:
        crawl(archive, *(finding(year) for year in YEARS))
        crawl(archive, *(finding(year, 31, minutes=9) for year in YEARS[::3]))
        expected = listing(archive)
    fork, killed = multiprocessing.get_context("fork"), 0
    for step in drawn("rebuild", points(2), 12):
        child = fork.Process(target=_rebuild_until, args=(settings, step))
        child.start()
        child.join()
        killed += child.exitcode == -signal.SIGKILL
        with Archive.open(settings) as archive:
            assert listing(archive) == expected and archive.verify().ok, step
            archive.rebuild()
            assert listing(archive) == expected and archive.verify().ok, step
    assert killed


def test_archives_whose_prefixes_begin_alike_or_lie_in_each_other_do_not_see_each_other(
        s3_settings: S3Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {}
    for number, prefix in enumerate(("cn", "cn2", "cn/sub")):
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / str(number)))
        settings = Settings(**s3_settings.settings(prefix))
        kept[prefix] = settings
        with Archive.open(settings) as archive:
            crawl(archive, finding(2015 + number))
    for number, settings in enumerate(kept.values()):
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / str(number)))
        with Archive.open(settings) as archive:
            assert archive.verify().ok, archive.verify().damages
            assert archive.rebuild()["reports"] == 1
            assert [record.report_year for record in archive.reports()] == [2015 + number]
            assert archive.sizes()


@pytest.mark.parametrize("name", [
    "documents/stray", "documents/ab/abcd/v0001/manifest.json.bak", "raw/sha256/ab/cd/有 空格\n%2e%2e&?#.zst",
    "crawls/2026/01/…", "raw/sha256/zz", "documents/ab/" + "0" * 32 + "/v0001/manifest.json"])
def test_objects_under_names_nobody_gives_are_named_and_stop_nothing(
        name: str, tmp_path: Path) -> None:
    settings = Settings(archive=str(tmp_path / "archive"))
    with Archive.open(settings) as archive:
        crawl(archive, finding(2020))
        stray = tmp_path / "archive" / name
        stray.parent.mkdir(parents=True, exist_ok=True)
        stray.write_bytes(b"\xff{")
        report = archive.verify()
        assert any(name in told.key for told in (*report.damages, *report.leftovers)), (report.damages, name)
        expected = listing(archive)
        archive.rebuild()
        assert listing(archive) == expected
        archive.sizes()
        stray.unlink()
        assert archive.verify().ok


def test_odd_names_on_s3(s3_settings: S3Place) -> None:
    client = s3_settings.client()
    with Archive.open(Settings(**s3_settings.settings("cn"))) as archive:
        crawl(archive, finding(2020))
        for name in ("documents/中文 空格/a&b?c=d.json", "raw/sha256/ab/cd/%2e%2e", "documents/stray+1"):
            client.put_object(s3_settings.bucket, f"cn/{name}", BytesIO(b"x"), 1)
        report = archive.verify()
        named = {told.key for told in (*report.damages, *report.leftovers)}
        assert {"documents/中文 空格/a&b?c=d.json", "raw/sha256/ab/cd/%2e%2e", "documents/stray+1"} <= named
        assert archive.rebuild()["reports"] == 1


def test_a_manifest_of_megabytes_is_kept_read_and_verified(tmp_path: Path) -> None:
    settings = Settings(archive=str(tmp_path / "archive"))
    made = finding(2020, headers=[(f"X-Trace-{n}", "追踪" * 500) for n in range(400)])
    for number in range(60):
        made = with_attachment(made, f"http://cgj.yunxi.gov.cn/{number}.pdf", b"%PDF" + bytes([number]),
                               document(2020, doc_format="pdf"))
    with Archive.open(settings) as archive:
        crawl(archive, made)
        manifest, = (data for key, data in files(settings, "documents").items() if key.endswith("manifest.json"))
        assert len(manifest) > 1_000_000
        record, = archive.reports()
        assert len(archive.captures(archive.version(record.report_id))) == 61 and archive.verify().ok
        archive.rebuild()
        assert archive.verify().ok

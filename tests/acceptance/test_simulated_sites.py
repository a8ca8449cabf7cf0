"""A user crawls agency sites of two families, twice, into a directory and into S3, and is cut off on the way."""

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.shared_material import needs_shared
from tests.simulator import REPOSITORY, Simulator, bare, environment, gongkai, simulator

pytestmark = [needs_shared, pytest.mark.shared]
SEEDS = ("dev", "lantern", "weir")
SITES = ("s1", "s5")


@pytest.fixture(scope="module", params=SEEDS)
def world(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with simulator(request.param) as made:
        yield made


def crawl_arguments(world: Simulator, site: str) -> list[str]:
    target = world.target(site)
    names = ["--former-names", ";".join(target["former_names"])] if target["former_names"] else []
    return ["crawl", target["home"], "--agency", target["agency"], *names, "--json"]


def crawl(world: Simulator, site: str, **settings: str) -> dict[str, Any]:
    done = gongkai(*crawl_arguments(world, site), proxy=world.proxy, **settings)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def listed(**settings: str) -> list[dict[str, Any]]:
    done = gongkai("reports", "--format", "jsonl", **settings)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def lasting(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What two crawls at different times must agree on."""
    return [{k: v for k, v in record.items() if k not in ("first_seen", "last_seen")} for record in records]


def objects(archive: Path, *under: str) -> dict[str, int]:
    return {
        str(p.relative_to(archive)): p.stat().st_size
        for part in under
        for p in (archive / part).rglob("*")
        if p.is_file()
    }


def assert_every_own_report_and_no_other(world: Simulator, site: str, records: list[dict[str, Any]]) -> None:
    truth = world.own_reports(site)
    kept = {bare(url): record for record in records for url in record["urls"]}
    for report in truth:
        names = {bare(u) for u in (report["canonical_url"], *report["alt_urls"])}
        found = [kept[name] for name in names if name in kept]
        assert found, f"{report['year']} {report['kind']} {report['canonical_url']} is not in the archive"
        assert found[0]["report_year"] == report["year"]
    allowed = {bare(u) for r in truth for u in (r["canonical_url"], *r["alt_urls"], *r["file_urls"], *r["part_urls"])}
    assert set(kept) <= allowed, f"taken for reports: {set(kept) - allowed}"


@pytest.mark.parametrize("site", SITES)
def test_every_own_report_is_found_kept_and_kept_once(world: Simulator, site: str, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    first = crawl(world, site, archive=str(archive))
    records = listed(archive=str(archive))
    assert_every_own_report_and_no_other(world, site, records)
    assert first["years"] == list(range(2008, 2026)) and first["missing_years"] == []
    assert gongkai("verify", archive=str(archive)).returncode == 0

    before = objects(archive, "raw", "documents")
    second = crawl(world, site, archive=str(archive))
    assert (second["new"], second["changed"], second["unchanged"]) == (0, 0, first["reports"])
    assert objects(archive, "raw", "documents") == before

    told = gongkai("reports", "--format", "jsonl", archive=str(archive)).stdout
    (archive / "catalog.db").unlink()
    for side in ("catalog.db-wal", "catalog.db-shm"):
        (archive / side).unlink(missing_ok=True)
    assert gongkai("rebuild", archive=str(archive)).returncode == 0
    assert gongkai("reports", "--format", "jsonl", archive=str(archive)).stdout == told
    assert gongkai("verify", archive=str(archive)).returncode == 0


def test_cells_are_as_the_sites_printed_them(world: Simulator, tmp_path: Path) -> None:
    crawl(world, "s1", archive=str(tmp_path))
    wrong = []
    for report in world.own_reports("s1"):
        if report["year"] < 2019 or report["kind"] != "own":
            continue
        [record] = [r for r in listed(archive=str(tmp_path)) if bare(report["canonical_url"]) in map(bare, r["urls"])]
        shown = json.loads(
            gongkai("show", record["report_id"], "--format", "json", "--version", "1", archive=str(tmp_path)).stdout
        )
        for row, columns in report["tables"]["requests"].items():
            for column, value in columns.items():
                got = shown["tables"]["requests"][row][column]
                if got != value:
                    wrong.append((report["year"], row, column, value, got))
    assert not wrong


def test_a_doc_is_recognised_by_its_page_and_listed_as_pending(world: Simulator, tmp_path: Path) -> None:
    summary = crawl(world, "s1", archive=str(tmp_path))
    [report] = [r for r in world.own_reports("s1") if r["body_format"] == "doc"]
    [record] = [r for r in listed(archive=str(tmp_path)) if r["report_year"] == report["year"]]
    assert bare(report["file_urls"][0]) in map(bare, record["files"])
    assert [bare(u) for u in record["pending"]] == [bare(report["file_urls"][0])]
    assert [bare(u) for u in summary["pending"]] == [bare(report["file_urls"][0])]


def test_a_corrected_reissue_is_a_further_version_of_its_report(world: Simulator, tmp_path: Path) -> None:
    crawl(world, "s1", archive=str(tmp_path))
    corrected = [r for r in world.own_reports("s1") if r["kind"] == "corrected"]
    [record] = [r for r in listed(archive=str(tmp_path)) if r["report_year"] == corrected[0]["year"]]
    assert record["versions"] == 2 and len(record["urls"]) == 2


def test_the_same_crawl_into_s3_gives_the_same_reports(tmp_path: Path, s3_settings: dict[str, str]) -> None:
    with simulator("dev") as world:
        crawl(world, "s1", archive=str(tmp_path))
        remote = {
            **s3_settings,
            "archive": f"s3://{s3_settings.pop('bucket', 'gongkai')}-s1/kept",
            "catalog": f"sqlite:///{tmp_path}/s3.db",
        }
        crawl(world, "s1", **remote)
        here, there = listed(archive=str(tmp_path)), listed(**remote)
        assert lasting(there) == lasting(here)
        empty = {**remote, "catalog": f"sqlite:///{tmp_path}/empty.db"}
        assert gongkai("rebuild", **empty).returncode == 0
        assert listed(**empty) == there
        assert gongkai("verify", **empty).returncode == 0


def test_killed_at_ten_moments_the_next_run_finishes_the_work(tmp_path: Path) -> None:
    with simulator("dev") as world:
        whole = tmp_path / "whole"
        began = time.monotonic()
        crawl(world, "s1", archive=str(whole))
        lasts = time.monotonic() - began
        expected = lasting(listed(archive=str(whole)))
        expected_objects = objects(whole, "raw", "documents").keys()
        moments = random.Random(2008)
        for n in range(10):
            archive = tmp_path / f"cut{n}"
            process = subprocess.Popen(
                [sys.executable, "-m", "crawler", *crawl_arguments(world, "s1")],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=REPOSITORY,
                env=environment(world.proxy, archive=str(archive)),
            )
            time.sleep(lasts * moments.uniform(0.1, 0.95))
            process.send_signal(signal.SIGKILL)
            process.wait()
            crawl(world, "s1", archive=str(archive))
            assert lasting(listed(archive=str(archive))) == expected, f"cut {n}"
            assert objects(archive, "raw", "documents").keys() == expected_objects, f"cut {n}"
            verified = gongkai("verify", archive=str(archive))
            assert verified.returncode == 0, verified.stdout + verified.stderr

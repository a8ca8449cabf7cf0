"""A user crawls agency sites of two families, twice, into a directory and into S3."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.command import gongkai, lasting, listed, objects
from tests.s3_server import S3Place, s3_server, s3_settings  # noqa: F401  (fixtures)
from tests.shared_material import needs_shared
from tests.simulator import Simulator, bare, simulator

pytestmark = [needs_shared, pytest.mark.shared]
SEEDS = ("dev",)
SITES = ("s5",)


@dataclass(frozen=True)
class Crawled:
    """One site of one simulated world after its first crawl."""

    world: Simulator
    site: str
    archive: Path
    summary: dict[str, Any]
    records: list[dict[str, Any]]

    def record_of(self, year: int) -> dict[str, Any]:
        [record] = [r for r in self.records if r["report_year"] == year]
        return record


@pytest.fixture(scope="module", params=SEEDS)
def world(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with simulator(request.param) as made:
        yield made


@pytest.fixture(scope="module", params=SITES)
def crawled(world: Simulator, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    archive = tmp_path_factory.mktemp("archive") / "kept"
    summary = crawl(world, request.param, archive=str(archive))
    return Crawled(world, request.param, archive, summary, listed(archive=str(archive)))


def crawl_arguments(world: Simulator, site: str) -> list[str]:
    """As DESIGN's contract has it: the home page and the agency's name in use, nothing about its past."""
    target = world.target(site)
    return ["crawl", target["home"], "--agency", target["agency"], "--json"]


def crawl(world: Simulator, site: str, **settings: str) -> dict[str, Any]:
    done = gongkai(*crawl_arguments(world, site), proxy=world.proxy, **settings)
    assert done.returncode == 0, done.stderr
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


def test_every_own_report_is_found_and_no_other(crawled: Crawled) -> None:
    truth = crawled.world.own_reports(crawled.site)
    kept = {bare(url): record for record in crawled.records for url in record["urls"]}
    for report in truth:
        names = {bare(u) for u in (report["canonical_url"], *report["alt_urls"])}
        found = [kept[name] for name in names if name in kept]
        assert found, f"{report['year']} {report['kind']} {report['canonical_url']} is not in the archive"
        assert found[0]["report_year"] == report["year"]
    parts = ("alt_urls", "file_urls", "part_urls")
    allowed = {bare(u) for r in truth for u in (r["canonical_url"], *(url for part in parts for url in r[part]))}
    assert set(kept) <= allowed, f"taken for reports: {set(kept) - allowed}"
    assert crawled.summary["years"] == list(range(2008, 2026)) and crawled.summary["missing_years"] == []
    assert crawled.summary["outcome"] == "complete" and crawled.summary["incidents"] == []


def test_the_request_cells_are_as_the_site_printed_them(crawled: Crawled) -> None:
    wrong = []
    reports = [r for r in crawled.world.own_reports(crawled.site) if r["year"] >= 2019]
    for report in random.Random(crawled.site).sample(reports, 3):
        record = crawled.record_of(report["year"])
        history = gongkai("history", record["report_id"], "--json", archive=str(crawled.archive)).stdout.splitlines()
        number = next(str(entry["number"]) for entry in map(json.loads, history)
                      if bare(entry["url"]) == bare(report["canonical_url"]))
        shown = json.loads(gongkai("show", record["report_id"], "--version", number, "--format", "json",
                                   archive=str(crawled.archive)).stdout)
        for row, columns in report["tables"]["requests"].items():
            for column, value in columns.items():
                got = shown["tables"]["requests"][row][column]
                if got != value:
                    wrong.append((report["year"], row, column, value, got))
    assert not wrong


def test_a_second_crawl_adds_no_version_and_no_raw_object_and_a_rebuild_tells_the_same(crawled: Crawled) -> None:
    archive = str(crawled.archive)
    assert gongkai("verify", archive=archive).returncode == 0
    before = objects(crawled.archive, "raw", "documents")
    second = crawl(crawled.world, crawled.site, archive=archive)
    assert (second["new"], second["changed"], second["unchanged"]) == (0, 0, crawled.summary["reports"])
    assert objects(crawled.archive, "raw", "documents") == before

    told = gongkai("reports", "--format", "jsonl", archive=archive).stdout
    for file in crawled.archive.glob("catalog.db*"):
        file.unlink()
    assert gongkai("rebuild", archive=archive).returncode == 0
    assert gongkai("reports", "--format", "jsonl", archive=archive).stdout == told
    assert gongkai("verify", archive=archive).returncode == 0


def test_a_doc_behind_its_page_is_read_and_nothing_is_pending(crawled: Crawled) -> None:
    assert crawled.summary["pending"] == []
    for report in (r for r in crawled.world.own_reports(crawled.site) if r["body_format"] == "doc"):
        record = crawled.record_of(report["year"])
        assert [bare(u) for u in record["files"]] == [bare(u) for u in report["file_urls"]]
        shown = json.loads(gongkai("show", record["report_id"], "--format", "json",
                                   archive=str(crawled.archive)).stdout)
        assert (shown["status"], shown["doc_format"]) == ("ok", "rtf")
        assert len(shown["sections"]) >= 5


def test_a_corrected_reissue_is_a_further_version_of_its_report(crawled: Crawled) -> None:
    for report in (r for r in crawled.world.own_reports(crawled.site) if r["kind"] == "corrected"):
        record = crawled.record_of(report["year"])
        assert record["versions"] == 2 and len(record["urls"]) == 2


def test_the_same_crawl_into_s3_gives_the_same_reports(tmp_path: Path, s3_settings: S3Place) -> None:  # noqa: F811
    place = {key: str(value) for key, value in s3_settings.settings("kept").items()}
    with simulator("dev") as world:
        crawl(world, "s1", archive=str(tmp_path / "here"))
        here = listed(archive=str(tmp_path / "here"))
        there = {**place, "catalog": f"sqlite:///{tmp_path}/there.db"}
        crawl(world, "s1", **there)
        assert lasting(listed(**there)) == lasting(here)
        empty = {**place, "catalog": f"sqlite:///{tmp_path}/empty.db"}
        assert gongkai("rebuild", **empty).returncode == 0
        assert listed(**empty) == listed(**there)
        assert gongkai("verify", **empty).returncode == 0

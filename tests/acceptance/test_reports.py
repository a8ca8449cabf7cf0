"""``gongkai reports``: what a researcher narrows a listing or a search down to."""

import json

import pytest

from gongkai.settings import Settings
from storage import Archive
from tests.command import gongkai
from tests.factories import finding
from tests.storage.steps import crawl


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = str(tmp_path_factory.mktemp("archive"))
    with Archive.open(Settings(archive=place)) as opened:
        crawl(opened, *(finding(year, url=f"http://{host}/{year}.html", agency=name, region=region)
                        for year in (2020, 2021) for host, name, region in (
                            ("xm.gov.cn", "厦门市人民政府", "350200"), ("cz.gov.cn", "福建省财政厅", "350000"),
                            ("bj.gov.cn", "北京市某某街道办事处", "110101"))))
    return place


def _listed(archive: str, *options: str) -> list[tuple[int, str]]:
    done = gongkai("reports", *options, "--format", "jsonl", archive=archive)
    assert done.returncode == 0, done.stderr
    return [(r["report_year"], r["agency"]) for r in map(json.loads, done.stdout.splitlines())]


def test_a_listing_and_a_search_take_the_same_filters(archive: str) -> None:
    for query in ((), ("--query", "主动公开")):
        assert sorted(_listed(archive, *query, "--type", "township")) == [
            (2020, "北京市某某街道办事处"), (2021, "北京市某某街道办事处")]
        assert _listed(archive, *query, "--form", "cn-gov-2021", "--region", "3500", "--limit", "1", "--passed")
    assert _listed(archive, "--form", "cn-gov-2019") == _listed(archive, "--failed") == []


def test_counts_by_year_and_province(archive: str) -> None:
    done = gongkai("reports", "--query", "主动公开", "--counts", "--format", "jsonl", archive=archive)
    assert [tuple(json.loads(line).values()) for line in done.stdout.splitlines()] == [
        ("year", "2021", 3), ("year", "2020", 3), ("province", "11", 2), ("province", "35", 4)]


@pytest.mark.parametrize(("options", "told"), [
    (("--counts",), "go with --query"), (("--query", "公开", "--counts", "--limit", "3"), "leave out"),
    (("--type", "ministry"), "ministry")])
def test_what_cannot_go_together_is_said(archive: str, options: tuple[str, ...], told: str) -> None:
    done = gongkai("reports", *options, archive=archive)
    assert done.returncode == 2 and told in done.stderr and "Traceback" not in done.stderr

"""Several crawls of one site at once, on one machine and on two that share bucket and database."""

from pathlib import Path

import pytest

from gongkai.settings import Settings
from storage.keeping import Keeper
from tests.chaos.conftest import Machine, Site, Whole, assert_whole
from tests.factories import finding
from tests.s3_server import S3Place
from tests.storage.steps import crawl, outcomes


def test_two_machines_crawl_one_site_at_once_into_one_archive(
        site: Site, whole: Whole, s3_settings: S3Place, postgres_url: str, tmp_path: Path) -> None:
    settings = Settings(**s3_settings.settings("cn"), catalog=postgres_url)
    one, other = (Machine(tmp_path / name, settings) for name in ("one", "other"))
    crawls = [site.begin(machine) for machine in (one, other)]
    told = [crawl.told() for crawl in crawls]
    assert [t.exit_code for t in told] == [0, 0], [t.stderr for t in told]
    assert "failed" not in {t.summary["outcome"] for t in told}, [t.summary for t in told]
    pages = told[0].acknowledged
    assert pages and pages == told[1].acknowledged
    assert_whole(one, whole, "two machines at once", pages)
    site.crawl_whole(other)
    assert_whole(other, whole, "and one more run", pages)


@pytest.mark.parametrize("seam", ["_free_number", "_write_version"])
def test_a_state_another_machine_kept_a_moment_ago_is_not_kept_twice(
        seam: str, s3_settings: S3Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, plain = Settings(**s3_settings.settings("cn")), getattr(Keeper, seam)
    with Machine(tmp_path / "one", settings).open() as slower, Machine(tmp_path / "other", settings).open() as faster:
        def overtaken(*args: object) -> object:
            monkeypatch.setattr(Keeper, seam, plain)
            crawl(faster, finding(2020, minutes=1))
            return plain(*args)

        monkeypatch.setattr(Keeper, seam, overtaken)
        assert outcomes(slower, finding(2020)) == ["unchanged"]
        assert slower.stats().versions == 1 and slower.verify(sample=9).ok
        monkeypatch.setattr(Keeper, seam, overtaken)
        assert outcomes(slower, finding(2020, 31, minutes=2)) == ["changed"], "the other kept another state"
        slower.rebuild()
        assert slower.stats().versions == 2 and slower.verify().ok

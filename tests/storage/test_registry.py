"""The archive's registry of sites: changes are events, the table is made from them."""

import json
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from gongkai.errors import ConfigurationError, NotFoundError
from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import Archive, SiteRecord
from storage.registry import RegistryEvent, SiteState, new_event, newer, site_rows

CITY = AgencySite("http://www.yunxi.gov.cn/", "云溪市人民政府", "350200")
BUREAU = AgencySite("http://cgj.yunxi.gov.cn/", "云溪市城市管理局", "350200", ("云溪市城市管理行政执法局",), "monthly")


def rows(settings: Settings) -> list[SiteRecord]:
    with Archive.open(settings) as archive:
        return list(archive.sites(retired=None))


def event_files(settings: Settings) -> list[Path]:
    return sorted(Path(settings.archive).glob("registry/*/*/*.json"))


def test_a_rebuilt_catalog_has_the_same_registry(either_settings: Settings) -> None:
    with Archive.open(either_settings) as archive:
        archive.add_sites([CITY, BUREAU], source="sites.csv")
        archive.add_sites([AgencySite("https://cgj.yunxi.gov.cn/index.html", "云溪市城市管理和综合执法局")])
        archive.retire_site("http://www.yunxi.gov.cn/", reason="moved")
        before = list(archive.sites(retired=None))
        archive.rebuild()
        assert list(archive.sites(retired=None)) == before
        (followed,) = archive.sites()
        assert archive.verify().ok
    assert followed.agency == "云溪市城市管理和综合执法局"
    assert followed.former_names == BUREAU.former_names, "what a row leaves open keeps what is known"
    assert len(before) == 2


def test_the_same_rows_again_write_nothing(settings: Settings) -> None:
    with Archive.open(settings) as archive:
        assert archive.add_sites([CITY, BUREAU]).added == 2
        again = archive.add_sites([CITY, BUREAU])
    assert (again.event_id, again.unchanged) == (None, 2)
    assert len(event_files(settings)) == 1


def test_one_site_under_two_spellings_and_names_is_refused_and_nothing_is_written(settings: Settings) -> None:
    other = AgencySite("https://www.yunxi.gov.cn/index.html", "云溪市财政局")
    with Archive.open(settings) as archive, pytest.raises(ConfigurationError, match="stands twice"):
        archive.add_sites([CITY, other])
    assert event_files(settings) == []


def test_a_site_nobody_entered_cannot_be_retired(archive: Archive) -> None:
    with pytest.raises(NotFoundError, match="not in the registry"):
        archive.retire_site("http://www.yunxi.gov.cn/")


def test_a_retired_site_entered_again_is_followed_again(archive: Archive) -> None:
    archive.add_sites([BUREAU])
    archive.retire_site(BUREAU.url)
    assert list(archive.sites()) == []
    assert archive.add_sites([CITY, BUREAU]).added == 2
    assert {row.url for row in archive.sites()} == {CITY.url, BUREAU.url}


def test_an_altered_event_is_named(settings: Settings) -> None:
    with Archive.open(settings) as archive:
        archive.add_sites([CITY])
    (path,) = event_files(settings)
    path.chmod(0o644)
    path.write_text(path.read_text("utf-8").replace("350200", "350100"), "utf-8")
    with Archive.open(settings) as archive:
        (damage,) = archive.verify().damages
    assert (damage.key, damage.kind) == (str(path.relative_to(settings.archive)), "altered")


def test_a_lost_event_and_an_altered_row_are_named(settings: Settings) -> None:
    with Archive.open(settings) as archive:
        archive.add_sites([CITY])
        archive.add_sites([BUREAU])
    engine = create_engine(settings.catalog_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE sites SET agency = '别的局' WHERE url = :url"), {"url": CITY.url})
    with Archive.open(settings) as archive:
        assert [d.kind for d in archive.verify().damages] == ["stale"]
        archive.rebuild()
        assert archive.verify().ok
    event_files(settings)[0].unlink()
    with Archive.open(settings) as archive:
        assert [d.kind for d in archive.verify().damages] == ["missing"]


def test_an_event_a_dead_process_did_not_enter_is_entered_by_the_next_change(settings: Settings) -> None:
    with Archive.open(settings) as archive:
        archive.add_sites([CITY])
    engine = create_engine(settings.catalog_url)
    with engine.begin() as connection:  # as if it had died between object and catalog
        connection.execute(text("DELETE FROM sites"))
        connection.execute(text("DELETE FROM site_events"))
    with Archive.open(settings) as archive:
        assert [d.kind for d in archive.verify().damages] == ["uncatalogued"]
        archive.add_sites([BUREAU])
        assert {row.url for row in archive.sites()} == {CITY.url, BUREAU.url}
        assert archive.verify().ok


def test_writers_at_once_lose_nothing(settings: Settings) -> None:
    def write(part: int) -> None:
        with Archive.open(settings) as archive:
            for n in range(5):
                archive.add_sites([AgencySite(f"http://s{part}x{n}.yunxi.gov.cn/"), BUREAU])

    threads = [threading.Thread(target=write, args=(part,)) for part in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(settings)) == 16
    with Archive.open(settings) as archive:
        assert archive.verify().ok


def test_the_order_events_are_read_in_makes_no_difference() -> None:
    first = new_event([SiteState("added", CITY)], by="a", reason="", source="", newest=None)
    later = "29990101T000000.000000Z-00000000"
    second: RegistryEvent = new_event([SiteState("retired", CITY)], by="a", reason="", source="", newest=later)
    assert second.event_id > later, "a clock set back does not make a change look old"
    (one,), (two,) = site_rows(first), site_rows(second)
    assert newer(newer(None, one), two) == newer(newer(None, two), one)
    assert newer(one, two)["retired"] and newer(one, two)["added_at"] == first.at


def test_an_event_says_who_when_and_why(settings: Settings) -> None:
    with Archive.open(settings) as archive:
        archive.add_sites([CITY], reason="pilot", source="sites.csv", by="li")
    told = json.loads(event_files(settings)[0].read_text("utf-8"))
    assert (told["by"], told["reason"], told["source"]) == ("li", "pilot", "sites.csv")

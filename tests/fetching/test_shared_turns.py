"""Crawls on several machines take turns at a host, and leave alone what turned one of them away: through PostgreSQL."""

import asyncio
import time
from pathlib import Path

import pytest

from crawler.fetching.rests import SharedRests
from crawler.fetching.turns import SharedTurns
from gongkai.settings import Settings
from storage.shared import Shared, open_shared
from tests.postgres_server import PostgresServer, postgres_server, postgres_url  # noqa: F401  (fixtures)

HOST = "www.pol.gov.cn"


@pytest.fixture
def machines(postgres_url: str, tmp_path: Path) -> list[Shared]:  # noqa: F811
    """Three machines that have the catalog's server in common and nothing else."""
    settings = [Settings(archive=str(tmp_path / name), catalog=postgres_url) for name in "abc"]
    return [shared for one in settings if (shared := open_shared(one)) is not None]


def test_an_archive_with_its_catalog_in_a_file_shares_nothing(tmp_path: Path) -> None:
    assert open_shared(Settings(archive=str(tmp_path))) is None


def test_three_machines_never_ask_one_host_at_once_and_keep_the_delay_between_them(machines: list[Shared]) -> None:
    begun: list[float] = []
    ended: list[float] = []
    now = most = 0

    async def crawl(turns: SharedTurns) -> None:
        nonlocal now, most
        for _ in range(3):
            async with turns.at(HOST, 0.1):
                now, begins = now + 1, time.monotonic()
                most = max(most, now)
                await asyncio.sleep(0.03)
                begun.append(begins)
                ended.append(time.monotonic())
                now -= 1

    async def all_of_them() -> None:
        await asyncio.gather(*(crawl(SharedTurns(one.hosts, 30, 60)) for one in machines))

    asyncio.run(all_of_them())
    assert most == 1 and len(begun) == 9
    gaps = [begin - end for begin, end in zip(sorted(begun)[1:], sorted(ended)[:-1], strict=True)]
    assert min(gaps) >= 0.09, gaps


def test_a_pause_one_machine_grants_a_host_is_kept_by_the_others(machines: list[Shared]) -> None:
    one, other = (SharedTurns(shared.hosts, 30, 60) for shared in machines[:2])
    one.rest(HOST, 1.0)
    time.sleep(0.2)

    async def waits() -> float:
        began = time.monotonic()
        async with other.at(HOST, 0):
            return time.monotonic() - began

    assert 0.5 < asyncio.run(waits()) < 5


def test_a_turn_outlives_a_restart_of_the_server_and_ends_by_itself_when_its_crawl_was_killed(
        machines: list[Shared], postgres_server: PostgresServer) -> None:  # noqa: F811
    one, other = machines[0].hosts, machines[1].hosts
    assert one.take(HOST, "killed", 0, 3, 60) == 0
    postgres_server.restart()
    assert other.take(HOST, "waits", 0, 30, 60) is None, "the restart forgot whose turn it was"
    limit = time.monotonic() + 10
    while other.take(HOST, "waits", 0, 30, 60) is None:
        assert time.monotonic() < limit, "a killed crawl keeps the host for ever"
        time.sleep(0.1)


def test_a_host_that_turned_one_machine_away_rests_for_all_of_them(machines: list[Shared]) -> None:
    first, second = (SharedRests(shared.hosts, 3600) for shared in machines[:2])
    assert second.of(HOST) is None
    begun = first.begin(HOST, "challenge", "a page asks for a captcha")
    kept = second.of(HOST)
    assert begun is not None and kept == begun and kept.reason == "a page asks for a captcha"
    assert SharedRests(machines[2].hosts, 60).of(HOST) is None, "the period was shortened there"
    assert SharedRests(machines[2].hosts, 0).begin(HOST, "challenge", "") is None

"""The queue of jobs in PostgreSQL: made and upgraded, filled without doubles, and rid of workers that died."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from procrastinate import App
from procrastinate.schema import SchemaManager
from sqlalchemy import create_engine, text

from crawler.jobs.machines import queue as queues
from crawler.jobs.machines.patience import PatientConnector
from crawler.jobs.machines.queue import CRAWLS, ORDERED, Crawl, Queue, connection_arguments, offer
from crawler.jobs.machines.stalled import Stalled
from gongkai.clock import utc_now
from gongkai.errors import ConfigurationError
from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import Archive, Due
from storage.identity import site_id
from storage.shared import open_shared
from tests.command import gongkai
from tests.postgres_server import postgres_server, postgres_url  # noqa: F401  (fixtures)

ONE, OTHER, THIRD = (AgencySite(f"http://{name}.yunxi.gov.cn/", f"云溪市{name}局") for name in ("cgj", "swj", "wjw"))


@pytest.fixture
def settings(tmp_path: Path, postgres_url: str) -> Settings:  # noqa: F811
    return Settings(archive=str(tmp_path / "archive"), catalog=postgres_url)


@pytest.fixture
def queue(settings: Settings) -> Iterator[Queue]:
    with Queue.open(settings) as opened:
        yield opened


def rows(settings: Settings, query: str = "SELECT * FROM procrastinate_jobs ORDER BY id") -> list[dict[str, Any]]:
    engine = create_engine(settings.catalog or "", connect_args={"options": "-csearch_path=gongkai_jobs"})
    try:
        with engine.begin() as connection:
            found = connection.execute(text(query))
            return [dict(row._mapping) for row in found] if found.returns_rows else []
    finally:
        engine.dispose()


def look(settings: Settings, silent_s: float = 5, mine: tuple[list[int], set[int]] = ([], set()), times: int = 1,
         ) -> list[int]:
    async def once() -> list[int]:
        app = App(connector=PatientConnector(**connection_arguments(settings), min_size=1, max_size=2))
        async with app.open_async():
            stalled = Stalled(app, silent_s, lambda: mine)
            for _ in range(times - 1):
                await stalled.look()
            return await stalled.look()

    return asyncio.run(once())


def test_without_postgresql_the_worker_says_what_it_needs(tmp_path: Path) -> None:
    refused = gongkai("worker", archive=str(tmp_path), language="en")
    assert refused.returncode == 2 and "GONGKAI_CATALOG" in refused.stderr and "Traceback" not in refused.stderr
    with pytest.raises(ConfigurationError, match="gongkai schedule runs the crawls itself"):
        connection_arguments(Settings(archive=str(tmp_path)))


def test_the_queue_is_made_once_and_brought_from_an_older_release_to_this_one(
        settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = open_shared(settings)
    assert shared is not None
    monkeypatch.setattr(queues, "version", lambda _: "3.3.0")
    monkeypatch.setattr(SchemaManager, "get_schema", staticmethod(lambda: "\n".join(
        path.read_text("utf-8") for path in sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
        if path.name < "03.04")))
    Queue(settings, shared).prepare().prepare()
    newer = "SELECT 1 FROM pg_proc WHERE proname = 'procrastinate_retry_job_v2'"
    assert not rows(settings, newer), "the older release had this already: name another of its functions"
    monkeypatch.undo()
    Queue(settings, shared).prepare().prepare()
    assert rows(settings, newer)
    assert Queue(settings, shared).put_crawls([Crawl("a", "a.gov.cn", 0)]) == 1
    shared.close()


def test_what_is_ordered_or_due_goes_in_once_orders_first_and_not_all_at_once(
        settings: Settings, queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    now = utc_now()
    with Archive.open(settings) as archive:
        archive.add_sites([ONE, OTHER, THIRD])
        archive.timetable.decide([Due(site_id(ONE.url), now - timedelta(hours=2), "", "r"),
                                  Due(site_id(OTHER.url), now - timedelta(hours=1), "", "r"),
                                  Due(site_id(THIRD.url), now + timedelta(hours=1), "", "r")])
        order = archive.timetable.order(THIRD, why="a reader waits", by="li", priority=3, now=now)
        offered = offer(archive.timetable, now)
        assert [crawl.target for crawl in offered] == [order, site_id(ONE.url), site_id(OTHER.url)]
        assert [crawl.target for crawl in offer(archive.timetable, now, due=False)] == [order]
        assert (queue.put_crawls(offered), queue.put_crawls(offered)) == (3, 0)
        stored = rows(settings)
        assert [(job["lock"], job["priority"]) for job in stored] == [
            ("host/wjw.yunxi.gov.cn", ORDERED + 3), ("host/cgj.yunxi.gov.cn", 0), ("host/swj.yunxi.gov.cn", 0)]
        lease = archive.timetable.take("a", now, 60, only=order)
        assert lease is not None
        assert order not in {crawl.target for crawl in offer(archive.timetable, now)}, "it is being crawled"
        later = offer(archive.timetable, now + timedelta(minutes=2))
        assert order in {crawl.target for crawl in later}, "its runner went silent"
    monkeypatch.setattr(queues, "WAITING_CRAWLS", 4)
    assert queue.put_crawls(Crawl(str(n), f"{n}.gov.cn", 0) for n in range(10)) == 1
    assert queue.waiting(CRAWLS) == queue.waiting() == 4 and not queue.has_room()
    assert queue.put_crawls([Crawl("urgent", "urgent.gov.cn", ORDERED)]) == 1, "somebody waits for it"


def test_versions_to_read_go_in_as_batches_of_a_hundred(settings: Settings, queue: Queue) -> None:
    assert queue.put_readings([(f"{n:032x}", 1) for n in range(250)]) == 3
    assert [len(job["args"]["versions"]) for job in rows(settings)] == [100, 100, 50]


def test_jobs_of_dead_workers_go_back_and_one_that_kills_workers_is_given_up(settings: Settings, queue: Queue) -> None:
    queue.put_crawls([Crawl(name, f"{name}.gov.cn", 0) for name in ("alive", "silent", "pruned", "poison", "twice")])
    hour = "interval '1 hour'"
    rows(settings, f"INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() + {hour}), (now() - {hour})")
    rows(settings, "UPDATE procrastinate_jobs SET status = 'doing', worker_id = CASE args->>'target' "
                   "WHEN 'alive' THEN 1 WHEN 'pruned' THEN NULL ELSE 2 END")
    rows(settings, "UPDATE procrastinate_jobs SET attempts = 4 WHERE args->>'target' = 'poison'")
    queue._put([queues._job(queues.CRAWL_TASK, CRAWLS, {"target": "twice"}, "crawl/twice", lock="host/twice.gov.cn")])

    assert look(settings, silent_s=3000) == [], "the server has just started: nobody had the time to say that he lives"
    look(settings, silent_s=0.5)
    states = {(job["args"]["target"], job["status"]) for job in rows(settings)}
    assert {("alive", "doing"), ("poison", "failed"), ("silent", "todo"), ("pruned", "todo")} <= states
    assert [state for target, state in states if target == "twice"] == ["todo"], "a second one waited already"


def test_a_job_whose_answer_was_lost_on_its_way_to_a_living_worker_goes_back(settings: Settings, queue: Queue) -> None:
    queue.put_crawls([Crawl("lost", "lost.gov.cn", 0), Crawl("running", "running.gov.cn", 0)])
    rows(settings, "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() + interval '1 hour')")
    rows(settings, "UPDATE procrastinate_jobs SET status = 'doing', worker_id = 1")
    running = next(job["id"] for job in rows(settings) if job["args"]["target"] == "running")
    assert look(settings, 0.5, ([1], {running})) == [], "it may be on its way"
    look(settings, 0.5, ([1], {running}), times=2)
    assert {job["args"]["target"]: job["status"] for job in rows(settings)} == {"lost": "todo", "running": "doing"}

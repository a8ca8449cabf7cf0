"""Batches of versions that a worker reads again."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from crawler.jobs.machines.leased import Named
from crawler.jobs.machines.queue import Queue
from crawler.jobs.machines.tasks import Work
from gongkai.settings import Settings
from storage import Archive, RenewalQuery
from storage.shared import open_shared
from tests.acceptance.test_renormalise import page
from tests.cluster.test_queue import rows
from tests.factories import SITE
from tests.postgres_server import postgres_server, postgres_url  # noqa: F401  (fixtures)
from tests.storage.steps import crawl


def test_a_stopped_worker_puts_back_what_it_has_not_read_and_keeps_its_reader_for_the_next_batch(
        tmp_path: Path, postgres_url: str) -> None:  # noqa: F811
    settings = Settings(archive=str(tmp_path / "archive"), catalog=postgres_url)
    shared = open_shared(settings)
    assert shared is not None
    Queue(settings, shared).prepare()
    signals = SimpleNamespace(signal=None)
    with Archive.open(settings) as archive:
        crawl(archive, *(page(year, SITE) for year in range(2016, 2022)))
        versions = archive.renewable(RenewalQuery())
        work = Work(archive, settings, shared, cast(Named, SimpleNamespace(interruption=signals)), 1, 1)
        try:
            assert work._read(versions) == "unchanged 6"
            with work.readers.one() as warm, work.readers.one() as other:
                assert warm._is_up and other is not warm, "two batches at a time have two"
            signals.signal = 15
            told = work._read(versions)
            waiting, = (job["args"]["versions"] for job in rows(settings))
            assert told == "stopped after 1 of 6; the rest is in the queue again" and len(waiting) == 5
            assert {tuple(version) for version in waiting} < set(versions)
            work.readers.close_idle(60)
            assert warm._is_up
            work.readers.close_idle(0)
            assert warm._gate is None, "nobody needed it any more"
        finally:
            work.readers.close_idle(0)
            shared.close()

"""PostgreSQL is restarted again and again in the middle of a crawl."""

import threading
import time
from pathlib import Path

from gongkai.settings import Settings
from tests.chaos.conftest import Machine, Site, Whole, assert_whole
from tests.postgres_server import PostgresServer


def test_postgresql_restarted_in_the_middle_of_a_crawl(
        site: Site, whole: Whole, postgres_server: PostgresServer, postgres_url: str, tmp_path: Path) -> None:
    machine = Machine(tmp_path / "machine", Settings(archive=str(tmp_path / "archive"), catalog=postgres_url))
    machine.open().close()
    crawl = site.begin(machine)
    restarts, over = 0, threading.Event()

    def trouble() -> None:
        nonlocal restarts
        seen = 0
        while not over.wait(0.02):
            kept = sum(event["event"] == "finding" for event in crawl.events())
            if kept > seen and restarts < 3:
                seen, restarts = kept + 1, restarts + 1
                postgres_server.stop()
                time.sleep(0.3)
                postgres_server.resume()

    meanwhile = threading.Thread(target=trouble)
    meanwhile.start()
    try:
        told = crawl.told()
    finally:
        over.set()
        meanwhile.join()
    assert restarts == 3
    assert told.exit_code == 0 and len(told.acknowledged) == len(whole.pages), (told.stderr, told.summary)
    assert_whole(machine, whole, "restarted three times", told.acknowledged)
    site.crawl_whole(machine)
    assert_whole(machine, whole, "and one more run", told.acknowledged)

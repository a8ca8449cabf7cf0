"""The schedule through the command: runners as processes, stopped, killed, side by side."""

import csv
import io
import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import Archive, Order
from tests.acceptance.test_interruptions import assert_gone, processes_below
from tests.acceptance.test_mistakes import Say, assert_refused, say
from tests.command import gongkai, started
from tests.rude_server import Answer, RudeServer

__all__ = ["say"]

HERE = {"allow_hosts": "127.0.0.1", "language": "en"}


YEARS = range(2019, 2025)


@pytest.fixture
def site() -> Iterator[RudeServer]:
    """A bureau with one list and six reports."""
    def report(year: int) -> bytes:
        title = f"柳溪市商务局{year}年政府信息公开工作年度报告"
        return f"<title>{title}</title><h1>{title}</h1><p>{f'一、总体情况。{year}年，' * 60}</p>".encode()

    rows = "".join(f"<li><a href='/nb/{year}.htm'>柳溪市商务局{year}年政府信息公开工作年度报告</a>"
                   f"<span>{year + 1}-01-20</span></li>" for year in YEARS)
    pages: dict[str, Answer] = {"/": "<title>柳溪市商务局</title><a href='/nb/'>政府信息公开年报</a>".encode(),
                                "/nb/": f"<title>政府信息公开年报</title>{rows}".encode(),
                                **{f"/nb/{year}.htm": report(year) for year in YEARS}}
    with RudeServer(b"", pages) as made:
        yield made


def asked(place: Path, look: Callable[[Archive], Any]) -> Any:
    with Archive.open(Settings(archive=str(place)), create=False, read_only=True) as archive:
        return look(archive)


def until(place: Path, look: Callable[[Archive], Any], within_s: float = 60.0) -> Any:
    deadline = time.monotonic() + within_s
    with Archive.open(Settings(archive=str(place)), create=False, read_only=True) as archive:
        while not (found := look(archive)):
            assert time.monotonic() < deadline, "it never came to that"
            time.sleep(0.2)
    return found


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    _, err = process.communicate(timeout=60)
    assert "Traceback" not in err, err
    return process.returncode, err


def test_an_order_outlives_a_runner_that_is_stopped_and_one_that_is_killed(
    site: RudeServer, tmp_path: Path
) -> None:
    place = tmp_path / "archive"
    here = {**HERE, "archive": str(place), "lease_s": "3"}
    with Archive.open(Settings(archive=str(place))) as archive:
        name = archive.timetable.order(AgencySite(site.url("/"), "柳溪市商务局"), why="a reader asked", by="web")

    def order(archive: Archive) -> Order:
        return archive.timetable.see(name)

    def begun(archive: Archive) -> bool:
        return order(archive).progress.get("found", 0) > 0

    first = started("schedule", "--jobs", "1", **here, delay_s="0.8", log_format="json")
    until(place, begun)
    first.send_signal(signal.SIGTERM)
    code, err = ended(first)
    told = [json.loads(line) for line in err.splitlines()]
    assert code == 0 and [line["event"] for line in told] == ["started", "begun", "stopping", "given_back", "stopped"]
    assert (told[1]["site"], told[1]["order"]) == (site.url("/"), name)
    waiting = asked(place, order)
    assert waiting.state == "waiting" and waiting.reason.startswith("its runner stopped")

    second = started("schedule", **here, delay_s="0.8")
    until(place, begun)
    below = processes_below(second.pid)
    second.kill()
    second.communicate()
    assert_gone(below)
    assert asked(place, order).state == "running", "until its lease runs out"
    time.sleep(3)
    third = gongkai("crawl", "--due", "--json", **here)
    assert third.returncode == 0, third.stderr
    assert "attempt 3" in third.stderr and json.loads(third.stdout)["site"] == site.url("/")
    finished = asked(place, order)
    assert (finished.state, finished.attempts) == ("done", 3) and finished.crawl_id
    assert {record.report_year for record in asked(place, lambda archive: list(archive.reports()))} == set(YEARS)
    assert all(site.paths.count(f"/nb/{year}.htm") <= 2 for year in YEARS), "what was stored is not asked for again"
    assert asked(place, lambda archive: archive.verify()).ok


def test_two_runners_crawl_each_due_site_once(tmp_path: Path) -> None:
    home = b"<title>x</title><h1>x</h1><p>nothing here</p>"
    place = str(tmp_path / "archive")
    with ExitStack() as running:
        servers = [running.enter_context(RudeServer(b"", {"/": home})) for _ in range(3)]
        with Archive.open(Settings(archive=place)) as archive:
            archive.add_sites([AgencySite(server.url("/")) for server in servers])
        both = [started("crawl", "--due", "--json", **HERE, archive=place, jobs="2") for _ in range(2)]
        outs = [process.communicate(timeout=120) for process in both]
        assert {process.returncode for process in both} <= {0, 3}, outs
        assert [server.paths.count("/") for server in servers] == [1] * 3
    summaries = [json.loads(line) for out, _ in outs for line in out.splitlines()]
    assert Counter(s["site"] for s in summaries) == Counter({server.url("/"): 1 for server in servers})
    runs = asked(Path(place), lambda archive: archive.timetable.sites())
    assert all(run.last_outcome == "nothing" and run.next_due for run in runs)


def test_the_plan_says_what_would_run_when_and_changes_nothing(say: Say) -> None:
    say("sites", "add", "http://cgj.yunxi.gov.cn/", "--agency", "云溪市城市管理局", language="en")
    say("sites", "add", "http://www.yunxi.gov.cn/", "--schedule", "0 3 * * *")
    say("sites", "add", "http://off.yunxi.gov.cn/", "--schedule", "off")
    done = say("schedule", "plan", "--days", "3", "--format", "jsonl")
    assert done.code == 0 and "3 sites are followed" in done.err
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert Counter(row["site"] for row in rows) == {"http://cgj.yunxi.gov.cn/": 1, "http://www.yunxi.gov.cn/": 3}
    assert {(row["why"], row["expected_requests"]) for row in rows if "cgj" in row["site"]} == {("first", 300)}
    assert {row["at"][11:] for row in rows if "www" in row["site"]} == {"19:00:00Z"}, "three at night in Beijing"
    table = list(csv.DictReader(io.StringIO(say("schedule", "plan", "--days", "3", "--format", "csv").out)))
    assert [row["site"] for row in table] == [row["site"] for row in rows]
    days = say("schedule", "plan", "--days", "3", "--counts", "--format", "jsonl").out.splitlines()
    assert sum(json.loads(day)["crawls"] for day in days) == 4
    assert "around" in (shown := say("schedule", "plan", "--days", "400").out) and "monthly" in shown
    assert "http://off.yunxi.gov.cn/" not in shown and "http://off.yunxi.gov.cn/" in say("schedule", "show").out
    state = [json.loads(line) for line in say("schedule", "show", "--format", "jsonl").out.splitlines()]
    assert {row["next_due"] for row in state} == {None}, "nobody decided anything"


def test_orders_are_listed_and_cancelled(say: Say) -> None:
    say("sites", "add", "http://www.yunxi.gov.cn/", "--agency", "云溪市人民政府", language="en")
    name = say("schedule", "order", "cgj.yunxi.gov.cn", "--why", "a tip", "--priority", "3").out.strip()
    assert say("schedule", "order", "http://cgj.yunxi.gov.cn/").out.strip() == name, "one while it waits"
    row, = map(json.loads, say("schedule", "show", "--orders", "--format", "jsonl").out.splitlines())
    assert (row["order_id"], row["state"], row["priority"], row["why"]) == (name, "waiting", 3, "a tip")
    assert say("schedule", "show", "www.yunxi.gov.cn", "--orders", "--format", "jsonl").out == ""
    assert "cancelled" in say("schedule", "cancel", name).err
    assert "cancelled" in say("schedule", "show", "--orders").out
    assert_refused(say("schedule", "cancel", "x"), "no crawl order 'x'")
    assert_refused(say("schedule", "order", "www.example.com"), "outside .gov.cn")
    assert_refused(say("schedule", "show", "http://nowhere.gov.cn/"), "is not in the registry")
    assert_refused(say("sites", "add", "http://a.gov.cn/", "--schedule", "sometimes"), "schedule 'sometimes'")
    assert_refused(say("crawl", "--due", "http://a.gov.cn/"), "--due crawls what the schedule says")
    assert_refused(say("schedule", "plan", "--archive", "nowhere"), "nowhere")


def test_where_nothing_is_due_nothing_is_asked(say: Say) -> None:
    say("sites", "add", "http://www.yunxi.gov.cn/", "--schedule", "off", language="en")
    done = say("crawl", "--due")
    assert done.code == 0 and "0 sites crawled, 0 more are due" in done.err


def test_status_says_what_needs_a_human_and_ends_with_three(say: Say) -> None:
    say("sites", "add", "http://www.yunxi.gov.cn/", language="en")
    quiet = say("status", least_free_gib="0")
    assert quiet.code == 0 and "nothing needs a human" in quiet.err and "1 not crawled yet" in quiet.err
    full = say("status", least_free_gib="1000000000")
    assert full.code == 3 and "disk nearly full" in full.out and "1 things need a human" in full.err
    found = json.loads(say("status", "--json").out)
    assert found["sites"] == 1 and [trouble["kind"] for trouble in found["troubles"]] == ["disk"]

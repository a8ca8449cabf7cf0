"""The worlds hold what they promise: their reports can be reached, their traps are laid, their log sees who hurries."""

import threading
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.worlds import load, traps, variants
from tests.worlds.clerk import Client, cost
from tests.worlds.parts import Step
from tests.worlds.server import served

MAGIC = {"pdf": b"%PDF", "doc": b"{\\rtf", "docx": b"PK"}


def text_of(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


@pytest.mark.parametrize("name", variants())
def test_the_clerk_who_knows_the_way_reaches_every_report(name: str) -> None:
    world = load(name)
    assert len({r.year for r in world.own}) == len(world.own) == len(list(world.years))
    with served(world) as proxy:
        client = Client(proxy)
        lists = ""
        for step in (*world.way(), *world.clerk()):
            status, data, _ = client.ask(step)
            assert status == 200, step
            lists += text_of(data)
        lists = unquote(unescape(lists)).replace("\\/", "/")
        for report in world.own:
            assert world.clue(report) in lists, f"nothing leads to {report.url}"
            status, data, kind = client.ask(Step(report.url, referer=world.home))
            assert status == 200, report.url
            said = text_of(data) if "html" in kind else ""
            assert said or data.startswith(tuple(MAGIC.values()))
            for file in report.files:
                status, data, beside = client.ask(Step(file, referer=report.url))
                assert status == 200 and len(data) > 300, file
                said += text_of(data) if "json" in beside else ""
            if said:
                assert report.agency in said and str(report.year) in said and "信息公开" in said
        client.close()
    assert cost(world, world.log).overhead >= len(world.way())
    assert not cost(world, world.log).traps


@pytest.mark.parametrize("name", variants())
def test_a_site_is_large_and_full_of_other_things(name: str) -> None:
    world = load(name)
    addresses = {item.url for column in world.columns.values() for item in column.items}
    assert len(addresses) > 300
    assert not {r.url for r in world.own} & {r.url for r in world.others}
    asked = 0
    with served(world) as proxy:
        client = Client(proxy)
        client.ask(Step(world.home))
        for path in ("/rili/?y=1999&m=2", "/search?q=a&pn=7", "/wza/", "/user/center.jsp;jsessionid=0", "/hdjl/letter?id=9",
                     "/sgs/list?page=3", "/en/", "/weather/?city=x"):
            status, _, _ = client.ask(Step(world.url(path)))
            asked += status == 200
        client.ask(Step(f"http://{world.portal}/zfxxgk/zfxxgknb/"))
        client.ask(Step("http://www.mee.gov.cn/"))
        client.close()
    assert asked == 8
    assert {line.tag for line in world.log} >= {
        "calendar", "search", "copy", "session", "letters", "licences", "english", "weather", "parent", "offsite"}
    assert set(traps.KINDS) >= {line.tag for line in world.log if line.tag not in ("", "gate", "missing")}


def test_two_seeds_are_two_sites_and_one_seed_is_one() -> None:
    one, again, other = load("trs"), load("trs"), load("trs", "2")
    assert [r.url for r in one.own] == [r.url for r in again.own]
    assert [r.url for r in one.own] != [r.url for r in other.own]


def test_the_log_sees_two_requests_open_at_once() -> None:
    world = load("trs")
    barrier = threading.Barrier(2, timeout=5)

    def wait(_: object) -> str:
        barrier.wait()
        return "<html></html>"

    world.route(world.url("/slow"), wait)
    with served(world) as proxy:
        clients = [Client(proxy), Client(proxy)]
        threads = [threading.Thread(target=c.ask, args=(Step(world.url("/slow")),)) for c in clients]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        for c in clients:
            c.close()
    assert max(line.open for line in world.log) == 2


def test_the_template_for_a_new_system_makes_a_world_that_works() -> None:
    text = (Path(__file__).parent / "template.py.txt").read_text("utf-8").format(name="newcomer", title="某某发布系统")
    room: dict[str, object] = {"__name__": "newcomer"}
    exec(compile(text, "newcomer.py", "exec"), room)
    world = room["World"]()  # type: ignore[operator]
    with served(world) as proxy:
        client = Client(proxy)
        statuses = {client.ask(step)[0] for step in world.oracle()}
        client.close()
    assert statuses == {200} and len(world.own) == len(world.years)

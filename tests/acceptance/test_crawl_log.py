"""The crawl log has a line for every fetch: what came over the wire, in a known word, and why it was asked."""

import json
import re
from pathlib import Path

import zstandard

from gongkai.capture import FetchRecord
from tests.command import gongkai
from tests.rude_server import Answer, RudeServer, refused_port

ROBOTS = b"User-agent: *\nDisallow: /private/\n"


def test_every_fetch_is_logged_with_its_outcome_and_its_reason(tmp_path: Path) -> None:
    silent = f"http://127.0.0.1:{refused_port()}/zfxxgknb/"
    links = ("/nb/1.htm", "/private/2.htm", "/to?url=/nb/", "/gone/4.htm", silent)
    home = "".join(f"<li><a href='{link}'>政府信息公开年报</a></li>" for link in links)
    pages: dict[str, Answer] = {"/": f"<title>柳溪市商务局</title>{home}".encode(), "/nb/": b"<title>x</title>"}
    with RudeServer(ROBOTS, pages) as rude:
        done = gongkai("crawl", rude.url("/"), archive=str(tmp_path), allow_hosts="127.0.0.1", retries="0")
    [sealed] = (path for path in tmp_path.rglob("*.zst") if "crawl" in str(path.relative_to(tmp_path)))
    lines = [json.loads(line) for line in zstandard.ZstdDecompressor().decompressobj().decompress(sealed.read_bytes())
             .splitlines()]
    fetches = [line for line in lines if line["line"] == "fetch"]
    outcomes = {fetch["outcome"] for fetch in fetches}
    assert {"fetched", "redirect", "error", "robots", "refused"} <= outcomes, done.stderr
    assert outcomes <= {*documented(), "robots", "refused", "robots_unavailable"}
    assert all(fetch["reason"] for fetch in fetches)
    asked_first = fetches[0]
    assert asked_first["url"].endswith("/robots.txt") and asked_first["reason"] == "may we ask? (robots.txt)"


def documented() -> set[str]:
    return set(re.findall(r"``(\w+)``", FetchRecord.__doc__ or ""))


def test_a_crawl_explains_each_request_in_its_log_and_on_demand(tmp_path: Path) -> None:
    report = "柳溪市商务局2023年政府信息公开工作年度报告"
    pages: dict[str, Answer] = {
        "/": "<title>柳溪市商务局</title><a href='/nb/'>政府信息公开年报</a>".encode(),
        "/nb/": "<title>政府信息公开年报</title><li>"
                f"<a href='/nb/1.htm'>{report}</a><span>2024-01-20</span></li>".encode(),
        "/nb/1.htm": f"<title>{report}</title><h1>{report}</h1><p>{'一、总体情况。' * 60}</p>".encode(),
    }
    with RudeServer(b"", pages) as rude:
        done = gongkai("crawl", rude.url("/"), "--explain", "--json", archive=str(tmp_path), allow_hosts="127.0.0.1",
                       language="en")
        again = gongkai("crawl", rude.url("/"), "--json", archive=str(tmp_path), allow_hosts="127.0.0.1")
    summary = json.loads(done.stdout)
    told = [line.strip() for line in done.stderr.splitlines()]
    assert "why: names the report for 2023" in told and any("own report for 2023" in line for line in told)
    assert summary["harvest"]["requests_to"] == {"50": 4, "90": 4, "100": 4}, "robots.txt, home, list, report"
    sealed = sorted(tmp_path.glob("crawls/**/*.zst"))[0].read_bytes()
    lines = map(json.loads, zstandard.ZstdDecompressor().decompressobj().decompress(sealed).splitlines())
    steps = [line for line in lines if line["line"] == "step"]
    assert [step["url"].removeprefix(rude.url("")) for step in steps[:3]] == ["/", "/nb/", "/nb/1.htm"]
    assert all(step["why"] and step["gave"] for step in steps)
    second = json.loads(again.stdout)
    assert (second["reports"], second["new"], second["unchanged"]) == (1, 0, 1)
    assert second["requests"] == 3, "robots.txt, the list, the report in its turn"

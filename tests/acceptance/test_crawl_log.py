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

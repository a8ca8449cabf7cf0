"""A site whose list of reports is drawn by script, crawled with the real command, with and without a browser."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from crawler.fetching.chromium import lacking
from tests.command import gongkai
from tests.rude_server import Answer, Handler, RudeServer
from tests.spiders.sites import text_of, title_of

HERE = {"allow_hosts": "127.0.0.1", "language": "en", "timeout_s": "10"}
YEARS = (2021, 2022, 2023)
needs_chromium = pytest.mark.skipif(lacking(None) is not None, reason=str(lacking(None)))

APPLICATION = """<!doctype html><html><head><meta charset="utf-8"><title>政府信息公开年报</title></head><body>
<div id="app"></div><script src="/assets/app.js"></script></body></html>"""
SCRIPT = """
// An address that only running the script tells: what is written out is asked for without a browser.
const where = ['', 'ipa'.split('').reverse().join(''), 'list'].join('/');
if (location.hash === '#/annual') fetch(where, {method: 'POST', body: '{"page":1}',
    headers: {'Content-Type': 'application/json'}}).then(r => r.json()).then(rows => {
  new Image().src = 'http://tracker.example.com/pixel.png';
  document.getElementById('app').innerHTML = '<h1>政府信息公开年报</h1><ul>' + rows.map(
    r => `<li><a href="${r.url}">${r.title}</a><span>${r.date}</span></li>`).join('') + '</ul>';
});
fetch('/forbidden/count').catch(() => 0);
"""


def site() -> dict[str, Answer]:
    rows = [{"url": f"/nb/{y}.html", "title": title_of(y), "date": f"{y + 1}-01-20"} for y in YEARS]

    def listed(handler: Handler) -> None:
        handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        handler.send(json.dumps(rows).encode(), "application/json")

    pages: dict[str, Answer] = {
        "/": "<html><title>柳溪市商务局</title><a href='/gk/#/annual'>政府信息公开年报</a></html>".encode(),
        "/gk/": APPLICATION.encode(),
        "/assets/app.js": lambda handler: handler.send(SCRIPT.encode(), "application/javascript"),
        "/api/list": listed,
    }
    for y in YEARS:
        pages[f"/nb/{y}.html"] = f"<html><title>{title_of(y)}</title><h1>{title_of(y)}</h1>{text_of(y)}</html>".encode()
    return pages


def crawled(archive: Path, *options: str) -> tuple[dict[str, Any], list[str], list[dict[str, str]]]:
    with RudeServer(robots=b"User-agent: *\nDisallow: /forbidden/\n", pages=site()) as rude:
        done = gongkai("crawl", rude.url("/"), "--agency", "柳溪市商务局", "--archive", str(archive), "--json",
                       *options, **HERE)
        assert done.stdout, done.stderr
        return json.loads(done.stdout), rude.paths, [seen.headers for seen in rude.seen]


@needs_chromium
def test_a_list_drawn_from_json_under_a_hash_route_gives_its_reports(tmp_path: Path) -> None:
    summary, paths, headers = crawled(tmp_path / "archive", "--browser")
    assert summary["years"] == list(YEARS), summary
    assert "/api/list" in paths and "/forbidden/count" not in paths, "robots.txt holds for what scripts ask"
    assert {sent["User-Agent"] for sent in headers} == {headers[0]["User-Agent"]}
    kept = [line for log in (tmp_path / "archive").rglob("*.log") for line in log.read_text("utf-8").splitlines()]
    assert any("drawn by the browser with" in line for line in kept)


def test_without_a_browser_the_summary_says_what_would_help(tmp_path: Path) -> None:
    summary, paths, _ = crawled(tmp_path / "archive")
    assert summary["years"] == [] and "/api/list" not in paths
    told = [i for i in summary["incidents"] if i["kind"] == "drawn_by_script"]
    assert told and "run with --browser" in told[0]["detail"]


def test_without_chromium_the_command_says_what_to_install(tmp_path: Path) -> None:
    done = gongkai("crawl", "http://127.0.0.1:9/", "--browser", "--archive", str(tmp_path / "archive"), **HERE,
                   browser_path="/nowhere/chromium")
    assert done.returncode == 2 and "/nowhere/chromium" in done.stderr and "Traceback" not in done.stderr


@needs_chromium
def test_a_report_that_exists_only_as_drawn_is_kept_as_drawn_and_says_so(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    body = b64encode(f"<h1>{title_of(2023)}</h1>{text_of(2023)}".encode()).decode()
    shell = f"""<html><head><title>{title_of(2023)}</title></head><body><div id="app"></div>
        <script>document.getElementById('app').innerHTML = new TextDecoder().decode(
        Uint8Array.from(atob('{body}'), c => c.charCodeAt(0)));</script></body></html>"""
    pages: dict[str, Answer] = {
        "/": f"<html><title>柳溪市商务局</title><a href='/nb.html'>{title_of(2023)}</a></html>".encode(),
        "/nb.html": shell.encode(),
    }
    with RudeServer(pages=pages) as rude:
        done = gongkai("crawl", rude.url("/"), "--agency", "柳溪市商务局", "--archive", str(archive), "--json",
                       "--browser", **HERE)
    assert json.loads(done.stdout)["years"] == [2023], done.stderr
    told = [p for p in archive.rglob("*") if p.is_file() and b"X-Gongkai-Rendered" in p.read_bytes()]
    assert told, "the manifest names the browser that drew the bytes"

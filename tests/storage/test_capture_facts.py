"""What the wire said stands in the manifest and the log, and archives of programs that did not ask still read."""

import json
from dataclasses import replace
from pathlib import Path

from gongkai.digest import sha256_hex
from gongkai.settings import Settings
from storage import Archive
from tests.factories import at, finding
from tests.storage.steps import crawl

_NEW = ("status_line", "request_headers", "server_address", "kept_headers")


def test_what_server_and_we_said_is_kept_with_every_fetch_also_of_an_unchanged_page(archive: Archive) -> None:
    found, reading = finding(2020)
    first = replace(found, page=replace(found.page, status_line="HTTP/1.1 200 Hao De", server_address="192.0.2.7",
                                        request_headers=(("User-Agent", "Gongkai"),)))
    later = replace(found, page=replace(found.page, status=304, status_line="HTTP/1.1 304 Not Modified",
                                        headers=(("ETag", '"1"'),), fetched_at=at(60),
                                        kept_headers=(("Content-Type", "text/html; charset=gbk"),)))
    crawl(archive, (first, reading))
    [verdict] = crawl(archive, (later, reading))
    assert verdict.outcome == "unchanged"
    version = archive.version(next(iter(archive.reports())).report_id)
    kept, again = archive.captures(version)
    assert (kept.status_line, kept.server_address, kept.request_headers) == (
        "HTTP/1.1 200 Hao De", "192.0.2.7", (("User-Agent", "Gongkai"),))
    assert (again.status, again.headers, again.header("content-type")) == (
        304, (("ETag", '"1"'),), "text/html; charset=gbk")
    last = archive.last_capture(found.page.url)
    assert last is not None and (last.status, last.etag, last.content_type) == (304, '"1"', "text/html; charset=gbk")
    assert archive.verify().damages == ()


def test_a_manifest_of_an_older_program_still_reads(settings: Settings, tmp_path: Path) -> None:
    with Archive.open(settings) as archive:
        crawl(archive, finding(2020))
    (path,) = Path(settings.archive).rglob("manifest.json")
    fields = json.loads(path.read_bytes())
    for capture in fields["captures"]:
        for name in _NEW:
            del capture[name]
    del fields["manifest_sha256"]
    fields["manifest_sha256"] = sha256_hex(json.dumps(fields, sort_keys=True, separators=(",", ":")))
    path.chmod(0o644)
    path.write_text(json.dumps(fields, ensure_ascii=False, sort_keys=True, indent=1) + "\n", "utf-8")
    with Archive.open(settings) as archive:
        archive.rebuild()
        version = archive.version(next(iter(archive.reports())).report_id)
        assert archive.captures(version)[0].status_line == "" and archive.verify().damages == ()
        archive.export(tmp_path / "out", "warc")

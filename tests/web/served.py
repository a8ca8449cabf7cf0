"""`gongkai serve` over an archive that a real crawl of the sample site made, and Chromium to look at it."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import samplesite
from tests.command import gongkai, started

HERE = {"allow_hosts": "127.0.0.1", "delay_s": "0"}
WRONG_YEAR = 2024
"""The table of this year prints one application more than its columns add up to."""


def crawled(archive: Path, *more: str) -> None:
    """An archive of the sample agency's reports; one has two states, one does not add up. `more` are options of
    the crawl."""
    with samplesite.serve() as site:
        misprint(site)
        done = gongkai("crawl", site.url, "--agency", site.agency, "--archive", str(archive), "--json", *more, **HERE)
        assert done.stdout, done.stderr


def misprint(site: samplesite.SampleSite) -> None:
    published = next(p for p in site.truth if p.year == WRONG_YEAR and p.kind == "own")
    path = "/" + published.url.split("/", 3)[3]
    answer = site._server.site.pages[path]
    head, row, rest = re.split("(本年新收政府信息公开申请数量.*?</tr>)", answer.body.decode(), maxsplit=1, flags=re.S)
    places = list(re.finditer(r">\s*(\d+)\s*<", row))
    total = places[-1]
    wrong = row[:total.start(1)] + str(int(total[1]) + 1) + row[total.end(1):]
    site._server.site.pages[path] = type(answer)((head + wrong + rest).encode(), answer.content_type)


@contextmanager
def serving(archive: Path, *options: str, **settings: str) -> Iterator[str]:
    """Its address. Ends the server and sees that it ended well."""
    process = started("serve", "--archive", str(archive), "--port", "0", *options, **{**HERE, **settings})
    try:
        assert process.stderr is not None
        told = process.stderr.readline()
        found = re.search(r"http://\S+/", told)
        assert found, told + process.stderr.read()
        yield found[0].rstrip("/")
    finally:
        process.terminate()
        try:
            code = process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert code == 0


def without_npm() -> str | None:
    return None if shutil.which("npm") else "npm is not installed: Debian's package npm, or Node.js"

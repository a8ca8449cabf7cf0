"""``python -m bench.crawl``: a crawl of the sample site into an archive beside bare Scrapy fetching the same addresses.

Both are commands of their own, started anew each round, one connection, no delay: what differs is finding, reading and
keeping. Above 1.00 we are the faster ones.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import samplesite


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.crawl", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bare", metavar="FILE", help="fetch the addresses in FILE with bare Scrapy, nothing else")
    given = parser.parse_args()
    if given.bare:
        fetch_bare(Path(given.bare).read_text("utf-8").split())
        return
    os.environ |= {"no_proxy": "127.0.0.1", "GONGKAI_ALLOW_HOSTS": "127.0.0.1", "GONGKAI_DELAY_S": "0"}
    ours, bare, addresses = compare(given.rounds)
    sys.stdout.write(
        f"crawl, {addresses} requests, best of {given.rounds}: ours {ours:.2f} s, bare Scrapy {bare:.2f} s, "
        f"ratio {bare / ours:.2f}\n"
    )


def compare(rounds: int) -> tuple[float, float, int]:
    """Best wall time of each, turn by turn, and how many addresses were asked."""
    ours, bare, asked = [], [], []
    with samplesite.serve() as site, tempfile.TemporaryDirectory() as scratch:
        for number in range(rounds):
            site.requests.clear()
            command = ["crawl", site.url, "--agency", site.agency, "--former-names", ";".join(site.former_names)]
            started = time.perf_counter()
            subprocess.run([sys.executable, "-m", "crawler", *command, "--archive", f"{scratch}/{number}", "--json"],
                           check=True, capture_output=True)
            ours.append(time.perf_counter() - started)
            asked = [site.url.rstrip("/") + request.path for request in site.requests]
            listed = Path(scratch) / "addresses"
            listed.write_text("\n".join(asked), "utf-8")
            started = time.perf_counter()
            subprocess.run([sys.executable, "-m", "bench.crawl", "--bare", str(listed)], check=True)
            bare.append(time.perf_counter() - started)
    return min(ours), min(bare), len(asked)


def fetch_bare(addresses: list[str]) -> None:
    import scrapy
    from scrapy.crawler import CrawlerProcess

    left = iter(addresses)

    class Bare(scrapy.Spider):
        """Each answer asks for the next address: given all of them at once, Scrapy pauses a second every dozen."""

        name = "bare"

        async def start(self) -> AsyncIterator[Any]:
            yield scrapy.Request(next(left), dont_filter=True)

        def parse(self, response: Any) -> Iterator[Any]:
            if (address := next(left, None)) is not None:
                yield scrapy.Request(address, dont_filter=True)

    process = CrawlerProcess({
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1, "DOWNLOAD_DELAY": 0, "ROBOTSTXT_OBEY": False, "HTTPERROR_ALLOW_ALL": True,
        "TELNETCONSOLE_ENABLED": False, "LOG_LEVEL": "ERROR"})
    process.crawl(Bare)
    process.start()


if __name__ == "__main__":
    main()

"""How fast an archive of national size answers: a catalog and full texts generated, then asked as pages ask.

    python -m bench.archive [--reports 300000] [--captures 1000000] [--texts 20000] [--catalog URL] [--keep DIR]

National size is --reports 3000000 --captures 10000000 --texts 100000 (about 10 GB and half an hour). Search is set
beside a LIKE scan over the same texts in the same run: one that reads every text, as it must for a word it has not met
often enough, and one that may stop at the twentieth hit. With --keep DIR the archive stays there, and the same command
measures it again without making anything.
"""

import argparse
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy import Table, delete, func, insert, select

import samplesite
from gongkai.agency_type import agency_type
from gongkai.chinese import fold, search_form
from gongkai.clock import utc_now
from gongkai.settings import Settings
from storage import Archive, CoverageQuery, SearchQuery
from storage.catalog.counts import count_anew
from storage.catalog.schema import agencies, captures, reports, search_queue
from storage.deadlines import due
from storage.layout import CRAWLS, DOCUMENTS, RAW
from storage.search.numbering import day, first_number
from storage.search.tables import entries

_RARE = ("藏羚羊", "鲸落", "信息 复议", "量子通信 公开", "没有的话")
_NEVER = ("天文台", "极地科考", "深海 热泉")
_YEARS = range(2008, 2026)
_PROVINCES = [*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66)]
_DUTIES = (
    "财政", "教育", "公安", "民政", "司法", "水利", "农业农村", "商务", "卫生健康", "审计", "应急管理",
    "税务", "统计", "医疗保障", "城市管理", "自然资源", "生态环境", "住房和城乡建设", "交通运输",
    "文化和旅游", "市场监督管理",
)
_WORDS = (
    "主动公开", "政府信息", "依申请公开", "行政复议", "行政诉讼", "政务新媒体", "规范性文件", "行政许可",
    "行政处罚", "行政强制", "信息公开指南", "公开目录", "政府网站", "政务微博", "办理时限", "部分公开",
    "不予公开", "存在问题", "改进措施", "队伍建设", "业务培训", "监督保障", "平台建设", "解读回应",
    "政策解读", "群众关切", "重点领域", "公共资源", "民生保障", "乡村振兴", "营商环境", "疫情防控",
    "财政预算", "决算公开", "双随机", "社会救助", "食品药品", "环境保护", "安全生产", "土地征收",
)
_PLAIN = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下"
    "过子说产种面而方后多定行学法所"
)


def names(count: int) -> Iterator[tuple[str, str, str]]:
    """(id, name, region) of agencies; 110 places a province, 3,410 in all."""
    number = 0
    while number < count:
        for province in _PROVINCES:
            turn = number // len(_PROVINCES)
            region = f"{province}{turn % 11 + 1:02d}{turn // 11 % 10 + 1:02d}"
            name = f"第{number}市{_DUTIES[number % len(_DUTIES)]}局"
            yield f"{number:016x}", name, region
            number += 1


def text(rng: random.Random, words: int = 330) -> str:
    """About 4,000 characters; a rare word now and then."""
    pieces = []
    for _ in range(words):
        pieces.append(rng.choice(_WORDS) if rng.random() < 0.45 else "".join(rng.choices(_PLAIN, k=rng.randint(6, 16))))
        if rng.random() < 0.1:
            pieces.append(rng.choice(("，", "。", "；")))
        if rng.random() < 0.02:
            pieces.append(str(rng.randint(1, 9999)) + "件")
        if rng.random() < 0.0002:
            pieces.append(rng.choice(("藏羚羊", "鲸落", "量子通信", "冰川退缩")))
    return "".join(pieces)


def _report(number: int, agency: tuple[str, str, str], year: int, rng: random.Random) -> dict[str, Any]:
    agency_id, name, region = agency
    late = rng.randint(-30, 40)
    published = (due(year, "department") + timedelta(days=late)).isoformat()
    changed = rng.random() < 0.03
    seen = f"2026-{number // 250_000 % 12 + 1:02d}-{number // 9_000 % 28 + 1:02d}T08:00:00Z"
    url = f"http://x{agency_id}.gov.cn/{year}.html"
    return {
        "report_id": f"{number:020x}", "agency_id": agency_id, "agency": name, "names": fold(name),
        "region_code": region, "admin_level": "county", "report_year": year, "scope": "own_agency",
        "title": f"{name}{year}年政府信息公开工作年度报告", "form_id": "cn-gov-2021", "published": published,
        "document_id": f"{number:032x}", "number": 1, "url": url, "urls": [url], "files": [], "pending": [],
        "has_pending": False, "versions": 1 + changed, "first_seen": seen,
        "last_seen": seen, "text_sha256": f"{number:064x}", "checks_pass": 44,
        "checks_fail": int(rng.random() < 0.1), "checks_not_assessable": 0, "agency_type": agency_type(name),
        "days_late": late, "coverage": "late" if late > 0 else "changed" if changed else "present"}


def _capture(number: int, reports_made: int) -> dict[str, Any]:
    document = number % reports_made
    url = f"http://x.gov.cn/{document}.html"
    return {"capture_id": f"{number:032x}", "crawl_id": f"c{number // 500}", "document_id": f"{document:032x}",
            "number": 1, "kind": "annual_report", "role": "page", "url": url, "url_name": url, "final_url": url,
            "fetched_at": f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}T08:00:00Z", "status": 200,
            "raw_sha256": f"{document:064x}", "size_bytes": 51_000, "content_type": "text/html", "etag": None,
            "last_modified": None}


def fill(archive: Archive, reports_wanted: int, captures_wanted: int) -> None:
    rng = random.Random(1)
    listed = list(islice(names(reports_wanted // len(_YEARS) + 1), reports_wanted // len(_YEARS) + 1))
    insert_rows(archive, agencies, ({"agency_id": a, "agency": n, "region_code": r, "admin_level": "county",
                                 "agency_type": agency_type(n)}
                                for a, n, r in listed))
    insert_rows(archive, reports, (_report(number, listed[number // len(_YEARS)], _YEARS[number % len(_YEARS)], rng)
                               for number in range(reports_wanted)))
    insert_rows(archive, captures, (_capture(number, reports_wanted) for number in range(captures_wanted)))
    with archive._ready().writing() as connection:
        count_anew(connection)
        connection.exec_driver_sql("ANALYZE")


def index(archive: Archive, wanted: int, scan: sqlite3.Connection) -> None:
    """Texts of so many reports, from everywhere and every year, into the search index as rebuilding does it: oldest
    first; and plainly, for the scan. Nothing where they are there."""
    with archive._index.place.reading() as connection:
        if connection.execute(select(entries.c.entry_id).limit(1)).first() is not None:
            return
    with archive._ready().reading() as connection:
        made = connection.execute(select(func.count()).select_from(reports)).scalar_one()
        named = [f"{number:020x}" for number in random.Random(5).sample(range(made), min(wanted, made))]
        rows = [row for start in range(0, len(named), 5000) for row in connection.execute(
            select(reports).where(reports.c.report_id.in_(named[start:start + 5000])))]
    rows.sort(key=first_number)
    scan.execute("DROP TABLE IF EXISTS texts")
    scan.execute("CREATE TABLE texts (day INTEGER, folded TEXT)")
    rng, spent, numbers = random.Random(2), 0.0, dict[int, int]()
    for start in range(0, len(rows), 500):
        some = [(row, text(rng)) for row in rows[start:start + 500]]
        begun = time.perf_counter()
        with archive._index.place.writing() as connection:
            for row, body in some:
                archive._index.put(connection, row, body, numbers)
        spent += time.perf_counter() - begun
        scan.executemany("INSERT INTO texts VALUES (?, ?)", [(day(row), search_form(body)) for row, body in some])
    scan.execute("CREATE INDEX by_day ON texts (day)")
    scan.commit()
    print(f"{len(rows)} texts: {len(rows) / spent:.0f} a second indexed", flush=True)  # noqa: T201


def opened(settings: Settings) -> Archive:
    """Generated reports have no objects: nothing is to be taken into the search index from those."""
    with mock.patch("storage.archive._AT_ONCE", 0):
        archive = Archive.open(settings)
    archive._ready().write(lambda connection: connection.execute(delete(search_queue)))
    return archive


def insert_rows(archive: Archive, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    while some := list(islice(rows, 20_000)):
        with archive._ready().writing() as connection:
            connection.execute(insert(table), some)


def measure(what: str, ask: Callable[[int], Any], times: int) -> tuple[float, float]:
    """p50 and p95 as a person waits; beside them p95 of the processor time, which a busy machine leaves as it is."""
    spent, worked = [], []
    for turn in range(times):
        begun, busy = time.perf_counter(), time.process_time()
        ask(turn)
        spent.append((time.perf_counter() - begun) * 1000)
        worked.append((time.process_time() - busy) * 1000)
    middle, worst, work = statistics.median(spent), _p95(spent), _p95(worked)
    print(f"{what:<56} p50 {middle:8.1f} ms   p95 {worst:8.1f} ms   processor p95 {work:8.1f} ms",  # noqa: T201
          flush=True)
    return middle, worst


def _p95(figures: list[float]) -> float:
    return sorted(figures)[min(len(figures) - 1, int(len(figures) * 0.95))]


def run(archive: Archive, scan: sqlite3.Connection, times: int) -> None:
    rng = random.Random(3)
    with archive._ready().reading() as connection:
        ids = [row[0] for row in connection.execute(select(agencies.c.agency_id).limit(5000))]
    provinces = [f"{rng.choice(_PROVINCES)}0000" for _ in range(times)]
    measure("index page: first 50", lambda _: list(archive.reports(limit=50)), times)
    measure("index page: a province and a year, 50", lambda n: list(
        archive.reports(region=provinces[n], year=rng.choice(_YEARS), limit=50)), times)
    measure("agency page: all its years", lambda _: list(archive.reports(agency=rng.choice(ids))), times)
    measure("coverage of a province, counts", lambda n: archive.coverage_counts(
        CoverageQuery(region=provinces[n], until=2025)), times)
    measure("coverage of a prefecture (some 500 agencies), cells", lambda n: list(archive.coverage(
        CoverageQuery(region=provinces[n][:2] + "01", until=2025))), max(3, times // 4))
    measure("coverage of the country, counts", lambda _: archive.coverage_counts(CoverageQuery(until=2025)), 5)
    queries = [rng.choice(_WORDS)[:rng.choice((2, 4, 6))] for _ in range(times - len(_RARE))] + list(_RARE)
    behind = {query: hit.record.report_id for query in set(queries)
              for hit in islice(archive.search(SearchQuery(query)), 2000, 2001)}
    _, newest = measure("search, newest 20", lambda n: list(archive.search(SearchQuery(queries[n]), limit=20)), times)
    for what, narrowed in _narrowed(rng).items():
        measure(f"search, newest 20, {what}", lambda n, narrowed=narrowed: list(  # type: ignore[misc]
            archive.search(narrowed(queries[n]), limit=20)), times)
    measure("search, newest 20, behind the newest 2,000", lambda n: list(
        archive.search(SearchQuery(queries[n]), limit=20, after=behind.get(queries[n]))), times)
    _, relevant = measure("search, relevance 20", lambda n: list(
        archive.search(SearchQuery(queries[n]), "relevance", limit=20)), times)
    measure("search, counts by year and region", lambda n: archive.search_counts(SearchQuery(queries[n])), times)

    def like(query: str, order: str) -> None:
        words = [f"%{search_form(word)}%" for word in query.split()]
        where = " AND ".join("folded LIKE ?" for _ in words)
        scan.execute(f"SELECT rowid FROM texts WHERE {where} {order}", words).fetchall()

    measure("LIKE scan that stops at 20, newest first", lambda n: like(queries[n], "ORDER BY day DESC LIMIT 20"), times)
    _, scanned = measure("LIKE scan of every text", lambda n: like(queries[n], ""), min(times, 12))
    print(f"p95 of a scan is {scanned / newest:.0f}x that of search newest first, "  # noqa: T201
          f"{scanned / relevant:.0f}x by relevance")
    seldom = len(_NEVER)
    found, _ = measure("search for words that are nowhere", lambda n: list(
        archive.search(SearchQuery(_NEVER[n % seldom]), limit=20)), times)
    stopped, _ = measure("LIKE scan that stops at 20 for the same", lambda n: like(
        _NEVER[n % seldom], "ORDER BY day DESC LIMIT 20"), 2 * seldom)
    print(f"for words that are nowhere search is {stopped / found:.0f}x as fast")  # noqa: T201


def _narrowed(rng: random.Random) -> dict[str, Callable[[str], SearchQuery]]:
    def county() -> str:
        return f"{rng.choice(_PROVINCES)}{rng.randint(1, 11):02d}{rng.randint(1, 10):02d}"

    return {
        "in a year": lambda words: SearchQuery(words, year=rng.choice(_YEARS)),
        "in a province and a year": lambda words: SearchQuery(words, region=county()[:2], year=rng.choice(_YEARS)),
        "in a county": lambda words: SearchQuery(words, region=county()),
        "failed checks, one type, in a province": lambda words: SearchQuery(
            words, region=county()[:2], agency_type="department", failed=True),
        "a form nobody used": lambda words: SearchQuery(words, form="cn-gov-2019"),
        "part of an agency's name": lambda words: SearchQuery(words, agency=rng.choice(_DUTIES)),
        "an agency": lambda words: SearchQuery(words, agency=f"{rng.randrange(100_000):016x}"),
    }


def stored_bytes(place: Path) -> None:
    """What a report takes, and what a crawl of an unchanged site adds, told by real crawls of the sample site."""
    with samplesite.serve() as site:
        os.environ |= {"GONGKAI_ALLOW_HOSTS": "127.0.0.1", "GONGKAI_DELAY_S": "0", "GONGKAI_ARCHIVE": str(place)}
        command = [sys.executable, "-m", "crawler", "crawl", site.url]
        told = []
        for _ in range(2):
            subprocess.run(command, check=True, capture_output=True)
            with Archive.open(Settings(archive=str(place)), read_only=True) as archive:
                kept = [(key, size) for root in (RAW, DOCUMENTS) for key, size in archive._objects.sizes(root)]
                logs = sum(size for _, size in archive._objects.sizes(CRAWLS))
                told.append((len(kept), sum(size for _, size in kept), logs, archive.stats()))
    (number, size, log, stats), (later, _, logs, _) = told
    print(f"sample site: {stats.reports} reports, {size / stats.reports / 1024:.1f} KiB of objects each ("  # noqa: T201
          f"{number} objects, {stats.raw_bytes / stats.reports / 1024:.1f} KiB a report as received); crawled again "
          f"unchanged: {later - number} objects more besides the crawl's log of {(logs - log) / 1024:.1f} KiB")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--reports", type=int, default=300_000)
    asked.add_argument("--captures", type=int, default=1_000_000)
    asked.add_argument("--texts", type=int, default=20_000)
    asked.add_argument("--times", type=int, default=40)
    asked.add_argument("--catalog", help="SQLAlchemy URL of an empty database; default SQLite")
    asked.add_argument("--keep", type=Path, help="where to leave the archive")
    given = asked.parse_args()
    place = given.keep or Path(tempfile.mkdtemp(prefix="gongkai-bench-"))
    try:
        with opened(Settings(archive=str(place / "archive"), catalog=given.catalog)) as archive, \
                sqlite3.connect(place / "scan.db") as scan:
            begun = time.perf_counter()
            if next(archive.reports(limit=1), None) is None:
                fill(archive, given.reports, given.captures)
                print(f"{given.reports} reports, {given.captures} captures: "  # noqa: T201
                      f"{time.perf_counter() - begun:.0f} s to generate at {utc_now():%Y-%m-%d %H:%M}")
            index(archive, given.texts, scan)
            for path in sorted((place / "archive").glob("catalog*.db")):
                print(f"{path.name}: {path.stat().st_size / 2**20:.0f} MiB")  # noqa: T201
            run(archive, scan, given.times)
        stored_bytes(Path(tempfile.mkdtemp(prefix="crawled-", dir=place)) / "archive")
    finally:
        if given.keep is None:
            shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()

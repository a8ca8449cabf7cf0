"""One county's reports as an archive meets them: pages, their copies elsewhere, noisy copies, corrected editions.

``python -m bench.county [REPORTS]`` keeps them in an archive of its own and says how it grouped them: false merges (two
agencies, two years, or a corrected figure taken for the same), true copies linked, seconds. All agencies print the same
sentences; every third prints the figures of another too, so that nothing but its name tells its reports apart.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from crawler.normalise import normalise
from crawler.reports import read_report
from gongkai.capture import Capture, Finding, Hints
from gongkai.clock import utc_now
from gongkai.report import SourceDocument
from gongkai.settings import load_settings
from gongkai.site import AgencySite
from samplesite.blocks import Block, Box, Grid, Paragraph
from samplesite.figures import Ledger
from samplesite.markup import editor, pasted
from samplesite.prose import agency_name
from samplesite.reports import SampleReport, compose
from storage import Archive

YEARS = range(2014, 2026)
_HOST = "http://www.qinglan.example.gov.cn/"
_FIRST, _SECOND = "东西南北上下大小新古", "河山湾坪桥田庄沟口塘"
_BUREAUS = ("教育", "科技", "公安", "民政", "司法", "财政", "住建", "交通运输", "水务", "农业农村", "商务", "文旅",
            "卫健", "应急管理", "审计", "统计", "医保", "信访", "体育", "林业", "粮食", "档案", "气象", "税务")
_NOISE = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面"

Kind = Literal["own", "elsewhere", "noisy", "corrected"]


@dataclass(frozen=True)
class Page:
    """`agency` and `year` are the truth."""

    agency: str
    year: int
    kind: Kind
    url: str
    body: bytes


@dataclass
class Grouped:
    copies: int = 0
    linked: int = 0
    false: int = 0
    documents: int = 0


def agencies(count: int) -> list[str]:
    towns = [f"青岚市{a}{b}{kind}人民政府" for kind in ("镇", "乡") for a in _FIRST for b in _SECOND]
    offices = [f"青岚市{a}{b}街道办事处" for a in _FIRST for b in _SECOND]
    named = [*(f"青岚市{bureau}局" for bureau in _BUREAUS), *towns, *offices]
    if count > len(named):
        raise SystemExit(f"a county of at most {len(named)} agencies can be made, not {count}")
    return named[:count]


def pages(names: Iterable[str], years: Iterable[int] = YEARS, seed: int = 1) -> Iterator[Page]:
    """Each report; itself with another page's furniture; itself with one character in a hundred wrong; every fifth
    with one other figure."""
    for number, name in enumerate(names):
        ledger = Ledger(f"county {seed} {number // 3 if number % 3 else number}")
        for year in years:
            rng = random.Random(f"{seed} {name} {year}")
            made = _of(compose(ledger, year), name)
            place = f"{_HOST}{number}/{year}"
            yield Page(name, year, "own", f"{place}.html", _page(editor(made.blocks), made.title))
            menu = "<div class=menu><a href=/>首页</a> &gt; <a href=/xxgk/>政府信息公开</a></div>"
            elsewhere = _page(menu + pasted(made.blocks) + "<p>【打印本页】 【关闭窗口】</p>", made.title)
            yield Page(name, year, "elsewhere", f"{place}/copy.html", elsewhere)
            noisy = _page(editor(_noisy(made.blocks, name, rng)), made.title)
            yield Page(name, year, "noisy", f"{place}/scan.html", noisy)
            if (number + year) % 5 == 0:
                corrected = _page(editor(_corrected(made.blocks)), made.title)
                yield Page(name, year, "corrected", f"{place}/new.html", corrected)


def _of(made: SampleReport, name: str) -> SampleReport:
    """The sample agency's report as another agency's."""
    printed = agency_name(made.year)
    blocks = tuple(block if isinstance(block, Grid) else replace(block, text=block.text.replace(printed, name))
                   for block in made.blocks)
    return replace(made, title=made.title.replace(printed, name), blocks=blocks)


def _noisy(blocks: Iterable[Block], name: str, rng: random.Random) -> list[Block]:
    return [replace(block, text="".join(
        rng.choice(_NOISE) if "\u4e00" <= char <= "\u9fff" and rng.random() < 0.01 else char for char in block.text))
        if isinstance(block, Paragraph) and name not in block.text else block for block in blocks]


def _corrected(blocks: Iterable[Block]) -> list[Block]:
    """One figure of the last table is another one."""
    made = list(blocks)
    place = max(i for i, block in enumerate(made) if isinstance(block, Grid))
    table = made[place]
    assert isinstance(table, Grid)
    row = max(i for i, boxes in enumerate(table.rows) if boxes[-1].text.isdigit())
    boxes = table.rows[row]
    other = (*boxes[:-1], Box(str(int(boxes[-1].text) + 3), boxes[-1].rowspan, boxes[-1].colspan))
    made[place] = Grid((*table.rows[:row], other, *table.rows[row + 1:]))
    return made


def _page(body: str, title: str) -> bytes:
    return f"<html><head><meta charset=utf-8><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>" \
        .encode()


def kept(archive: Archive, found: Iterable[Page]) -> dict[str, Page]:
    """The pages kept, as a crawl of the county's portal would, by address."""
    site = AgencySite(_HOST, None)
    log = archive.begin_crawl(site)
    by_url: dict[str, Page] = {}
    for page in found:
        capture = Capture(page.url, page.url, utc_now(), 200, (("Content-Type", "text/html"),), page.body)
        source = SourceDocument("page", page.url, (capture.raw_sha256,), normalise(page.body, url=page.url))
        reading = read_report([source], site=site, hints=Hints(), url=page.url)
        archive.keep(Finding(site, capture), reading, crawl_id=log.crawl_id)
        by_url[page.url] = page
    log.finish({})
    return by_url


def judged(archive: Archive, by_url: dict[str, Page]) -> Grouped:
    """`false` counts documents filed with another agency's or year's, and corrected ones said to be the same."""
    result = Grouped(copies=sum(page.kind in ("elsewhere", "noisy") for page in by_url.values()))
    for record in archive.reports():
        entries = [(entry, by_url[entry.url]) for entry in archive.history(record.report_id)]
        owner = next(page for entry, page in entries if entry.role == "canonical")
        for entry, page in entries:
            result.documents += 1
            same = (page.agency, page.year) == (owner.agency, owner.year)
            is_copy = entry.role in ("copy", "rendition")
            result.false += not same or (is_copy and page.kind == "corrected")
            result.linked += same and is_copy and page.kind in ("elsewhere", "noisy")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.county", description=__doc__)
    parser.add_argument("reports", nargs="?", type=int, default=1_000, help="pages to keep, about; the bar is at 10000")
    asked = parser.parse_args().reports
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, Archive.open(load_settings(archive=folder)) as archive:
        by_url = kept(archive, pages(agencies(max(3, round(asked / len(YEARS) / 3.2)))))
        found = judged(archive, by_url)
    sys.stdout.write(f"{found.documents} documents kept: {found.false} false merges, {found.linked} of {found.copies} "
                     f"copies linked, {time.perf_counter() - started:.0f} s\n")


if __name__ == "__main__":
    main()

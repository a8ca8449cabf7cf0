"""What finding the reports of an invented site cost, beside what the clerk spends who knows the way."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.settings import DOWNLOADER_MIDDLEWARES
from tests.spiders.conftest import crawl_in_child, read_findings
from tests.worlds import load
from tests.worlds.clerk import Client, Cost, cost
from tests.worlds.engine import Site
from tests.worlds.parts import Report, bare
from tests.worlds.server import served


@dataclass(frozen=True)
class Measured:
    world: Site
    recall: float
    wrong: tuple[str, ...]
    missing: tuple[int, ...]
    spent: Cost
    oracle: int
    told: dict[str, Any]
    torn: tuple[str, ...]

    def line(self, name: str) -> str:
        traps = ",".join(f"{k}:{n}" for k, n in sorted(self.spent.traps.items()))
        return (
            f"{name:15} {self.recall:6.2f} {len(self.wrong):6} {self.spent.all:8} {self.spent.overhead:8} "
            f"{self.oracle:7}  {self.told['outcome']:11} {traps}"
        )


def oracle_overhead(world: Site) -> int:
    """What the clerk spends beside the reports, cookies and redirects included; the log is empty again afterwards."""
    with served(world) as proxy:
        client = Client(proxy)
        for step in world.oracle():
            client.ask(step)
        client.close()
    spent = cost(world, world.log).overhead
    world.log.clear()
    return spent + len(world.https_only_link)


def crawl(world: Site, folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One crawl with the settings of production, the archive and the pauses left out."""
    settings = {
        "FRONTIER_DIR": str(folder / "frontiers"),
        "NEIGHBOURS_FILE": None,
        "TURNS_DIR": str(folder / "turns"),
        "EXTENSIONS": {"crawler.session.ArchiveSession": None, "crawler.progress.ProgressEvents": None},
        "DOWNLOADER_MIDDLEWARES": {**DOWNLOADER_MIDDLEWARES, "crawler.journal.JournalMiddleware": None},
        "GONGKAI_VALIDATORS": None,
        "GONGKAI_MAX_BACKOFF_S": 0.05,
        "RETRY_TIMES": 1,
        "DOWNLOAD_TIMEOUT": 20,
    }
    findings = folder / "findings.jsonl"
    with served(world) as proxy:
        args = {"site": world.home, "agency": world.agency.name, "former_names": "", "max_requests": 300}
        task = {"args": args, "base": "crawler.settings", "findings": str(findings), "settings": settings}
        told = crawl_in_child(task, proxy, folder / "crawl.log")
    return told, read_findings(findings)


def measure(name: str, folder: Path) -> Measured:
    world = load(name)
    oracle = oracle_overhead(world)
    told, findings = crawl(world, folder)
    asked = (json.dumps(vars(line), ensure_ascii=False) for line in world.log)
    (folder / "asked.jsonl").write_text("\n".join(asked), "utf-8")  # kept by pytest, for whoever asks why
    found = {bare(url): year for url, year in told["found"].items()}
    years: set[int] = set()
    wrong = []
    for url, year in found.items():
        report = next((r for r in world.own if url in _addresses(r)), None)
        if report is None or report.year != year:
            wrong.append(f"{year} {url}")
        else:
            years.add(year)
    counted = [r for r in world.own if found.keys() & _addresses(r)]
    have = _came_along(findings) | set(found)
    torn = tuple(file for r in counted for file in r.files if bare(file) not in have)
    every = [r.year for r in world.own]
    spent = cost(world, world.log, set(found))
    recall = len(years) / len(every) if every else 1.0
    return Measured(world, recall, tuple(wrong), tuple(y for y in every if y not in years), spent, oracle, told, torn)


def _came_along(findings: list[dict[str, Any]]) -> set[str]:
    files = {bare(a["url"]) for f in findings for a in f["attachments"] if a["got"]}
    return files | {bare(url) for f in findings for url in f["parts"]}


def _addresses(report: Report) -> set[str]:
    return {bare(url) for url in (report.url, *report.also, *report.files)}

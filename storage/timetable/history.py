"""What the crawls of one site come to: the facts a rhythm is decided by. Pure, so that the order crawls become known in
makes no difference as long as each is folded in once."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from gongkai.address import place_of
from gongkai.clock import stamp

FAILED = frozenset({"blocked", "unreachable", "failed"})
"""Outcomes after which a site rests."""


def blank(site_id: str, url: str) -> dict[str, Any]:
    """A site that was never crawled, as a row of `site_runs`."""
    return {"site_id": site_id, "url": url, "host": place_of(url), "crawl_id": "", "last_run_at": None,
            "last_outcome": "", "last_why": "", "last_requests": 0, "last_reports": 0, "last_ok_at": None,
            "yielded_at": None, "failures": 0, "next_due": None, "rest_until": None, "why": "", "rhythm": ""}


def is_ahead(at: str | None, now: datetime) -> bool:
    """Whether a crawl is said to have begun after tomorrow: its machine's clock had jumped."""
    return at is not None and at > stamp(now + timedelta(days=1))


def after(known: Mapping[str, Any] | None, crawl: Mapping[str, Any], site_id: str, now: datetime) -> dict[str, Any]:
    """The row once `crawl` (a row of `crawls`) has ended. One that was cut off says nothing of the site; when it is due
    next is to be decided anew in any case."""
    row = {**(known or blank(site_id, crawl["site_url"])), "rhythm": ""}
    summary = crawl["summary"] or {}
    outcome = summary.get("outcome") or ""
    if crawl["interrupted"] or summary.get("cut_short") or not outcome:
        return row
    at, reports = crawl["started_at"], int(summary.get("reports") or 0)
    if reports:
        row["yielded_at"] = max(row["yielded_at"] or "", at)
    if outcome not in FAILED:
        row["last_ok_at"] = max(row["last_ok_at"] or "", at)
    if at < (row["last_run_at"] or "") and not is_ahead(row["last_run_at"], now):  # an older one, known late
        return row
    return {**row, "crawl_id": crawl["crawl_id"], "last_run_at": at, "last_outcome": outcome,
            "last_why": str(summary.get("explanation") or "")[:500], "last_requests": crawl["fetches"],
            "last_reports": reports, "failures": row["failures"] + 1 if is_failure(row, outcome) else 0}


def is_failure(row: Mapping[str, Any], outcome: str) -> bool:
    """A site that gave reports before and gives none has failed, too."""
    return outcome in FAILED or (outcome == "nothing" and row["yielded_at"] is not None)


def tally(lines: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], int]:
    """What a crawl's log adds to the counts: requests by outcome, bytes, incidents by kind, reports, the crawl."""
    found: Counter[tuple[str, str]] = Counter()
    for line in lines:
        if line["line"] == "fetch":
            found["requests", str(line.get("outcome") or "failed")] += 1
            found["bytes", ""] += int(line.get("size_bytes") or 0)
        elif line["line"] == "end":
            summary = line.get("summary") or {}
            cut_short = line.get("interrupted") or summary.get("cut_short")
            found["crawls", "interrupted" if cut_short else str(summary.get("outcome") or "unknown")] += 1
            for kind in ("new", "changed", "unchanged"):
                found["reports", kind] += int(summary.get(kind) or 0)
            found.update(("incidents", str(incident.get("kind"))) for incident in summary.get("incidents") or ())
    return {key: number for key, number in found.items() if number}

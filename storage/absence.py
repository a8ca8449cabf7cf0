"""When a page counts as gone: several looks over days that found nothing, and none in between that found it.

One failure is a server's bad day. What is looked at is the crawl log, which holds every fetch: the answers 404 and 410,
answers of 500 and more, and no answer at all, unless the whole crawl had none: then it is our own network that was
away. A refusal (403, a challenge, robots.txt) says nothing about the page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from gongkai.clock import parse_stamp
from storage.identity import document_id
from storage.journal import Line

FAILURES, DAYS = 3, 7
_GONE = (404, 410)
_NO_ANSWER = ("dns", "refused", "timeout", "tls")


@dataclass(frozen=True)
class Absence:
    """A page was not there from `since` (the first look that failed) until it was seen again; `until` None: still."""

    since: str
    until: str | None
    failures: int


def failed_looks(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Of a crawl log's fetches those that asked for a page in vain, as rows. Which of them were known pages is for the
    catalog to say; a spider has only to ask again for pages no list links any more."""
    rows = []
    fetches = [line for line in lines if line["line"] == "fetch"]
    online = any(line.get("status") is not None for line in fetches)
    for line in fetches:
        if not _in_vain(line, online=online):
            continue
        try:
            document = document_id(line["url"])
        except ValueError:
            continue
        rows.append({"document_id": document, "at": line["at"], "url": line["url"], "status": line.get("status"),
                     "outcome": line.get("outcome") or ""})
    return rows


def absences(failed: Iterable[str], seen: Iterable[str]) -> tuple[Absence, ...]:
    """From the times a page was looked for in vain and those it was captured."""
    found: list[Absence] = []
    run: list[str] = []
    captured = sorted(seen)
    events = sorted([(at, True) for at in captured] + [(at, False) for at in failed if captured and at > captured[0]])
    for at, there in events:
        if there:
            found += _absence(run, at)
            run = []
        else:
            run.append(at)
    return (*found, *_absence(run, None))


def _absence(run: Sequence[str], until: str | None) -> list[Absence]:
    if len(run) < FAILURES or parse_stamp(run[-1]) - parse_stamp(run[0]) < timedelta(days=DAYS):
        return []
    return [Absence(run[0], until, len(run))]


def _in_vain(line: Line, *, online: bool) -> bool:
    status = line.get("status")
    if status is None:
        return online and str(line.get("outcome", "")).startswith(_NO_ANSWER)
    return status in _GONE or status >= 500

"""What one crawl of one site came to: the object `gongkai crawl --json` prints."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gongkai.capture import Verdict
from gongkai.errors import DONE, SITE_GAVE_NOTHING, UNEXPECTED

GAVE_NOTHING = frozenset({"nothing", "blocked", "unreachable"})


@dataclass(frozen=True)
class SiteSummary:
    """`reports` counts the agency's own reports the crawl saw, those a cut-off run of it stored before included; each
    that was met in this run is new, changed or unchanged, once. `outcome` is complete,
    incomplete (years missing), budget (stopped by the request budget), nothing, blocked, unreachable or failed (the
    archive could not be written). A report counts as unchanged also when only the list that names it was asked for and
    stands as it did. `harvest` says how soon what was found was found: `requests_to` half, 90 % and all of the years,
    and `rate`, years a request; `looked` the columns searched for misplaced reports, with the pages read of each.
    `cut_short` says that it was ended from outside, and tells nothing of the site."""

    site: str
    agency: str | None
    requests: int
    reports: int
    new: int
    changed: int
    unchanged: int
    years: tuple[int, ...]
    missing_years: tuple[int, ...]
    incidents: tuple[dict[str, Any], ...]
    outcome: str
    explanation: str = ""
    others: int = 0
    rejected: int = 0
    pending: tuple[str, ...] = ()
    harvest: dict[str, Any] | None = None
    looked: dict[str, int] | None = None
    cut_short: bool = False

    @classmethod
    def of(cls, spider: Any, verdicts: Sequence[Verdict], *, requests: int, failure: str | None) -> "SiteSummary":
        own: dict[str, set[str]] = {}
        for verdict in verdicts:
            if verdict.own and verdict.outcome != "rejected" and verdict.report_id:
                own.setdefault(verdict.report_id, set()).add(verdict.outcome)
        # A report met for the first time is new even when its correction came in the same crawl.
        new = sum("new" in outcomes for outcomes in own.values())
        changed = sum("changed" in outcomes and "new" not in outcomes for outcomes in own.values())
        met = {verdict.report_year for verdict in verdicts if verdict.own and verdict.report_id in own}
        vouched = len(spider.vouched_years - met)
        return cls(
            site=spider.agency_site.url,
            agency=spider.agency_site.agency,
            requests=requests,
            reports=max(len(own), len(spider.years)),
            new=new,
            changed=changed,
            unchanged=len(own) - new - changed + vouched,
            years=tuple(sorted(spider.years)),
            missing_years=tuple(spider.missing_years),
            incidents=tuple(spider.incidents),
            outcome="failed" if failure else spider.outcome,
            explanation=failure or spider.explanation,
            others=len({v.report_id for v in verdicts if not v.own and v.report_id} - set(own)),
            rejected=sum(v.outcome == "rejected" for v in verdicts),
            pending=tuple(sorted({url for v in verdicts for url in v.pending})),
            harvest=_harvest(spider.harvest, requests),
            looked=spider.looked or None,
            cut_short=not (failure or spider.concluded),
        )

    @property
    def spent(self) -> str:
        """How soon the years were found, for people; empty when none was."""
        told = (self.harvest or {}).get("requests_to", {})
        return ", ".join(f"{share} % {number}" for share, number in told.items())

    @classmethod
    def failed(cls, site: str, agency: str | None, why: str, kind: str = "process") -> "SiteSummary":
        """The crawl's process ended without a summary, or (`busy`) another one is crawling the site."""
        incidents = ({"url": site, "kind": kind, "detail": why},)
        return cls(site, agency, 0, 0, 0, 0, 0, (), (), incidents, "failed", why)

    @property
    def busy(self) -> bool:
        return any(incident["kind"] == "busy" for incident in self.incidents)

    @classmethod
    def interrupted(cls, site: str, agency: str | None, why: str) -> "SiteSummary":
        """The crawl was ended from outside before it could say how far it came."""
        told = f"the crawl was interrupted ({why}); the next one goes on from here"
        return cls(site, agency, 0, 0, 0, 0, 0, (), (), (), "incomplete", told, cut_short=True)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "SiteSummary":
        lists = {"years", "missing_years", "incidents", "pending"}
        fields: dict[str, Any] = {key: tuple(value) if key in lists else value for key, value in data.items()}
        return cls(**fields)

    def as_json(self) -> dict[str, Any]:
        return {key: list(value) if isinstance(value, tuple) else value for key, value in self.__dict__.items()}

    @property
    def exit_code(self) -> int:
        if self.outcome == "failed" or any(incident["kind"] == "not_stored" for incident in self.incidents):
            return UNEXPECTED
        return SITE_GAVE_NOTHING if self.outcome in GAVE_NOTHING else DONE

    def sentence(self) -> str:
        """One line for the end of a log."""
        return (
            f"{self.site}: {self.outcome}; {self.reports} reports ({self.new} new, {self.changed} changed, "
            f"{self.unchanged} unchanged) in {self.requests} requests; missing {list(self.missing_years) or 'none'}; "
            f"{len(self.incidents)} incidents. {self.explanation}"
        )


def _harvest(found: Sequence[tuple[int, int]], requests: int) -> dict[str, Any] | None:
    numbers = sorted(number for number, _ in found)
    if not numbers:
        return None
    to = {str(share): numbers[-(-len(numbers) * share // 100) - 1] for share in (50, 90, 100)}
    return {"requests_to": to, "rate": round(len(numbers) / max(requests, 1), 3)}

"""Sites worth following that nobody entered: read off the reports the archive has, or off a page that lists agencies.

Where an agency's reports stand tells its site only when the host is its own. A portal carries the reports of all its
departments; their rows would all be the portal's, so they are counted and not proposed.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from crawler.fetching.policy import EgressPolicy
from crawler.reports.names import full_name, read_name, vertical_only
from crawler.reports.regions import Region
from crawler.sites.file import COLUMNS
from crawler.sites.plausible import names_organ
from crawler.sites.visits import Visit
from gongkai.address import home_of, identity
from gongkai.agency_type import agency_type
from gongkai.chinese import fold
from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import ReportRecord, SiteRecord

EVIDENCE = ("reports", "years", "evidence")
_MOSTLY = 0.8
_CENTRAL = re.compile(r"^(?:国家|国务院|中国|中央|中华)|(?:部|署|总局)$")


@dataclass(frozen=True)
class Proposal:
    site: AgencySite
    reports: int
    years: str
    evidence: str

    def as_row(self) -> dict[str, object]:
        site = self.site
        facts = (site.url, site.agency, site.region_code or "", "", "", self.reports or "", self.years, self.evidence)
        return dict(zip((*COLUMNS, *EVIDENCE), facts, strict=True))


@dataclass(frozen=True)
class Proposals:
    """`shared` counts, by host, the agencies found there whose own site the archive does not tell."""

    rows: tuple[Proposal, ...]
    shared: dict[str, int] = field(default_factory=dict)


@dataclass
class _Found:
    """What the archive has of one agency, by host: http and https of one are one site."""

    agency: str
    region_code: str | None
    by_host: dict[str, list[ReportRecord]]

    def newest(self, host: str) -> ReportRecord:
        return max(self.by_host[host], key=lambda report: (report.report_year or 0, report.url))

    def home(self, host: str) -> str:
        return home_of(self.newest(host).url) or ""


class Registered:
    """What the registry holds, retired rows too: what a person retired is not proposed again."""

    def __init__(self, records: Iterable[SiteRecord]) -> None:
        rows = list(records)
        self._ids = {row.agency_id for row in rows if row.agency_id}
        self._names = {(fold(name), row.region_code) for row in rows
                       for name in (row.agency, *row.former_names) if name}
        self._homes = {identity(home) for row in rows if (home := home_of(row.url))}

    def has_agency(self, name: str, region_code: str | None, agency_id: str | None = None) -> bool:
        folded = fold(name)
        return agency_id in self._ids or not self._names.isdisjoint({(folded, region_code), (folded, None)})

    def has_home(self, home: str) -> bool:
        return identity(home) in self._homes


def from_reports(reports: Iterable[ReportRecord], registered: Registered, settings: Settings) -> Proposals:
    """Agencies with archived reports that no registry row names, each with the host that is its own."""
    agencies = _by_agency(reports)
    owners = {host: _owner(tenants) for host, tenants in _tenants(agencies).items()}
    policy = EgressPolicy(settings.allow_hosts)
    rows, shared = [], Counter[str]()
    for agency_id, found in agencies.items():
        if registered.has_agency(found.agency, found.region_code, agency_id) or not names_organ(found.agency):
            continue
        most = sorted(found.by_host, key=lambda host: (-len(found.by_host[host]), host))
        own = [host for host in most if owners[host] == agency_id
               and not registered.has_home(found.home(host)) and policy.refusal(found.home(host)) is None]
        if own:
            rows.append(_proposal(found, own[0], sum(len(a.by_host.get(own[0], ())) for a in agencies.values())))
        else:
            shared[found.home(most[0])] += 1
    return Proposals(tuple(sorted(rows, key=_order)), dict(shared.most_common()))


def from_directory(visit: Visit, region: Region | None, registered: Registered, settings: Settings) -> Proposals:
    """The agencies a page lists whose link leads to a host of their own; `region` is the place whose page it is, which
    such pages leave out of the names."""
    policy = EgressPolicy(settings.allow_hosts)
    homes = Counter(home for _, url in visit.listed if (home := home_of(url)))
    here = home_of(visit.url)
    rows, shared = [], Counter[str]()
    for printed, url in visit.listed:
        home = home_of(url)
        name, code = _in_place(printed, region)
        if home is None or policy.refusal(home) is not None or not names_organ(name):
            continue
        if registered.has_agency(name, code) or registered.has_home(home):
            continue
        if home == here or homes[home] > 1:
            shared[home] += 1
        else:
            rows.append(Proposal(AgencySite(home, name, code), 0, "", f"{visit.url} lists {printed} as {url}"))
    return Proposals(tuple(sorted(rows, key=_order)), dict(shared.most_common()))


def _in_place(printed: str, region: Region | None) -> tuple[str, str | None]:
    """Full name and region code of an organ as a page of `region` prints it. Such pages list their own departments
    without the place (市财政局), and beside them what lies in the place (磁县人民政府) or above it (国家统计局)."""
    name = read_name(printed)
    if name.place.tokens:
        inside = [r for r in name.place.regions if region and (r == region or r.within(region))]
        stated = inside[0] if len(inside) == 1 else name.place.region
        return (full_name(name, stated), stated.code) if stated else (printed, None)
    if region is None or vertical_only(name) or _CENTRAL.search(printed):
        return printed, None
    return full_name(name, region), region.code


def _by_agency(reports: Iterable[ReportRecord]) -> dict[str, _Found]:
    agencies: dict[str, _Found] = {}
    for report in reports:
        home = home_of(report.url)
        if report.agency and report.agency_id and home:
            found = agencies.setdefault(report.agency_id, _Found(report.agency, report.region_code, defaultdict(list)))
            found.by_host[identity(home)].append(report)
    return agencies


def _tenants(agencies: dict[str, _Found]) -> dict[str, dict[str, tuple[str, int]]]:
    """Host → agency → its name and how many of its reports stand there."""
    tenants: dict[str, dict[str, tuple[str, int]]] = defaultdict(dict)
    for agency_id, found in agencies.items():
        for host, reports in found.by_host.items():
            tenants[host][agency_id] = (found.agency, len(reports))
    return tenants


def _owner(tenants: dict[str, tuple[str, int]]) -> str | None:
    """The agency whose site a host is: the only one there, the one government among departments, or the one with most
    of the reports (a department's site carries a few of its government)."""
    if len(tenants) == 1:
        return next(iter(tenants))
    governments = [agency for agency, (name, _) in tenants.items() if agency_type(name) == "government"]
    if len(governments) == 1 and len(tenants) >= 3:
        return governments[0]
    most = max(tenants, key=lambda agency: tenants[agency][1])
    return most if tenants[most][1] >= _MOSTLY * sum(count for _, count in tenants.values()) else None


def _proposal(found: _Found, host: str, all_there: int) -> Proposal:
    reports = found.by_host[host]
    years = sorted({r.report_year for r in reports if r.report_year})
    span = f"{years[0]}-{years[-1]}" if len(years) > 1 else "".join(map(str, years))
    told = f"{len(reports)} of {all_there} reports archived from this host; {found.newest(host).url}"
    return Proposal(AgencySite(found.home(host), found.agency, found.region_code), len(reports), span, told)


def _order(proposal: Proposal) -> tuple[str, str]:
    return proposal.site.region_code or "", proposal.site.agency or ""

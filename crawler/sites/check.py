"""What is wrong with rows of sites, each finding with where it stands; nothing is asked of any site for it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crawler.reports.names import read_name, same_body
from crawler.reports.regions import by_code
from crawler.sites.file import Entry, site_of, twice
from crawler.sites.plausible import names_organ
from crawler.sites.visits import Visit
from gongkai.address import home_of, identity
from gongkai.errors import ConfigurationError
from gongkai.settings import Settings
from gongkai.site import AgencySite
from spiders.names import Names, name_of_site


@dataclass(frozen=True)
class SiteFinding:
    """`where` names file and line, or the row of the registry; `url` is the address as it stands there."""

    where: str
    url: str
    detail: str


@dataclass(frozen=True)
class Checked:
    """`sites` are the rows that can be followed, by where they stand."""

    findings: tuple[SiteFinding, ...]
    sites: dict[str, AgencySite]


def check_rows(entries: Iterable[Entry], settings: Settings) -> Checked:
    findings: list[SiteFinding] = []
    sites: dict[str, AgencySite] = {}
    first: dict[str, str] = {}
    for entry in entries:
        url = str(entry.fields["url"]).strip()
        try:
            site = site_of(settings=settings, **entry.fields)
        except ConfigurationError as problem:
            findings.append(SiteFinding(entry.where, url, str(problem)))
            continue
        earlier = first.setdefault(identity(site.url), entry.where)
        if earlier != entry.where:
            told = twice("", site, earlier, sites[earlier]).removeprefix(": ")
            findings.append(SiteFinding(entry.where, url, told))
            continue
        sites[entry.where] = site
        findings += (SiteFinding(entry.where, url, detail) for detail in _wrong_names(site))
    return Checked(tuple(findings), sites)


def _wrong_names(site: AgencySite) -> Iterator[str]:
    for name in filter(None, (site.agency, *site.former_names)):
        if not names_organ(name):
            yield f"{name!r} is no agency's full name; expected one such as 厦门市城市管理局"
    place = read_name(site.agency).place.region if site.agency else None
    region = by_code()[site.region_code] if site.region_code else None
    if place and region and place != region and not place.within(region) and not region.within(place):
        yield (f"{site.agency} is named after {place.name} ({place.code}), but region_code {region.code} is "
               f"{region.name}")


def check_visit(site: AgencySite, visit: Visit) -> str | None:
    """What the home page's answer says against the row; None for nothing."""
    if visit.problem:
        return f"the home page does not answer: {visit.problem}"
    if visit.status >= 400:
        return f"the home page answers with status {visit.status}"
    if _host_and_port(visit.landed) != _host_and_port(visit.url):
        return f"the home page sends its readers on to {visit.landed}, another site"
    said = name_of_site(visit.said)
    names = [name for name in (site.agency, *site.former_names) if name]
    if not names or said is None or any(same_body(said, name) for name in names):
        return None
    if any(Names(name).stands_in(text) for name in names for text in visit.said):
        return None
    return f"the home page calls itself {said}, the row {site.agency}"


def _host_and_port(url: str) -> str:
    """The same for http and https, with and without www: going from one to the other is no move."""
    return identity(home_of(url) or url).removeprefix("www.")

"""How the newest crawl of an agency's sites came out."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, func, select

from storage.catalog.schema import captures, crawls, followed_agencies, reports, site_runs, sites
from storage.identity import site_id


def last_outcomes(connection: Connection, agencies: Mapping[str, str | None]) -> dict[str, str]:
    """By agency, for some hundred of them at most, each with the document of the report that was seen last; of several
    sites the one crawled last."""
    found: dict[str, tuple[str, str]] = {}
    named = _registered(connection, agencies)
    left = {agency: document for agency, document in agencies.items() if document and agency not in dict(named)}
    for agency, at, outcome in _runs(connection, named | _crawled(connection, left)):
        if agency not in found or found[agency][0] < at:
            found[agency] = at, outcome
    return {agency: outcome for agency, (_, outcome) in found.items()}


def sites_of(connection: Connection, agencies: Collection[str]) -> set[tuple[str, str]]:
    """Agency and site: those the registry names, else the one that gave the newest of its reports."""
    named = _registered(connection, agencies)
    left = sorted(set(agencies) - {agency for agency, _ in named})
    return named | _crawled(connection, seen_last(connection, left))


def _registered(connection: Connection, agencies: Collection[str]) -> set[tuple[str, str]]:
    wanted = sorted(agencies)
    named = {(row.agency_id, row.site_id) for row in connection.execute(select(
        sites.c.agency_id, sites.c.site_id).where(sites.c.agency_id.in_(wanted), sites.c.retired.is_(False)))}
    return named | {(row.agency_id, row.site_id) for row in connection.execute(select(
        followed_agencies.c.agency_id, followed_agencies.c.site_id).where(followed_agencies.c.agency_id.in_(wanted)))}


def seen_last(connection: Connection, agencies: Collection[str]) -> dict[str, str]:
    """Of each agency the document of the report that was seen last."""
    newest: dict[str, tuple[str, str]] = {}
    for agency, seen, document in connection.execute(select(
            reports.c.agency_id, reports.c.last_seen, reports.c.document_id).where(
            reports.c.agency_id.in_(agencies))).all():
        newest[agency] = max(newest.get(agency, ("", "")), (seen, document))
    return {agency: document for agency, (_, document) in newest.items()}


def _crawled(connection: Connection, seen: Mapping[str, str]) -> set[tuple[str, str]]:
    """The site whose crawl last gave the document of each agency."""
    if not seen:
        return set()
    crawl: dict[str, str] = dict(connection.execute(select(
        captures.c.document_id, func.max(captures.c.crawl_id)).where(
        captures.c.document_id.in_(sorted(set(seen.values())))).group_by(captures.c.document_id)).all())
    site = dict(connection.execute(select(crawls.c.crawl_id, crawls.c.site_url).where(
        crawls.c.crawl_id.in_(sorted(set(crawl.values()))))).all())
    return {(agency, site_id(site[crawl[document]])) for agency, document in seen.items()
            if crawl.get(document) in site}


def _runs(connection: Connection, named: set[tuple[str, str]]) -> list[tuple[str, str, str]]:
    if not named:
        return []
    runs = {name: (at, outcome) for name, at, outcome in connection.execute(select(
        site_runs.c.site_id, site_runs.c.last_run_at, site_runs.c.last_outcome).where(
        site_runs.c.site_id.in_(sorted({site for _, site in named})), site_runs.c.last_run_at.is_not(None)))}
    return [(agency, *runs[site]) for agency, site in sorted(named) if site in runs]

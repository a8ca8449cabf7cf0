"""Some of the archive looked at closely: as many versions and captures as asked for, or what came since a day."""

import random
from collections.abc import Callable, Iterable
from functools import partial

from sqlalchemy import select

from storage.catalog.engine import Catalog
from storage.catalog.filing import gazetteer
from storage.catalog.rows import VersionRow
from storage.catalog.schema import captures, crawls, versions
from storage.damage import RECRAWL, RESTORE, Findings, Progress, VerifyReport
from storage.layout import TOMBSTONES, crawl_key
from storage.objects import ObjectStore
from storage.verify import ObjectCheck


def verify_some(objects: ObjectStore, catalog: Callable[[], Catalog], progress: Progress | None, *,
                sample: int | None = None, since: str | None = None) -> VerifyReport:
    """What the catalog names is looked at among the objects; nothing is said of objects the catalog does not know, for
    which the whole must be gone through."""
    findings = Findings(progress)
    check = ObjectCheck(objects, findings)
    check.gazetteer = catalog().read(gazetteer)
    for stone in objects.keys(TOMBSTONES):
        findings.guarded(stone, partial(check.tombstone, stone), RESTORE)
    rows, logs, raws = _chosen(catalog(), sample, since)
    for row in rows:
        findings.count("versions")
        check.some_version(row)
    for crawl in logs:
        findings.guarded(crawl_key(crawl), partial(check.log, crawl), RESTORE)
    wanted = set(raws) | (set(check.audit.wanted_raw) if sample is None else set())
    wanted |= {sha for row in rows for state in row.states for sha in state["raw_sha256"]}
    keys = [key for sha in sorted(wanted) if (key := check.raw_key(sha)) is not None]
    check.raw(keys)
    for sha in sorted(wanted):
        if check.raw_key(sha) is None and sha not in check.dropped:
            findings.damage(f"raw/sha256/{sha[:2]}/{sha[2:4]}/{sha}", "missing", "the catalog refers to these bytes",
                            RECRAWL)
    return findings.report()


def _chosen(catalog: Catalog, sample: int | None,
            since: str | None) -> tuple[list[VersionRow], list[str], Iterable[str]]:
    with catalog.reading() as connection:
        names = select(versions.c.document_id, versions.c.number)
        seen = select(captures.c.raw_sha256)
        logs: list[str] = []
        if since is not None:
            names = names.where(select(1).where(
                captures.c.document_id == versions.c.document_id, captures.c.number == versions.c.number,
                captures.c.fetched_at >= since).exists())
            seen = seen.where(captures.c.fetched_at >= since)
            logs = list(connection.execute(select(crawls.c.crawl_id).where(
                crawls.c.started_at >= since, crawls.c.sealed.is_(True))).scalars())
        found = [(row[0], row[1]) for row in connection.execute(names)]
        raws = set(connection.execute(seen.distinct()).scalars())
        if sample is not None:
            found = random.sample(found, min(sample, len(found)))
            raws = set(random.sample(sorted(raws), min(sample, len(raws))))
            logs = random.sample(logs, min(sample, len(logs)))
        rows = []
        for document, number in found:
            row = connection.execute(select(versions).where(
                versions.c.document_id == document, versions.c.number == number)).one()
            rows.append(VersionRow.from_row(row))
    return rows, logs, raws

"""The search index held against the catalog: every report findable, no entry of another state."""

from sqlalchemy import select

from storage.catalog.engine import Catalog
from storage.catalog.schema import reports, search_queue
from storage.damage import REPAIR, Findings
from storage.search.index import SearchIndex, fingerprint
from storage.search.tables import FORMAT


def check_search(catalog: Catalog, index: SearchIndex, findings: Findings) -> None:
    """What is still queued is no damage, nor is an index of an earlier release: the next command that writes takes it
    in, or makes it anew."""
    if (found := index.format_found()) != FORMAT:
        findings.leftover("catalog:search", f"it has the format {found} of another release; the next command that "
                                            "writes makes it anew")
        return
    with catalog.reading() as connection:
        queued = set(connection.execute(select(search_queue.c.report_id)).scalars())
        rows = connection.execute(select(reports)).all()
    known = index.fingerprints()
    for row in rows:
        findings.count("search entries")
        key = f"catalog:search/{row.report_id}"
        if row.report_id in queued:
            continue
        if row.report_id not in known:
            findings.damage(key, "missing", "this report cannot be found by its text", REPAIR)
        elif known[row.report_id] != fingerprint(row):
            findings.damage(key, "stale", "search shows another state of this report", REPAIR)
        elif not index.finds_itself(row):
            findings.damage(key, "unreadable", "this report is not found by its own title, year and place", REPAIR)
    for report in sorted(set(known) - {row.report_id for row in rows} - queued):
        findings.damage(f"catalog:search/{report}", "dangling", "the catalog has no such report", REPAIR)

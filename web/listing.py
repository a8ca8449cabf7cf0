"""A page of reports as asked for, for the page and its JSON twin alike."""

from typing import Any

from storage import FacetCounts, ListOrder, SearchQuery
from storage.search.answers import SearchHit
from storage.search.asked import Rank
from web.conditional import latest_of
from web.desk import Desk
from web.filters import Filters, Listing
from web.paging import Page, position


def query_of(asked: Filters) -> SearchQuery:
    return SearchQuery(text=asked.q or "", agency=asked.agency, year=asked.year, region=asked.region,
                       agency_type=asked.type, form=asked.form, failed=asked.failed, level=asked.level,
                       changed=asked.changed)


def order_of(asked: Listing) -> ListOrder:
    return asked.sort or ("newest" if asked.q else "year")


def page_of(desk: Desk, asked: Listing, *, snippets: bool, counts: FacetCounts | None = None) -> Page[SearchHit]:
    """By relevance the cursor is a rank, in every other order the last report shown."""
    order = order_of(asked)
    after = _rank(asked.after) if order == "relevance" else _report(asked.after)
    found = desk.archive.browse.listing(query_of(asked), order, asked.limit + 1, after, snippets=snippets,
                                        counts=counts)
    return Page.of(found, asked.limit, lambda hit: hit.rank or (hit.record.report_id,))


def _report(after: str | None) -> str | None:
    key = position(after, str)
    return str(key[0]) if key else None


def _rank(after: str | None) -> Rank | None:
    key: Any = position(after, int, int, int, int, int)
    return Rank(*key) if key else None


def seen_of(page: Page[SearchHit]) -> str | None:
    """When the newest of its reports was last seen."""
    return latest_of(hit.record.last_seen for hit in page.items)

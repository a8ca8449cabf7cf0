"""A page of reports as asked for, for the page and its JSON twin alike."""

from storage import FacetCounts, ListOrder, SearchQuery
from storage.search.answers import SearchHit
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
    after = position(asked.after, str)
    found = desk.archive.browse.listing(query_of(asked), order_of(asked), asked.limit + 1,
                                        str(after[0]) if after else None, snippets=snippets, counts=counts)
    return Page.of(found, asked.limit, lambda hit: (hit.record.report_id,))


def seen_of(page: Page[SearchHit]) -> str | None:
    """When the newest of its reports was last seen."""
    return latest_of(hit.record.last_seen for hit in page.items)

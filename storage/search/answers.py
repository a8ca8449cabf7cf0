"""What a search answers with: records in the order asked, page by page, with what was found in their texts."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from gongkai.errors import StorageError
from storage.catalog.engine import Catalog
from storage.catalog.queries import records_of
from storage.objects import ObjectStore
from storage.records import ReportRecord
from storage.rereading import text_of
from storage.search.asked import Order, SearchQuery
from storage.search.grams import plain, terms
from storage.search.index import SearchIndex
from storage.search.snippets import Snippet, snippets

_PAGE = 100
_MOST_RELEVANT = 1000


@dataclass(frozen=True)
class SearchHit:
    """`snippets` is empty where none were asked for, or where the terms stand in the title alone."""

    record: ReportRecord
    snippets: tuple[Snippet, ...] = ()


def hits(catalog: Catalog, index: SearchIndex, objects: ObjectStore, query: SearchQuery, order: Order,
         limit: int | None, with_snippets: bool, after: int | None = None) -> Iterator[SearchHit]:
    words = terms(query.text)  # a query without a term is refused now, not when the first hit is asked for
    return _hits(catalog, index, objects, query, order, limit, words if with_snippets else [], after)


def _hits(catalog: Catalog, index: SearchIndex, objects: ObjectStore, query: SearchQuery, order: Order,
          limit: int | None, words: list[str], after: int | None) -> Iterator[SearchHit]:
    left = _MOST_RELEVANT if order == "relevance" and limit is None else limit
    while left is None or left > 0:
        size = left if order == "relevance" and left is not None else _PAGE if left is None else min(_PAGE, left)
        found = index.find(query, order, size, after)
        records = records_of(catalog, [report for report, _ in found])
        for report, _ in found:
            if report in records:
                yield SearchHit(records[report], _snippets(objects, records[report], words) if words else ())
        if len(found) < size or order == "relevance":
            return
        after, left = found[-1][1], None if left is None else left - len(found)


def _snippets(objects: ObjectStore, record: ReportRecord, words: list[str]) -> tuple[Snippet, ...]:
    with suppress(StorageError):
        text = text_of(objects, *record.shown)
        return snippets(plain(text), words)
    return ()

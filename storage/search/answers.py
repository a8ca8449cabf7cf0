"""What a search answers with: records in the order asked, page by page, with what was found in their texts."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from gongkai.errors import StorageError
from storage.catalog.engine import Catalog
from storage.catalog.queries import records_of
from storage.objects import ObjectStore
from storage.records import ReportRecord
from storage.rereading import text_of
from storage.search.asked import Order, Rank, SearchQuery
from storage.search.grams import plain, terms
from storage.search.index import SearchIndex
from storage.search.snippets import Snippet, snippets

_PAGE = 100


@dataclass(frozen=True)
class SearchHit:
    """`snippets` is empty where none were asked for, or where the terms stand in the title alone; `rank` is known where
    relevance is the order."""

    record: ReportRecord
    snippets: tuple[Snippet, ...] = ()
    rank: Rank | None = None


def hits(catalog: Catalog, index: SearchIndex, objects: ObjectStore, query: SearchQuery, order: Order,
         limit: int | None, with_snippets: bool, after: int | Rank | None = None) -> Iterator[SearchHit]:
    """On from the one behind `after`: its place among the newest, or its rank."""
    words = terms(query.text)  # a query without a term is refused now, not when the first hit is asked for
    found = (_newest(index, query, limit, None if isinstance(after, Rank) else after) if order == "newest"
             else _ranked(index, query, limit, after if isinstance(after, Rank) else None))
    return islice(_hits(catalog, objects, found, words if with_snippets else []), limit)


def _hits(catalog: Catalog, objects: ObjectStore, found: Iterator[list[tuple[str, Rank | None]]], words: list[str],
          ) -> Iterator[SearchHit]:
    for some in found:
        records = records_of(catalog, [report for report, _ in some])
        for report, rank in some:
            if report in records:  # else it left the catalog just now
                yield SearchHit(records[report], _snippets(objects, records[report], words) if words else (), rank)


def _newest(index: SearchIndex, query: SearchQuery, limit: int | None, after: int | None,
            ) -> Iterator[list[tuple[str, Rank | None]]]:
    size = _size(limit)
    while found := index.find(query, size, after):
        yield [(report, None) for report, _ in found]
        if len(found) < size:
            return
        after = found[-1][1]


def _ranked(index: SearchIndex, query: SearchQuery, limit: int | None, after: Rank | None,
            ) -> Iterator[list[tuple[str, Rank | None]]]:
    ranks, size = index.weigh(query, after), _size(limit)
    while some := list(islice(ranks, size)):
        reports = index.reports_at([rank.entry for rank in some])
        yield [(reports[rank.entry], rank) for rank in some if rank.entry in reports]


def _size(limit: int | None) -> int:
    return _PAGE if limit is None else max(1, min(_PAGE, limit))


def _snippets(objects: ObjectStore, record: ReportRecord, words: list[str]) -> tuple[Snippet, ...]:
    with suppress(StorageError):
        text = text_of(objects, *record.shown)
        return snippets(plain(text), words)
    return ()

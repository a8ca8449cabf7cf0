"""The search index: entries put in from the catalog's queue, questions answered, itself checked against the catalog."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Row, delete, func, inspect, select, update

from gongkai.agency_type import agency_type
from gongkai.chinese import search_form
from gongkai.digest import sha256_hex
from gongkai.errors import ConfigurationError, StorageError
from storage.catalog.engine import Catalog
from storage.catalog.schema import reports, search_queue
from storage.failures import CatalogUnreadableError
from storage.objects import ObjectStore
from storage.rereading import text_of
from storage.search.asked import NEWEST, Counts, Rank, SearchQuery
from storage.search.engines import Embedded, Engine, Made, Server, Wanted
from storage.search.grams import inner_phrase, phrase, terms, text_tokens
from storage.search.marks import all_conditions, conditions, marks_asked, marks_of, part_of_name
from storage.search.numbering import day, first_number, next_number, told, year_and_place
from storage.search.tables import FORMAT, entries, state, summaries, superseded
from storage.search.weights import ranked, summary, usual_length

logger = logging.getLogger(__name__)

_BATCH, _READERS = 300, 4
_PAGE = 50
_KIND = (entries.c.region_code, entries.c.report_year, entries.c.admin_level, entries.c.agency_type,
         entries.c.form_id, entries.c.checks_fail, entries.c.states)


def open_index(catalog: Catalog, objects: ObjectStore, folder: Path, *, read_only: bool) -> "SearchIndex":
    """Beside an SQLite catalog in a file of its own, so that indexing never holds the catalog's lock."""
    if catalog.file is None:
        return SearchIndex(catalog, catalog, objects, Server())
    place = Catalog(catalog.url.set(database=str(catalog.file.with_suffix(".search.db"))), folder,
                    read_only=read_only, is_index=True)
    return SearchIndex(catalog, place, objects, Embedded())


@dataclass
class SearchIndex:
    """`place` is where the index is: the catalog itself on a server. `queue` rows say which reports it lacks."""

    catalog: Catalog
    place: Catalog
    objects: ObjectStore
    engine: Engine
    _known: bool = field(default=False, init=False)
    """That it has this program's format."""

    def prepare(self) -> None:
        """Makes it where there is none, or one of another format, and queues every report for it."""
        if self.place.file is not None:
            self.place.make_concurrent()
        with self.place.writing() as connection:
            if self._format(connection) == FORMAT:
                return
            self.engine.drop(connection)
            self.engine.create(connection)
        self.catalog.write(queue_all)

    def clear(self) -> None:
        if self.place.file is not None:
            self.place.discard_file()
        else:
            with self.place.writing() as connection:
                self.engine.drop(connection)
        self.prepare()

    def waiting(self) -> int:
        return self.catalog.read(lambda c: c.execute(select(func.count()).select_from(search_queue)).scalar_one())

    def catch_up(self, most: int | None = None, progress: Callable[[int, int], None] | None = None) -> int:
        """Takes in what the queue names. A report is taken off it only after its entry is durable."""
        if not self.catalog.read(partial(_next_queued, "")):
            return 0
        done, total = 0, self.waiting() if progress else 0
        for some in self._batches(most):
            self._take_in(some)
            self.catalog.write(partial(_unqueue, some.queued))
            done += len(some.queued)
            if progress:
                progress(done, total)
        self.place.write(self.engine.settle)
        return done

    def _batches(self, most: int | None) -> Iterator["_Batch"]:
        """While one is entered the next is read."""
        with ThreadPoolExecutor(1, "reading ahead") as ahead:
            after, given = "", 0
            coming = ahead.submit(self._gather, after)
            while (some := coming.result()).queued or after:
                after = some.queued[-1][0] if some.queued else ""  # at the end once more for what came meanwhile
                given += len(some.queued)
                if more := most is None or given < most:
                    coming = ahead.submit(self._gather, after)
                if some.queued:
                    yield some
                if not more:
                    return

    def find(self, query: SearchQuery, limit: int, after: int | None = None) -> list[tuple[str, int]]:
        """Report ids with their places, the newest first; `after` is the place of the last one of the page before."""
        wanted = replace(_wanted(query), below=after)
        recent = self.engine.recent(wanted) if limit <= _PAGE else None
        with self._reading(words=True) as connection:
            found = connection.execute(recent.limit(limit)).all() if recent is not None else []
            if len(found) < limit:
                found = connection.execute(self.engine.newest(wanted).limit(limit)).all()
        return [(row[0], row[1]) for row in found]

    def weigh(self, query: SearchQuery, after: Rank | None = None) -> Iterator[Rank]:
        """All that are weighed, the most relevant first; on from the one behind `after`. What came in between its
        bounds since then is weighed with them."""
        wanted = _wanted(query)
        if after is not None:
            wanted = replace(wanted, below=after.newest + 1, least=after.oldest)
        asked = self.engine.weighable(wanted).limit(NEWEST if after is None else 2 * NEWEST)
        with self._reading(words=True) as connection:
            found: Any = connection.execute(asked).all()
        if not found:
            return
        oldest, newest, usual = after[:3] if after is not None else (
            found[-1][0], found[0][0], usual_length([made for _, made in found]))
        for one in ranked(found, wanted.phrases, usual):
            if after is None or one < (after.weight, after.entry):
                yield Rank(oldest, newest, usual, *one)

    def reports_at(self, places: Sequence[int]) -> dict[int, str]:
        """The reports of entries, but for what was superseded."""
        asked = select(entries.c.entry_id, entries.c.report_id).where(entries.c.entry_id.in_(places), ~superseded)
        with self._reading() as connection:
            return {row[0]: row[1] for row in connection.execute(asked)}

    def browse(self, query: SearchQuery, limit: int, after: int | None = None) -> list[tuple[str, int]]:
        """As `find`, newest first, whatever the words: the query's text is not looked at."""
        asked = select(entries.c.report_id, entries.c.entry_id).where(~superseded, *all_conditions(query))
        if after is not None:
            asked = asked.where(entries.c.entry_id < after)
        with self._reading() as connection:
            rows = connection.execute(asked.order_by(entries.c.entry_id.desc()).limit(limit))
            return [(row[0], row[1]) for row in rows]

    def kinds(self, query: SearchQuery, region_digits: int, most: int | None = None) -> list[Row[Any]]:
        """How many reports of each kind: region (its first digits), year, level, type, form, failed, changed, number.
        Of the newest `most` where the words find more."""
        if query.text:
            asked = self.engine.newest(_wanted(query))
        else:
            asked = select(entries.c.entry_id).where(~superseded, *all_conditions(query))
        inner = asked.with_only_columns(*_KIND, maintain_column_froms=True).limit(most).subquery()
        place = func.substr(inner.c.region_code, 1, region_digits)
        kind = (place, inner.c.report_year, inner.c.admin_level, inner.c.agency_type, inner.c.form_id,
                inner.c.checks_fail > 0, inner.c.states > 1)
        with self._reading(words=bool(query.text)) as connection:
            return list(connection.execute(select(*kind, func.count()).group_by(*kind)).all())

    def place_of(self, report_id: str) -> int | None:
        with self._reading() as connection:
            return connection.execute(select(entries.c.entry_id).where(entries.c.report_id == report_id)).scalar()

    def counts(self, query: SearchQuery) -> Counts:
        found = self.engine.numbers(_wanted(query)).subquery()
        kind = year_and_place(found.c.entry_id).label("kind")
        by_year: dict[int, int] = {}
        by_region: dict[str, int] = {}
        with self._reading(words=True) as connection:
            for one, number in connection.execute(select(kind, func.count()).group_by("kind")):
                year, region = told(one)
                by_year[year] = by_year.get(year, 0) + number
                by_region[region] = by_region.get(region, 0) + number
        return Counts(sum(by_year.values()), dict(sorted(by_year.items(), reverse=True)),
                      dict(sorted(by_region.items())))

    def fingerprints(self) -> dict[str, str]:
        """Of each report that has an entry, what the entry was made of."""
        with self._reading() as connection:
            asked = select(entries.c.report_id, entries.c.fingerprint).where(entries.c.report_id.is_not(None))
            return {row[0]: row[1] for row in connection.execute(asked)}

    def finds_itself(self, report: Any) -> bool:
        """Whether the entry of a report is found by the beginning of its own title, narrowed down to all it is."""
        try:
            phrases = [phrase(terms(f'"{_beginning(report.title or report.names or "")}"')[0])]
        except ConfigurationError:
            return True  # nothing in it that could be looked for
        asked = self.engine.weighable(Wanted(
            phrases, marks=marks_of(_facets(report)), conditions=[entries.c.report_id == report.report_id])).limit(1)
        with self._reading(words=True) as connection:
            return connection.execute(asked).first() is not None

    def close(self) -> None:
        if self.place is not self.catalog:
            self.place.close()

    @contextmanager
    def _reading(self, *, words: bool = False) -> Iterator[Connection]:
        if not self._known:
            found = self.format_found()
            if found != FORMAT:
                raise CatalogUnreadableError(
                    f"the search index {self.place.name} has the format {found} of another release, this program needs "
                    f"{FORMAT}; a command that writes makes it anew: gongkai repair")
            self._known = True
        with self.place.reading() as connection:
            self.engine.prepare(connection, words=words)
            yield connection

    def format_found(self) -> str | None:
        if self.place.file is not None and not self.place.file.is_file():
            raise CatalogUnreadableError(f"there is no search index {self.place.file}; make it with: gongkai repair")
        with self.place.reading() as connection:
            return self._format(connection)

    def _format(self, connection: Connection) -> str | None:
        if not inspect(connection).has_table(state.name):
            return None
        return connection.execute(select(state.c.value).where(state.c.name == "format")).scalar()

    def _gather(self, after: str) -> "_Batch":
        """What is queued behind the report `after`, with the texts: read side by side, for each is a question to a
        service where objects are on S3."""
        queued = self.catalog.read(partial(_next_queued, after))
        if not queued:
            return _Batch([], [])
        rows = self.catalog.read(lambda connection: _rows(connection, queued))
        with ThreadPoolExecutor(_READERS, "texts") as readers:
            texts = list(readers.map(self._text, rows))
        return _Batch(queued, [self._entering(row, text) for row, text in zip(rows, texts, strict=True)])

    def _take_in(self, some: "_Batch") -> None:
        def enter(connection: Connection) -> None:
            # What was gathered may have changed since; it is queued anew then, or another process took it in.
            rows = (_rows(connection, some.queued) if self.place is self.catalog
                    else self.catalog.read(lambda catalog: _rows(catalog, some.queued)))
            now = {row.report_id: fingerprint(row) for row in rows}
            named = [report for report, _ in some.queued]
            known = dict(cast(Iterable[tuple[str, str]], connection.execute(
                select(entries.c.report_id, entries.c.fingerprint).where(entries.c.report_id.in_(named))).all()))
            stale = [report for report in named if report in known and known[report] != now.get(report)]
            if stale:
                of_stale = select(entries.c.entry_id).where(entries.c.report_id.in_(stale))
                connection.execute(delete(summaries).where(summaries.c.entry_id.in_(of_stale)))
                connection.execute(update(entries).where(entries.c.report_id.in_(stale)).values(report_id=None))
            numbers: dict[int, int] = {}
            # FTS5 writes a segment anew whenever a number is smaller than the one before.
            for one in sorted(some.entering, key=lambda one: first_number(one.row)):
                report = one.row.report_id
                if now.get(report) == one.fingerprint != known.get(report):
                    self._put(connection, one, numbers)

        self.place.write(enter)

    def put(self, connection: Connection, row: Any, text: str, numbers: dict[int, int]) -> None:
        """A report's row with its text; `numbers` as in `next_number`."""
        self._put(connection, self._entering(row, text), numbers)

    def _entering(self, row: Any, text: str) -> "_Entering":
        head, body = text_tokens("\n".join(filter(None, (row.title, row.names)))), text_tokens(text)
        return _Entering(row, fingerprint(row), self.engine.made(head, body, marks_of(_facets(row))),
                         summary(head, body))

    def _put(self, connection: Connection, one: "_Entering", numbers: dict[int, int]) -> None:
        entry = entry_of(one.row, next_number(connection, one.row, numbers))
        connection.execute(entries.insert(), entry)
        connection.execute(summaries.insert(), {"entry_id": entry["entry_id"], "summary": one.summary})
        self.engine.put(connection, entry["entry_id"], one.made)

    def _text(self, row: Row[Any]) -> str:
        """Empty where it is lost: names and title are still to be found, and verify names the loss."""
        with suppress(StorageError):
            return text_of(self.objects, row.document_id, row.number, row.reading)
        logger.warning("the text of %s %s is missing: only its title can be searched", row.agency, row.report_year)
        return ""


@dataclass(frozen=True)
class _Entering:
    row: Any
    fingerprint: str
    made: Made
    summary: bytes


@dataclass(frozen=True)
class _Batch:
    """Reports with their tickets, and those of them that are in the catalog."""

    queued: list[tuple[str, str]]
    entering: list[_Entering]


def _rows(connection: Connection, queued: Sequence[tuple[str, str]]) -> Sequence[Row[Any]]:
    return connection.execute(select(reports).where(reports.c.report_id.in_([report for report, _ in queued]))).all()


def fingerprint(row: Any) -> str:
    """Of everything an entry is made of, from the report's row alone."""
    made = [row.document_id, row.number, row.text_sha256, row.title, *_facets(row).values(), day(row)]
    return sha256_hex(repr(made).encode("utf-8", "replace"))[:32]


def queue_all(connection: Connection) -> None:
    connection.execute(delete(search_queue))
    connection.execute(search_queue.insert().from_select(
        ["report_id", "ticket"], select(reports.c.report_id, reports.c.report_id)))


def _next_queued(after: str, connection: Connection) -> list[tuple[str, str]]:
    asked = (select(search_queue.c.report_id, search_queue.c.ticket).where(search_queue.c.report_id > after)
             .order_by(search_queue.c.report_id).limit(_BATCH))
    return [(row[0], row[1]) for row in connection.execute(asked)]


def _unqueue(done: Iterable[tuple[str, str]], connection: Connection) -> None:
    """What changed again meanwhile has another ticket and stays."""
    for report, ticket in done:
        connection.execute(delete(search_queue).where(search_queue.c.report_id == report,
                                                      search_queue.c.ticket == ticket))


def _facets(row: Any) -> dict[str, Any]:
    return {"agency_id": row.agency_id, "names": row.names, "report_year": row.report_year,
            "region_code": row.region_code, "agency_type": agency_type(row.agency), "form_id": row.form_id,
            "admin_level": row.admin_level or "", "checks_fail": row.checks_fail, "states": row.versions}


def entry_of(row: Any, number: int) -> dict[str, Any]:
    return {"entry_id": number, "report_id": row.report_id, "fingerprint": fingerprint(row), **_facets(row)}


def _wanted(query: SearchQuery) -> Wanted:
    name = part_of_name(query)
    return Wanted([phrase(term) for term in terms(query.text)], inner_phrase(name) if name is not None else None,
                  marks_asked(query), conditions(query))


def _beginning(title: str) -> str:
    """The first characters of a title, never half of a number or word: those are found whole or not at all."""
    form = search_form(title)
    return re.sub(r"[a-z0-9]+$", "", form[:12]) or form if len(form) > 12 else form

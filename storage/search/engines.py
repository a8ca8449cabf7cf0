"""How SQLite's FTS5 and PostgreSQL's tsvector take bigrams and look for phrases of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    Text,
    bindparam,
    cast,
    desc,
    func,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import REGCLASS, TSQUERY, TSVECTOR
from sqlalchemy.sql import column, table

from storage.search.grams import MARK, Phrase
from storage.search.tables import FORMAT, entries, metadata, server_metadata, state, summaries, superseded, vectors

Made = list[dict[str, Any]]
"""An entry's rows but for its number."""


@dataclass(frozen=True)
class Wanted:
    """Phrases that stand in title or text, one that stands in title or names, marks, what is asked of the rest of an
    entry, and the number all are to be below, or not below."""

    phrases: Sequence[Phrase]
    named: Phrase | None = None
    marks: Sequence[str] = ()
    conditions: Sequence[ColumnElement[bool]] = ()
    below: int | None = None
    least: int | None = None


class Engine(Protocol):
    def create(self, connection: Connection) -> None: ...
    def drop(self, connection: Connection) -> None: ...
    def prepare(self, connection: Connection, *, words: bool) -> None:
        """For the questions of this transaction, whether they ask for words."""
        ...
    def made(self, head: Sequence[str], body: Sequence[str], marks: Sequence[str]) -> Made:
        """For `put`, of the tokens of title and names, and of the text."""
        ...
    def put(self, connection: Connection, entry: int, made: Made) -> None: ...
    def recent(self, wanted: Wanted) -> Select[Any] | None:
        """As `newest`, of a few of the newest entries alone, where that is worth asking first."""
        ...
    def newest(self, wanted: Wanted) -> Select[Any]:
        """Report and entry ids, the greatest first, from which the caller selects on; joined with `entries`."""
        ...
    def weighable(self, wanted: Wanted) -> Select[Any]:
        """Entry ids with their summaries, the greatest first. Some may belong to no report any more."""
        ...
    def numbers(self, wanted: Wanted) -> Select[Any]:
        """Entry ids alone, in no order: for counting."""
        ...
    def settle(self, connection: Connection) -> None:
        """After many were put in."""
        ...


_grams = table("search_grams", column("rowid"), column("search_grams"))
_UNMERGED_BYTES = 32 << 20
"""FTS5 writes a segment, to be merged with others, for so many bytes of a transaction. Its own 1 MiB is one for every
seventy reports, which took a third longer."""
_RECENT = 200
_BY_TOKEN = "search_vectors_by_token"
_HEAD = MARK + "head"
"""Begins a token of a title or name where it is to be asked for apart from the text's."""


class Embedded:
    """Contentless: the index alone, three quarters of the text's size; snippets come from the stored text."""

    def create(self, connection: Connection) -> None:
        metadata.create_all(connection)
        connection.execute(text("CREATE VIRTUAL TABLE IF NOT EXISTS search_grams USING "
                                "fts5(head, body, marks, content='', tokenize='ascii')"))
        connection.execute(text("INSERT INTO search_grams (search_grams, rank) VALUES ('hashsize', :bytes)"),
                           {"bytes": _UNMERGED_BYTES})
        connection.execute(state.insert().prefix_with("OR REPLACE"), {"name": "format", "value": FORMAT})

    def drop(self, connection: Connection) -> None:
        connection.execute(text("DROP TABLE IF EXISTS search_grams"))
        metadata.drop_all(connection)

    def prepare(self, connection: Connection, *, words: bool) -> None:
        pass

    def made(self, head: Sequence[str], body: Sequence[str], marks: Sequence[str]) -> Made:
        return [{"head": " ".join(head), "body": " ".join(body), "marks": " ".join(marks)}]

    def put(self, connection: Connection, entry: int, made: Made) -> None:
        connection.execute(
            text("INSERT INTO search_grams (rowid, head, body, marks) VALUES (:entry, :head, :body, :marks)"),
            [{"entry": entry, **one} for one in made])

    def recent(self, wanted: Wanted) -> Select[Any] | None:
        return None

    def newest(self, wanted: Wanted) -> Select[Any]:
        """The plus leaves the planner one way: walk the hits from the newest on, look each up, stop at the limit."""
        number: ColumnElement[int] = literal_column("+search_grams.rowid")
        return (select(entries.c.report_id, entries.c.entry_id)
                .select_from(_grams.join(entries, entries.c.entry_id == number))
                .where(*_found(wanted), ~superseded, *wanted.conditions)
                .order_by(_grams.c.rowid.desc()))

    def weighable(self, wanted: Wanted) -> Select[Any]:
        """The entries' own rows are read only where something is asked of them: a third of the time."""
        number: ColumnElement[int] = literal_column("+search_grams.rowid")
        found = _grams.join(summaries, summaries.c.entry_id == number)
        if wanted.conditions:
            found = found.join(entries, entries.c.entry_id == number)
        return (select(summaries.c.entry_id, summaries.c.summary).select_from(found)
                .where(*_found(wanted), *wanted.conditions).order_by(_grams.c.rowid.desc()))

    def numbers(self, wanted: Wanted) -> Select[Any]:
        if wanted.conditions:
            return self.newest(wanted).with_only_columns(entries.c.entry_id, maintain_column_froms=True).order_by(None)
        gone = select(entries.c.entry_id).where(superseded)
        return select(_grams.c.rowid.label("entry_id")).where(*_found(wanted), _grams.c.rowid.not_in(gone))

    def settle(self, connection: Connection) -> None:
        pass


class Server:
    """A row of `vectors` for so many tokens of a text: beyond 16,383 positions PostgreSQL loses them, and beyond 256
    of one token. The parts overlap by the longest phrase, and each has the marks."""

    _part, _overlap = 8000, 100

    def create(self, connection: Connection) -> None:
        metadata.create_all(connection)
        server_metadata.create_all(connection)
        connection.execute(state.delete())
        connection.execute(state.insert(), {"name": "format", "value": FORMAT})

    def drop(self, connection: Connection) -> None:
        server_metadata.drop_all(connection)
        metadata.drop_all(connection)

    def prepare(self, connection: Connection, *, words: bool) -> None:
        """Each question is planned for its own words: a plan made for any words, as PostgreSQL keeps after five times,
        took 1.9 s for one that is nowhere, where its own takes 0.3 ms. And words are looked up in the index: see
        `_held`."""
        connection.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
        if words:
            connection.execute(text("SET LOCAL enable_seqscan = off"))

    def made(self, head: Sequence[str], body: Sequence[str], marks: Sequence[str]) -> Made:
        marked = [*marks, *(_HEAD + token for token in dict.fromkeys(head))]
        parts = range(0, max(1, len(body)), self._part)
        return [{"part": number, "made": _vector(head if number == 0 else [],
                                                 body[start:start + self._part + self._overlap], marked)}
                for number, start in enumerate(parts)]

    def put(self, connection: Connection, entry: int, made: Made) -> None:
        connection.execute(vectors.insert().values(entry_id=bindparam("entry_id"), part=bindparam("part"),
                                                   vector=cast(bindparam("made", type_=Text), TSVECTOR)),
                           [{"entry_id": entry, **one} for one in made])

    def recent(self, wanted: Wanted) -> Select[Any] | None:
        """Common words fill a page from the newest entries, where the index would first count all that have them."""
        if wanted.marks or wanted.conditions:
            return None
        few = select(entries.c.report_id, entries.c.entry_id).where(~superseded).order_by(entries.c.entry_id.desc())
        if wanted.below is not None:
            few = few.where(entries.c.entry_id < wanted.below)
        some = few.limit(_RECENT).subquery()
        return select(some.c.report_id, some.c.entry_id).where(
            *(_somewhere(phrase, some.c.entry_id) for phrase in wanted.phrases)).order_by(some.c.entry_id.desc())

    def newest(self, wanted: Wanted) -> Select[Any]:
        held = select(_held(wanted)).order_by(desc("entry_id")).offset(0).subquery()
        return (select(entries.c.report_id, entries.c.entry_id)
                .select_from(held.join(entries, entries.c.entry_id == held.c.entry_id))
                .where(~superseded, *wanted.conditions, *_beside(wanted, held.c.entry_id))
                .order_by(held.c.entry_id.desc()))

    def weighable(self, wanted: Wanted) -> Select[Any]:
        return self.newest(wanted).join(summaries, summaries.c.entry_id == entries.c.entry_id).with_only_columns(
            entries.c.entry_id, summaries.c.summary, maintain_column_froms=True)

    def numbers(self, wanted: Wanted) -> Select[Any]:
        if wanted.conditions:
            return self.newest(wanted).with_only_columns(entries.c.entry_id, maintain_column_froms=True).order_by(None)
        held, gone = _held(wanted), select(entries.c.entry_id).where(superseded)
        return select(held.c.entry_id).where(held.c.entry_id.not_in(gone), *_beside(wanted, held.c.entry_id))

    def settle(self, connection: Connection) -> None:
        """What was put in lies in a list that every question reads whole, 395 pages of it after 20,000 texts."""
        connection.execute(select(func.gin_clean_pending_list(cast(literal(_BY_TOKEN), REGCLASS))))


def _held(wanted: Wanted) -> CTE:
    """Entries that have all tokens of every phrase, as the index alone can say. Made whole before anything else:
    PostgreSQL thinks a look into a vector cheap, where each reads some fifteen pages, and would walk through all."""
    asked = [_holds(" & ".join([*_tokens(phrase), *map(_quoted, wanted.marks)])) for phrase in wanted.phrases]
    if wanted.named is not None:
        asked.append(_holds(" & ".join(_tokens(wanted.named, _HEAD))))
    found = select(vectors.c.entry_id).where(asked[0]).distinct()
    for one in asked[1:]:
        found = found.where(vectors.c.entry_id.in_(select(vectors.c.entry_id).where(one).correlate(None)))
    if wanted.below is not None:
        found = found.where(vectors.c.entry_id < wanted.below)
    if wanted.least is not None:
        found = found.where(vectors.c.entry_id >= wanted.least)
    return found.cte("held").prefix_with("MATERIALIZED")


def _beside(wanted: Wanted, entry: ColumnElement[int]) -> list[ColumnElement[bool]]:
    """Whether the tokens stand side by side: that the vectors say, and only so many are read as fill a page."""
    return [_somewhere(phrase, entry) for phrase in wanted.phrases if len(phrase.tokens) > 1]


def _somewhere(phrase: Phrase, entry: ColumnElement[int]) -> ColumnElement[bool]:
    holds = _holds(" <-> ".join(_tokens(phrase)))
    return select(func.bool_or(holds)).where(vectors.c.entry_id == entry).scalar_subquery()


def _found(wanted: Wanted) -> list[ColumnElement[bool]]:
    asked = [_fts_phrase(phrase) for phrase in wanted.phrases]
    if wanted.named is not None:
        asked.append("head : " + _fts_phrase(wanted.named))
    asked += [f'"{mark}"' for mark in wanted.marks]
    matches: ColumnElement[bool] = _grams.c.search_grams.op("MATCH")(" AND ".join(asked))
    below = [] if wanted.below is None else [_grams.c.rowid < wanted.below]
    least = [] if wanted.least is None else [_grams.c.rowid >= wanted.least]
    return [matches, *below, *least]


def _fts_phrase(phrase: Phrase) -> str:
    last = '"*' if phrase.open_end else '"'
    return " + ".join(['"' + token + '"' for token in phrase.tokens[:-1]] + ['"' + phrase.tokens[-1] + last])


def _holds(query: str) -> ColumnElement[bool]:
    return vectors.c.vector.op("@@")(cast(literal(query), TSQUERY))


def _quoted(token: str) -> str:
    return f"'{token}'"


def _tokens(phrase: Phrase, before: str = "") -> list[str]:
    quoted = [_quoted(before + token) for token in phrase.tokens]
    if phrase.open_end:
        quoted[-1] += ":*"
    return quoted


def _vector(head: Sequence[str], body: Sequence[str], marks: Sequence[str]) -> str:
    """In the written form of a tsvector. No phrase runs from the title into the text."""
    places: dict[str, list[str]] = {}
    for first, tokens in ((1, head), (len(head) + 2, body)):
        for place, token in enumerate(tokens, first):
            places.setdefault(token, []).append(str(place))
    return " ".join([*(f"'{token}':{','.join(found[:255])}" for token, found in places.items()), *map(_quoted, marks)])

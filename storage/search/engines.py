"""How SQLite's FTS5 and PostgreSQL's tsvector take bigrams and look for phrases of them."""

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.sql import column, table

from storage.search.grams import Phrase, text_tokens
from storage.search.tables import FORMAT, entries, metadata, server_metadata, state, vectors

_CANDIDATES = 3000
"""Relevance is weighed among so many of the newest hits: weighing all of a common word's took half a second."""
_HEAD_WEIGHT = 8.0


class Engine(Protocol):
    def create(self, connection: Connection) -> None: ...
    def drop(self, connection: Connection) -> None: ...
    def put(self, connection: Connection, entry: int, head: str, body: str) -> None: ...
    def newest(self, phrases: Sequence[Phrase]) -> Select[Any]:
        """Entry ids, from which the caller selects on; joined with `entries`."""
        ...
    def relevant(self, phrases: Sequence[Phrase], conditions: Sequence[ColumnElement[bool]]) -> Select[Any]: ...


_grams = table("search_grams", column("rowid"), column("search_grams"))


class Embedded:
    """Contentless: the index alone, three quarters of the text's size; snippets come from the stored text."""

    def create(self, connection: Connection) -> None:
        metadata.create_all(connection)
        connection.execute(text("CREATE VIRTUAL TABLE IF NOT EXISTS search_grams USING "
                                "fts5(head, body, content='', tokenize='ascii')"))
        connection.execute(state.insert().prefix_with("OR REPLACE"), {"name": "format", "value": FORMAT})

    def drop(self, connection: Connection) -> None:
        connection.execute(text("DROP TABLE IF EXISTS search_grams"))
        metadata.drop_all(connection)

    def put(self, connection: Connection, entry: int, head: str, body: str) -> None:
        connection.execute(text("INSERT INTO search_grams (rowid, head, body) VALUES (:entry, :head, :body)"),
                           {"entry": entry, "head": " ".join(text_tokens(head)), "body": " ".join(text_tokens(body))})

    def newest(self, phrases: Sequence[Phrase]) -> Select[Any]:
        """The plus leaves the planner one way: walk the hits from the newest on, look each up, stop at the limit."""
        number: ColumnElement[int] = literal_column("+search_grams.rowid")
        return (select(entries.c.report_id, entries.c.entry_id)
                .select_from(_grams.join(entries, entries.c.entry_id == number))
                .where(_grams.c.search_grams.op("MATCH")(_match(phrases)))
                .order_by(_grams.c.rowid.desc()))

    def relevant(self, phrases: Sequence[Phrase], conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
        rank: ColumnElement[float] = literal_column(f"bm25(search_grams, {_HEAD_WEIGHT}, 1.0)").label("weight")
        inner = self.newest(phrases).add_columns(rank).where(*conditions).limit(_CANDIDATES).subquery()
        return select(inner.c.report_id, inner.c.entry_id).order_by(inner.c.weight, inner.c.entry_id.desc())


class Server:
    """A row of `vectors` for so many tokens of a text: beyond 16,383 positions PostgreSQL loses them, and beyond 256
    of one token. The parts overlap by the longest phrase."""

    _part, _overlap = 8000, 100

    def create(self, connection: Connection) -> None:
        metadata.create_all(connection)
        server_metadata.create_all(connection)
        connection.execute(state.delete())
        connection.execute(state.insert(), {"name": "format", "value": FORMAT})

    def drop(self, connection: Connection) -> None:
        server_metadata.drop_all(connection)
        metadata.drop_all(connection)

    def put(self, connection: Connection, entry: int, head: str, body: str) -> None:
        top, rest = text_tokens(head), text_tokens(body)
        parts = range(0, max(1, len(rest)), self._part)
        connection.execute(vectors.insert().values(entry_id=bindparam("entry_id"), part=bindparam("part"),
                                                   vector=cast(bindparam("made", type_=Text), TSVECTOR)), [
            {"entry_id": entry, "part": number,
             "made": _vector(top if number == 0 else [], rest[start:start + self._part + self._overlap])}
            for number, start in enumerate(parts)])

    def newest(self, phrases: Sequence[Phrase]) -> Select[Any]:
        hits = [entries.c.entry_id.in_(select(vectors.c.entry_id).where(_holds(p))) for p in phrases]
        return select(entries.c.report_id, entries.c.entry_id).where(and_(*hits)).order_by(entries.c.entry_id.desc())

    def relevant(self, phrases: Sequence[Phrase], conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
        inner = self.newest(phrases).where(*conditions).limit(_CANDIDATES).subquery()
        query = cast(literal(" | ".join(map(_tsquery, phrases))), TSQUERY)
        weight = func.max(func.ts_rank(vectors.c.vector, query))
        return (select(inner.c.report_id, inner.c.entry_id)
                .join(vectors, vectors.c.entry_id == inner.c.entry_id)
                .group_by(inner.c.report_id, inner.c.entry_id).order_by(weight.desc(), inner.c.entry_id.desc()))


def _match(phrases: Sequence[Phrase]) -> str:
    return " AND ".join(_fts_phrase(phrase) for phrase in phrases)


def _fts_phrase(phrase: Phrase) -> str:
    last = '"*' if phrase.open_end else '"'
    return " + ".join(['"' + token + '"' for token in phrase.tokens[:-1]] + ['"' + phrase.tokens[-1] + last])


def _holds(phrase: Phrase) -> ColumnElement[bool]:
    return vectors.c.vector.op("@@")(cast(literal(_tsquery(phrase)), TSQUERY))


def _tsquery(phrase: Phrase) -> str:
    quoted = [f"'{token}'" for token in phrase.tokens]
    if phrase.open_end:
        quoted[-1] += ":*"
    return "(" + " <-> ".join(quoted) + ")"


def _vector(head: Sequence[str], body: Sequence[str]) -> str:
    """In the written form of a tsvector. The title weighs more, and no phrase runs from it into the text."""
    places: dict[str, list[str]] = {}
    for place, token in enumerate(head, 1):
        places.setdefault(token, []).append(f"{place}A")
    for place, token in enumerate(body, len(head) + 2):
        places.setdefault(token, []).append(str(place))
    return " ".join(f"'{token}':{','.join(found[:255])}" for token, found in places.items())

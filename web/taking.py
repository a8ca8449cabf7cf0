"""A whole result to take away, written while it is read: however many reports, the memory stays what it is."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from starlette.responses import StreamingResponse

from storage import ReportRecord
from web.desk import Desk
from web.filters import Listing
from web.listing import order_of, page_of
from web.paging import Page

T = TypeVar("T")
_AT_ONCE = 300
_BOM = "\ufeff"
"""Without it spreadsheets read Chinese CSV in the code page of the machine."""


def csv_file(desk: Desk, asked: Listing) -> StreamingResponse:
    return rows_file((record.as_json() for record in _records(desk, asked)), COLUMNS, "reports")


def jsonl_file(desk: Desk, asked: Listing) -> StreamingResponse:
    lines = (json.dumps(record.as_json(), ensure_ascii=False) + "\n" for record in _records(desk, asked))
    return _file(lines, "application/jsonl; charset=utf-8", "reports.jsonl")


def rows_file(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], name: str) -> StreamingResponse:
    """`name` is the file's, without its ending."""
    return _file(_csv(rows, columns), "text/csv; charset=utf-8", f"{name}.csv")


def whole(ask: Callable[[Any], Page[T]], asked: Any) -> Iterator[T]:
    """Everything a listing has, page by page. The first is asked for now, so that what cannot be answered is refused
    before anything was sent."""
    asked = asked.model_copy(update={"after": None, "limit": _AT_ONCE})
    return _pages(ask(asked), ask, asked)


def _pages(page: Page[T], ask: Callable[[Any], Page[T]], asked: Any) -> Iterator[T]:
    while True:
        yield from page.items
        if page.after is None:
            return
        page = ask(asked.model_copy(update={"after": page.after}))


def _file(pieces: Iterator[str], kind: str, name: str) -> StreamingResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    encoded = (piece.encode(errors="backslashreplace") for piece in pieces)
    return StreamingResponse(encoded, media_type=kind, headers=headers)


def _records(desk: Desk, asked: Listing) -> Iterator[ReportRecord]:
    """By relevance only the newest hits are weighed: the whole comes newest first."""
    if order_of(asked) == "relevance":
        asked = asked.model_copy(update={"sort": "newest"})
    return (hit.record for hit in whole(lambda one: page_of(desk, one, snippets=False), asked))


def _csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[str]:
    written = io.StringIO()
    writer = csv.DictWriter(written, columns)
    written.write(_BOM)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: cell(row[name]) for name in columns})
        yield _taken(written)
    yield _taken(written)


def _taken(written: io.StringIO) -> str:
    text = written.getvalue()
    written.seek(0)
    written.truncate()
    return text


COLUMNS = [name for name in ReportRecord.__dataclass_fields__ if name != "shown"]


def cell(value: Any) -> Any:
    """Lists part by blanks, objects as JSON; text a spreadsheet would run as a formula gets its apostrophe in front."""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    text = " ".join(value) if isinstance(value, list) else value
    return f"'{text}" if isinstance(text, str) and text.startswith(("=", "+", "-", "@", "\t", "\r")) else text

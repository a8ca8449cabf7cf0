"""What reports are narrowed down by, as words of the index that stand in no text and nobody can type. A search in a
year or a place is then one for one more word, where the row of each hit had to be looked up."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement

from gongkai.chinese import fold
from gongkai.site import region_prefix
from storage.catalog.queries import AGENCY_ID
from storage.catalog.regions import region_range
from storage.search.asked import SearchQuery
from storage.search.grams import ASIDE, MARK
from storage.search.tables import entries

_PLACES = (2, 4, 6, 9, 12)
"""Digits of a division code: province, prefecture, county, township, village."""


def marks_of(entry: Mapping[str, Any]) -> list[str]:
    """Of an entry, by its columns."""
    region = entry["region_code"]
    said = [("agency", entry["agency_id"]), ("year", entry["report_year"]), ("type", entry["agency_type"]),
            ("level", entry["admin_level"]), ("failed", entry["checks_fail"] > 0), ("changed", entry["states"] > 1),
            *(("region", region[:digits]) for digits in _PLACES if len(region) >= digits)]
    if entry["form_id"] is not None:
        said.append(("form", entry["form_id"]))
    return [_mark(what, value) for what, value in said]


def marks_asked(query: SearchQuery) -> list[str]:
    """Of a query what entries have marks for."""
    return [_mark(what, value) for what, value in _marked(query)]


def conditions(query: SearchQuery) -> list[ColumnElement[bool]]:
    """Of a query what they have none for: parts of names, and of codes."""
    asked: list[ColumnElement[bool]] = []
    if (name := part_of_name(query)) is not None:
        asked.append(entries.c.names.contains(name, autoescape=True))
    region = region_prefix(query.region or "")
    if region and len(region) not in _PLACES:
        asked.append(region_range(entries.c.region_code, region))
    return asked


def part_of_name(query: SearchQuery) -> str | None:
    return None if query.agency is None or AGENCY_ID.fullmatch(query.agency) else fold(query.agency)


def all_conditions(query: SearchQuery) -> list[ColumnElement[bool]]:
    """The whole of a query but its words, asked of the entries' own columns."""
    asked = conditions(query)
    for what, value in _marked(query):
        if what == "region":
            asked.append(region_range(entries.c.region_code, value))
        elif what == "failed":
            asked.append(entries.c.checks_fail > 0 if value else entries.c.checks_fail == 0)
        elif what == "changed":
            asked.append(entries.c.states > 1 if value else entries.c.states <= 1)
        else:
            asked.append(entries.c[_COLUMNS[what]] == value)
    return asked


_COLUMNS = {"agency": "agency_id", "year": "report_year", "type": "agency_type", "level": "admin_level",
            "form": "form_id"}


def _marked(query: SearchQuery) -> Iterator[tuple[str, Any]]:
    if query.agency is not None and AGENCY_ID.fullmatch(query.agency):
        yield "agency", query.agency
    region = region_prefix(query.region or "")
    if len(region) in _PLACES:
        yield "region", region
    for what, value in (("year", query.year), ("type", query.agency_type), ("form", query.form),
                        ("level", query.level), ("failed", query.failed), ("changed", query.changed)):
        if value is not None:
            yield what, value


def _mark(what: str, value: Any) -> str:
    """One token to both tokenizers, whatever a query gives as the name of a form."""
    return MARK + what + str(value).translate(ASIDE)

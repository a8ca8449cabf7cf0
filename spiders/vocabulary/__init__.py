"""The words that steer: what links, addresses and pages say, read once from the YAML files beside this module."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gongkai.vocabularies import vocabulary

Weighted = tuple[tuple[float, re.Pattern[str]], ...]


def _load(name: str) -> dict[str, Any]:
    loaded = vocabulary(__name__, name)
    assert isinstance(loaded, dict), f"{name} must hold a mapping"
    return loaded


def _weighted(rows: Iterable[tuple[float, str]]) -> Weighted:
    return tuple((float(weight), re.compile(pattern)) for weight, pattern in rows)


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in patterns), re.I)


@dataclass(frozen=True)
class Anchors:
    column: Weighted
    container: Weighted
    sibling: Weighted
    fallback: Weighted
    against: Weighted
    year_only: re.Pattern[str]
    open_words: re.Pattern[str]
    more_words: re.Pattern[str]
    next_page: re.Pattern[str]
    load_more: re.Pattern[str]
    last_page: re.Pattern[str]
    former_site: re.Pattern[str]
    disclosure: re.Pattern[str]
    report_heading: re.Pattern[str]


@dataclass(frozen=True)
class Addresses:
    report_tokens: dict[str, float]
    container_tokens: dict[str, float]
    guarded_tokens: tuple[tuple[str, str, float], ...]
    against_tokens: frozenset[str]
    denied_segments: frozenset[str]
    denied_segment_heads: tuple[str, ...]
    denied_names: re.Pattern[str]
    denied_queries: re.Pattern[str]
    denied_hosts: re.Pattern[str]
    not_documents: frozenset[str]
    files: frozenset[str]
    file_queries: re.Pattern[str]
    common_segments: frozenset[str]
    common_parameters: frozenset[str]


@dataclass(frozen=True)
class Pages:
    sections: tuple[re.Pattern[str], ...]
    error_words: re.Pattern[str]
    challenge_words: re.Pattern[str]
    frame_noise: re.Pattern[str]
    icons: re.Pattern[str]
    furniture: re.Pattern[str]
    challenge_statuses: frozenset[int]


@dataclass(frozen=True)
class Records:
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    dates: tuple[str, ...]
    publishers: tuple[str, ...]
    ids: tuple[str, ...]
    page_parameters: frozenset[str]
    offset_parameters: frozenset[str]
    size_parameters: frozenset[str]
    totals: tuple[str, ...]
    page_totals: tuple[str, ...]
    more_flags: tuple[str, ...]
    next_keys: tuple[str, ...]
    common_scripts: re.Pattern[str]


@lru_cache(maxsize=1)
def anchors() -> Anchors:
    raw = _load("anchors.yaml")
    made: dict[str, Any] = {name: _weighted(raw[name]) for name in (
        "column", "container", "sibling", "fallback", "against")}
    made |= {name: re.compile(raw[name]) for name in (
        "year_only", "open_words", "more_words", "next_page", "load_more", "last_page", "former_site", "disclosure",
        "report_heading")}
    return Anchors(**made)


@lru_cache(maxsize=1)
def addresses() -> Addresses:
    raw = _load("addresses.yaml")
    return Addresses(
        report_tokens={str(k): float(v) for k, v in raw["report_tokens"].items()},
        container_tokens={str(k): float(v) for k, v in raw["container_tokens"].items()},
        guarded_tokens=tuple((str(p), str(t), float(w)) for p, t, w in raw["guarded_tokens"]),
        denied_segment_heads=tuple(raw["denied_segment_heads"]),
        denied_names=_any(raw["denied_names"]), denied_queries=_any(raw["denied_queries"]),
        denied_hosts=_any(raw["denied_hosts"]), file_queries=_any(raw["file_queries"]),
        **{name: frozenset(str(word) for word in raw[name]) for name in (
            "against_tokens", "denied_segments", "not_documents", "files", "common_segments", "common_parameters")})


@lru_cache(maxsize=1)
def pages() -> Pages:
    raw = _load("pages.yaml")
    return Pages(
        sections=tuple(re.compile(p) for p in raw["sections"]),
        error_words=re.compile(raw["error_words"], re.I), challenge_words=re.compile(raw["challenge_words"], re.I),
        frame_noise=re.compile(raw["frame_noise"], re.I), icons=re.compile(raw["icons"], re.I),
        furniture=re.compile(raw["furniture"], re.I),
        challenge_statuses=frozenset(int(s) for s in raw["challenge_statuses"]))


@lru_cache(maxsize=1)
def widgets() -> tuple[dict[str, Any], ...]:
    """The rows of widgets.yaml as they stand there."""
    return tuple(vocabulary(__name__, "widgets.yaml"))


@lru_cache(maxsize=1)
def records() -> Records:
    raw = _load("records.yaml")
    made: dict[str, Any] = {name: tuple(raw[name]) for name in (
        "names", "addresses", "dates", "publishers", "ids", "totals", "page_totals", "more_flags",
        "next_keys")}
    made |= {name: frozenset(raw[name]) for name in ("page_parameters", "offset_parameters", "size_parameters")}
    return Records(**made, common_scripts=re.compile(raw["common_scripts"], re.I))


def heaviest(rows: Weighted, text: str) -> float:
    """The weight of the best matching row, 0 when none matches."""
    return max((weight for weight, pattern in rows if pattern.search(text)), default=0.0)

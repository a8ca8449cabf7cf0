"""The language of what an answer says in words: explanations of crawls, what does not add up. Keys, codes and what an
archive holds stay as they are."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import Field
from starlette.requests import Request

from web.explained import explained
from web.filters import CrawlList, SiteList
from web.words import LANGUAGES, Language

_SAYS = "language of what is said in words; else the one Accept-Language prefers, else English"
_WORDED = frozenset(("explanation", "why", "last_why", "gave", "reason", "detail"))

Lang = Annotated[Language | None, Query(description=_SAYS, examples=["zh"])]


class CrawlListSpoken(CrawlList):
    lang: Language | None = Field(None, description=_SAYS)


class SiteListSpoken(SiteList):
    lang: Language | None = Field(None, description=_SAYS)


def language_of(request: Request, lang: Language | None) -> Language:
    if lang is not None:
        return lang
    ranges = [_weighed(one) for one in request.headers.get("accept-language", "")[:500].split(",")]
    for _, name in sorted(ranges, key=lambda one: -one[0]):
        for known in LANGUAGES:
            if name == known or name.startswith(f"{known}-"):
                return known
    return "en"


def spoken(value: Any, language: Language) -> Any:
    """An answer with its phrases in the language asked for; they are written in English."""
    if language == "en":
        return value
    if isinstance(value, dict):
        return {key: explained(told, language) if key in _WORDED and isinstance(told, str) else spoken(told, language)
                for key, told in value.items()}
    return [spoken(one, language) for one in value] if isinstance(value, (list, tuple)) else value


def _weighed(accepted: str) -> tuple[float, str]:
    name, _, quality = accepted.strip().lower().partition(";q=")
    try:
        return float(quality or 1), name
    except ValueError:
        return 0.0, name

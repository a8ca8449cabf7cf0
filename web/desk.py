"""What every handler is given: the open archive, the words, the places, and the way to answer."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gongkai.chinese import printable
from gongkai.clock import parse_stamp
from gongkai.hours import BEIJING
from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import Archive, Codebook
from web.conditional import conditional
from web.explained import explained, incident
from web.headline import headline
from web.places import Places
from web.standing import Standing
from web.state_cells import state_cells
from web.static_files import versioned
from web.words import LANGUAGES, Language, has, say

COOKIE = "gongkai_lang"
_YEAR_S = 365 * 24 * 3600


def environment() -> Environment:
    made = Environment(loader=PackageLoader("web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                       lstrip_blocks=True, finalize=_shown, auto_reload=False)
    made.globals |= {"static": versioned, "known_word": has, "link": link, "state_cells": state_cells}
    made.filters |= {"number": lambda number: f"{number:,}", "day": partial(_beijing, "%Y-%m-%d"),
                     "minute": partial(_beijing, "%Y-%m-%d %H:%M"),
                     "clock": partial(_beijing, "%H:%M:%S"), "headline": headline, "explained": explained,
                     "incident": incident}
    return made


def _beijing(pattern: str, stamp: str | None) -> str:
    """Whoever reads of an agency's day lives by the clock of its agencies; machines are given UTC."""
    return parse_stamp(stamp).astimezone(BEIJING).strftime(pattern) if stamp else ""


def _shown(value: Any) -> Any:
    """Texts from the web may hold characters that turn the writing around."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def link(path: str, *given: Mapping[str, Any], **more: Any) -> str:
    """`path` with a query; later values win, None and empty ones are left out."""
    query: dict[str, Any] = {}
    for one in (*given, more):
        query |= one
    spelt = {name: _spelt(value) for name, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(spelt)}" if spelt else path


def _spelt(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class Desk:
    settings: Settings
    standing: Standing
    codebook: Codebook
    places: Places
    templates: Environment
    check_site: Callable[..., AgencySite] | None = None
    """See `web.ordering`; without it no orders are taken."""

    @property
    def archive(self) -> Archive:
        return self.standing.archive()

    def language(self, request: Request) -> Language:
        """As asked for now, else as chosen before, else as the setting says."""
        for asked in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
            for known in LANGUAGES:
                if asked == known:
                    return known
        return self.settings.language

    def say(self, request: Request) -> Callable[..., str]:
        """The words of the visitor's language by their key."""
        return partial(say, self.language(request))

    def page(self, request: Request, template: str, *, status: int = 200, modified: str | None = None,
             latest: str | None = None, **context: Any) -> Response:
        """A page in the visitor's language, with its validators; see `web.conditional` for the two dates."""
        language = self.language(request)
        said = {"t": lambda key, **values: say(language, key, **values), "lang": language, "places": self.places,
                "request_path": request.url.path, "other_language": self._in_the_other_language(request, language)}
        html = self.templates.get_template(template).render(said | context)
        response = HTMLResponse(html, status)
        if request.query_params.get("lang") in LANGUAGES:
            response.set_cookie(COOKIE, language, max_age=_YEAR_S, samesite="lax", httponly=True)
        return conditional(request, response, modified, latest=latest)

    def json(self, request: Request, value: Any, *, modified: str | None = None, latest: str | None = None,
             status: int = 200, language: Language | None = None) -> Response:
        """JSON with its validators. `language`: of what it says in words, where it says any."""
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="backslashreplace")
        response = Response(body, status, media_type="application/json")
        if language is not None:
            response.headers["Content-Language"] = language
            response.headers.add_vary_header("Accept-Language")
        return conditional(request, response, modified, latest=latest)

    @staticmethod
    def _in_the_other_language(request: Request, language: Language) -> str:
        other = LANGUAGES[1 - LANGUAGES.index(language)]
        return link(request.url.path, dict(request.query_params), lang=other)


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


DeskDep = Annotated[Desk, Depends(_desk)]
"""How a handler asks for it: ``def front(request: Request, desk: DeskDep) -> Response``."""

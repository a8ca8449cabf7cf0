"""The application: every router in one list, the safety around them, the archive they answer from."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, FastAPI

from gongkai import __version__
from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import Archive, Codebook
from web import failures, health, static_files
from web.api import archive as api_archive
from web.api import browsing as api_browsing
from web.api import crawls as api_crawls
from web.api import reports as api_reports
from web.api.shapes import Problem
from web.compression import Compression
from web.conditional import Heads
from web.desk import Desk, environment
from web.pages import agency, changes, coverage, crawls, front, interface, report, search, season, tables
from web.places import Places
from web.safety import Safety
from web.standing import Standing

PAGES: tuple[APIRouter, ...] = (
    tables.router, front.router, search.router, report.router, agency.router, coverage.router, season.router,
    changes.router, crawls.router, interface.router)
API: tuple[APIRouter, ...] = (api_archive.router, api_reports.router, api_browsing.router,
                             api_crawls.router)
"""In the order they are looked through. A new page or noun is a module with a `router` and its name here."""


_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "a condition that cannot be met as it stands"},
    404: {"model": Problem, "description": "nothing of that name"},
    422: {"model": Problem, "description": "a value that is none"},
    503: {"model": Problem, "description": "the archive cannot be read just now"},
}


def create_app(settings: Settings, archive: Archive, codebook: Codebook | None = None,
               check_site: Callable[..., AgencySite] | None = None) -> FastAPI:
    """Over an archive that the caller opened and closes; for reading is enough. `codebook` gives places and cells
    their names (`crawler.reports.codebook`); `check_site` says which sites may be crawled
    (`crawler.sites.file.site_of`), and without it no orders are taken."""
    app = FastAPI(title="Gongkai", version=__version__, docs_url=None, redoc_url=None,
                  openapi_url=None)
    codebook = codebook or Codebook()
    app.state.desk = Desk(settings, Standing(settings, archive), codebook, Places(codebook.regions), environment(),
                          check_site)
    for router in PAGES:
        app.include_router(router, include_in_schema=False)
    for router in API:
        app.include_router(router, prefix="/api/v1", responses=_PROBLEMS)
    app.include_router(health.router, include_in_schema=False)
    app.add_route("/static/{name}", static_files.answer, methods=["GET"], include_in_schema=False)
    failures.install(app)
    app.add_middleware(Compression)
    app.add_middleware(Heads)
    app.add_middleware(Safety)
    return app

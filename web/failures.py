"""What a visitor is told when something goes wrong: a page, or under ``/api`` a JSON object of one shape."""

import logging
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gongkai.errors import ConfigurationError, DamageError, GongkaiError, NotFoundError, StorageError
from web.desk import Desk
from web.refused import refused, wrong_values
from web.words import Language

logger = logging.getLogger(__name__)

_STATUS: tuple[tuple[type[GongkaiError], int], ...] = (
    (NotFoundError, 404), (ConfigurationError, 400), (StorageError, 503), (DamageError, 500))


def install(app: FastAPI) -> None:
    app.add_exception_handler(GongkaiError, _ours)
    app.add_exception_handler(RequestValidationError, _wrong_value)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _defect)


def _ours(request: Request, problem: Exception) -> Response:
    status = next((status for kind, status in _STATUS if isinstance(problem, kind)), 500)
    if status < 500:
        return told(request, status, str(problem))
    logger.error("%s: %s", request.url.path, problem)  # it names places on this machine: for its keeper alone
    return told(request, status, "")


def _wrong_value(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, RequestValidationError)
    return told(request, 422, wrong_values(problem.errors(), _language(request)))


def _http(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    return told(request, problem.status_code, str(problem.detail), dict(problem.headers or {}))


def _defect(request: Request, problem: Exception) -> Response:
    logger.error("%s: %s", request.url.path, problem, exc_info=problem)
    return told(request, 500, "")


def _language(request: Request) -> Language:
    """Programs are told in English; see `web.api.spoken` for what they may have in Chinese."""
    desk: Desk = request.app.state.desk
    return "en" if request.url.path.startswith("/api/") else desk.language(request)


def told(request: Request, status: int, message: str, headers: dict[str, Any] | None = None) -> Response:
    if request.url.path.startswith("/api/"):
        said = message or "the archive cannot be read just now; its keeper finds the reason in the server's log"
        response: Response = JSONResponse({"error": {"status": status, "message": said}}, status)
    else:
        desk: Desk = request.app.state.desk
        known = status if status in (400, 401, 403, 404, 405, 422, 503) else 500
        response = desk.page(request, "failure.html", status=status, kind=str(known),
                             message=refused(message, desk.language(request)))
    response.headers.update(headers or {})
    return response

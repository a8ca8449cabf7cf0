"""The programming interface, described for people from its own description."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from web.desk import DeskDep

router = APIRouter()


@router.get("/api")
def interface(request: Request, desk: DeskDep) -> Response:
    described: dict[str, Any] = request.app.openapi()
    calls = [(method.upper(), path, call) for path, methods in described["paths"].items()
             for method, call in methods.items()]
    return desk.page(request, "interface.html", calls=calls)

"""The programming interface, described for people from its own description."""

import json
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from web.api.described import describe
from web.desk import DeskDep

router = APIRouter()


@router.get("/api")
def interface(request: Request, desk: DeskDep) -> Response:
    described = describe(request.app, desk.language(request))
    calls = [(method.upper(), path, call, _example(call)) for path, methods in described["paths"].items()
             for method, call in methods.items()]
    return desk.page(request, "interface.html", calls=calls)


def _example(call: dict[str, Any]) -> str | None:
    """What the call may answer, as JSON to read."""
    answers = (told for status, told in call["responses"].items() if status.startswith("2"))
    example = next(answers)["content"].get("application/json", {}).get("example")
    return None if example is None else json.dumps(example, ensure_ascii=False, indent=1)

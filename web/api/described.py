"""The API's own description: what FastAPI finds in the code, with an answer to each call from examples.yaml."""

from functools import cache
from typing import Any

from fastapi import FastAPI

from gongkai.vocabularies import vocabulary

_JSON = "application/json"


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI description; made once, FastAPI keeps it."""
    if app.openapi_schema is None:
        for path, calls in app.openapi()["paths"].items():
            for method, call in calls.items():
                answer = next(told for status, told in call["responses"].items() if status.startswith("2"))
                if (example := _examples().get(f"{method.upper()} {path}")) is not None:
                    answer["content"][_JSON]["example"] = example
    return app.openapi()


@cache
def _examples() -> dict[str, Any]:
    found: dict[str, Any] = vocabulary("web.api", "examples.yaml")
    return found

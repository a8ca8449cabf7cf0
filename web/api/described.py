"""The API's own description: what FastAPI finds in the code, with an answer to each call from examples.yaml."""

from functools import cache
from importlib import resources
from typing import Any

import yaml
from fastapi import FastAPI

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
    found: dict[str, Any] = yaml.safe_load(resources.files("web.api").joinpath("examples.yaml").read_text("utf-8"))
    return found

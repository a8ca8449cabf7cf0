"""The API's own description: what FastAPI finds in the code, with an answer to each call from examples.yaml; in Chinese
by chinese.yaml."""

from copy import deepcopy
from functools import cache
from typing import Any

from fastapi import FastAPI

from gongkai.vocabularies import vocabulary
from web.words import Language

_JSON = "application/json"


def describe(app: FastAPI, language: Language = "en") -> dict[str, Any]:
    """The OpenAPI description; each made once."""
    if app.openapi_schema is None:
        for path, calls in app.openapi()["paths"].items():
            for method, call in calls.items():
                answer = next(told for status, told in call["responses"].items() if status.startswith("2"))
                if (example := _read("examples.yaml").get(f"{method.upper()} {path}")) is not None:
                    answer["content"][_JSON]["example"] = example
    if language == "en":
        return app.openapi()
    if not hasattr(app.state, "described"):
        app.state.described = _in_chinese(app.openapi())
    told: dict[str, Any] = app.state.described
    return told


def _in_chinese(described: dict[str, Any]) -> dict[str, Any]:
    """Calls and parameters; one that chinese.yaml lacks stays as it is."""
    told, words = deepcopy(described), _read("chinese.yaml")
    for call in (call for calls in told["paths"].values() for call in calls.values()):
        call["summary"] = words.get(call["summary"], call["summary"])
        for one in call.get("parameters", ()):
            if "description" in one:
                one["description"] = words.get(one["description"], one["description"])
    return told


@cache
def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = vocabulary("web.api", name)
    return found

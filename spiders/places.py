"""What stands for a function's parameter while its address is read, and how it is filled: ``/a/{o|attr:id}.htm``.

A parameter may be an element (``this``): then what the function looks up in it is part of the place, and so is what it
decodes.
"""

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from lxml.html import HtmlElement

from spiders.lookups import UNKNOWN, attribute, looked_up

_BEGINS, _STEP, _ENDS = "\ue000", "\ue002", "\ue001"
_PLACE = re.compile(f"{_BEGINS}(\\w+)((?:{_STEP}[\\w:.\\-]+)*){_ENDS}")
_IN_TEMPLATE = re.compile(r"\{(\w+)((?:\|[\w:.\-]+)*)\}")
_PROPERTIES: Final = {"id": "attr:id", "title": "attr:title", "name": "attr:name", "rel": "attr:rel", "rev": "attr:rev",
                      "lang": "attr:lang", "className": "attr:class", "innerText": "text", "textContent": "text",
                      "innerHTML": "text"}
"""Of an element; ``value`` is what an element is told apart by anyway."""


def place(name: str) -> str:
    return f"{_BEGINS}{name}{_ENDS}"


def is_place(value: Any) -> bool:
    """Whether a value is one place and nothing else."""
    return isinstance(value, str) and bool(_PLACE.fullmatch(value))


def holds_place(text: str) -> bool:
    return _BEGINS in text


def decoded(value: Any) -> Any:
    """``atob(value)``, of a place too."""
    if is_place(value):
        return _stepped(value, "atob")
    try:
        return b64decode(value + "=" * (-len(value) % 4), validate=True).decode("utf-8") if value else UNKNOWN
    except (ValueError, TypeError):
        return UNKNOWN


def parsed(value: Any) -> Any:
    """``JSON.parse(value)``, of a place too."""
    if is_place(value):
        return _stepped(value, "json")
    try:
        return json.loads(value)
    except (ValueError, TypeError, RecursionError):
        return UNKNOWN


def looked_up_in(value: str, how: str, given: Any) -> Any:
    """``$(o).attr('id')`` of the place that stands for ``o``."""
    step = {"val": "attr:value", "text": "text", "html": "text"}.get(how)
    if step is None and isinstance(given, str) and re.fullmatch(r"[\w:.\-]+", given):
        step = f"attr:data-{given}" if how == "data" else f"attr:{given}"
    return _stepped(value, step) if step else UNKNOWN


def property_in(value: str, name: str) -> Any:
    """``o.id`` of the place that stands for ``o``, an element or what was parsed; UNKNOWN for what no element has."""
    if f"{_STEP}json" in value:
        return _stepped(value, f"key:{name}")
    return _stepped(value, _PROPERTIES[name]) if name in _PROPERTIES else UNKNOWN


def as_template(text: str) -> str:
    return _PLACE.sub(lambda m: "{" + m.group(1) + m.group(2).replace(_STEP, "|") + "}", text)


def filled(template: str, given: Mapping[str, Any]) -> str | None:
    """The address; None where a place has nothing to fill it."""
    lacks = False

    def value(match: re.Match[str]) -> str:
        nonlocal lacks
        held = given.get(match.group(1), UNKNOWN)
        for step in filter(None, match.group(2).split("|")):
            held = _taken(held, step)
        if isinstance(held, HtmlElement):
            held = held.get("value") or held.get("id")
        lacks = lacks or not isinstance(held, str | int) or held == ""
        return quote(str(held), safe="/-_.?=&:%")

    address = _IN_TEMPLATE.sub(value, template)
    return None if lacks else address


def route_of(route: str, path: str) -> dict[str, str] | None:
    """What ``/list/:id`` names in a path that ends so; None where it does not."""
    pattern = re.sub(r":(\w+)\??", r"(?P<\1>[^/]+)", re.escape(route).replace(r"\:", ":"))
    try:
        match = re.search(f"{pattern}/?$", path)
    except re.error:
        return None
    return match.groupdict() if match else None


def _stepped(value: str, step: str) -> str:
    return value.removesuffix(_ENDS) + f"{_STEP}{step}{_ENDS}"


def _taken(held: Any, step: str) -> Any:
    if step == "atob":
        return decoded(held) if isinstance(held, str) else UNKNOWN
    if step == "json":
        return parsed(held)
    if step.startswith("key:"):
        return held.get(step.removeprefix("key:"), UNKNOWN) if isinstance(held, dict) else UNKNOWN
    if not isinstance(held, HtmlElement):
        return UNKNOWN
    return looked_up(held, "text", UNKNOWN) if step == "text" else attribute(held, step.removeprefix("attr:"))

"""docker/compose.yaml as an engine would read it, far enough to run its services as processes."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).resolve().parents[1] / "docker/compose.yaml"
_VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?:(?P<how>:?[-?])(?P<other>[^}]*))?\})")


@dataclass(frozen=True)
class Service:
    """What would be run: the arguments after the image's entry point, and the environment the file sets."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    told: dict[str, Any]


def services(given: dict[str, str], *, profile: str | None = None) -> dict[str, Service]:
    """With the variables of docker/.env as `given`. Raises ValueError with the file's own message where one is missing
    that has no default."""
    read: dict[str, Any] = _filled(raw(), given)
    return {name: Service(name, tuple(told.get("command", ())), dict(told.get("environment", {})), told)
            for name, told in read["services"].items() if profile is None or profile in told["profiles"]}


def raw() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return read


def _filled(value: Any, given: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(one, given) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, given) for one in value]
    return _VARIABLE.sub(lambda found: _one(found, given), value) if isinstance(value, str) else value


def _one(found: re.Match[str], given: dict[str, str]) -> str:
    name, how, other = found["name"], found["how"] or "", found["other"] or ""
    if name is None:
        return "$"
    if name in given and (given[name] or ":" not in how):
        return given[name]
    if how.endswith("?"):
        raise ValueError(other)
    return other

"""What a script sends along: objects on their way out as a form, as JSON text, in a query."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode


class Stringified(dict[str, Any]):
    """An object on its way out as JSON text; `Encoded` as a form."""


class Encoded(dict[str, Any]):
    pass


def flat(fields: Mapping[str, Any]) -> dict[str, str]:
    """Plain values of an object as a form sends them; what holds others is left out, as form encodings differ there."""
    return {key: plain(value) for key, value in fields.items() if not isinstance(value, dict | list)}


def as_query(fields: Mapping[str, Any]) -> str:
    return urlencode(flat(fields))


def with_query(address: str, query: str) -> str:
    """The address with a further piece of query, where there is one."""
    return address + ("&" if "?" in address else "?") + query if query else address


def plain(value: Any) -> str:
    """As a form or a query spells it."""
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)

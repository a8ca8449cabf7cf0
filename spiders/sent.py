"""What a script sends along: objects on their way out as a form, as JSON text, in a query."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode


class Stringified(dict[str, Any]):
    """An object on its way out as JSON text; `Encoded` as a form."""


class Encoded(dict[str, Any]):
    pass


def as_query(fields: Mapping[str, Any]) -> str:
    """Plain values of an object as a query; what holds others is left out, as form encodings differ there."""
    return urlencode({key: plain(value) for key, value in fields.items() if not isinstance(value, dict | list)})


def plain(value: Any) -> str:
    """As a form or a query spells it."""
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)

"""What JavaScript's own methods make of strings and lists that are known."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote, unquote

from spiders.lookups import UNKNOWN
from spiders.places import holds_place

_MOST_PARTS = 500


def made_by(method: str, held: Any, given: list[Any]) -> Any:
    """``held.method(…given)``; UNKNOWN for methods and values that are not read here."""
    if method == "concat" and isinstance(held, str | int) and all(isinstance(one, str | int) for one in given):
        return "".join(map(str, (held, *given)))
    first, second = (*given, UNKNOWN, UNKNOWN)[:2]
    try:
        if isinstance(held, str) and holds_place(held) and method not in ("split", "replace", "replaceAll"):
            return UNKNOWN
        if isinstance(held, str) and method in _OF_STRINGS:
            return _OF_STRINGS[method](held, first, second)
        if isinstance(held, list) and method in _OF_LISTS:
            return _OF_LISTS[method](held, first)
    except (TypeError, ValueError, IndexError, AttributeError):
        pass
    return UNKNOWN


def _substring(text: str, start: Any, end: Any) -> str:
    stop = end if isinstance(end, int) else len(text)
    low, high = sorted((max(0, start), max(0, stop)))
    return text[low:high]


def _substr(text: str, start: Any, length: Any) -> str:
    begin = max(0, start + len(text)) if start < 0 else start
    return text[begin:begin + length] if isinstance(length, int) else text[begin:]


def _slice(text: str, start: Any, end: Any) -> str:
    return text[start:end] if isinstance(end, int) else text[start:]


def _split(text: str, by: Any, _: Any) -> Any:
    return text.split(by)[:_MOST_PARTS] if isinstance(by, str) and by else UNKNOWN


def _replace(text: str, old: Any, new: Any, count: int = 1) -> Any:
    return text.replace(old, str(new), count) if isinstance(old, str) and isinstance(new, str | int) else UNKNOWN


def encoded(text: Any) -> Any:
    """``encodeURIComponent(text)``."""
    return quote(str(text), safe="") if isinstance(text, str | int) else UNKNOWN


def unescaped(text: Any) -> Any:
    """``unescape(text)``, ``decodeURIComponent(text)``; what is no string stays as it is."""
    if not isinstance(text, str) or "%" not in text:
        return text
    return unquote("".join(_units(text)))


def _units(text: str) -> list[str]:
    """``%u4e2d`` as the character it means."""
    first, *rest = text.split("%u")
    return [first, *(chr(int(part[:4], 16)) + part[4:] if _is_hex(part[:4]) else f"%u{part}" for part in rest)]


def _is_hex(text: str) -> bool:
    return len(text) == 4 and all(c in "0123456789abcdefABCDEF" for c in text)


_OF_STRINGS: Final[dict[str, Callable[[str, Any, Any], Any]]] = {
    "substring": _substring, "substr": _substr, "slice": _slice, "split": _split, "replace": _replace,
    "replaceAll": lambda text, old, new: _replace(text, old, new, -1),
    "indexOf": lambda text, part, _: text.find(part), "lastIndexOf": lambda text, part, _: text.rfind(part),
    "toLowerCase": lambda text, *_: text.lower(), "toUpperCase": lambda text, *_: text.upper(),
    "charAt": lambda text, place, _: text[place], "trim": lambda text, *_: text.strip(),
}
_OF_LISTS: Final[dict[str, Callable[[list[Any], Any], Any]]] = {
    "join": lambda held, by: (by if isinstance(by, str) else ",").join(str(one) for one in held)
    if all(isinstance(one, str | int) for one in held) else UNKNOWN,
    "pop": lambda held, _: held[-1], "shift": lambda held, _: held[0], "at": lambda held, place: held[place],
    "reverse": lambda held, _: held[::-1],
}
METHODS: Final = frozenset({"concat", *_OF_STRINGS, *_OF_LISTS})

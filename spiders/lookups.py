"""What a script looks up in its page: the value of a field, an attribute, a text."""

from typing import Any, Final

from lxml.html import HtmlElement

LOOKING: Final = frozenset({"val", "attr", "data", "prop", "text", "html", "getAttribute"})
"""Methods that look something up in the element they belong to."""


class Unknown:
    """The value that only running the script would tell."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN: Final = Unknown()


def attribute(element: HtmlElement | None, name: str) -> Any:
    value = element.get(name) if element is not None else None
    return UNKNOWN if value is None else value


def property_of(element: HtmlElement, name: str) -> Any:
    if name == "value":
        return looked_up(element, "val", UNKNOWN)
    if name in ("innerText", "textContent", "innerHTML"):
        return (element.text_content() or "").strip()
    return attribute(element, {"className": "class"}.get(name, name))


def looked_up(element: HtmlElement, how: str, given: Any) -> Any:
    """jQuery's ``val()``, ``attr(name)``, ``data(name)``, ``text()``."""
    if how == "val":
        if element.tag == "select":
            options = list(element.iter("option"))
            chosen = next((o for o in options if o.get("selected") is not None), options[0] if options else None)
            return attribute(chosen, "value")
        return element.get("value") if element.get("value") is not None else (element.text or "").strip() or UNKNOWN
    if how in ("text", "html"):
        return (element.text_content() or "").strip()
    if not isinstance(given, str):
        return UNKNOWN
    return attribute(element, f"data-{given}" if how == "data" else given)


def form_fields(form: HtmlElement) -> dict[str, str]:
    """What a form sends without anything being clicked: its hidden and filled-in fields."""
    return {str(name): field.get("value") or "" for field in form.iter("input") if (name := field.get("name")) and (
        field.get("type") or "text").lower() in ("hidden", "text")}

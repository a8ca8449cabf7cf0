"""What every pager shares: a further page with its place, and the name of a page file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from gongkai.address import canonical
from spiders.post import Asked, Post

PAGES_SAID = re.compile(r"(?:共|/)\s*(?:<[^>]*>\s*)*(\d{1,4})\s*(?:<[^>]*>\s*)*页")
"""How many pages a list says it has: 共3页, 1/3页."""
MOST_PAGES = 400
"""A pager that claims more is believed up to here; the walk stops long before, at the first pages without gain."""


@dataclass(frozen=True)
class NextPage:
    """`number` counts from 1 (the second page is 2). `instead` is what to ask, in order, when this fails or repeats a
    page."""

    url: str
    number: int
    instead: tuple[Asked, ...] = ()
    post: Post | None = None


def sibling(url: str, name: str) -> str:
    """The address of a file beside the page."""
    address = canonical(name, url)
    assert address is not None
    return address


def file_name(url: str) -> str:
    """The file name of a page without query; empty for a directory."""
    return re.split(r"[?#]", url.rsplit("/", 1)[-1])[0]


def script_call(script: str, name: str) -> list[list[str]]:
    """The arguments of every call of `name` in a script, quotes taken off; definitions and broken calls left out."""
    calls = re.findall(rf"(?<!function )\b{name}\(([^()]{{0,200}})\)", script)
    return [[argument.strip().strip("\"'") for argument in call.split(",")] for call in calls]


def with_parameter(url: str, name: str, value: str | int) -> str:
    """The address with one query parameter set, in its place where it stands already."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if any(key == name for key, _ in pairs):
        pairs = [(key, str(value) if key == name else old) for key, old in pairs]
    else:
        pairs.append((name, str(value)))
    changed = urlunsplit(parts._replace(query=urlencode(pairs)))
    return canonical(changed) or changed


def with_all(url: str, fields: Mapping[str, str]) -> str:
    """The address with several query parameters set."""
    for name, value in fields.items():
        url = with_parameter(url, name, value)
    return url


def parameter(url: str, name: str) -> str | None:
    return next((value for key, value in parse_qsl(urlsplit(url).query, keep_blank_values=True) if key == name), None)

"""Further pages of a list that comes as data: counted in the answer, asked for by the parameter that counts pages."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from gongkai.address import canonical
from spiders.families.paging import MOST_PAGES, PAGES_SAID, NextPage, with_parameter
from spiders.page import Page
from spiders.post import JSON, Asked, Post
from spiders.vocabulary import records

_DEEPEST = 4
_FEWEST_ROWS = 5
_LAST_ROW = re.compile(r"(?:last|max|min|since|after|before)_?(?:id|no|key)?", re.I)
_NUMBERED_FILE = re.compile(r"(?<=[_\-/])(\d{1,2})(?=\.(?:json|js|xml|html?|txt)$|/?$)")
_WHOLE_PAGE = re.compile(r"<(?:html|head|body|title|frameset)[\s>]", re.I)
_USUAL, _USUAL_OFFSETS = ("page", "pageNo", "pageNum"), ("offset",)


def more_pages(page: Page) -> tuple[NextPage, ...]:
    asked = _asked(page)
    if page.data is None:
        return _by_number(page, asked, _said(page)) if page.post is not None else ()
    return (_linked(page) or _by_number(page, asked) or _by_offset(page, asked) or _by_cursor(page)
            or _by_last_row(page, asked) or _by_flag(page, asked) or _by_full_page(page, asked)
            or _by_custom(page, asked))


def further(page: Page) -> tuple[NextPage, ...]:
    """The page after rows that a numbered request or file brought, a full one: nothing in them says whether there is
    one."""
    asked = _asked(page)
    shown = len({link.url for link in page.links})
    if shown < max(_size(page, asked), _FEWEST_ROWS) or _WHOLE_PAGE.search(page.source):
        return ()
    name = _page_parameter(asked)
    if name is not None and page.data is None:
        return _after(page, name, int(asked[name]))
    if (file := _NUMBERED_FILE.search(page.url)) and page.post is None:
        here = int(file.group(1))
        return (NextPage(f"{page.url[:file.start(1)]}{here + 1}{page.url[file.end(1):]}", here + 1 if here else 2),)
    return ()


def _linked(page: Page) -> tuple[NextPage, ...]:
    """``<link rel="next" href="…"/>`` of a feed (RFC 5005)."""
    for element in page.data if isinstance(page.data, list) else ():
        if (
            isinstance(element, dict)
            and element.get("rel") == "next"
            and (url := canonical(str(element.get("href") or ""), page.url))
        ):
            return (NextPage(url, 2),)
    return ()


def _asked(page: Page) -> dict[str, str]:
    """The parameters the page was asked for with: of its address, and of what was posted."""
    fields = dict(parse_qsl(urlsplit(page.url).query, keep_blank_values=True))
    if page.post is not None:
        fields |= {
            key: str(value) for key, value in posted_fields(page.post).items() if not isinstance(value, dict | list)
        }
    return fields


def _page_parameter(asked: Mapping[str, str]) -> str | None:
    """The parameter that counts pages."""
    return next((key for key in asked if key.lower() in records().page_parameters and asked[key].isdigit()), None)


def _after(page: Page, name: str, here: int) -> tuple[NextPage, ...]:
    """The page after the one numbered `here`."""
    url, post = again_with(page, name, here + 1)
    return (NextPage(url, here + 1 if here else 2, post=post),)


def posted_fields(post: Post) -> dict[str, Any]:
    """What was posted, by name; what stands in objects inside JSON (``params``, ``variables``) as if at the top."""
    if post.content_type != JSON:
        return dict(parse_qsl(post.body, keep_blank_values=True))
    fields: dict[str, Any] = {}
    for place in _places(json.loads(post.body)):
        fields |= place
    return fields


def _places(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """A posted object and those inside it."""
    if isinstance(value, dict) and depth < _DEEPEST:
        yield value
        for inner in value.values():
            yield from _places(inner, depth + 1)


def again_with(page: Page, name: str, value: str | int) -> tuple[str, Post | None]:
    """The page's request with one parameter changed, wherever that stands."""
    if page.post is None or name not in posted_fields(page.post):
        return with_parameter(page.url, name, value), page.post
    if page.post.content_type != JSON:
        return page.url, Post.form({**posted_fields(page.post), name: str(value)})
    body = json.loads(page.post.body)
    place = next(place for place in _places(body) if name in place)
    place[name] = value if isinstance(place[name], int) else str(value)
    return page.url, Post.json(body)


def _said(page: Page) -> int | None:
    """How many pages a piece of markup says there are, which came for a POST and has no form of its own."""
    return max((int(n) for n in PAGES_SAID.findall(page.source)), default=None)


def _by_number(page: Page, asked: Mapping[str, str], pages: int | None = None) -> tuple[NextPage, ...]:
    name = _page_parameter(asked)
    if name is None:
        return ()
    here, size = int(asked[name]), _size(page, asked)
    total = _counted(page.data, records().totals)
    pages = _counted(page.data, records().page_totals) if pages is None else pages
    if pages is None:
        pages = -(-total // size) if total is not None and size else None
    if pages is None or not page.links:
        return ()
    last = min(pages, MOST_PAGES) - (1 if here == 0 else 0)
    first = 0 if here == 0 else 1
    return tuple(
        NextPage(url, number - first + 1, post=post)
        for number in range(here + 1, last + 1)
        for url, post in [again_with(page, name, number)]
    )


def _by_offset(page: Page, asked: Mapping[str, str]) -> tuple[NextPage, ...]:
    name = next((key for key in asked if key.lower() in records().offset_parameters and asked[key].isdigit()), None)
    total, size = _counted(page.data, records().totals), _size(page, asked)
    if name is None or total is None or not size or not page.links:
        return ()
    here = int(asked[name])
    first = here % size
    return tuple(
        NextPage(url, (start - first) // size + 1, post=post)
        for start in range(here + size, min(total + first, MOST_PAGES * size), size)
        for url, post in [again_with(page, name, start)]
    )


def _by_cursor(page: Page) -> tuple[NextPage, ...]:
    """``next``: an address, or a mark that goes back as the parameter it is called by."""
    for key, value in _leaves(page.data, 0):
        if key.lower() not in records().next_keys or isinstance(value, bool) or value in ("", None, 0):
            continue
        text = str(value)
        if isinstance(value, str) and re.match(r"https?://|/|\?", text):
            url = canonical(text, page.url)
            return (NextPage(url, 2),) if url else ()
        if not page.links or len(text) > 300:
            return ()
        tries = [again_with(page, name, text) for name in _cursor_parameters(page, key)]
        url, post = tries[0]
        return (NextPage(url, 2, tuple(Asked(*other) for other in tries[1:]), post),)
    return ()


def _by_last_row(page: Page, asked: Mapping[str, str]) -> tuple[NextPage, ...]:
    """``last=0``: asked for again with the number of the last row that came."""
    name = next((key for key, value in asked.items() if _LAST_ROW.fullmatch(key) and value.isdigit()), None)
    rows = next(_lists(page.data), [])
    ids = [row[key] for row in rows[-1:] if isinstance(row, dict) for key in row if key.lower() in records().ids]
    if name is None or not ids or not page.links:
        return ()
    url, post = again_with(page, name, ids[0])
    return (NextPage(url, 2, post=post),)


def _lists(value: Any, depth: int = 0) -> Iterator[list[Any]]:
    if isinstance(value, list):
        yield value
    elif isinstance(value, dict) and depth < _DEEPEST:
        for inner in value.values():
            yield from _lists(inner, depth + 1)


def _by_flag(page: Page, asked: Mapping[str, str]) -> tuple[NextPage, ...]:
    """``hasNextPage: true`` and no count: the page after the one asked for."""
    name = _page_parameter(asked)
    more = any(key.lower() in records().more_flags and value is True for key, value in _leaves(page.data, 0))
    if name is None or not more or not page.links:
        return ()
    return _after(page, name, int(asked[name]))


def _by_full_page(page: Page, asked: Mapping[str, str]) -> tuple[NextPage, ...]:
    """No count at all, but as many rows as were asked for: there may be a page after this one."""
    name = _page_parameter(asked)
    size = next((int(v) for k, v in asked.items() if k.lower() in records().size_parameters and v.isdigit()), 0)
    counts = (_counted(page.data, keys) for keys in (records().totals, records().page_totals))
    if name is None or not size or len({link.url for link in page.links}) < size or any(n is not None for n in counts):
        return ()
    return _after(page, name, int(asked[name]))


def _by_custom(page: Page, asked: Mapping[str, str]) -> tuple[NextPage, ...]:
    """More rows than came, of a request that counts no pages: a 1 that its address ends with counted on, or else the
    parameters that servers usually count them by."""
    shown, total = len({link.url for link in page.links}), _counted(page.data, records().totals)
    pages = _counted(page.data, records().page_totals)
    counting = records().page_parameters | records().offset_parameters
    more = (total or 0) > shown or (pages or 0) > 1
    if not shown or not more or any(key.lower() in counting for key in asked):
        return ()
    numbered = re.sub(r"(?<![0-9])1(?=\.\w+$|/?$)", "2", page.url) if "?" not in page.url else page.url
    tries = [(numbered, page.post)] if numbered != page.url else []
    tries += [again_with(page, name, 2) for name in _USUAL] + [again_with(page, name, shown) for name in _USUAL_OFFSETS]
    url, post = tries[0]
    return (NextPage(url, 2, tuple(Asked(*other) for other in tries[1:]), post),)


def _cursor_parameters(page: Page, key: str) -> list[str]:
    """The parameter that takes the mark: the one it went by before, or else the usual names, most telling first."""
    wanted = re.sub(r"^next[_-]?", "", key, flags=re.I)
    names = [wanted[:1].lower() + wanted[1:]] if wanted else []
    names += [name for name in ("cursor", "after", "next", "token") if name not in names]
    before = next((name for name in _asked(page) if name in names), None)
    return [before] if before else names


def _size(page: Page, asked: Mapping[str, str]) -> int:
    named = next(
        (
            int(value)
            for key, value in asked.items()
            if key.lower() in records().size_parameters and value.isdigit() and int(value)
        ),
        0,
    )
    shown = len({link.url for link in page.links})
    return min(named, shown) if named and shown else shown or named


def _counted(value: Any, keys: tuple[str, ...]) -> int | None:
    found = {
        key.lower(): int(item)
        for key, item in _leaves(value, 0)
        if key.lower() in keys and str(item).isdigit() and not isinstance(item, bool)
    }
    return next((found[key] for key in keys if key in found), None)


def _leaves(value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    """Plain values near the top, by key; the rows of the list are not looked through."""
    if isinstance(value, dict) and depth < _DEEPEST:
        for key, item in value.items():
            if isinstance(item, dict):
                yield from _leaves(item, depth + 1)
            elif isinstance(item, list):
                yield from (
                    leaf
                    for one in item[:3]
                    if depth == 0 and isinstance(one, dict) and len(item) <= 3
                    for leaf in _leaves(one, depth + 2)
                )
            else:
                yield str(key), item
    elif isinstance(value, list) and depth == 0:
        for one in value[:50]:
            yield from _leaves(one, 1)


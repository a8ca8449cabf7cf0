"""Pagers of sites no family knows: a 下一页 link, numbered links, page counts in scripts with a query parameter."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from gongkai.address import canonical
from gongkai.chinese import fold
from spiders.families.paging import MOST_PAGES, PAGES_SAID, NextPage, file_name, sibling
from spiders.links import Link
from spiders.page import Page
from spiders.post import Asked
from spiders.templates import templates_in
from spiders.vocabulary import anchors

_SET_TO = r"\b[\"']?\s*[:=]\s*[\"']?(\d{1,5})"
_COUNT_NAME = r"\b(?:page_?count|total_?pages?|count_?page|pages_?total|pages)"
_COUNT = re.compile(_COUNT_NAME + _SET_TO, re.I)
_COUNT_FIELD = re.compile(
    rf"<input\b(?=[^>]*\b(?:id|name)=[\"']?{_COUNT_NAME}\b)[^>]*\bvalue=[\"']?(\d{{1,4}})\b", re.I)
_INDEX = re.compile(r"\b(page_?index|page_?no|page_?num(?:ber)?|current_?page|cur_?page|page)" + _SET_TO, re.I)
_ENTRIES = re.compile(r"\b(?:count|total|total_?count|record_?count|total_?records?)" + _SET_TO, re.I)
_SIZE = re.compile(r"\b(?:limit|page_?size|per_?page)[\"']?\s*[:=]\s*[\"']?([1-9]\d{0,2})\b", re.I)
_NUMBERED = re.compile(r"(?:get)?(?:\w*page\w*|curr(?:ent)?|index|num|no|pn|p|n|i|k|obj|value)", re.I)
_PAGES_IN_TEXT = re.compile(r"countPage\s*=\s*(\d{1,5})")


def more_pages(page: Page) -> tuple[NextPage, ...]:
    return (_named(page) or _counted_siblings(page) or _counted_query(page) or _counted_pattern(page)
            or _up_to_last(page))


def body_parts(page: Page) -> tuple[str, ...]:
    """Parts of an article named by 下一页 or by numbers beside the page: name_2.html … of name.html."""
    stem, _, ending = file_name(page.url).rpartition(".")
    if not stem:
        return ()
    part = re.compile(rf"{re.escape(stem)}[_\-](\d{{1,2}})\.{re.escape(ending)}")
    found = {
        int(m.group(1)): link.url
        for link in page.links
        if link.url.rsplit("/", 1)[0] == page.url.rsplit("/", 1)[0] and (m := part.fullmatch(file_name(link.url)))
    }
    return tuple(url for _, url in sorted(found.items()))


def _named(page: Page) -> tuple[NextPage, ...]:
    """Links that say 下一页 or only a number, whose addresses differ from the page's in nothing but digits."""
    shape = _shape(page.url)
    found: dict[str, int] = {}
    for link in page.links:
        words = fold(link.text or link.title)
        if link.url == page.url or link.how == "frame":
            continue
        if anchors().load_more.search(words):
            if _numbered(link.url, page.url)[1]:
                found.setdefault(link.url, 2)
        elif anchors().next_page.search(words) and not re.search("一篇", link.text):
            found.setdefault(link.url, 2)
        elif (
            words.isdigit()
            and 1 < int(words) <= MOST_PAGES
            and not re.fullmatch(r"(?:19|20)\d\d", words)
            and (_alike(shape, link.url) or _counts(link, words))
        ):
            found[link.url] = int(words)
        elif link.how == "option" and re.fullmatch(r"第?\d+页?", words) and _alike(shape, link.url):
            found.setdefault(link.url, int(re.sub(r"\D", "", words)))
    return tuple(NextPage(url, number) for url, number in sorted(found.items(), key=lambda pair: (pair[1], pair[0])))


def _counts(link: Link, words: str) -> bool:
    """A number that a script makes part of the address it asks for."""
    parts = urlsplit(link.url)
    name = re.split(r"\D+", parts.path.rsplit("/", 1)[-1])
    return link.how == "script" and (words in name or any(value == words for _, value in parse_qsl(parts.query)))


def _counted_siblings(page: Page) -> tuple[NextPage, ...]:
    """TRS's older inline pager: ``var countPage = N`` beside index_1.html …"""
    count = _PAGES_IN_TEXT.search(page.scripts)
    name = file_name(page.url) or "index.html"
    stem, _, ending = name.rpartition(".")
    if count is None or not re.fullmatch(r"(?:index|default|list)", stem):
        return ()
    total = min(int(count.group(1)), MOST_PAGES)
    return tuple(
        NextPage(
            sibling(page.url, f"{stem}_{k}.{ending}"),
            k + 1,
            instead=(Asked(sibling(page.url, f"{stem}_{total}.{ending}")),) if k == 1 else (),
        )
        for k in range(1, total)
    )


def _counted_query(page: Page) -> tuple[NextPage, ...]:
    """A page count and a page parameter named in a script: the address with that parameter counted on."""
    count, index = _COUNT.search(page.scripts), _INDEX.search(page.scripts)
    if count is None or index is None:
        return ()
    total, name = min(int(count.group(1)), MOST_PAGES), index.group(1)
    parts = urlsplit(page.url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if not pairs and name.lower() == "page" and not re.search(r"[?&]page=", page.scripts):
        return ()  # too weak a sign without a query to add it to
    current = next((int(value) for key, value in pairs if key == name and value.isdigit()), 1)
    rest = [(key, value) for key, value in pairs if key != name]
    urls = [
        (canonical(urlunsplit(parts._replace(query=urlencode([*rest, (name, str(k))])))), k)
        for k in range(current + 1, total + 1)
    ]
    return tuple(NextPage(url, k) for url, k in urls if url)


def _counted_pattern(page: Page) -> tuple[NextPage, ...]:
    """A page count, and an address that a script glues together around a page number: ``"./" + e.curr + ".html"``."""
    said = (*_COUNT.findall(page.scripts), *_COUNT_FIELD.findall(page.source), *PAGES_SAID.findall(page.source))
    counts = [int(n) for n in said]
    if (total := _ENTRIES.search(page.scripts)) and (size := _SIZE.search(page.scripts)):
        counts.append(-(-int(total.group(1)) // int(size.group(1))))
    if not counts or max(counts) < 2:
        return ()
    for pattern in templates_in(page.scripts):
        places = re.findall(r"\{(\w+)\}", pattern)
        if len(places) != 1 or not _NUMBERED.fullmatch(places[0]):
            continue
        made = (
            (canonical(pattern.replace(f"{{{places[0]}}}", str(k)), page.url), k)
            for k in range(2, min(max(counts), MOST_PAGES) + 1)
        )
        pages = tuple(NextPage(url, k) for url, k in made if url)
        here = next((p.number for p in pages if p.url == page.url), 1)
        return tuple(p for p in pages if p.number > here)
    return ()


def _up_to_last(page: Page) -> tuple[NextPage, ...]:
    """The pages before the one that a 末页 leads to. Where the first page's address bears no number, the list may count
    from 0, from 1 or from 2: the page numbered 1 is tried last."""
    last = next((x.url for x in page.links if anchors().last_page.search(fold(x.text or x.title))), page.url)
    before, number, after = _numbered(last, page.url)
    if not number or last == page.url:
        return ()
    here = page.url.removeprefix(before).removesuffix(after)
    stands = page.url == f"{before}{here}{after}" and here.isdigit()
    total = min(int(number), MOST_PAGES)
    order = range(int(here) + 1, total + 1) if stands else [*range(2, total + 1), 1]
    second = int(here) + 1 if stands else 2
    return tuple(NextPage(f"{before}{k}{after}", place) for place, k in enumerate(order, second))


def _numbered(url: str, other: str) -> tuple[str, str, str]:
    """An address around the one number by which it is another than `other`: the last of the path's name, or that of a
    parameter; three empty strings where there is no such one."""
    mine, its = urlsplit(url), urlsplit(other)
    if mine.query:
        theirs = parse_qsl(its.query)
        own = [(k, v) for k, v in parse_qsl(mine.query) if (k, v) not in theirs and v.isdigit()]
        found = re.search(rf"[?&]{re.escape(own[0][0])}=(\d+)", url) if len(own) == 1 else None
        alike = mine._replace(query="") == its._replace(query="")
    else:
        found = re.search(r"(\d{1,4})(?=\D*$)", url)
        alike = url.rsplit("/", 1)[0] == other.rsplit("/", 1)[0]
    return (url[:found.start(1)], found.group(1), url[found.end(1):]) if found and alike else ("", "", "")


def _shape(url: str) -> str:
    parts = urlsplit(url)
    path = re.sub(r"(?:/index|/default|/list)?(?:[_\-]?\d+)?(?:\.s?html?)?/?$", "", parts.path)
    return f"{parts.netloc}{re.sub(r'[0-9]+', '#', path)}"


def _alike(shape: str, url: str) -> bool:
    other = _shape(url)
    return other == shape or (other.startswith(shape) and len(other) - len(shape) <= 12)

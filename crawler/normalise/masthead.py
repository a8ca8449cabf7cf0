"""What a page says about its article around the text: meta tags, the index block (索引号, 发布机构 …), titles."""

import re
from collections.abc import Iterator
from typing import cast

from lxml import etree

from crawler.normalise.markup import Element, raw_text, tokens
from crawler.normalise.vocabulary import ordered, words

_NAMED = etree.XPath("descendant-or-self::*[@class or @id]")
_TITLE_TAGS = frozenset(("div", "p", "span", "td", "h2", "h3", "strong", "center"))
_LABEL_LIMIT = 12
_VALUE_LIMIT = 160
_WINDOW = 24
_INVISIBLE = re.compile(r"[\s\u00a0\u3000\u200b\ufeff]+")
_NAMES_A_REPORT = re.compile(r"\d{4}\s*年|[〇○零一二]{2,4}年|报告|年报")
_LABEL = re.compile(r"(?:^|(?<=[\s|\[【]))([^\x00-\x7f](?:\s?[^\x00-\x7f]){1,9}?)[】\]]?\s*[:：]\s*")
_BARE_DATE = re.compile(
    r"[\[（(]?((?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?)(?:\s+\d{1,2}:\d\d(?::\d\d)?)?[\])）]?"
    r"\s*(?:点击|浏览|阅读|来源|作者|字[体号]|【)"
)


def meta_tags(tree: Element) -> dict[str, str]:
    """The standard tags by lower-case name; placeholders such as "null" count as absent, the first value wins."""
    known, empty, found = words("meta"), words("meta_empty"), {}
    for tag in tree.iter("meta"):
        name = (tag.get("name") or "").strip().lower()
        value = " ".join((tag.get("content") or "").split())
        if name in known and value.lower() not in empty and name not in found:
            found[name] = value
    return found


def index_block(tree: Element) -> dict[str, str]:
    """Labels of the index block with their values, however it is marked up: a table, a list, spans, one line.

    Reads the page as a run of texts: a label is followed by its value, in the same text after a colon or in the next.
    A bare date beside the page's tools (点击, 打印 …) is the 发布时间.
    """
    texts = [text for raw in cast("Iterator[str]", tree.itertext()) if not raw.isspace() and (text := _visible(raw))]
    strong = words("index.strong")
    known = strong | words("index.weak")
    hits: list[tuple[int, str, str]] = []
    for i, text in enumerate(texts):
        if text.isascii() or len(text) > _VALUE_LIMIT + _LABEL_LIMIT:  # a figure is no label
            continue
        if len(text) > _LABEL_LIMIT and "：" not in text and ":" not in text:
            continue
        for label, value in _labelled(text, known):
            found = value or _next_value(texts[i + 1:i + 3], known)
            if found and len(found) <= _VALUE_LIMIT:
                hits.append((i, label, found))
    places = [i for i, label, _ in hits if label in strong]
    block: dict[str, str] = {}
    for i, label, value in hits:
        if label in strong or any(abs(i - place) <= _WINDOW for place in places):
            block.setdefault(label, value)
    if not any(label in block for label in ("发布时间", "发布日期", "发文日期")):
        date = next((m.group(1) for text in texts if len(text) < 80 and (m := _BARE_DATE.match(text))), None)
        if date:
            block["发布时间"] = date
    return block


def _visible(raw: str) -> str:
    text = " ".join(raw.split())
    return text if text.isascii() or text.isprintable() else _INVISIBLE.sub(" ", text).strip()


def _labelled(text: str, known: frozenset[str]) -> list[tuple[str, str]]:
    """The labels a text holds, each with what follows it up to the next: ``发布时间：2021-01-05 来源：某局``."""
    bare = text.replace(" ", "").strip("【】[]:：") if len(text) <= 2 * _LABEL_LIMIT else ""
    if bare in known:
        return [(bare, "")]
    if "：" not in text and ":" not in text:
        return []
    marks = list(_LABEL.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    labels = [(_INVISIBLE.sub("", mark.group(1)), text[mark.end():end].strip(" |[]【】"))
              for mark, end in zip(marks, ends, strict=False)]
    return [(label, value) for label, value in labels if label in known]


def _next_value(following: list[str], known: frozenset[str]) -> str:
    """The text after a lone label, unless that is a label itself (an empty field)."""
    for text in following:
        value = text.lstrip(":：").strip()
        if value:
            return "" if _labelled(value, known) else value
    return ""


def titles(tree: Element, meta: dict[str, str]) -> list[tuple[str, str]]:
    """Title candidates with their source, best first."""
    found: list[tuple[str, str]] = []

    def add(source: str, text: str) -> None:
        text = _INVISIBLE.sub(" ", text).strip()
        if 4 <= len(text) <= 200 and text not in (known for _, known in found):
            found.append((source, text))

    add("meta:ArticleTitle", meta.get("articletitle", ""))
    for heading in tree.iter("h1"):
        add("h1", _lines(heading))
    names = words("titles")
    for element in cast("list[Element]", _NAMED(tree)):
        if element.tag in _TITLE_TAGS and len(element) < 12 and not names.isdisjoint(tokens(element)):
            add("container", _lines(element))
    for page in tree.iter("title"):  # several where a header is a page of its own
        add("title", strip_site(raw_text(page), meta))
    return found


def _lines(element: Element) -> str:
    """Text with a break (``<br>``) as a space only where words would run together."""
    return re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])", "", raw_text(element).strip())


def strip_site(title: str, meta: dict[str, str]) -> str:
    """A page title without the site's and column's names behind (or before) its separators."""
    title = _INVISIBLE.sub(" ", title).strip()
    for name in (meta.get("articletitle", ""), ):
        if name and name in title:
            return name
    parts = [title]
    for separator in ordered("title_separators"):
        parts = [piece.strip() for part in parts for piece in _split(part, separator)]
    parts = [part for part in parts if part]
    names = {meta.get("sitename", ""), meta.get("columnname", "")}
    kept = [part for part in parts if part not in names] or parts
    # The article's name says a year or is simply the longest; site and column names are short.
    return max(kept, key=lambda part: (bool(_NAMES_A_REPORT.search(part)), len(part)), default="")


def _split(text: str, separator: str) -> list[str]:
    # Between digits a dash or a dot is part of the words (2019-2020).
    return re.split(rf"(?<!\d){re.escape(separator)}|{re.escape(separator)}(?!\d)", text)

"""What a page says about its article around the text: meta tags, the index block (索引号, 发布机构 …), titles."""

import re

from crawler.normalise.markup import Element
from crawler.normalise.vocabulary import ordered, words

_LABEL_LIMIT = 12
_VALUE_LIMIT = 160
_WINDOW = 24
_INVISIBLE = re.compile(r"[\s\u00a0\u3000\u200b\ufeff]+")
_LABELLED = re.compile(r"^[【\[]?([^:：】\]]{2,12}?)[】\]]?\s*[:：]\s*(.*)$", re.S)


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
    """
    texts = [t for t in (_INVISIBLE.sub(" ", raw).strip() for raw in tree.itertext()) if t]
    strong, weak = words("index.strong"), words("index.weak")
    hits: list[tuple[int, str, str, bool]] = []
    for i, text in enumerate(texts):
        if len(text) > _VALUE_LIMIT + _LABEL_LIMIT:
            continue
        label, value = _label(text)
        if label not in strong and label not in weak:
            continue
        if not value and i + 1 < len(texts):
            value = texts[i + 1].lstrip(":：").strip()
            if not value and i + 2 < len(texts):
                value = texts[i + 2]
            if _label(value)[0] in strong | weak:
                value = ""
        if value and len(value) <= _VALUE_LIMIT:
            hits.append((i, label, value, label in strong))
    places = [i for i, _, _, is_strong in hits if is_strong]
    found: dict[str, str] = {}
    for i, label, value, is_strong in hits:
        if is_strong or any(abs(i - place) <= _WINDOW for place in places):
            found.setdefault(label, value)
    return found


def _label(text: str) -> tuple[str, str]:
    match = _LABELLED.match(text)
    if match:
        return _INVISIBLE.sub("", match.group(1)), match.group(2).strip()
    bare = _INVISIBLE.sub("", text).strip("【】[]:：")
    return (bare, "") if len(bare) <= _LABEL_LIMIT else ("", "")


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
    for element in tree.iter("div", "p", "span", "td", "h2", "h3", "strong", "center"):
        if element.attrib and any(token in names for token in _tokens(element)) and len(element) < 12:
            add("container", _lines(element))
    page = tree.find(".//title")
    if page is not None:
        add("title", strip_site(page.text_content(), meta))
    return found


def _lines(element: Element) -> str:
    """Text with a break (``<br>``) as a space only where words would run together."""
    joined = "".join(element.itertext())
    return re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])", "", joined.strip())


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
    return max(kept, key=lambda part: (bool(re.search(r"\d{4}\s*年|[〇○零一二]{2,4}年|报告|年报", part)), len(part)), default="")


def _split(text: str, separator: str) -> list[str]:
    # Between digits a dash or a dot is part of the words (2019-2020).
    return re.split(rf"(?<!\d){re.escape(separator)}|{re.escape(separator)}(?!\d)", text)


def _tokens(element: Element) -> list[str]:
    return f"{element.get('class') or ''} {element.get('id') or ''}".lower().split()

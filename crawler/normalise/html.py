"""Web pages: metadata and titles from around the text, blocks and grids from the body, files from the whole page."""

from dataclasses import replace

from lxml import etree

from crawler.normalise import answers, container, masthead, offers, reading, scripts
from crawler.normalise.charset import decode
from crawler.normalise.markup import Element, parse, raw_text, text_of
from crawler.normalise.plain import read_plain
from crawler.normalise.text import flatten, title_lines
from gongkai.address import canonical
from gongkai.chinese import printable
from gongkai.document import Document, FileLink, Status

_SCRIPTED = ("script", "textarea", "noscript", "template")
_DROPPED = ("script", "style", "noscript", "template", "svg", "math", "textarea")
_BODY_CHARS = 300


def read_html(data: bytes, *, url: str | None = None, declared: str | None = None) -> Document:
    """A page as it came. A body that only a script would write is found in the script's strings."""
    text, charset = decode(data, declared)
    text = printable(text)
    tree, warnings = parse(text)
    hidden = [script for element in tree.iter(*_SCRIPTED) if len(script := _raw(element)) > _BODY_CHARS]
    etree.strip_elements(tree, *_DROPPED, with_tail=False)
    page = _body(tree)
    meta = masthead.meta_tags(tree)
    heads = masthead.titles(tree, meta)
    base = _base(tree, url)
    metadata = masthead.index_block(page) | meta
    container.prune(page)
    plain = container.unlinked(page)
    said = text_of(plain)
    found = _scripted(hidden) if len(container.markers(said)) < container.ENOUGH_MARKERS else None
    if found is not None and len(text_of(found)) > len(said) * 0.5:
        page, plain, metadata = found, container.unlinked(found), masthead.index_block(found) | metadata
        warnings.append("the body stood in a script")
    files = offers.file_links(page, base)
    return _document(container.find(page, plain), "html", charset, warnings, heads, metadata, files)


def read_script(data: bytes, doc_format: str, *, url: str | None = None, declared: str | None = None) -> Document:
    """A script or JSON answer that carries a body in a string."""
    text, charset = decode(data, declared)
    spoken, fields = answers.beside_body(text) if doc_format == "json" else ("", {})
    title, metadata = answers.titled(fields)
    heads = [("json:title", title)] if title else []
    body = _scripted([text])
    if body is None and "\n" in spoken.strip():  # a text, not markup
        plain = read_plain(spoken.encode("utf-8", "replace"), declared="utf-8")
        return replace(plain, doc_format=doc_format, charset=charset, titles=(*heads, *plain.titles), metadata=metadata)
    if body is None:
        nothing = f"{doc_format}: no text in any string of it"
        return Document("unsupported", doc_format, charset=charset, warnings=(nothing,))
    return _document(body, doc_format, charset, ["the body stood in a script"], heads, metadata,
                     offers.file_links(body, url))


def _document(body: Element, doc_format: str, charset: str, warnings: list[str], heads: list[tuple[str, str]],
              metadata: dict[str, str], files: tuple[FileLink, ...]) -> Document:
    blocks, cuts = reading.blocks(body)
    lines = [block.text for block in blocks[:12] if block.table is None]
    titles = heads + [("text", line) for line in title_lines(lines) if line not in (text for _, text in heads)]
    status: Status = "partial" if cuts or any("cut" in warning for warning in warnings) else "ok"
    return Document(status, doc_format, tuple(blocks), flatten(blocks), tuple(titles), metadata, files,
                    offers.images(body), charset, warnings=(*warnings, *cuts))


def _raw(element: Element) -> str:
    if element.tag == "script":
        return element.text or ""
    if element.tag == "textarea":
        return raw_text(element)
    inner = [etree.tostring(child, encoding="unicode") for child in element]
    return str((element.text or "") + "".join(map(str, inner)))


def _body(tree: Element) -> Element:
    body = tree.find("body")
    return tree if body is None else body


def _scripted(sources: list[str]) -> Element | None:
    """The best body among script texts: the longest one with markup."""
    bodies = []
    for source in sources:
        markup = source if source.lstrip().startswith("<") else scripts.markup_in(source)
        if markup and len(markup) > _BODY_CHARS:
            bodies.append(markup)
    if not bodies:
        return None
    tree, _ = parse(f"<html><body>{max(bodies, key=len)}</body></html>")
    etree.strip_elements(tree, *_DROPPED, with_tail=False)
    return _body(tree)


def _base(tree: Element, url: str | None) -> str | None:
    written = tree.find(".//base[@href]")
    if written is None or url is None:
        return url
    return canonical(written.get("href") or "", url) or url

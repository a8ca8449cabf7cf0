"""Bodies no markup shows: in a script's data, in an interface's answer, in a template."""

import base64
import json
import urllib.parse

import pytest

from crawler.normalise import normalise
from gongkai.document import Document
from tests.normalise.grids import all_texts
from tests.normalise.makers import LEAD, PROACTIVE, PROSE, REQUESTS, TITLE, expanded, page, report_html

BODY = report_html()
ANSWER = {"code": 0, "data": {"id": 7, "title": TITLE, "publishTime": "2024-01-16", "content": BODY}}
GRIDS = [expanded(PROACTIVE), expanded(REQUESTS)]


def squeezed(grids: list[list[list[str]]]) -> list[list[list[str]]]:
    return [[["".join(cell.split()) for cell in row] for row in grid] for grid in grids]


def in_page(script: str) -> bytes:
    return page(f"<div id='zoom'></div>{script}")


def percent(text: str) -> str:
    return "".join(f"%u{ord(char):04X}" if ord(char) > 255 else urllib.parse.quote(char) for char in text)


@pytest.mark.parametrize("data", [
    in_page(f"<script>var _CONFIG = {json.dumps({'DETAIL': {'id': 1, 'title': TITLE, 'content': BODY}})};</script>"),
    in_page("<script>window._CONFIG={SITE:1,DETAIL:" + json.dumps({"content": BODY}, ensure_ascii=False).replace(
        "</", "<\\/") + "};</script>"),
    in_page(f"<textarea id='x' style='display:none'>{BODY.replace('<', '&lt;')}</textarea>"),
    in_page(f"<script type='text/html' id='x'>{BODY}</script>"),
    in_page(f"<template>{BODY}</template>"),
    in_page(f"<noscript>{BODY}</noscript>"),
    in_page(f"<script>document.write(unescape('{percent(BODY)}'))</script>"),
    in_page(f"<script>$('#x').html(Base64.decode('{base64.b64encode(BODY.encode()).decode()}'))</script>"),
    json.dumps({"data": {"title": TITLE, "content": base64.urlsafe_b64encode(BODY.encode()).decode()}}).encode(),
    json.dumps(ANSWER).encode(),
    json.dumps(ANSWER, ensure_ascii=False).encode("gbk"),
    json.dumps({"data": json.dumps({"content": BODY})}).encode(),
    json.dumps({"data": {"content": BODY.replace("<", "&lt;").replace(">", "&gt;")}}).encode(),
    f"jsonpReturn({json.dumps(ANSWER)})".encode(),
], ids=["gkmlpt", "gkmlpt, strokes escaped", "textarea", "text/html script", "template", "noscript", "escape()",
        "base64", "answer in base64", "answer", "answer in GBK", "JSON in JSON", "escaped markup", "JSONP"])
def test_a_hidden_body_gives_its_tables_whole(data: bytes) -> None:
    document = normalise(data)
    assert (document.status, all_texts(document)) == ("ok", squeezed(GRIDS))
    assert LEAD in document.text


def test_an_answer_lends_its_title_and_date() -> None:
    document = normalise(json.dumps(ANSWER).encode(), content_type="application/json")
    assert document.titles[0] == ("json:title", TITLE)
    assert document.metadata == {"pubdate": "2024-01-16"}


def test_an_answer_whose_body_is_bare_text_is_read_as_text() -> None:
    lines = [TITLE, LEAD, *[PROSE] * 4]
    document = normalise(json.dumps({"info": {"title": TITLE, "content": "\n".join(lines)}}).encode())
    assert [block.text for block in document.blocks] == lines
    assert (document.status, document.doc_format) == ("ok", "json")


@pytest.mark.parametrize("data", [
    b'{"a": ' * 5_000, b'{"code": 404, "msg": "not found"}', b"[" * 100_000 + b'"<p>x</p>"',
    b'{"a": "' + b"x" * 300 + b'"}',
], ids=["nested without end", "an error", "lists without end", "no body"])
def test_an_answer_without_a_body_is_said_to_have_none(data: bytes) -> None:
    document: Document = normalise(data)
    assert document.status in ("unsupported", "failed") and document.warnings

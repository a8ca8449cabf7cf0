"""The labelled files kept beside the repository: every grid exact, every paragraph kept."""

import json
from pathlib import Path
from typing import Any

import pytest

from crawler.normalise import normalise
from crawler.normalise.charset import decode
from tests.normalise.grids import all_texts, paragraphs
from tests.shared_material import SHARED, needs_shared

pytestmark = [needs_shared, pytest.mark.shared]
REAL = SHARED / "real"
FURNITURE = ("网站首页", "长者模式", "当前位置", "字体：", "主办单位", "闽ICP备", "网站标识码", "厦门市商务局2023年")


def gold(name: str) -> dict[str, Any]:
    path = REAL / "generated" / "gold" / name
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}


def squeezed(text: str) -> str:
    return "".join(text.split())


CASES = [
    *((f"html/{name}", entry) for name, entry in gold("html.json").items()),
    *((f"doc/{name}.{kind}", entry) for name, entry in gold("doc.json").items() for kind in ("docx", "pdf")),
]


@pytest.mark.parametrize(("name", "entry"), CASES, ids=[name for name, _ in CASES])
def test_labelled_reports_come_out_whole(name: str, entry: dict[str, Any]) -> None:
    document = normalise((REAL / "generated" / name).read_bytes(), url="http://www.xm.gov.cn/a/b.html")
    assert all_texts(document) == [
        [[squeezed(cell) for cell in row] for row in table["grid"]] for table in entry["tables"]
    ]
    text = squeezed("".join(paragraphs(document)))
    assert [p for p in entry["paragraphs"] if squeezed(p) not in text] == []
    assert [word for word in FURNITURE if any(line.startswith(word) for line in document.text.split("\n"))] == []
    assert squeezed(document.titles[0][1]) == squeezed(entry["title"])


@pytest.mark.parametrize("name", list(gold("charset.json")))
def test_charset_traps_decode_right(name: str) -> None:
    entry = gold("charset.json")[name]
    data = (REAL / "generated" / "charset" / f"{name}.html").read_bytes()
    assert decode(data, entry["http_charset"])[0] == data.decode(entry["encoding"])


def test_a_real_pdf_gives_its_three_tables_whole() -> None:
    figures = json.loads((REAL / "gold_tables.json").read_text("utf-8"))["docs"]
    name = next(key for key in figures if key.endswith(".pdf"))
    wanted = figures[name]
    proactive, requests, review = all_texts(normalise((REAL / name).read_bytes()))
    assert [row[-7:] for row in requests[3:]] == [[str(n) for n in row] for row in wanted["table3"].values()]
    assert review[-1] == [str(n) for block in ("review", "direct", "after_review") for n in wanted["table4"][block]]
    assert [row[1:] for row in proactive if row[0] in ("规章", "行政规范性文件")] == [
        [str(n) for n in wanted["table2"][key]] for key in ("regulations", "normative")
    ]


def test_a_real_page_of_2025_gives_the_request_table_whole() -> None:
    name = "html/kiro_fixture_hangzhou_style_2025.html"
    wanted = json.loads((REAL / "gold_tables.json").read_text("utf-8"))["docs"][name]["table3"]
    _, requests, _ = all_texts(normalise((REAL / name).read_bytes()))
    assert [row[-7:] for row in requests[3:]] == [[str(n) for n in row] for row in wanted.values()]


@pytest.mark.parametrize("name", ["shanghai_bgt_2019_report.html", "shanghai_bgt_2019_report_js_string.js"])
def test_a_real_page_of_2019_gives_its_figures_also_from_the_script(name: str) -> None:
    docs = json.loads((REAL / "gold_tables.json").read_text("utf-8"))["docs"]
    wanted = docs["html/shanghai_bgt_2019_report.html"]
    grids = all_texts(normalise((REAL / "html" / name).read_bytes()))
    assert len(grids) == 3
    rows = {"".join(row[:-7][-1:]): row[-7:] for row in grids[1]}
    for key, label in (("new", "一、"), ("total", "（七）"), ("carried_out", "四、")):
        figures = next(values for text, values in rows.items() if text.startswith(label))
        assert figures == ["" if n is None else str(n) for n in wanted["table3_rows_2019"][key]]
    printed = [n for block in ("review", "direct", "after_review") for n in wanted["table4"][block]]
    assert grids[2][-1] == ["" if n is None else str(n) for n in printed]


@pytest.mark.parametrize(
    ("name", "status", "doc_format"),
    [
        ("bomb.docx", "limit", "docx"),
        ("encrypted_user.pdf", "encrypted", "pdf"),
        ("garbage_tail.pdf", "ok", "pdf"),
        ("xxe.docx", "failed", "docx"),
        ("html_as.pdf", "ok", "html"),
        ("truncated.pdf", "failed", "pdf"),
        ("nested30.zip", "unsupported", "zip"),
        ("ok.7z", "unsupported", "7z"),
        ("rar5-crc.rar", "unsupported", "rar"),
    ],
)
def test_hostile_files_get_their_status(name: str, status: str, doc_format: str) -> None:
    document = normalise((REAL / "generated" / "hostile" / name).read_bytes())
    assert (document.status, document.doc_format) == (status, doc_format)


@pytest.mark.parametrize(
    "seed", sorted((REAL / "seeds").glob("*.txt")) if REAL.is_dir() else [], ids=lambda path: path.stem[:3]
)
def test_extracted_texts_stay_untouched(seed: Path) -> None:
    document = normalise(seed.read_bytes())
    assert (document.status, document.doc_format, document.text) == ("ok", "txt", seed.read_text("utf-8"))

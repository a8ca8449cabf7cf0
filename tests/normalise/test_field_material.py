"""The labelled files kept beside the repository: every grid exact, every paragraph kept."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.normalise import normalise
from crawler.normalise.charset import decode
from crawler.normalise.sandbox import Sandbox
from gongkai.settings import Settings
from tests.normalise.grids import all_texts, paragraphs
from tests.shared_material import SHARED, needs_shared

pytestmark = [needs_shared, pytest.mark.shared]
REAL = SHARED / "real"
FURNITURE = ("网站首页", "长者模式", "当前位置", "字体：", "主办单位", "闽ICP备", "网站标识码", "厦门市商务局2023年")


def gold(name: str) -> dict[str, Any]:
    path = REAL / "generated" / "gold" / name
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}


@pytest.fixture(scope="module")
def hard() -> Iterator[Sandbox]:
    """The limits the field has set: half a minute and one GiB a file."""
    with Sandbox(Settings(sandbox_memory_mib=1024, sandbox_wall_s=30.0)) as made:
        yield made


def squeezed(text: str) -> str:
    return "".join(text.split())


CASES = [
    *((f"html/{name}", entry) for name, entry in gold("html.json").items()),
    *((f"doc/{name}.{kind}", entry) for name, entry in gold("doc.json").items() for kind in ("docx", "pdf", "doc")),
    *((name, gold("doc.json").get(key, {})) for name, key in (
        ("doc/r1.wps", "r1"), ("doc/r0_new.wps", "r0"), ("ofd/r0_lines.ofd", "r0"))),
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


@pytest.mark.parametrize("kind", ["xls", "xlsx"])
def test_labelled_spreadsheets_come_out_whole(kind: str) -> None:
    document = normalise((REAL / "generated" / "xl" / f"r0.{kind}").read_bytes())
    assert all_texts(document) == [
        [[squeezed(cell) for cell in row] for row in table["grid"]] for table in gold("xl.json")["r0"]["tables"]
    ]


def test_a_page_drawn_without_rules_keeps_its_paragraphs() -> None:
    document = normalise((REAL / "generated" / "ofd" / "r0_easyofd.ofd").read_bytes())
    text = squeezed("".join(paragraphs(document)))
    assert [p for p in gold("doc.json")["r0"]["paragraphs"] if squeezed(p) not in text] == []


@pytest.mark.parametrize(
    ("name", "status"), [("h.ofd", "unsupported"), ("文字横向-数科.ofd", "ok")]
)
def test_real_ofd_files_end_in_their_status(name: str, status: str) -> None:
    document = normalise((REAL / "binary" / name).read_bytes())
    assert (document.status, document.doc_format) == (status, "ofd")
    assert status == "ok" or "needs OCR" in document.warnings[0]


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
        ("nested30.zip", "limit", "zip"),
        ("evil.zip", "ok", "txt"),
        ("gbk_names.zip", "ok", "docx"),
        ("ok.7z", "ok", "pdf"),
        ("rar5-crc.rar", "ok", "txt"),
    ],
)
def test_hostile_files_get_their_status_in_time(hard: Sandbox, name: str, status: str, doc_format: str) -> None:
    document = hard.read((REAL / "generated" / "hostile" / name).read_bytes())
    assert (document.status, document.doc_format) == (status, doc_format)


def test_a_name_in_gbk_is_shown_in_chinese() -> None:
    document = normalise((REAL / "generated" / "hostile" / "gbk_names.zip").read_bytes())
    assert "年政府信息公开工作年度报告.docx" in document.metadata["member"]


def test_every_cell_of_the_simulators_word_files_comes_out_right(tmp_path: Path) -> None:
    """They are RTF under a .doc name. Its writer is asked directly, so that every form is tried."""
    program = (
        "import json, sys\nfrom govweb.files import doc\ntables, out = json.load(sys.stdin), sys.argv[1]\n"
        "blocks = [('p', '一、总体情况')] + [x for t in tables for x in (('t', [[tuple(c) for c in row] for row in t]),"
        " ('p', '以上。'))]\nopen(out, 'wb').write(doc('某局2023年政府信息公开工作年度报告', blocks))\n"
    )
    tables = [table["cells"] for entry in gold("doc.json").values() for table in entry["tables"]]
    sheets = [[[(text, height, width) for text, width, height in row] for row in table] for table in tables]
    made = tmp_path / "r.doc"
    subprocess.run([sys.executable, "-c", program, str(made)], input=json.dumps(sheets), text=True, check=True,
                   cwd=SHARED / "govweb", env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    document = normalise(made.read_bytes(), url="http://a.gov.cn/r.doc")
    wanted = [table["grid"] for entry in gold("doc.json").values() for table in entry["tables"]]
    assert (document.status, document.doc_format) == ("ok", "rtf")
    assert all_texts(document) == [[[squeezed(cell) for cell in row] for row in grid] for grid in wanted]


@pytest.mark.parametrize(
    "seed", sorted((REAL / "seeds").glob("*.txt")) if REAL.is_dir() else [], ids=lambda path: path.stem[:3]
)
def test_extracted_texts_stay_untouched(seed: Path) -> None:
    document = normalise(seed.read_bytes())
    assert (document.status, document.doc_format, document.text) == ("ok", "txt", seed.read_text("utf-8"))

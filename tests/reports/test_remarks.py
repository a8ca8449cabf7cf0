"""What readers remark is told in Chinese: every sentence of theirs has its own, and keys become the form's words."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.reports.codebook import codebook
from gongkai.remarks import in_chinese

ROOT = Path(__file__).resolve().parents[2]
LISTS = ("warnings", "remarks", "says", "untried", "_warn", "remark")
MAKERS = ("_bad", "_cut", "TooMuch", "Locked")
UNTOLD = ("page x", "x x")  # what varies in them are words listed with them


def sentences() -> Iterator[str]:
    """Every string the readers put into a list of warnings, its varying parts as a word each."""
    for file in (*(ROOT / "crawler/normalise").glob("*.py"), *(ROOT / "crawler/reports").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            for told in _told(node):
                for text in _texts(told):
                    if len(text.split()) > 1:
                        yield text


def _told(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        if name.split(".")[-1] in (*MAKERS, "_warn") or name.endswith(tuple(f"{one}.append" for one in LISTS)):
            return list(node.args)
        return [keyword.value for keyword in node.keywords if keyword.arg == "warnings"]
    if isinstance(node, ast.AugAssign) and ast.unparse(node.target).endswith(LISTS):
        return [node.value]
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in (*LISTS, "nothing", "scan", "cut", "too_deep"):
        return [node.value]
    return []


def _texts(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr():
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
        case ast.IfExp():
            yield from _texts(node.body)
            yield from _texts(node.orelse)
        case ast.Tuple() | ast.List():
            for one in node.elts:
                yield from _texts(one)
        case ast.ListComp():
            yield from _texts(node.elt)
        case ast.BinOp():
            yield from _texts(node.left)
            yield from _texts(node.right)
        case ast.Subscript() | ast.Starred():
            yield from _texts(node.value)


def test_every_sentence_of_the_readers_has_its_chinese() -> None:
    made = {text.replace("x: ", "pdf: ", 1) if text.startswith("x: ") else text for text in sentences()}
    assert len(made) > 90
    assert sorted(text for text in made if in_chinese(text) == text and not text.startswith(UNTOLD)) == []


@pytest.mark.parametrize(("stored", "told"), [
    ("requests: rows not found: granted、carried_in",
     "申请表：缺行：（一）予以公开、二、上年结转政府信息公开申请数量"),
    ("review_upheld at ocr table 3 row 4 col 1: not a figure: 若干",
     "“行政复议 结果维持”在识别件第 3 表第 4 行第 1 列：不是数字：若干"),
    ("extractor: columns gave nothing: pdf: not read within 3 s", "读取方式：columns 没有结果：PDF：在 3 秒内没有读完"),
    ("ofd: page 3: a table of 3 × 4 positions was not read", "OFD：第 3 页：一张 3 × 4 格的表过大，未读"),
    ("zip: more than 9 files; what came before was read", "ZIP：文件超过 9 个，超出限制；此前的已读"),
    ("a remark of a later program", "a remark of a later program"),
    ("pdf: ValueError: 坏", "PDF：ValueError: 坏"),
])
def test_a_remark_is_told_in_the_words_of_the_form(stored: str, told: str) -> None:
    assert in_chinese(stored, codebook().words) == told


@pytest.mark.parametrize("again", ["page 1: ", "pdf: ", "broken off: "])
def test_a_remark_that_holds_itself_a_thousand_times_ends(again: str) -> None:
    assert in_chinese(again * 1000 + "x").endswith("x")

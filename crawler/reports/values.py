"""What a printed cell says: a count, a signed change, money, a blank, a mark for "none", or words not to guess at."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from crawler.reports.forms import Kind
from gongkai.chinese import fold, squeeze
from gongkai.report import CellValue

UNITS: Mapping[str, int] = {"元": 1, "千元": 1_000, "万元": 10_000, "百万元": 1_000_000, "千万元": 10_000_000,
                            "亿元": 100_000_000}
_SHORT_UNITS = {"万": "万元", "亿": "亿元"}
_NA_MARKS = frozenset(["无", "無", "零", "〇", "—", "——", "–", "-", "--", "---", "―", "─", "_", "/", "\\", "*",
                       "n/a"])
_NO_CHANGE = frozenset(["不变", "持平", "无增减", "无变化", "未变"])
_COUNTER = "(?:人次|[件条个项份次起宗篇部家人])"
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d{1,15})"
_COUNT = re.compile(rf"^({_NUMBER})(?:\.0+)?{_COUNTER}?$")
_SIGNED = re.compile(rf"^(\+|-|增加|增长|新增|增|减少|减|下降|↑|↓)({_NUMBER})(?:\.0+)?{_COUNTER}?$")
_BRACKETED = re.compile(rf"^\(({_NUMBER})\)$")
_UNIT = "千万元|百万元|千元|万元|亿元|元|万|亿"
_MONEY = re.compile(rf"^(?:人民币|rmb|[￥¥])?({_NUMBER}(?:\.\d{{1,8}})?)({_UNIT})?(?:人民币|整)?$")
_VAGUE = re.compile(r"^(?:约|近|超)?\d{1,15}(?:余|多|-\d{1,15})?[件条个项]?$")
_NOTE = re.compile(r"^([^()]{1,24}?)\(([^()]{1,80})\)$")
_LONGEST = 120
_MINUS = str.maketrans({"－": "-", "−": "-", "﹣": "-", "＋": "+", "➕": "+"})


def read_value(raw: str, kind: Kind = "count", unit: str | None = None,
               where: str = "") -> tuple[CellValue, str | None]:
    """The cell, and a remark where something printed in it was set aside (``22 (其中修订16件)`` is 22).

    `unit` is what the column's head says of money; the cell's own unit goes before it, and without either the number
    is kept with no unit. Ranges and vague words (约100, 若干, 3-5) give no value. Marks for "none" are 0, flagged.
    """
    if len(raw) > _LONGEST:
        cell, remark = _read_value(raw, kind, unit)
    else:
        cell, remark = _known_value(raw, kind, unit)
    return CellValue(cell.raw, cell.value, cell.semantic, cell.unit, where), remark


def _read_value(raw: str, kind: Kind, unit: str | None) -> tuple[CellValue, str | None]:
    text = " ".join(raw.split()) if len(raw) <= _LONGEST else raw.strip()
    bare = squeeze(text.translate(_MINUS)).replace("，", ",") if len(text) <= _LONGEST else ""
    if not text.strip("\u00a0\u200b\ufeff\u3000 "):
        return CellValue("", None, "blank", None), None
    if bare.lower() in _NA_MARKS:
        return CellValue(text, 0, "na_mark", unit if kind == "money" else None), None
    found = _money(bare, unit) if kind == "money" else _count(bare, signed=kind == "signed")
    if found is not None:
        value, written = found
        sign = kind == "count" and bare[0] in "+-"
        return CellValue(text, value, "number" if value else "zero", written), (
            f"a change where a count is asked for: {text}" if sign else None)
    noted = _NOTE.match(bare)
    if noted:
        found = _money(noted[1], unit) if kind == "money" else _count(noted[1], signed=kind == "signed")
        if found is not None:
            value, written = found
            return CellValue(text, value, "number" if value else "zero", written), f"note in the cell: {text}"
    return CellValue(text, None, "text", None), f"not a figure: {text[:60]}"


_known_value = lru_cache(maxsize=65536)(_read_value)
"""Reports are full of the same few figures, each weighed several times until a row is told."""


def head_unit(head: str) -> str | None:
    """The unit of money a column's head names: 本年收费金额（单位：万元）."""
    found = re.search(r"(千万元|百万元|千元|万元|亿元|元)", fold(head))
    return found[1] if found else None


def looks_like_value(text: str) -> bool:
    """Whether a piece of flattened text can be a cell rather than a label: a figure, a mark, a refused amount."""
    if not text.strip():
        return True
    return len(text) <= 40 and _like_value(text)


@lru_cache(maxsize=65536)
def _like_value(text: str) -> bool:
    bare = squeeze(text.translate(_MINUS)).replace("，", ",")
    if bare.lower() in _NA_MARKS or bare in _NO_CHANGE or _SIGNED.match(bare) or _BRACKETED.match(bare):
        return True
    noted = _NOTE.match(bare)
    if noted and _COUNT.match(noted[1]):
        return True
    return bool(_COUNT.match(bare) or _MONEY.match(bare) or _VAGUE.match(bare))


def _count(bare: str, signed: bool) -> tuple[int, None] | None:
    plain = _COUNT.match(bare)
    if plain:
        return _digits(plain[1]), None
    changed = _SIGNED.match(bare)
    if changed and (signed or changed[1] in "+-"):
        down = changed[1] in ("-", "减少", "减", "下降", "↓")
        return -_digits(changed[2]) if down else _digits(changed[2]), None
    if signed and bare in _NO_CHANGE:
        return 0, None
    bracketed = _BRACKETED.match(bare)
    if bracketed and signed:
        return -_digits(bracketed[1]), None
    return None


def _money(bare: str, head: str | None) -> tuple[Decimal, str | None] | None:
    found = _MONEY.match(bare.lower())
    if not found:
        return None
    amount = Decimal(found[1].replace(",", ""))
    unit = _SHORT_UNITS.get(found[2], found[2]) if found[2] else head
    yuan = (amount * UNITS[unit] if unit else amount).normalize()
    exponent = yuan.as_tuple().exponent
    return yuan.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else yuan, found[2] or head


def _digits(text: str) -> int:
    return int(unicodedata.normalize("NFKC", text).replace(",", ""))

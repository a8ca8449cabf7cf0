"""The one text normaliser for Chinese official texts: what two printings of one label or sentence share."""

import re
import unicodedata
from functools import lru_cache

import zhconv

_INVISIBLE = re.compile(r"[\s\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060\u3000\ufeff]+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
_QUOTES = str.maketrans("", "", "\"'“”‘’「」『』＂＇")
_DIGITS = {
    "〇": "0",
    "○": "0",
    "Ｏ": "0",
    "O": "0",
    "零": "0",
    "一": "1",
    "二": "2",
    "三": "3",
    "四": "4",
    "五": "5",
    "六": "6",
    "七": "7",
    "八": "8",
    "九": "9",
}
_CHINESE_YEAR = re.compile("([二][〇○ＯO零0][〇○ＯO零0一二三][〇○ＯO零0一二三四五六七八九])(?=年)")


def printable(text: str) -> str:
    """Without control characters and bidirectional overrides: terminals obey them, readers never meant them."""
    return _CONTROL.sub("", text)


def squeeze(text: str) -> str:
    """Full width to half width (NFKC) and every kind of white space gone; the characters themselves are kept."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Comparison form of a label or title: `squeeze`, simplified characters, no quotation marks, 其它 as 其他."""
    folded = squeeze(text).translate(_QUOTES).lower()
    if not folded.isascii():
        folded = zhconv.convert(folded, "zh-hans")
    return folded.replace("其它", "其他")


def western_years(text: str) -> str:
    """二〇二一年 as 2021年, wherever a four-numeral year stands before 年."""
    return _CHINESE_YEAR.sub(lambda m: "".join(_DIGITS.get(c, c) for c in m.group(1)), text)

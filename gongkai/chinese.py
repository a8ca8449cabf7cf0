"""The one text normaliser for Chinese official texts: what two printings of one label or sentence share."""

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate

import zhconv

_INVISIBLE = re.compile(r"[\s\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060\u3000\ufeff]+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
_QUOTES = str.maketrans("", "", "\"'“”‘’「」『』＂＇")
_LABEL_CHARS = 64
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
    return text if text.isprintable() else _CONTROL.sub("", text)


def squeeze(text: str) -> str:
    """Full width to half width (NFKC) and every kind of white space gone; the characters themselves are kept."""
    if text.isascii():  # most cells
        return "".join(text.split())
    return _squeezed(text) if len(text) <= _LABEL_CHARS else _squeeze(text)


def _squeeze(text: str) -> str:
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))


_squeezed = lru_cache(maxsize=65536)(_squeeze)
"""Labels, which all reports share."""


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Comparison form of a label or title: `squeeze`, simplified characters, no quotation marks, 其它 as 其他."""
    folded = squeeze(text).translate(_QUOTES).lower()
    if not folded.isascii():
        folded = zhconv.convert(folded, "zh-hans")
    return folded.replace("其它", "其他")


class _SearchForms(dict[int, str]):
    """Each character's form for search, found once. By character, so that a word in a query and the same word inside
    a text cannot come out differently, and every character of the form has its place in the text."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKC", chr(code)).lower()
        form = "".join(" " if _INVISIBLE.match(c) else zhconv.convert(c, "zh-hans") for c in plain.translate(_QUOTES))
        self[code] = form = _CONTROL.sub("", form)
        return form


_SEARCH_FORMS = _SearchForms()
_LAYOUT_SPACE = re.compile("(?<![a-z0-9]) +| +(?![a-z0-9])")


def search_form(text: str) -> str:
    """What the search index and its queries share: half width, lower case, simplified, no quotation marks, and no
    white space except one blank between two words or numbers of ASCII."""
    form = _LAYOUT_SPACE.sub("", text.translate(_SEARCH_FORMS))
    return re.sub(" +", " ", form).replace("其它", "其他")


_PIECE = 64


class SearchPlaces:
    """A text in its search form without any blank (`form`), and for each of its characters the place it has in the
    text: worked out where it is asked for alone, since character by character a text of 4,000 takes a millisecond."""

    def __init__(self, text: str) -> None:
        self._text = text
        pieces = [_blankless(text[start:start + _PIECE]) for start in range(0, len(text), _PIECE)]
        self._starts = list(accumulate(map(len, pieces), initial=0))
        self.form = "".join(pieces).replace("其它", "其他")

    def place(self, at: int) -> int:
        piece = bisect_right(self._starts, at) - 1
        start, left = piece * _PIECE, at - self._starts[piece]
        for place in range(start, start + _PIECE):
            left -= len(_blankless(self._text[place]))
            if left < 0:
                break
        return place


def _blankless(text: str) -> str:
    return text.translate(_SEARCH_FORMS).replace(" ", "")


def western_years(text: str) -> str:
    """二〇二一年 as 2021年, wherever a four-numeral year stands before 年."""
    return _CHINESE_YEAR.sub(lambda m: "".join(_DIGITS.get(c, c) for c in m.group(1)), text)

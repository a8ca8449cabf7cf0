"""Which encoding a page is really in. Declarations are wrong too often (4 of 12 measured cases) to decide anything.

A byte-order mark, then strict UTF-8, then whichever of gb18030, big5 and UTF-8 reads most like Chinese.
"""

import codecs
import re
from collections import Counter
from functools import cache

from gongkai.vocabularies import vocabulary

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CANDIDATES = ("gb18030", "big5", "utf-8")
_SAMPLE_BYTES = 48_000
_FIRST_HIGH = re.compile(rb"[\x80-\xff]")
_DECLARED = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.I)


def decode(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """Text and the name of the encoding it was in (utf-8, gb18030, big5, utf-16-le, utf-16-be); never raises.

    A page cut in the middle of a character, or holding an include in another encoding, decodes with U+FFFD there.
    `declared` (the header's charset; the page's own meta tag otherwise) only breaks a tie.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data[len(bom):].decode(name, "replace"), name
    if data.isascii():
        return data.decode("ascii"), "utf-8"
    if data[:64].count(0) > 16:
        name = "utf-16-le" if data[1:64:2].count(0) > data[:64:2].count(0) else "utf-16-be"
        return data.decode(name, "replace"), name
    text = _strict_utf8(data)
    if text is not None:
        return text, "utf-8"
    name = _best(_sample(data), declared or _own_declaration(data))
    return data.decode(name, "replace"), name


def _strict_utf8(data: bytes) -> str | None:
    """The text when it is UTF-8 up to a last, cut character and says something in it."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        text = decoder.decode(data)
    except UnicodeDecodeError:
        return None
    if decoder.getstate()[0]:
        text += "\ufffd"
    # A few pairs of GBK bytes are also valid two-byte UTF-8, but then they spell Latin, Greek or Arabic letters.
    return text if len(data) > 4096 or (not text.isascii() and max(text) >= "\u2000") else None


def _own_declaration(data: bytes) -> str | None:
    found = _DECLARED.search(data[:4096])
    return found.group(1).decode("ascii") if found else None


def _sample(data: bytes) -> bytes:
    """The part that tells: windows after the first high byte and around the middle of a long page."""
    first = _FIRST_HIGH.search(data)
    start = first.start() if first else 0
    if len(data) - start <= _SAMPLE_BYTES:
        return data[start:]
    middle = _FIRST_HIGH.search(data, (start + len(data)) // 2)
    second = middle.start() if middle else start
    half = _SAMPLE_BYTES // 2
    return data[start:start + half] + b"\n" + data[second:second + half]


def _best(sample: bytes, declared: str | None) -> str:
    try:
        hint = codecs.lookup(declared).name if declared else ""
    except LookupError:
        hint = ""
    hint = "gb18030" if hint in ("gb2312", "gbk", "gb18030") else "big5" if hint.startswith("big5") else hint
    return max(_CANDIDATES, key=lambda name: (round(_score(sample, name), 3), name == hint))


def _score(sample: bytes, name: str) -> float:
    """How Chinese the sample reads in an encoding: +2 a common character, +1 one of the standard's first level,
    less for what nobody writes; a mean, so that encodings giving fewer, longer characters do not win by it."""
    common, first_level = _common(), _first_level(name)
    total, points = 0, 0.0
    for char, count in Counter(sample.decode(name, "replace")).items():
        if char < "\x80":
            continue
        total += count
        if char in common:
            points += 2 * count
        elif char == "\ufffd":
            points -= 3 * count
        elif char in first_level:
            points += count
        elif not "\u3000" <= char <= "\u9fff" and not "\uff00" <= char <= "\uffef" and char not in "“”‘’—…·\xa0":
            points -= 2 * count
    return points / total if total else -3.0


@cache
def _common() -> frozenset[str]:
    return frozenset("".join(vocabulary("crawler.normalise", "charset.yaml")["common"]))


@cache
def _first_level(name: str) -> frozenset[str]:
    """Characters of the standard's frequent half (GB 2312 rows 16-55, Big5 A440-C67E) with its punctuation."""
    def block(codec: str, leads: range) -> set[str]:
        pairs = (bytes((lead, trail)) for lead in leads for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF)))
        return {char for pair in pairs if len(char := pair.decode(codec, "ignore")) == 1 and not char.isascii()}

    punctuation = set("，。、；：？！（）《》“”‘’—…·　【】％０１２３４５６７８９")
    gb = block("gb2312", range(0xB0, 0xD8))
    big5 = block("big5", range(0xA4, 0xC7))
    return frozenset(punctuation | (gb if name == "gb18030" else big5 if name == "big5" else gb | big5))

"""What readers remark, for people: remarks are stored as English sentences, and told in Chinese here alone."""

import re
from collections.abc import Mapping
from functools import cache

from gongkai.vocabularies import vocabulary

_SLOT = re.compile(r"\{(\w+)\}")
_HEAD = re.compile(r"([a-z_0-9]{2,20}): (?=.)", re.S)
_KEY = re.compile(r"[a-z][a-z0-9_]+")
_PLACES = tuple((re.compile(stored), told) for stored, told in (
    (r"\bfile (\d+) ", r"第 \1 个文件"), (r"\bocr ", "识别件"),
    (r"table (\d+) row (\d+) col (\d+)", r"第 \1 表第 \2 行第 \3 列"),
    (r"line (\d+) cell (\d+)", r"文字第 \1 行第 \2 格"), (r"line (\d+)", r"文字第 \1 行")))
_DEEPEST = 6


def in_chinese(remark: str, names: Mapping[str, str] | None = None, *, depth: int = 0) -> str:
    """The remark told in Chinese, as it is stored where no sentence is known for it. `names` has the words of the form
    for keys of rows and columns."""
    heads, sentences = _vocabulary()
    if depth > _DEEPEST:
        return remark
    head = _HEAD.match(remark)
    if head and head[1] in heads:
        return f"{heads[head[1]]}：{in_chinese(remark[head.end():], names, depth=depth + 1)}"
    for pattern, words in sentences:
        if found := pattern.fullmatch(remark):
            filled = {slot: _filled(slot, text, names or {}, depth) for slot, text in found.groupdict().items()}
            return _SLOT.sub(lambda slot: filled[slot[1]], words)  # noqa: B023 - run at once
    return remark


def _filled(slot: str, text: str, names: Mapping[str, str], depth: int) -> str:
    match slot:
        case "remark":
            return in_chinese(text, names, depth=depth + 1)
        case "at":
            for pattern, words in _PLACES:
                text = pattern.sub(words, text)
            return text
        case "key" | "column":
            return _KEY.sub(lambda key: names.get(key[0], key[0]), text)
        case _:
            return text


@cache
def _vocabulary() -> tuple[dict[str, str], list[tuple[re.Pattern[str], str]]]:
    read = vocabulary("gongkai", "vocabulary/remarks.yaml")
    told = sorted(read["sentences"].items(), key=lambda pair: -len(_SLOT.sub("", pair[0])))  # the most telling first
    return read["heads"], [(_pattern(english), chinese) for english, chinese in told]


def _pattern(english: str) -> re.Pattern[str]:
    """Figures and keys have no spaces in them."""
    pieces = re.split(r"\{(\w+)\}", english)
    tight = {"n", "m", "s", "column", "way", "source", "host"}
    return re.compile("".join(f"(?P<{piece}>{r'[^ ;]+?' if piece in tight else '.+?'})" if at % 2 else re.escape(piece)
                              for at, piece in enumerate(pieces)), re.S)

"""What a title or a link's text says: which kind of document, whose, for which year."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from gongkai.chinese import fold, squeeze, western_years
from gongkai.vocabularies import vocabulary


@dataclass(frozen=True)
class TitleReading:
    """`kind` is ``annual_report``, a look-alike's name (work_plan, notice, guide, website_report, rule_of_law_report,
    budget, list_page, news, other …) or ``unknown`` when the words do not tell. `agency` is what stands before the
    year. `edition` is ``picture`` for 图解/图片版, ``text`` for 文字版, else None.

    Two cases are left ``unknown`` on purpose: a bare year or 年度报告 with a year (in a column of reports it names
    one, elsewhere anything), and a letter or announcement that may carry the report (关于报送…年度报告的函).
    """

    kind: str
    year: int | None = None
    agency: str | None = None
    corrected: bool = False
    edition: str | None = None


_WORDS: dict[str, Any] = vocabulary("gongkai", "vocabulary/titles.yaml")
_LONGEST = 300
"""Longest title read; what is longer is a paragraph."""

# A year that is a report's year: not the head of a date (2021年1月29日), not a document number (〔2021〕30号).
_YEAR = r"(?<![\d〔\[(/\-.])(20\d\d)(?!\d|[-./]\d|年\d{1,2}月|〕)(?:年度|年)?"
_IN_BRACKETS = re.compile(r"[(\[【](20\d\d)(?:年度?)?[)\]】]")
_SUBJECT = str(_WORDS["subject"])
_TAIL = str(_WORDS["report"]).replace("YEAR", r"20\d\d(?:年度|年)?")
_NAME = re.compile(f"(?P<subject>{_SUBJECT})(?P<tail>{_TAIL})")
_CUT = re.compile(rf"{_YEAR}政府信(?:息(?:公(?:开(?:工(?:作(?:年(?:度报?)?)?)?|年(?:度报?)?)?)?)?)?\.*$")
_CUT_LATE = re.compile(r"(?P<subject>政府信息公开)(?:工(?:作(?:年(?:度报?)?)?)?|年(?:度报?)?)?\.{2,}$")
_BARE = re.compile(rf"^(?:{_YEAR})?(?:的)?(?:年度)?(?:工作)?(?:年报|年度报告|报告|年度|年)?$")
_SEPARATOR = re.compile(r"[_|>»]|-{2,}|—+|–|(?<=[^\d\s])-(?=\D)|(?<=\d)-(?=[^\d\s])|(?<=[^\d\s])-(?=\d{1,2}\D)")
_PINYIN = re.compile(r"(?<=[\u3400-\u9fff])\([a-zü\u00e0-\u01dc]{1,7}\)")
# 2008年5月1日至2008年12月31日, 2021.1.1-2021.12.31, 2021年1月至12月: the year whose parts both ends are.
_PERIOD = re.compile(r"(20\d\d)[年./-]\d{1,2}(?:月(?:\d{1,2}日)?|[./-]\d{1,2}日?)?[-—–~至到]+(?:\1[年./-])?"
                     r"\d{1,2}(?:月(?:\d{1,2}日|份|底)?|[./-]\d{1,2}日?)")
_LEAD = re.compile(r"^(?:[·•●◆■□★☆▪※→>*.、,:;\-]|\[(?:置顶|最新|new)\]|附件\d*[:：]?|标题:|名称:"
                   r"|20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[.、])+")
_TRAIL = re.compile(
    r"(?:[\[(]?20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?[\])]?|[\[(]?\d{1,2}-\d{1,2}[\])]?|new!?"
    r"|\.(?:pdf|docx?|wps|xlsx?|html?|ofd|jpe?g|png|zip|rar|txt)|\(?\d+(?:\.\d+)?[km]b?\)?|[。;、,])+$"
)
_ORGAN = re.compile(str(_WORDS["organ"]))
_MARKED = re.compile(
    rf"[(\[【〔][^)\]】〕]{{0,12}}(?:{_WORDS['corrected']})[^)\]】〕]{{0,6}}(?:[)\]】〕]|$)"
    rf"|^(?:{_WORDS['corrected']})|(?:{_WORDS['corrected']})(?:版|稿)?$"
)
_MARKS = re.compile(
    rf"[(\[【〔][^()\[\]【】〔〕]{{0,12}}(?:{_WORDS['picture']}|{_WORDS['text']}|{_WORDS['corrected']})"
    r"[^()\[\]【】〔〕]{0,8}(?:[)\]】〕]|$)"
)
_MARK_BEFORE = re.compile(str(_WORDS["mark_before"]))
_MARK_AFTER = re.compile(str(_WORDS["mark_after"]))
_AFTER_NAME = (("form_template", "template_after"), ("regulation", "rules_after"), ("news", "news_after"))


def clean_title(text: str) -> str:
    """A title as the patterns see it: folded, years in digits, converters' pinyin glosses and list marks gone."""
    plain = fold(western_years(squeeze(text[:_LONGEST])))
    plain = _PERIOD.sub(r"\1年", _PINYIN.sub("", plain)).replace("\ufffd", "").replace("??", "")
    return _TRAIL.sub("", _LEAD.sub("", plain))


@lru_cache(maxsize=16384)
def read_title(text: str) -> TitleReading:
    """Reads a page title, a link's text, a file name or a column's name; text cut with … is read as far as it goes.

    Site and column names behind (or before) separators are ignored when another part names the document.
    """
    whole = clean_title(text)
    if not whole:
        return TitleReading("unknown")
    parts = [p for p in (_TRAIL.sub("", _LEAD.sub("", p)) for p in _SEPARATOR.split(whole)) if p] or [whole]
    readings = [_read(part) for part in parts]
    best = readings[0]
    if best.kind in ("unknown", "list_page"):
        named = [r for r in readings[1:] if r.kind == "annual_report"]
        known = [r for r in readings if r.kind != "unknown"]
        best = (named or known or [best])[0]
    return _with_marks(best, whole)


def _with_marks(reading: TitleReading, whole: str) -> TitleReading:
    edition = "picture" if re.search(_WORDS["picture"], whole) else "text" if re.search(_WORDS["text"], whole) else None
    return replace(reading, corrected=_MARKED.search(whole) is not None, edition=edition)


def _unmarked(text: str) -> str:
    """The title without edition and correction marks, and out of its 《》 when only marks stand outside."""
    text = _MARK_AFTER.sub("", _MARK_BEFORE.sub("", _MARKS.sub("", text)))
    inside = re.fullmatch(r"《([^《》]+)》?", text)
    return inside.group(1) if inside else text


def _read(text: str) -> TitleReading:
    text = _unmarked(text)
    name = next((m for m in reversed(list(_NAME.finditer(text)))), None)
    year = _year(text, name)
    if re.search(_WORDS["carrier"], text):
        return TitleReading("unknown", year)
    if re.search(_WORDS["notice"], text) and not re.search(r"的报告$", text):
        return TitleReading("form_template" if re.search(r"年度报告格式", text) else "notice", year)
    if name:
        return _named(text, name, year)
    if cut := _CUT.search(text):
        before = _agency(text[: cut.start()])
        if before or text.endswith(".."):
            return TitleReading("annual_report", int(cut.group(1)), before)
    if (late := _CUT_LATE.search(text)) and year:
        return TitleReading("annual_report", year, _agency(text[: late.start()]))
    return TitleReading(_other_kind(text), year)


def _named(text: str, name: re.Match[str], year: int | None) -> TitleReading:
    """A title in which the report's name stands: what stands around it says whether it is one."""
    before, after = text[: name.start()], re.sub(r"^[(\[【][^)\]】]*[)\]】]?", "", text[name.end() :]).lstrip("》")
    if spoiled := _spoiled(text, before, name.group(), after):
        return TitleReading(spoiled, year)
    agency = _agency(before) or _in_brackets(text[name.end():])
    if re.search(_WORDS["list_words"], re.sub(_YEAR, "", before)) or re.search(r"汇总|列表|目录", after):
        return TitleReading("list_page", year)
    if year is None and agency is None:
        return TitleReading("list_page")
    return TitleReading("annual_report", year, agency)


def _spoiled(text: str, before: str, name: str, after: str) -> str | None:
    """The kind the words around the report's name give the document, None when they leave it a report."""
    for kind, words in _WORDS["bodies"].items():
        if re.search(words, before + name):
            return str(kind)
    for kind, words in _AFTER_NAME:
        if re.search(_WORDS[words], after):
            return kind
    if re.search(_WORDS["news_before"], re.sub(_YEAR, "", before).rstrip("([【《")):
        return "news"
    if not re.search(_WORDS["tail"], after):
        other = _other_kind(after)
        if other != "unknown" or len(after) > 12:
            return other if other != "unknown" else "news"
    return _other_kind(text) if re.search(r"网站|法治|依法行政", before[-8:]) else None


def _year(text: str, name: re.Match[str] | None) -> int | None:
    """The year nearest before the report's name, else inside or behind it; without a name, the only year there is."""
    if name is None:
        all_years = set(_years(text))
        return all_years.pop() if len(all_years) == 1 else None
    places = [text[: name.start()], name.group(), text[name.end() :]]
    for place, pick in zip(places, (-1, 0, 0), strict=True):
        if years := _years(place):
            return years[pick]
    return None


def _years(text: str) -> list[int]:
    return [int(m.group(1)) for m in re.finditer(_YEAR, text)] or [int(y) for y in _IN_BRACKETS.findall(text)]


def _agency(before: str) -> str | None:
    """Whose report: what stands before the year, or between year and name; None for a group (部门, 市直单位)."""
    before = re.sub(r"[(\[【]?(?<!\d)20\d\d(?:年度|年)?[)\]】]?", "\n", before)
    pieces = [re.sub(_WORDS["agency_edge"], "", p) for p in before.split("\n")]
    pieces = [p + "政府" if p.endswith("人民") else p for p in pieces if p]
    pieces = [p for p in pieces if not re.fullmatch(_WORDS["group"], p)]
    if not pieces:
        return None
    organs = [p for p in pieces if _ORGAN.search(re.sub(r"\([^()]*\)$", "", p))]
    if organs or len(pieces[0]) not in range(2, 41):
        return max(organs, key=len, default=None)
    return pieces[0] if "\n" in before else None  # beside no year only an organ's name is a name, the rest is a menu


def _in_brackets(after: str) -> str | None:
    """The agency some lists put behind the report's name: 2020年政府信息公开工作年度报告（教育局）."""
    found = re.match(r"[(\[【]([一-龥]{3,30})[)\]】]", after)
    return found.group(1) if found and _ORGAN.search(found.group(1)) else None


def _other_kind(text: str) -> str:
    if _BARE.fullmatch(text):
        return "list_page" if re.fullmatch("年度报告|年报|工作年度报告", text) else "unknown"
    if re.fullmatch(r"(?:历年|往年|历史)?(?:年报|年度报告)(?:汇总|列表)?", text):
        return "list_page"
    return next((str(kind) for kind, words in _WORDS["kinds"] if re.search(str(words), text)), "unknown")

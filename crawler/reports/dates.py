"""Dates a document prints: when it was published, when it was signed. Figures only, read by a strict ISO parser."""

import re
from collections.abc import Iterator
from datetime import date

from dateutil.parser import isoparse

from crawler.reports.material import Material
from gongkai.report import Evidence

_NUMERALS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "o": 0}
_NUMBER = r"([\d一二三四五六七八九十]{1,3})"
_CHINESE = re.compile(rf"([\d〇零○一二三四五六七八九]{{4}})年{_NUMBER}月{_NUMBER}日?")
_SIGNED = re.compile(r"[一-龥()]{2,40}(?:局|委|会|室|厅|部|院|府|处|心|队|署|镇|乡|社)")
_FIGURES = re.compile(r"(?<!\d)((?:19|20)\d\d)([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_FIRST_YEAR = 2004  # Shanghai's municipal rule gave the first reports; older dates are templates and epochs (t19700101)

_META = ("pubdate", "publishdate", "publish_date", "发布日期", "发布时间", "公开日期", "公开时间", "发文日期",
         "发表日期", "生成日期", "公布日期", "日期", "成文日期")
_VISIBLE = re.compile(r"(?:发布|发表|公开|公布|更新|生成|发文|录入|信息|上网)?(?:日期|时间)[:|]+")
_IN_URL = re.compile(r"/t(?P<trs>(?:19|20)\d{6})_|/(?P<y>20\d\d)[/-](?P<m>\d{1,2})[/-](?P<d>\d{1,2})/"
                     r"|/(?P<run>20\d{6})/")


def iso(year: int, month: int, day: int) -> date | None:
    """A date of figures, None when the calendar has no such day or the year is out of the field's range."""
    if not _FIRST_YEAR <= year <= 2099:
        return None
    try:
        return isoparse(f"{year:04d}-{month:02d}-{day:02d}").date()
    except ValueError:
        return None


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_NUMERALS.get(tens, 1) if tens else 1) * 10 + (_NUMERALS.get(ones, 0) if ones else 0)
    return int("".join(str(_NUMERALS.get(c, 0)) if not c.isdigit() else c for c in text))


def dates_in(text: str) -> Iterator[tuple[date, str, int]]:
    """Every full date of a folded text with its words and place; 二〇二一年一月五日, 2021年1月5日, 2021-01-05."""
    found = [(m.start(), m.group(), (_number(m[1]), _number(m[2]), _number(m[3]))) for m in _CHINESE.finditer(text)]
    found += [(m.start(), m.group(), (int(m[1]), int(m[3]), int(m[4]))) for m in _FIGURES.finditer(text)]
    for start, words, parts in sorted(found):
        if (day := iso(*parts)) is not None:
            yield day, words, start


def publication(material: Material) -> list[Evidence]:
    """Candidates best first: page metadata, the visible 发布时间, the list's date, the address."""
    found = [_evidence(day, "pub_date", f"{name} {value}", 0.9)
             for name in _META if (value := material.metadata.get(name, "")) and (day := first_date(value))]
    for line in material.lines[:60]:
        label = _VISIBLE.search(line) if len(line) < 300 else None
        if label and (day := first_date(line[label.end():label.end() + 12])):
            found.append(_evidence(day, "pub_date", line[label.start():label.end() + 12], 0.8))
    if material.hints.listed_date and (day := first_date(material.hints.listed_date)):
        found.append(_evidence(day, "list", material.hints.listed_date, 0.7))
    if day := in_address(material.url):
        found.append(_evidence(day, "url", material.url or "", 0.5))
    return found


def first_date(text: str) -> date | None:
    return next((day for day, _, _ in dates_in(re.sub(r"[\sT]", " ", text))), None)


def in_address(url: str | None) -> date | None:
    """The date an address carries (``t20260128_…``, ``/art/2025/12/19/``); an epoch (t19700101) is none."""
    found = _IN_URL.search(url or "")
    if not found:
        return None
    run = found["trs"] or found["run"]
    year, month, day = (run[:4], run[4:6], run[6:8]) if run else (found["y"], found["m"], found["d"])
    return iso(int(year), int(month), int(day))


def signature(material: Material) -> Evidence | None:
    """The date a report is signed with: alone on a line near the end, else on the cover under the title."""
    lines = material.lines
    for i in range(len(lines) - 1, max(len(lines) * 3 // 5, len(lines) - 60) - 1, -1):
        if day := _alone(lines[i]):
            return _evidence(day, "signature", lines[i], 0.9)
    for i, line in enumerate(lines[:8]):
        if i and (day := _alone(line)) and any("报告" in above or "年报" in above for above in lines[max(i - 3, 0):i]):
            return _evidence(day, "signature", line, 0.6)
    return None


def _alone(line: str) -> date | None:
    """The date of a line that holds nothing else, but for brackets or the name of the signing body before it."""
    found = _CHINESE.search(line)
    if not found or len(line) > 60:
        return None
    before, after = line[:found.start()].strip("([〔【|"), line[found.end():].strip(")]〕】.。|")
    if after or (before and not _SIGNED.fullmatch(before)):
        return None
    return iso(_number(found[1]), _number(found[2]), _number(found[3]))


def _evidence(day: date, source: str, quote: str, confidence: float) -> Evidence:
    field = "signature_date" if source == "signature" else "published"
    return Evidence(field, day.isoformat(), source, quote[:120], confidence, chosen=False)

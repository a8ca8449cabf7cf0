"""Which year a report describes: candidates from every place that may say it, the title above all."""

import re
from collections import Counter
from datetime import date

from crawler.reports.material import Material
from crawler.reports.period import PeriodReading
from gongkai.report import Evidence
from gongkai.title import read_title

_NAMED = re.compile(r"(20\d\d)年?(?:度)?[一-龥()]{0,30}?(?:政府信息公开|政务公开|信息公开)[一-龥]{0,8}(?:报告|年报)"
                    r"|信息公开工作(20\d\d)年度报告")
_OPENS = re.compile(r"(?:^|[。\n])(?:\([一二三四五六七八九十]\)|[一二三四五六七八九十]{1,3}、)?[一-龥]{0,8}?(20\d\d)年")
_YEAR_IN_PATH = re.compile(r"(?:year|fbtime|nbyear|nd|nian)=(20\d\d)(?!\d)"
                           r"|/[a-z_]{0,20}(20\d\d)(?:[a-z_]{1,14})?(?=/)(?!/\d{1,2}/)", re.I)
_IN_COLUMN = re.compile(r"(?<!\d)(20\d\d)(?:年|年度|$|>|/)")

WEIGHTS = {"title": 0.95, "anchor": 0.9, "preamble": 0.85, "period": 0.88, "signature": 0.6, "column": 0.55,
           "text": 0.5, "pub_date": 0.5, "pub_date_late": 0.2}
_FIRST_NEW_FORM = {"cn-gov-2021": 2021, "cn-gov-2019": 2019, "cn-gov-2014stat": 2014}
_SPAN = (2004, 2099)


def year_candidates(material: Material, period: PeriodReading | None, signed: Evidence | None,
                    published: Evidence | None, form_id: str | None) -> list[Evidence]:
    """Every candidate with the better first; `choose_year` takes from it."""
    found: list[Evidence] = []

    def add(year: int, source: str, quote: str, weight: str | None = None) -> None:
        if _SPAN[0] <= year <= _SPAN[1] and year >= _FIRST_NEW_FORM.get(form_id or "", 0):
            found.append(Evidence("report_year", str(year), source, quote[:120], WEIGHTS[weight or source], False))

    for title in material.titles:
        if title.reading.kind == "annual_report" and title.reading.year:
            add(title.reading.year, title.source if title.source in ("anchor", "column") else "title", title.text)
    for m in list(_NAMED.finditer(material.head))[:3]:
        add(int(m[1] or m[2]), "preamble", m.group())
    if period is not None and period.year:
        add(period.year, "period", period.quote)
    if signed is not None:
        add(date.fromisoformat(signed.value).year - 1, "signature", signed.quote)
    for quote, year in _column_years(material):
        add(year, "column", quote)
    for year, times in Counter(int(y) for y in _OPENS.findall(material.text[:20_000])).most_common(1):
        add(year, "text", f"{year}年 opens {times} sentences")
    if published is not None:
        day = date.fromisoformat(published.value)
        add(day.year - 1, "pub_date", published.quote, "pub_date" if day.month <= 6 else "pub_date_late")
    return found


def _column_years(material: Material) -> list[tuple[str, int]]:
    hints = material.hints
    words = [hints.column, hints.row_heading, hints.col_heading, hints.list_heading]
    words.append(material.metadata.get("columnname", ""))
    words += [line for line in material.lines[:15] if ">" in line]
    found = [(text, int(years[-1])) for text in words if text and (years := _IN_COLUMN.findall(text))]
    if not found and hints.anchor and (year := read_title(hints.anchor).year):
        found.append((hints.anchor, year))
    for m in _YEAR_IN_PATH.finditer((material.url or "")[:500]):
        found.append((m.group(), int(m[1] or m[2])))
    return found


def choose_year(candidates: list[Evidence]) -> Evidence | None:
    """A title decides alone (a conflict with the period is for the caller to flag); else agreeing sources add up."""
    for source in ("title", "anchor"):
        if titled := [c for c in candidates if c.source == source]:
            return titled[0]
    doubt: dict[str, float] = {}
    for candidate in {(c.value, c.source): c for c in candidates}.values():
        doubt[candidate.value] = doubt.get(candidate.value, 1.0) * (1 - candidate.confidence)
    if not doubt:
        return None
    year = min(doubt, key=lambda value: doubt[value])
    return max((c for c in candidates if c.value == year), key=lambda c: c.confidence)

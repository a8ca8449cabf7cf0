"""统计期限: the days a report's figures cover, as its own sentence says."""

import re
from dataclasses import dataclass
from datetime import date

from crawler.reports.dates import iso
from crawler.reports.material import Material
from gongkai.report import Period

# Extraction loses the 年 of 2023年1月1日 (自20231月1日起至202312月31日止), so it is optional between year and month.
_SPAN = re.compile(
    r"(?P<y1>20\d\d)年?度?(?P<m1>\d{1,2})月(?P<d1>\d{1,2})日?(?:\d{1,2}时)?(?:起|始|开始)?,?(?:至|到|—+|-+|~|–|止)+"
    r"(?:(?P<y2>20\d\d)年?|同年|当年|本年度?)?(?P<m2>\d{1,2})月(?P<d2>\d{1,2})日?")
_ABOUT_FIGURES = re.compile(r"统计|期限|时限|数据|指标|本报告|年度报告|截止|内容涵盖|区间|周期")
_REACH = 60


@dataclass(frozen=True)
class PeriodReading:
    """`year` is None when the two ends name different years: the sentence is then corrupt or about something else."""

    period: Period
    year: int | None
    quote: str


def read_period(material: Material) -> PeriodReading | None:
    """The first span of days that is said of the figures; a whole-year span wins over others."""
    readings = [r for m in _SPAN.finditer(_searched(material)) if (r := _reading(m))]
    whole = [r for r in readings if r.year and (r.period.start.month, r.period.end.month) in ((1, 12), (5, 12))]
    return next(iter(whole or [r for r in readings if r.year] or readings), None)


def _searched(material: Material) -> str:
    text = material.text.replace("\n", "")
    return text[:20_000] + text[20_000:][-5_000:]


def _reading(found: re.Match[str]) -> PeriodReading | None:
    text, start = found.string, found.start()
    around = text[max(start - _REACH, 0):found.end() + 20]
    if not _ABOUT_FIGURES.search(around):
        return None
    first = int(found["y1"])
    last = int(found["y2"] or first)
    begin, end = _day(first, found["m1"], found["d1"]), _day(last, found["m2"], found["d2"])
    if begin is None or end is None:
        return None
    return PeriodReading(Period(begin, end), first if first == last else None, found.group()[:80])


def _day(year: int, month: str, day: str) -> date | None:
    return iso(year, int(month), int(day))

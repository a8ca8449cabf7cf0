"""What a title or a link's text says: which kind of document, whose, for which year."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TitleReading:
    """`kind` is ``annual_report``, a look-alike's name (work_plan, notice, guide, website_report, rule_of_law_report,
    budget, list_page, news, other …) or ``unknown`` when the words do not tell. `agency` is what stands before the
    year. `edition` is ``picture`` for 图解/图片版, ``text`` for 文字版, else None."""

    kind: str
    year: int | None = None
    agency: str | None = None
    corrected: bool = False
    edition: str | None = None

"""How a report is cited: GB/T 7714-2015, electronic resources."""

from gongkai.clock import parse_stamp
from gongkai.hours import BEIJING
from storage import ReportRecord


def gb7714(record: ReportRecord, version_seen: str) -> str:
    """``机关. 题名[R/OL]. (公布日期)[引用日期]. 网址.`` Cited as of the day, in Beijing, the archive last saw it so."""
    title = record.title or "政府信息公开工作年度报告"
    published = f"({record.published})" if record.published else ""
    seen = parse_stamp(version_seen).astimezone(BEIJING).date().isoformat()
    return f"{record.agency or '佚名'}. {title}[R/OL]. {published}[{seen}]. {record.url}."

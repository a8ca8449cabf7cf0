"""How a report is cited: GB/T 7714-2015, electronic resources."""

from storage import ReportRecord


def gb7714(record: ReportRecord, version_seen: str) -> str:
    """``机关. 题名[R/OL]. (公布日期)[引用日期]. 网址.`` Cited as of the day the archive last saw it so."""
    title = record.title or "政府信息公开工作年度报告"
    published = f"({record.published})" if record.published else ""
    return f"{record.agency or '佚名'}. {title}[R/OL]. {published}[{version_seen[:10]}]. {record.url}."

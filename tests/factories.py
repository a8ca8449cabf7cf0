"""Findings and readings made by hand, small and deterministic: what a crawl would hand to the archive."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from gongkai.capture import Attachment, Capture, Finding, Hints
from gongkai.document import Block, Cell, Document, Table
from gongkai.report import CellValue, Check, Evidence, Reading, Report, Section, SourceDocument
from gongkai.site import AgencySite

START = datetime(2026, 1, 31, 8, 0, 0, tzinfo=UTC)
AGENCY = "云溪市城市管理局"
SITE = AgencySite("http://cgj.yunxi.gov.cn/", AGENCY, "350200", ("云溪市城市管理行政执法局",))


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def capture(url: str, body: bytes, *, minutes: int = 0, content_type: str = "text/html; charset=utf-8",
            headers: Sequence[tuple[str, str]] = (), final_url: str | None = None) -> Capture:
    return Capture(url=url, final_url=final_url or url, fetched_at=at(minutes), status=200,
                   headers=(("Content-Type", content_type), *headers), body=body, referrer=SITE.url, reason="anchor")


def page_url(year: int, host: str = "cgj.yunxi.gov.cn", stem: str = "zfxxgknb") -> str:
    return f"http://{host}/{stem}/{year}/t{year}0120_1.html"


def table(received: int) -> Table:
    return Table((Cell("", 0, 0), Cell("自然人", 0, 1), Cell("总计", 0, 2),
                  Cell("一、本年新收政府信息公开申请数量", 1, 0), Cell(str(received), 1, 1),
                  Cell(str(received), 1, 2)), 2, 3)


def document(year: int, received: int = 13, *, extra: str = "", furniture: str = "", doc_format: str = "html",
             agency: str = AGENCY) -> Document:
    title = f"{agency}{year}年政府信息公开工作年度报告"
    printed = table(received)
    said = f"{year}年，本局主动公开政府信息422条。{extra}"
    blocks = (Block("heading", title), *((Block("paragraph", furniture),) if furniture else ()),
              Block("heading", "一、总体情况"), Block("paragraph", said), Block("table", table=printed))
    text = "\n".join(part for part in (title, furniture, "一、总体情况", said, printed.text()) if part)
    return Document("ok", doc_format, blocks=blocks, text=text, titles=(("h1", title),), metadata={"pubdate": "x"})


def report(year: int | None, received: int = 13, *, extra: str = "", agency: str | None = AGENCY,
           filed_under: str | None = None, own: bool = True, region: str | None = "350200",
           published: date | None = None, title: str | None = None) -> Report:
    cells = {"natural_person": CellValue(str(received), received, "number", where="table 1 row 2 col 2"),
             "total": CellValue(str(received), received, "number", where="table 1 row 2 col 3")}
    return Report(
        kind="annual_report", report_year=year, report_year_source="title" if year else None, agency=agency,
        filed_under=filed_under or agency, own=own, region_code=region, admin_level="prefecture",
        scope="own_agency", form_id="cn-gov-2021", title=title or f"{agency}{year}年政府信息公开工作年度报告",
        published=published, sections=(
            Section("preamble", None, "根据条例编制"),
            Section("overview", "一、总体情况", f"{year}年，本局主动公开政府信息422条。{extra}")),
        tables={"requests": {"new_received": cells}},
        checks=(Check("REQ-ROW", "new_received", received, received, "pass"),
                Check("REQ-FLOW", "total", None, None, "not_assessable")),
        evidence=(Evidence("report_year", str(year), "title"),))


def finding(year: int | None = 2020, received: int = 13, *, url: str | None = None, minutes: int = 0, extra: str = "",
            furniture: str = "", doc_format: str = "html", site: AgencySite = SITE, agency: str = AGENCY,
            body: bytes | None = None, headers: Sequence[tuple[str, str]] = (),
            **fields: object) -> tuple[Finding, Reading]:
    """A page with its report on it. `furniture` is page text that changes with the visitor, `extra` what the report
    says besides, `received` the figure of the one table."""
    url = url or page_url(year or 0)
    read = document(year or 0, received, extra=extra, furniture=furniture, doc_format=doc_format, agency=agency)
    content = body if body is not None else f"<html><body>{read.text}</body></html>".encode()
    kind = "text/html" if doc_format == "html" else "application/pdf"
    page = capture(url, content, minutes=minutes, headers=headers, content_type=kind)
    made = report(year, received, extra=extra, agency=agency, **fields)  # type: ignore[arg-type]
    sources = (SourceDocument("page", url, (page.raw_sha256,), read),)
    return Finding(site, page, hints=Hints(anchor=made.title or "")), Reading(sources, 0, made)


def with_attachment(made: tuple[Finding, Reading], url: str, body: bytes, read: Document) -> tuple[Finding, Reading]:
    found, reading = made
    taken = Capture(url=url, final_url=url, fetched_at=found.page.fetched_at, status=200,
                    headers=(("Content-Type", "application/octet-stream"),), body=body)
    source = SourceDocument("attachment", url, (taken.raw_sha256,), read)
    return (replace(found, attachments=(*found.attachments, Attachment(url, "附件", taken))),
            replace(reading, sources=(*reading.sources, source)))


def with_unfetched(made: tuple[Finding, Reading], url: str, problem: str) -> tuple[Finding, Reading]:
    found, reading = made
    return replace(found, attachments=(*found.attachments, Attachment(url, "附件", None, problem))), reading


def lookalike(url: str, minutes: int = 0) -> tuple[Finding, Reading]:
    read = Document("ok", "html", text="2021年政务公开工作要点", blocks=(Block("paragraph", "2021年政务公开工作要点"),))
    page = capture(url, "<p>2021年政务公开工作要点</p>".encode(), minutes=minutes)
    return Finding(SITE, page), Reading((SourceDocument("page", url, (page.raw_sha256,), read),), 0,
                                        Report("work_plan", report_year=2021))

"""A page that says one sentence and hands the report over as a file: the file is what is read, kept and shown."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.normalise import normalise
from crawler.reports import read_report
from gongkai.capture import Attachment, Finding
from gongkai.report import Reading, SourceDocument
from gongkai.settings import Settings
from storage import Archive
from tests.factories import AGENCY, SITE, capture
from tests.normalise.makers import GridSource, word
from tests.normalise.office_makers import by_office, needs_office, ofd, ofd_table, rtf, xlsx, zipped
from tests.reports.printed import Figures, figures
from tests.storage.steps import crawl, outcomes

YEAR = 2023
TITLE = f"{AGENCY}{YEAR}年政府信息公开工作年度报告"
PAGE_URL = "http://cgj.yunxi.gov.cn/zfxxgknb/2024/t20240120_1.html"
FILE_URL = "http://cgj.yunxi.gov.cn/zfxxgknb/2024/P0"
MADE: Figures = figures("cn-gov-2021", seed=5)
TEXTS = [TITLE, f"本报告统计期限自{YEAR}年1月1日起至{YEAR}年12月31日止。", "一、总体情况",
         "全年工作平稳有序，按规定主动公开各类信息。"]
GRIDS: list[GridSource] = [MADE.grids[key] for key in ("proactive", "requests", "review_litigation")]
SHEETS: dict[str, GridSource] = {"一": [[(TITLE, 1, 10)], *GRIDS[0]], "二": GRIDS[1], "三": GRIDS[2]}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = Archive.open(Settings(archive=str(tmp_path / "kept")))
    yield opened
    opened.close()


def found(file: bytes | None, name: str) -> tuple[Finding, Reading]:
    """What a crawl finds: the page, and its file unless that could not be fetched."""
    url = f"{FILE_URL}.{name}"
    html = (f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><p>见附件。</p>"
            f"<a href='{url}'>{TITLE}</a></body></html>")
    page = capture(PAGE_URL, html.encode())
    sent = capture(url, file, content_type="application/msword") if file is not None else None
    sources = [SourceDocument("page", PAGE_URL, (page.raw_sha256,), normalise(page.body, url=PAGE_URL))]
    if sent is not None:
        sources.append(SourceDocument("attachment", url, (sent.raw_sha256,), normalise(sent.body, url=url)))
    attachment = Attachment(url, TITLE, sent, None if sent else "timeout")
    finding = Finding(SITE, page, attachments=(attachment,))
    return finding, read_report(sources, site=SITE, url=PAGE_URL)


def wrong(reading: Reading) -> list[str]:
    return [f"{table}.{row}.{column}: {raw!r}, read {cell}" for table in ("requests", "review_litigation")
            for row, cells in MADE.raw[table].items() for column, raw in cells.items()
            if (cell := reading.report.tables.get(table, {}).get(row, {}).get(column)) is None or cell.raw != raw]


def pages() -> list[list[tuple]]:
    return [[("text", 30, 20, 5, TITLE), *ofd_table(GRIDS[0], 40, wide=40, high=20)],
            ofd_table(GRIDS[1], 40, wide=30, high=20), ofd_table(GRIDS[2], 40, wide=20, high=30)]


@pytest.mark.parametrize(("name", "make", "doc_format"), [
    ("doc", lambda: rtf(TEXTS, GRIDS), "rtf"), ("docx", lambda: word(TEXTS, GRIDS), "docx"),
    pytest.param("doc", lambda: by_office(word(TEXTS, GRIDS), "docx", "doc"), "doc", marks=needs_office),
    pytest.param("wps", lambda: by_office(word(TEXTS, GRIDS), "docx", "doc"), "wps", marks=needs_office),
    ("xlsx", lambda: xlsx(SHEETS), "xlsx"), ("ofd", lambda: ofd(pages()), "ofd"),
    ("zip", lambda: zipped({"年报.docx": word(TEXTS, GRIDS), "说明.txt": "见年报。".encode()}, "gbk"), "docx"),
], ids=["rtf named doc", "docx", "doc", "wps", "xlsx", "ofd", "zip"])
def test_the_file_of_a_one_sentence_page_is_the_report(archive: Archive, name: str, make, doc_format: str) -> None:
    finding, reading = found(make(), name)
    assert reading.sources[reading.main].document.doc_format == doc_format
    assert reading.report.is_report and reading.report.report_year == YEAR and reading.report.own
    assert wrong(reading) == [] and reading.pending == ()
    assert not [check for check in reading.report.checks if check.state == "fail"]
    [verdict] = crawl(archive, (finding, reading))
    assert verdict.outcome == "new"
    assert outcomes(archive, (finding, reading)) == ["unchanged"]


def test_an_archive_that_cannot_be_fetched_again_is_no_new_version(archive: Archive) -> None:
    file = zipped({"年报.docx": word(TEXTS, GRIDS), "台账.xlsx": xlsx(SHEETS)}, "gbk")
    whole = found(file, "zip")
    assert [source.role for source in whole[1].sources] == ["page", "attachment", "attachment"]
    assert outcomes(archive, whole) == ["new"]
    assert outcomes(archive, found(None, "zip")) == ["unchanged"]
    assert outcomes(archive, whole) == ["unchanged"]
    [record] = archive.reports()
    assert record.as_json()["versions"] == 1

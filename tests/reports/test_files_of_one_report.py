"""A report spread over a page and its files is read whole; another report among them is named, never mixed in."""

from crawler.normalise import normalise
from crawler.reports import read_report
from gongkai.document import Document
from gongkai.report import Reading, SourceDocument
from tests.normalise.office_makers import xlsx
from tests.reports.pages import document
from tests.reports.printed import Figures, figures, wrong_cells

TITLE = "青屏县档案局2023年政府信息公开工作年度报告"
TABLES = ("proactive", "requests", "review_litigation")
PROSE = document("\n".join([
    TITLE, "本报告统计期限自2023年1月1日起至2023年12月31日止。", "一、总体情况", "全年通过网站公开信息三百余条。" * 9,
    "二、主动公开政府信息情况", "见附件1。", "五、存在的主要问题及改进情况",
    "公开的范围还不够广，下一步加强培训。" * 9]), titles=(("h1", TITLE),))


def found(page: Document, *files: Document) -> Reading:
    return read_report([SourceDocument("page", "http://daj.qp.gov.cn/1.htm", ("0" * 64,), page),
                        *(SourceDocument("attachment", f"http://daj.qp.gov.cn/{n}.xlsx", (str(n) * 64,), file)
                          for n, file in enumerate(files, 1))])


def sheet(made: Figures, table: str, title: str = "") -> Document:
    head = [[(title, 1, 10)]] if title else []
    return normalise(xlsx({"表": [*head, *made.grids[table]]}))


def test_a_page_of_prose_with_a_sheet_for_each_table() -> None:
    made = figures("cn-gov-2021", 7)
    report = found(PROSE, *(sheet(made, table) for table in TABLES)).report
    assert (report.kind, report.report_year, report.form_id) == ("annual_report", 2023, "cn-gov-2021")
    assert wrong_cells(report, made) == []
    assert {section.key for section in report.sections} >= {"overview", "problems"}
    assert "review_litigation: read from another file: http://daj.qp.gov.cn/3.xlsx" in report.warnings
    assert report.tables["review_litigation"]["figures"]["review_total"].where.startswith("file ")
    assert not any("was not found" in warning for warning in report.warnings)


def test_figures_that_do_not_add_up_are_not_taken_from_a_file_that_shows_no_form() -> None:
    made = figures("cn-gov-2021", 7)
    made.grids["review_litigation"][-1][4] = ("9999", 1, 1)
    report = found(PROSE, *(sheet(made, table) for table in TABLES)).report
    assert "review_litigation" not in report.tables
    assert "review_litigation: the table was not found" in report.warnings


def test_last_years_report_among_the_files_is_named_and_lends_nothing() -> None:
    made, before = figures("cn-gov-2021", 7), figures("cn-gov-2021", 8)
    report = found(PROSE, sheet(made, "requests", TITLE),
                   sheet(before, "proactive", TITLE.replace("2023", "2022"))).report
    assert report.report_year == 2023 and "proactive" not in report.tables
    assert "proactive: the table was not found" in report.warnings

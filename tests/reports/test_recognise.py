"""What is taken for a report and what is not, when titles are missing, misleading or shared with look-alikes."""

import pytest

from gongkai.capture import Hints
from gongkai.document import Block, Cell, Document, FileLink, Table
from tests.reports.pages import BODY, PREAMBLE, REPORT, document, read


def kind(doc: Document, **around: object) -> str:
    return read(doc, **around).report.kind  # type: ignore[arg-type]


def test_a_report_whose_title_was_lost_is_known_by_its_words() -> None:
    assert kind(document("\n".join([PREAMBLE, *BODY]))) == "annual_report"


def test_a_report_under_the_name_of_its_column_is_known_by_its_words() -> None:
    text = "\n".join([PREAMBLE, *BODY])
    titles = (("h1", "政府信息公开年报"), ("title", "政府信息公开年报-沙河市"))
    assert kind(document(text, titles=titles)) == "annual_report"


def test_a_page_that_only_says_see_the_attachment_is_a_report_even_when_the_file_cannot_be_read() -> None:
    title = "沙河市水务局2021年政府信息公开工作年度报告"
    page = document(f"{title}\n{title}见附件。\n附件：{title}.wps", titles=(("h1", title),),
                    files=(FileLink("http://a.gov.cn/1.wps", title + ".wps"),))
    reading = read(page, ("http://a.gov.cn/1.wps", document(status="unsupported", doc_format="wps")))
    assert reading.report.is_report and reading.report.tables == {} and reading.pending == ("http://a.gov.cn/1.wps",)
    assert (reading.report.report_year, reading.report.agency) == (2021, "沙河市水务局")


def test_a_page_of_pictures_is_a_report_by_its_title() -> None:
    page = document("沙河市水务局2021年政府信息公开工作年度报告（图片版）", images=6,
                    titles=(("h1", "沙河市水务局2021年政府信息公开工作年度报告（图片版）"),))
    assert kind(page) == "annual_report"


def test_an_unreadable_file_in_a_table_of_years_is_titled_by_the_tables_heads() -> None:
    heads = Hints(anchor="下载", column="政府信息公开年报", row_heading="2012年", col_heading="下载")
    file = document(status="unsupported", doc_format="doc")
    report = read(file, url="http://a.gov.cn/up/2012.doc", hints=heads).report
    assert (report.kind, report.report_year) == ("annual_report", 2012)


def test_a_letter_that_wraps_the_report_is_a_report() -> None:
    title = "沙河市水务局关于报送2021年度政府信息公开工作年度报告的函"
    letter = [title, "市政府办公室：", "现将我局2021年政府信息公开工作年度报告报送你办。"]
    page = document("\n".join([*letter, *REPORT.splitlines()]), titles=(("h1", title),))
    assert kind(page) == "annual_report"


def test_a_notice_that_asks_for_reports_is_a_notice() -> None:
    text = ("关于做好2021年政府信息公开工作年度报告编制和发布工作的通知\n各乡镇人民政府，市政府各部门：\n"
            "根据《中华人民共和国政府信息公开条例》，现就做好2021年政府信息公开工作年度报告编制和发布工作通知如下：\n"
            "一、总体情况\n各单位要高度重视，统计期限为2021年1月1日至12月31日。\n"
            "二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况\n请认真贯彻执行。")
    assert kind(document(text)) == "notice"
    assert kind(document(text.split("\n", 1)[1])) == "notice"


def test_the_blank_form_is_no_report() -> None:
    labels = ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"]
    cells = [Cell("第二十条第（一）项", 0, 0, 1, 4), *(Cell(t, 1, c) for c, t in enumerate(labels)),
             Cell("规章", 2, 0), Cell("行政规范性文件", 3, 0), *(Cell("", r, c) for r in (2, 3) for c in (1, 2, 3))]
    lines = ["中华人民共和国政府信息公开工作年度报告格式", "一、总体情况", "二、主动公开政府信息情况",
             "三、收到和处理政府信息公开申请情况", "四、政府信息公开行政复议、行政诉讼情况",
             "五、存在的主要问题及改进情况", "六、其他需要报告的事项"]
    blocks = (*(Block("paragraph", line) for line in lines), Block("table", table=Table(tuple(cells), 4, 4)))
    assert kind(Document("ok", "html", blocks, "\n".join(lines))) == "form_template"


@pytest.mark.parametrize(("title", "text", "expected"), [
    ("沙河市水务局政府网站工作年度报表（2021年度）", "信息发布总数：320条\n网站总访问量：8800次", "website_report"),
    ("沙河市水务局2021年法治政府建设年度报告", "2021年，我局深入推进法治政府建设。", "rule_of_law_report"),
    ("2021年政府工作报告", "各位代表：现在，我代表市人民政府作政府工作报告。", "government_work_report"),
    ("沙河市水务局2021年部门决算", "第一部分 部门概况\n收入支出决算总表", "budget"),
    ("沙河学院2020-2021学年信息公开工作年度报告", "根据《高等学校信息公开办法》编制本报告。", "university_report"),
    ("沙河市水务局政府信息公开指南", "公民可向受理机构提出申请，填写申请表。", "guide"),
    ("沙河市2021年政务公开工作要点", "为做好2021年政务公开工作，制定本要点。", "work_plan"),
    ("河北省发布2021年政府信息公开工作年度报告", "报告显示，主动公开政府信息200万条，收到申请900件。", "news"),
])
def test_a_look_alike_is_named_for_what_it_is(title: str, text: str, expected: str) -> None:
    assert kind(document(f"{title}\n{text}", titles=(("h1", title), ("title", title + "_沙河市水务局")))) == expected


def test_a_table_of_tasks_that_mentions_the_report_is_a_plan() -> None:
    text = ("附件\n沙河市水务局\n2018年政务公开工作主要任务分解表\n工作任务\n工作要求\n责任单位\n落实情况\n办公室\n"
            "要在政府信息公开工作年度报告中公布重点领域信息公开情况。")
    assert kind(document(text)) == "work_plan"


def test_a_list_of_reports_is_a_list() -> None:
    lines = [f"沙河市水务局{year}年政府信息公开工作年度报告 {year + 1}-01-20" for year in range(2015, 2022)]
    assert kind(document("\n".join(lines), titles=(("title", "政府信息公开年报"),))) == "list_page"


def test_a_short_page_whose_neighbour_is_a_report_is_not_one() -> None:
    page = document("我局扎实推进节水宣传工作\n近日，我局走进社区宣传节水知识。\n"
                    "上一篇：沙河市水务局2021年政府信息公开工作年度报告\n沙河市水务局2020年政府信息公开工作年度报告",
                    titles=(("h1", "我局扎实推进节水宣传工作"),))
    assert kind(page) != "annual_report"


def test_a_menu_alone_is_no_report() -> None:
    page = document("政府信息公开指南\n政府信息公开制度\n法定主动公开内容\n政府信息公开年报\n依申请公开\n内容略。",
                    titles=(("h1", "沙河市水务局作风建设信息公开（2017年第15号）"),))
    assert kind(page) != "annual_report"

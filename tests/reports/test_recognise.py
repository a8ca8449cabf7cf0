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


LETTER = ["沙河市政务服务中心：", "现将沙河市水务局2021年政府信息公开工作年度报告转送你单位，请予公开。",
          "附件：沙河市水务局2021年政府信息公开工作年度报告",
          "沙河市人民政府办公室", "2022年1月25日"]


@pytest.mark.parametrize("name", ["转送函", "沙河市人民政府办公室来函", "关于报送2021年度政府信息公开工作年度报告的函"])
def test_a_letter_is_trimmed_to_the_report_below_it(name: str) -> None:
    page = document("\n".join([name, *LETTER, "附件", *REPORT.splitlines()]), titles=(("h1", name),))
    report = read(page).report
    alone = read(document(REPORT)).report
    assert (report.kind, report.report_year, report.agency) == ("annual_report", 2021, "沙河市水务局")
    assert report.title == "沙河市水务局2021年政府信息公开工作年度报告"
    assert report.signature_date == alone.signature_date and report.sections == alone.sections
    assert any(e.field == "letter" and e.value == name for e in report.evidence)


def test_a_letter_with_its_report_attached_gives_the_report() -> None:
    page = document("\n".join(["转送函", *LETTER]), titles=(("h1", "转送函"),),
                    files=(FileLink("http://a.gov.cn/1.pdf", "附件.pdf"),))
    reading = read(page, ("http://a.gov.cn/1.pdf", document(REPORT, doc_format="pdf")))
    assert (reading.report.kind, reading.report.agency) == ("annual_report", "沙河市水务局")
    assert reading.sources[reading.main].role == "attachment"


def test_a_word_about_a_reports_mistakes_is_no_report_unless_the_report_follows() -> None:
    title = "关于沙河市水务局2021年政府信息公开工作年度报告的更正说明"
    said = f"{title}\n因工作人员疏忽，表中“其他处理”一栏应为3件，误填为2件，现予以更正。\n沙河市水务局\n2022年3月4日"
    assert kind(document(said, titles=(("h1", title),))) == "other"
    assert kind(document(f"{said}\n{REPORT}", titles=(("h1", title),))) == "annual_report"


def test_a_letter_that_only_asks_for_reports_is_none() -> None:
    asks = "请于2022年1月20日前将本单位2021年政府信息公开工作年度报告报送市政府办公室。"
    title = "关于报送2021年政府信息公开工作年度报告的函"
    text = "\n".join([title, "各乡镇、各部门：", asks, "2022年1月4日"])
    assert kind(document(text, titles=(("h1", title),))) != "annual_report"


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
    ("沙河市政府网站监管年度报表（2021年度）", "网站数量\n抽查次数 12\n关停网站 1", "website_report"),
    ("沙河市水务局2021年度法治政府建设情况报告", "2021年，我局推进法治政府建设。", "rule_of_law_report"),
    ("沙河市水务局2021年政务公开工作总结", "2021年，我局积极推进政务公开工作，加强组织领导。", "work_summary"),
    ("2021年政务公开工作要点任务分解表", "序号 任务 责任单位 完成时限\n1 公开 办公室 12月", "work_plan"),
    ("沙河市水务局2021年政务公开工作要点落实情况", "任务 落实情况\n公开 已完成", "work_plan"),
    ("沙河市2021年上半年政府信息公开申请情况统计", "上半年共收到申请12件，已办结11件。", "statistics"),
    ("沙河市2021年度依申请公开情况统计", "2021年收到申请12件，予以公开5件。", "statistics"),
    ("沙河市水务局2021年第三季度政府信息公开情况统计表", "主动公开政府信息数 条 12", "statistics"),
    ("沙河市水务局政府信息公开制度", "第一条 为规范政府信息公开。\n第二条 本制度适用。", "regulation"),
    ("沙河市2021年政务公开第三方评估报告", "评估对象 评估指标体系 评估原则", "evaluation"),
    ("沙河市水务集团有限公司2021年度信息公开报告", "本公司编制本报告。", "enterprise_report"),
    ("沙河市2021年食品安全信息公开报告", "全年公布抽检信息十二期。", "other"),
    ("关于2021年政府信息公开工作年度报告编制发布情况的通报", "现将有关情况通报如下：一、总体情况", "notice"),
    ("《沙河市水务局2021年政府信息公开工作年度报告》解读", "一、编制背景\n二、主要内容", "news"),
    ("沙河市水务局关于征求2021年政府信息公开年报意见的复函", "来函收悉，我局无意见。", "notice"),
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

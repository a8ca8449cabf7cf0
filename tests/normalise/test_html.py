"""Pages as government sites build them: what belongs to the report is kept, what belongs to the page is not."""

import base64
import json
import quopri

import pytest

from crawler.normalise import normalise
from gongkai.document import Document
from tests.normalise.grids import all_texts, paragraphs
from tests.normalise.makers import (
    FOOT,
    FURNITURE,
    HEADINGS,
    LEAD,
    MENU,
    PROACTIVE,
    PROSE,
    RELATED,
    REQUESTS,
    SIGNATURE,
    TITLE,
    expanded,
    page,
    report_html,
)

URL = "http://daj.qp.gov.cn/zfxxgk/202401/t20240112_1.html"
REPORT = report_html()
IN_SCRIPT = "<script>var page={id:7,content:%s};</script>"
LAYOUTS = {
    "editor container": f"{MENU}<h1>{TITLE}</h1><div class='TRS_Editor'>{REPORT}</div>{RELATED}{FOOT}",
    "container nobody knows": f"{MENU}<div class='k1'><h2>{TITLE}</h2><div class='k2'>{REPORT}</div>{RELATED}</div>"
    + FOOT,
    "no container at all": f"{MENU}<h2>{TITLE}</h2>{REPORT}{RELATED}{FOOT}",
    "layout tables": f"<table width=980><tr><td colspan=2>{MENU}</td></tr><tr><td>{RELATED}</td><td>"
    f"<table><tr><td>{TITLE}</td></tr>"
    f"<tr><td>{REPORT}</td></tr></table></td></tr><tr><td colspan=2>{FOOT}</td></tr></table>",
    "frame of one cell": f"{MENU}<div id=zoom><table border=1><tr><td>{REPORT}</td></tr></table></div>{FOOT}",
    "whole page in a form": f"<form action='x.aspx'>{MENU}<div class='page'>{REPORT}</div>{FOOT}</form>",
    "hidden until a script shows it": f"{MENU}<div id='zoom' style='display:none'>{REPORT}</div>{FOOT}",
    "string in a script": MENU + IN_SCRIPT % json.dumps(REPORT) + FOOT,
    "string with unicode escapes": MENU
    + IN_SCRIPT % json.dumps(REPORT).replace("<", "\\u003c").replace("/", "\\/")
    + FOOT,
    "escaped markup in a script": MENU
    + IN_SCRIPT % json.dumps(REPORT.replace("<", "&lt;").replace(">", "&gt;"))
    + FOOT,
    "string in single quotes": MENU + "<script>let content = '" + REPORT.replace("'", "\\'") + "'</script>" + FOOT,
    "textarea": f"{MENU}<textarea id=src style='display:none'>{REPORT}</textarea>{FOOT}",
}


def read(body: str, head: str = "") -> Document:
    return normalise(page(body, head), url=URL)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_report_is_found_whole_and_the_page_around_it_is_not(layout: str) -> None:
    document = read(LAYOUTS[layout])
    assert document.status == "ok"
    assert all_texts(document) == [expanded(PROACTIVE), expanded(REQUESTS)]
    lines = paragraphs(document)
    for line in (LEAD, *HEADINGS, PROSE, *SIGNATURE):
        assert line in lines
    assert [word for word in FURNITURE if word in document.text] == []
    assert lines.index(HEADINGS[1]) < lines.index(HEADINGS[2])


def test_words_cut_up_by_word_processors_are_joined() -> None:
    body = "<div id=zoom><p><span>一、</span><span lang=EN-US>\n</span><span>总体</span>情况<o:p></o:p></p>"
    body += "<p>2023<span>年</span>\n工作</p></div>"
    assert paragraphs(read(body)) == ["一、总体情况", "2023年工作"]


def test_line_breaks_part_paragraphs_in_pages_without_any() -> None:
    document = read("<div id=zoom>&nbsp;&nbsp;一、总体情况<br><br>　　全年平稳。<br>二、主动公开政府信息情况<br></div>")
    assert paragraphs(document) == ["一、总体情况", "全年平稳。", "二、主动公开政府信息情况"]
    assert [block.kind for block in document.blocks] == ["heading", "paragraph", "heading"]


def test_text_of_a_table_is_not_said_twice() -> None:
    document = read(LAYOUTS["editor container"])
    assert document.text.count("本年新收政府信息公开申请数量") == 1
    assert "行政规范性文件\t12\t3\t45" in document.text


def test_text_cut_into_sections_keeps_its_tail() -> None:
    middle = REPORT.index("<p><strong>　　四、")
    document = read(
        f"{MENU}<div class='x'><div class='Section1'>{REPORT[:middle]}</div>"
        f"<div class='Section2'>{REPORT[middle:]}</div></div>"
    )
    assert paragraphs(document)[-2:] == list(SIGNATURE)


def test_metadata_and_titles_come_with_their_sources() -> None:
    head = (
        f'<meta name="ArticleTitle" content="{TITLE}"><meta name="PubDate" content="2024-01-12 09:00">'
        '<META NAME="columnname" '
        'content="政府信息公开年报"><meta name="ContentSource" content="null"><meta name="viewport" content="x">'
    )
    document = read(f"<h1>青屏县档案局<br>2023年政府信息公开工作年度报告</h1><div id=zoom>{REPORT}</div>", head)
    assert document.titles[0] == ("meta:ArticleTitle", TITLE)
    assert document.metadata == {"articletitle": TITLE, "pubdate": "2024-01-12 09:00", "columnname": "政府信息公开年报"}


def test_a_title_broken_over_two_lines_is_one() -> None:
    document = read(f"<h1>青屏县档案局<br>2023年政府信息公开工作年度报告</h1><div id=zoom>{REPORT}</div>")
    assert ("h1", TITLE) in document.titles


@pytest.mark.parametrize(
    "title", [f"{TITLE}-青屏县人民政府", f"{TITLE}_年报_青屏县", f"年报|{TITLE}", f"{TITLE}——青屏县人民政府"]
)
def test_site_names_are_cut_off_the_page_title(title: str) -> None:
    document = normalise(f"<html><head><title>{title}</title></head><body><p>x</p></body></html>".encode())
    assert ("title", TITLE) in document.titles


@pytest.mark.parametrize(
    "block",
    [
        "<table><tr><td>索 引 号</td><td>QP01-2024-3</td><td>发布机构</td><td>县档案局</td></tr>"
        "<tr><td>文　　号</td><td></td><td>成文日期</td>"
        "<td>2024-01-12</td></tr></table>",
        "<ul><li><b>索引号：</b>QP01-2024-3</li><li><b>发布机构：</b>县档案局</li><li><b>文号：</b></li><li><b>成文日期：</b>2024-01-12</li></ul>",
        "<p>索引号：QP01-2024-3　发布机构：县档案局　成文日期：2024-01-12</p>",
        "<div>【索引号】<span>QP01-2024-3</span>【发布机构】<span>县档案局</span>【成文日期】<span>2024-01-12</span></div>",
    ],
)
def test_the_index_block_is_read_in_every_markup(block: str) -> None:
    metadata = read(f"{block}<div id=zoom>{REPORT}</div>").metadata
    assert {key: metadata.get(key) for key in ("索引号", "发布机构", "成文日期")} == {
        "索引号": "QP01-2024-3",
        "发布机构": "县档案局",
        "成文日期": "2024-01-12",
    }
    assert "文号" not in metadata


def test_a_view_counter_changes_nothing_of_the_text() -> None:
    pages = [
        f"<div id=zoom><p>发布日期：2024-01-12 浏览次数：{n}</p>{REPORT}<p>【打印】【关闭】</p></div>"
        for n in (3, 4711)
    ]
    one, other = (read(body) for body in pages)
    assert one.text == other.text
    assert "打印" not in one.text
    assert one.metadata["发布日期"] == "2024-01-12"


def test_files_are_found_however_they_are_linked() -> None:
    body = f"""<div id=zoom><p>{TITLE}见附件。</p>
      <p>附件：<a href="./P020240112.pdf">报告.pdf</a></p>
      <a href='/module/download/downfile.jsp?classid=0&filename=9f.doc'>下载</a>
      <iframe src="/pdfjs/web/viewer.html?file=/files/a%20b.ofd"></iframe><embed src="c.docx">
      <a href="javascript:void(0)" onclick="window.open('/up/d.wps')">文档</a><a href="list.html">更多</a></div>
      <div class=footer><a href="/logo/x.pdf">须知</a></div>"""
    document = read(body)
    assert [link.url for link in document.files] == [
        "http://daj.qp.gov.cn/zfxxgk/202401/P020240112.pdf",
        "http://daj.qp.gov.cn/module/download/downfile.jsp?classid=0&filename=9f.doc",
        "http://daj.qp.gov.cn/files/a%20b.ofd",
        "http://daj.qp.gov.cn/zfxxgk/202401/c.docx",
        "http://daj.qp.gov.cn/up/d.wps",
    ]
    assert document.files[0].text == "报告.pdf"


def test_pictures_of_the_text_are_counted_without_icons() -> None:
    body = (
        "<div id=zoom><p><img src='P1.jpg'><img src='P2.jpg' width=600></p>"
        "<img src='/ueditor/fileTypeImages/icon_pdf.gif'>"
        "<img src='a.gif' width='16'></div>"
    )
    assert read(body).images == 2


def test_a_script_answer_carrying_the_text_is_read() -> None:
    for data, name in (
        (f"let content = {json.dumps(REPORT)}", "js"),
        (json.dumps({"data": {"content": REPORT}}), "json"),
    ):
        document = normalise(data.encode(), url="http://a.gov.cn/x.js")
        assert (document.status, document.doc_format) == ("ok", name)
        assert all_texts(document) == [expanded(PROACTIVE), expanded(REQUESTS)]
    assert normalise(b'{"code": 500}').status == "unsupported"


def test_a_hundred_thousand_wrappers_do_not_bury_the_report() -> None:
    document = read("<div>" * 100_000 + REPORT + "</div>" * 100_000)
    assert all_texts(document) == [expanded(PROACTIVE), expanded(REQUESTS)]
    assert PROSE in document.text


def test_a_tag_with_200_000_attributes_costs_nothing() -> None:
    tag = "<div " + " ".join(f"a{i}='1'" for i in range(200_000)) + ">"
    document = read(f"{tag}<div id=zoom>{REPORT}</div></div>")
    assert PROSE in document.text


def test_a_picture_pasted_into_the_page_leaves_the_text_alone() -> None:
    document = read(f"<div id=zoom><img src='data:image/png;base64,{'A' * 300_000}'>{REPORT}</div>")
    assert PROSE in document.text
    assert document.images == 1


def test_broken_markup_is_read_as_far_as_it_goes() -> None:
    document = read(f"<div id=zoom><p>{PROSE}<table><tr><td>甲<td>乙<tr><td>1<td>2</div>")
    assert PROSE in document.text
    assert all_texts(document) == [[["甲", "乙"], ["1", "2"]]]


@pytest.mark.parametrize(("encoding", "charset"), [("base64", "utf-8"), ("quoted-printable", "gb2312")])
def test_a_page_saved_with_its_parts_as_one_mail_is_read(encoding: str, charset: str) -> None:
    body = page(report_html()).decode().encode("gb18030" if charset == "gb2312" else charset)
    packed = base64.encodebytes(body) if encoding == "base64" else quopri.encodestring(body)
    head = f"Content-Type: text/html; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    data = (b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\n' + head.encode()
            + packed + b"\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n")
    document = normalise(data, url="http://a.gov.cn/x.doc")
    assert (document.status, document.doc_format) == ("ok", "mht")
    assert all_texts(document) == [expanded(PROACTIVE), expanded(REQUESTS)]
    cut = normalise(data[:len(data) // 2])
    assert (cut.status, any("cut short" in warning for warning in cut.warnings)) == ("partial", True)

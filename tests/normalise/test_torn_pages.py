"""Pages put together from whole pages, or never closed: what a browser shows is in the source, so it must be read."""

import pytest

from crawler.normalise import normalise
from gongkai.document import Document
from gongkai.markup import mended
from tests.normalise.grids import all_texts
from tests.normalise.makers import FOOT, MENU, PROACTIVE, PROSE, REQUESTS, TITLE, expanded, page, report_html

REPORT = report_html()
TABLES = [expanded(PROACTIVE), expanded(REQUESTS)]
HEADER = f"<html><head><title>导航</title></head><body>{MENU}</body></html>"
META = f"<meta name='ArticleTitle' content='{TITLE}'><meta name='PubDate' content='2024-01-12'>"
ARTICLE = f"<div id=zoom>{REPORT}</div>{FOOT}"


def read(source: str) -> Document:
    return normalise(source.encode(), url="http://daj.qp.gov.cn/zfxxgk/1.html")


@pytest.mark.parametrize(
    "source",
    [
        f"{HEADER}<html><head>{META}</head><body>{ARTICLE}</body></html>",
        f"<!DOCTYPE html>{HEADER}\n<!DOCTYPE html>\n<html><head>{META}</head><body>{ARTICLE}</body></html>",
        f"<html><head>{META}</head><body>{MENU}</body></html>{ARTICLE}",
        f"<html><head>{META}</head><body>{MENU}<!-- 页头结束 --></body></html>&nbsp;<center>{ARTICLE}</center></html>",
    ],
    ids=["two pages", "two doctypes", "article after the end", "article in a wrapper after the end"],
)
def test_an_article_behind_an_included_header_page_is_read(source: str) -> None:
    document = read(source)
    assert document.status == "ok"
    assert all_texts(document) == TABLES
    assert PROSE in document.text
    assert "首页" not in document.text
    assert document.metadata["articletitle"] == TITLE
    assert document.titles[0] == ("meta:ArticleTitle", TITLE)


def test_the_title_of_the_page_itself_counts_beside_that_of_its_header() -> None:
    document = read(HEADER + page(ARTICLE).decode())
    assert ("title", TITLE) in document.titles


def test_a_counter_behind_the_end_is_no_reason_to_read_twice() -> None:
    document = read(page(ARTICLE).decode() + "<script>document.write('<a href=x>统计</a>')</script><img src=c.gif>")
    assert document.warnings == ()
    assert all_texts(document) == TABLES


@pytest.mark.parametrize("opening", ["<div>", "<font color=red>", "<div><span>", "<ul><li>"])
def test_wrappers_that_never_close_bury_nothing(opening: str) -> None:
    document = read(page(f"{opening * 5_000}<div id=zoom>{REPORT}</div>").decode())
    assert all_texts(document) == TABLES
    assert document.warnings == ("page nested too deeply",)


def test_a_page_too_long_to_be_mended_says_that_it_was_cut() -> None:
    document = read(page(ARTICLE).decode() + f"<p>{'补充内容。' * 420_000}</p>")
    assert document.status == "partial"
    assert all_texts(document) == TABLES
    assert "cut" in document.warnings[0]


def test_mending_keeps_scripts_and_escapes_as_they_were() -> None:
    source = "<html><body><script>if (a<b && c) x='<p>';</script>甲 &lt;乙&gt; &amp; 丙</body></html><p>丁</p>"
    whole = mended(source)
    assert whole is not None
    assert "if (a<b && c) x='<p>';" in whole
    assert "甲 &lt;乙&gt; &amp; 丙" in whole
    assert whole.count("</html>") == 1


def test_a_page_that_ends_inside_a_table_says_that_it_was_cut() -> None:
    """What is missing of the last row would else pass for blank cells."""
    source = page(ARTICLE).decode()
    document = read(source[:source.rindex("</table>") - 40])
    assert document.status == "partial"
    assert document.warnings == ("page cut: it ends inside a table",)


def test_a_table_that_is_only_never_closed_is_whole() -> None:
    document = read(page(ARTICLE.replace("</table>", "")).decode())
    assert (document.status, document.warnings) == ("ok", ())

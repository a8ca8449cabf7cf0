"""Lists and articles behind an included header page, and lists kept in scripts that write whole pages."""

from scrapy.http import HtmlResponse

from spiders.page import Page, read_page

URL = "http://czj.qingyuan.gov.cn/zfxxgk/zfxxgknb/"
HEADER = "<html><head><title>清沅市财政局</title></head><body><ul><li><a href='/'>首页</a></li></ul></body></html>"
ENTRIES = "".join(
    f"<li><a href='{year}.html'>{year}年政府信息公开工作年度报告</a><span>{year + 1}-01-12</span></li>"
    for year in (2020, 2021, 2022)
)


def read(source: str) -> Page:
    return read_page(HtmlResponse(URL, body=source.encode(), encoding="utf-8"))


def years(page: Page) -> list[tuple[str, str | None]]:
    return [(link.url.removeprefix(URL), link.context.date) for link in page.links if "年度报告" in link.text]


WANTED = [("2020.html", "2021-01-12"), ("2021.html", "2022-01-12"), ("2022.html", "2023-01-12")]


def test_a_list_behind_an_included_header_page_is_seen() -> None:
    page = read(
        f"{HEADER}<html><head><title>政府信息公开年报</title><meta name='ColumnName' content='政府信息公开年报'></head>"
        f"<body><ul>{ENTRIES}</ul></body></html>"
    )
    assert years(page) == WANTED
    assert page.kind == "list"
    assert page.is_report_column


def test_a_list_in_a_script_is_seen_behind_a_page_the_script_writes() -> None:
    script = f"function show(){{w.document.write('</body></html>');}} var rows = \"<ul>{ENTRIES}</ul>\";"
    assert years(read(f"<html><body><script>{script}</script></body></html>")) == WANTED


def test_a_list_in_a_script_is_seen_below_wrappers_that_never_close() -> None:
    script = f"var rows = \"{'<div>' * 400}<ul>{ENTRIES}</ul>\";"
    assert years(read(f"<html><body><script>{script}</script></body></html>")) == WANTED

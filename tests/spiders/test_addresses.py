"""Addresses of the field, told apart by themselves: copies, traps and session ids, and pages that only look alike."""

import pytest

from gongkai.address import canonical
from spiders.patterns import pattern_of
from spiders.scoring import denied
from spiders.territory import Territory

COPIES = [
    "http://a.gov.cn/wza/zfxxgk/",
    "http://a.gov.cn/zfxxgk/wza/index.html",
    "http://a.gov.cn/gate/big5/www.a.gov.cn/nb.htm",
    "http://a.gov.cn/nb/t1_app.shtml",
    "http://a.gov.cn/nb/t1_wap.html",
    "http://a.gov.cn/nb/t1_print.html",
    "http://a.gov.cn/wap/nb.html",
    "http://a.gov.cn/mobile/nb.html",
    "http://a.gov.cn/en/",
    "http://a.gov.cn/english/nb.html",
    "http://a.gov.cn/print/1.html",
    "http://a.gov.cn/print.jsp?id=3",
    "http://a.gov.cn/x.htm?print=1",
    "http://a.gov.cn/x.htm?lang=big5",
    "http://a.gov.cn/x.htm?lang=en",
    "http://a.gov.cn/search/?q=1",
    "http://a.gov.cn/search.jsp",
    "http://a.gov.cn/jsearchfront/s.do",
    "http://a.gov.cn/els-service/search/1",
    "http://a.gov.cn/guestweb4/s",
    "http://a.gov.cn/list?keyword=x",
    "http://a.gov.cn/list?kw=x",
    "http://a.gov.cn/rili/",
    "http://a.gov.cn/calendar/2026/03/",
    "http://a.gov.cn/calendar.jsp",
    "http://a.gov.cn/x?y=2024&m=1",
    "http://a.gov.cn/x?year=2024&month=12",
    "http://a.gov.cn/rss/1.html",
    "http://a.gov.cn/hdjl/",
    "http://a.gov.cn/login",
    "http://a.gov.cn/login.do",
    "http://a.gov.cn/s.css",
    "http://a.gov.cn/a.js",
    "http://a.gov.cn/a.jpg",
    "http://a.gov.cn/x.mp4",
    "http://a.gov.cn/wuzhangai/nb.html",
    "http://a.gov.cn/fanti/nb.html",
]
PAGES = [
    "http://a.gov.cn/zfxxgk/zfxxgknb/",
    "http://a.gov.cn/zfxxgk/",
    "http://a.gov.cn/nb/t20240120_1.html",
    "http://a.gov.cn/col/col123/index.html",
    "http://a.gov.cn/art/2024/1/20/art_12_345.html",
    "http://a.gov.cn/nb/2023.pdf",
    "http://a.gov.cn/nb/2023.doc",
    "http://a.gov.cn/gkmlpt/annualreport",
    "http://a.gov.cn/app/nb.html",
    "http://a.gov.cn/zwgk/engineering/",
    "http://a.gov.cn/wapian/nb.html",
    "http://a.gov.cn/printing/nb.html",
    "http://a.gov.cn/research/nb.html",
    "http://a.gov.cn/x?year=2024",
    "http://a.gov.cn/x?type=3&page=2",
    "http://a.gov.cn/public/column/1?type=3",
    "http://a.gov.cn/info/1002/3456.htm",
    "http://a.gov.cn/gk/#/annual",
    "http://a.gov.cn/download.jsp?file=nb.doc",
    "http://a.gov.cn/nb/wzab.html",
    "http://a.gov.cn/zfxxgk/2024/",
    "http://a.gov.cn/zfxxgk/202401/t20240120_1.htm",
    "http://a.gov.cn/twjg/nb.html",
    "http://a.gov.cn/mailiang/",
    "http://a.gov.cn/enshi/nb.html",
    "http://a.gov.cn/login-help/nb.html",
    "http://a.gov.cn/hdjlb/",
    "http://a.gov.cn/ndbg/big5g.html",
]


@pytest.mark.parametrize("url", COPIES)
def test_copies_and_traps_are_never_asked(url: str) -> None:
    assert denied(url)


@pytest.mark.parametrize("url", PAGES)
def test_pages_that_only_look_alike_are_asked(url: str) -> None:
    assert not denied(url)


@pytest.mark.parametrize("host", ["big5", "m", "wap", "3g", "mobile", "wza", "en"])
def test_twin_hosts_and_foreign_mirrors_are_refused(host: str) -> None:
    territory = Territory("http://www.liuxi.gov.cn/")
    assert territory.place(f"http://{host}.liuxi.gov.cn/nb/") == "refused"
    assert territory.place(f"http://{host}-liuxi.example.com/nb/") == "refused"


@pytest.mark.parametrize("noise", [
    ";jsessionid=0A1B2C", "?_t=1700000000", "?ivk_sa=1024320u", "?spm=1.2", "?utm_source=wx", "?PHPSESSID=ab12",
    "?session_id=ab12", "?timestamp=17", "?from=timeline", "?random=0.123"])
def test_session_ids_and_cache_busters_name_no_other_page(noise: str) -> None:
    assert canonical(f"http://a.gov.cn/nb/1.html{noise}") == "http://a.gov.cn/nb/1.html"


@pytest.mark.parametrize("one, other", [
    ("/2026/03/14/", "/2027/04/"), ("/l?y=2026&m=3", "/l?m=4&y=1999"), ("/f/a1b2c3d4e5f6a7b8/", "/f/0123456789abcdef/"),
    ("/i/3f2504e0-4f89-41d3-9a0c-0305e82c3301", "/i/6f9619ff-8b86-d011-b42d-00c04fc964ff"),
    ("/d/aGVsbG8gd29ybGQ9PT01", "/d/Zm9vYmFyYmF6cXV4MTIz"), ("/(S(abc123))/list.aspx", "/(S(zzz999))/list.aspx"),
    ("/x;sessionid=1a/l", "/x;sessionid=2b/l"), ("/f?c1=a&c2=b", "/f?c2=x&c1=z")])
def test_addresses_of_one_trap_share_a_pattern(one: str, other: str) -> None:
    assert pattern_of(f"http://a.gov.cn{one}") == pattern_of(f"http://a.gov.cn{other}")


def test_columns_named_in_words_do_not_share_one() -> None:
    paths = ("/zfxxgk/zfxxgknb/", "/zfxxgk/zfxxgkzn/", "/facade/", "/beef/", "/col1/list", "/art1/list")
    assert len({pattern_of(f"http://a.gov.cn{p}") for p in paths}) == len(paths)

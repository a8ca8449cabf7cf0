"""Nothing a page says leads a crawl out of the government's web, into this machine, or into the network around it."""

import pytest

from crawler.fetching.policy import EgressPolicy, is_public
from tests.fetching.conftest import Crawl
from tests.rude_server import RudeServer

POLICY = EgressPolicy(("127.0.0.1", "www.example.org", "mirror.example.org:8443", "[2001:470::9]", "localhost"),
                      ("http://proxy.lan:3128",))


@pytest.mark.parametrize("url", [
    "http://www.xm.gov.cn/zfxxgk/", "https://gov.cn/", "http://www.xm.gov.cn:8080/", "http://cg.xm.gov.cn:8082/a?b=c",
    "http://WWW.XM.GOV.CN./", "http://127.0.0.1:43211/", "http://www.example.org/", "https://mirror.example.org:8443/",
    "http://[2001:470::9]/",
])
def test_addresses_within_the_rules(url: str) -> None:
    assert POLICY.refusal(url) is None


@pytest.mark.parametrize("url", [
    "http://www.xm.gov.cn.evil.com/", "http://evilgov.cn/", "http://xm.gov.cn@evil.com/", "http://u:p@www.xm.gov.cn/",
    "http://evil.com\\@www.xm.gov.cn/", "http://evil.com#.gov.cn/", "http://127.0.0.2/", "http://10.0.0.1/",
    "http://2130706433/", "http://0x7f.1/", "http://017700000001/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
    "http://169.254.169.254/latest/meta-data/", "http://8.8.8.8/", "http://www.xm.gov.cn:22/",
    "http://www.xm.gov.cn:6379/", "http://www.xm.gov.cn:0/", "https://mirror.example.org/", "ftp://www.xm.gov.cn/",
    "file:///etc/passwd", "http:///",
    "http://www.xm.gov.cn:99999/", "http://www.xm.gov.cn/" + "a" * 3000, "http://proxy.lan:3128/", "http://.gov.cn/",
    "http://www_%00.gov.cn/", "http://metadata.google.internal/",
])
def test_addresses_outside_the_rules(url: str) -> None:
    assert POLICY.refusal(url)


@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200", "0.0.0.0",
    "255.255.255.255", "224.0.0.1", "240.0.0.1", "198.18.0.1", "192.0.2.1", "168.63.129.16", "192.88.99.1", "::1",
    "::", "fe80::1",
    "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "::127.0.0.1", "2001:0:a00:1::1", "2001:470::5efe:a00:1", "not an address",
    "",
])
def test_addresses_that_are_not_the_open_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["114.114.114.114", "2400:3200::1", "64:ff9b::7272:7272", "2002:7272:7272::1"])
def test_addresses_of_the_open_internet(address: str) -> None:
    assert is_public(address)


def test_only_the_spelling_an_operator_listed_opens_an_address() -> None:
    assert POLICY.admits("127.0.0.1", "127.0.0.1") and POLICY.admits("localhost", "127.0.0.1")
    assert POLICY.admits("www.xm.gov.cn", "114.114.114.114") and POLICY.admits("www.example.org", "114.114.114.114")
    assert not POLICY.admits("www.xm.gov.cn", "127.0.0.1")
    assert not POLICY.admits("www.example.org", "127.0.0.1")
    assert not POLICY.admits("www.elsewhere.org", "114.114.114.114")
    assert POLICY.admits("proxy.lan", "192.168.1.5")


def test_redirects_out_of_the_rules_are_refused_and_nothing_is_asked_there(crawl: Crawl) -> None:
    with RudeServer() as rude, RudeServer() as inner:
        targets = ["http://169.254.169.254/latest/meta-data/", "file:///etc/passwd", inner.url("/page/secret"),
                   "http://localhost/", "http://user:pw@www.xm.gov.cn/", "javascript:alert(1)", "http://www.baidu.com/"]
        urls = [f"{rude.url('/to')}?url={target}" for target in targets]
        crawled = crawl(urls, in_turn=True, allow_hosts=f"127.0.0.1:{rude.port}")
        assert crawled.kinds() == ["egress"] * len(targets)
        assert inner.seen == []
    assert crawled.stats["fetching/egress"] == len(targets)


def test_connections_go_to_checked_addresses_only(crawl: Crawl) -> None:
    """Names into this machine, names that change their address between two questions, names with a foot in both."""
    with RudeServer() as rude:
        inward, rebinding, mixed, misspelt = (f"http://www.{name}.gov.cn:{rude.port}/page/1"
                                              for name in ("inward", "rebinding", "mixed", "misspelt"))
        crawled = crawl([inward, rebinding, mixed, misspelt], names={
            "www.inward.gov.cn": ["127.0.0.1"],
            "www.rebinding.gov.cn": ["114.114.114.114", "127.0.0.1"],
            "www.mixed.gov.cn": ["10.0.0.1 223.5.5.5 ::1 fd00::1"],
            "www.misspelt.gov.cn": ["NXDOMAIN"],
        })
        assert rude.seen == []
    assert set(crawled.dialled) == {"114.114.114.114", "223.5.5.5"}
    assert [crawled[url]["kind"] for url in (inward, rebinding, mixed, misspelt)] == [
        "egress", "egress", "robots_unavailable", "dns"]
    assert "127.0.0.1" in crawled[inward]["detail"]
    assert "does not exist" in crawled[misspelt]["detail"] and crawled[misspelt]["host_level"]


def test_behind_a_proxy_names_are_still_judged(crawl: Crawl) -> None:
    with RudeServer(proxied=b"<html><p>through the proxy</p></html>") as proxy:
        inside, outside, literal = "http://www.xm.gov.cn/", "http://www.baidu.com/", "http://10.0.0.1/"
        crawled = crawl([inside, outside, literal], proxies={"http_proxy": proxy.url("")})
        assert crawled[inside]["status"] == 200
        assert [crawled[url]["kind"] for url in (outside, literal)] == ["egress", "egress"]
        assert proxy.paths == ["http://www.xm.gov.cn/robots.txt", inside]


def test_no_other_protocol_has_a_client(crawl: Crawl) -> None:
    crawled = crawl(["file:///etc/hostname", "data:text/plain,x", "ftp://www.xm.gov.cn/", "s3://bucket/key"])
    assert crawled.kinds() == ["egress"] * 4


def test_without_the_guarded_resolver_nothing_is_asked(crawl: Crawl) -> None:
    with RudeServer() as rude:
        unguarded = {"TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingThreadedResolver"}
        crawled = crawl([rude.url("/page/1")], settings=unguarded)
        assert crawled.kinds() == ["egress"] and rude.seen == []


def test_nothing_of_a_crawl_listens_for_commands(crawl: Crawl) -> None:
    """Scrapy comes with a telnet console and a local server that runs Python code, both on."""
    with RudeServer() as rude:
        log = crawl([rude.url("/page/1")]).log
    assert "scrapy.extensions.corestats" in log
    assert "scrapy.extensions.telnet" not in log and "scrapy.extensions.remote_control" not in log

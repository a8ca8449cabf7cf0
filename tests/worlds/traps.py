"""What every site has that leads nowhere: endless pages, copies, other people's reports, links to the whole country."""

import random
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.spiders.sites import YEARS
from tests.worlds import texts
from tests.worlds.parts import Report, Request, Response

if TYPE_CHECKING:
    from tests.worlds.engine import Site

KINDS = ("calendar", "search", "copy", "print", "session", "letters", "licences", "parent", "big5", "english", "weather",
         "offsite", "spam")
"""Tags in the log that stand for a trap; reachable addresses of the endless ones: thousands each."""

_MINISTRIES = ("生态环境部", "mee"), ("水利部", "mwr"), ("农业农村部", "moa"), ("应急管理部", "mem"), ("司法部", "moj")


def header(site: "Site") -> str:
    return (f'<div class="tool"><a href="http://{site.portal}/zfxxgk/zfxxgknb/">市政府信息公开年报</a> <a href="/en/">English</a> '
            f'<a href="http://big5.{site.agency.city_slug}.gov.cn/gate/big5/{site.host}/">繁體</a> <a href="/wza/">无障碍浏览</a> '
            f'<a href="/search?q=%E4%BF%A1%E6%81%AF%E5%85%AC%E5%BC%80&amp;pn=1">搜索</a> '
            f'<a href="/user/center.jsp;jsessionid={site.hex(16, len(site.log))}">我的空间</a></div>')


def footer(site: "Site") -> str:
    ministries = " ".join(f'<a href="http://www.{h}.gov.cn/">{n}</a>' for n, h in _MINISTRIES)
    return (f'<div class="foot"><a href="http://www.gov.cn/">中国政府网</a> {ministries} <a href="/rili/?y=2026&amp;m=1">信息日历</a> '
            f'<a href="/hdjl/letter?id=1">局长信箱</a> <a href="/sgs/list?page=1">行政许可和行政处罚信息公示</a> '
            f'<a href="http://{site.agency.slug}-zwgk.example.com/zfxxgk/">政府信息公开</a>'
            f'<iframe src="/weather/?city={site.agency.city_slug}" height="20"></iframe>'
            f'<p>主办：{site.agency.name}</p></div>')


def lay(site: "Site") -> None:
    """Makes the traps reachable on the agency's own host and around it."""
    def trap(tag: str, title: str, links: Any) -> Any:
        def handler(request: Request) -> Response:
            return Response(site.page(title, f"<ul>{''.join(f'<li>{a}</li>' for a in links(request))}</ul>"), tag=tag)
        return handler

    def lines(request: Request, count: int = 4) -> list[str]:
        rng = random.Random(request.path)
        pool = [i for key in ("news", "notice", "law") if key in site.columns for i in site.columns[key].items]
        return [f'<a href="{i.url}">{i.title}</a>' for i in rng.sample(pool, min(count, len(pool)))]

    def number(request: Request, name: str) -> int:
        text = request.query.get(name, "1")
        return int(text) if text.isdigit() else 1

    h = site.host
    site.route_all(f"{h}/rili", trap("calendar", "信息日历", lambda r: [
        *(f'<a href="/rili/?y={y}&amp;m={m}">{y}年{m}月</a>' for y in range(1990, 2040) for m in range(1, 13)), *lines(r)]))
    site.route_all(f"{h}/search", trap("search", "站内搜索：政府信息公开年报", lambda r: [
        *lines(r, 10), *(f'<a href="/search?q=a&amp;pn={k}">{k}</a>' for k in range(number(r, "pn"), number(r, "pn") + 20))]))
    site.route_all(f"{h}/user/center.jsp", trap("session", "我的空间", lambda r: [
        f'<a href="/user/center.jsp;jsessionid={site.hex(16, r.path, k)}">第{k}项</a>' for k in range(12)]))
    site.route_all(f"{h}/hdjl/letter", trap("letters", "局长信箱", lambda r: [
        f'<a href="/hdjl/letter?id={k}">关于第{k}号事项的咨询</a>' for k in range(number(r, "id"), number(r, "id") + 40)]))
    site.route_all(f"{h}/sgs/list", trap("licences", "行政许可信息公示", lambda r: [
        f'<a href="/sgs/list?page={k}">{k}</a>' for k in range(number(r, "page"), number(r, "page") + 60)]))
    site.route_all(f"{h}/en/", trap("english", "English", lambda r: ['<a href="/en/about/">About</a>']))
    site.route_all(f"{h}/weather/", lambda r: Response("<html><body>晴 3℃</body></html>", tag="weather"))
    site.route_all(f"{h}/ysqgk/", lambda r: site.page("依申请公开", "<p>请在线填写政府信息公开申请表。</p>", menu=True))
    site.route_all(f"{h}/wza/", _copy(site, "/wza", "copy"))
    site.route_all(f"big5.{site.agency.city_slug}.gov.cn/gate/big5/", lambda r: Response(
        site.home_page(r), tag="big5"))
    site.route_all(f"{site.agency.slug}-zwgk.example.com/", trap("spam", "政府信息公开年报", lambda r: [
        f'<a href="/zfxxgk/{y}.html">{texts.report_title(site.agency.name, y)}</a>' for y in YEARS]))
    _parent(site)


def _copy(site: "Site", prefix: str, tag: str) -> Any:
    def handler(request: Request) -> Any:
        inner = site._find(replace(request, path=request.path.removeprefix(prefix) or "/"))
        if inner is None or not isinstance(inner.body, str):
            return None
        return replace(inner, body=inner.body.replace('href="/', f'href="{prefix}/'), tag=tag)
    return handler


def _parent(site: "Site") -> None:
    """The whole government's own reports on the portal, which every page's header points to."""
    name = f"{site.agency.city}人民政府"
    base = f"{site.portal}/zfxxgk/zfxxgknb/"
    pages = {f"{base}{y + 1}03/t{y + 1}0320_{5000 + y}.html": y for y in YEARS}
    site.others += [Report(y, f"http://{url}", texts.report_title(name, y), name) for url, y in pages.items()]

    def handler(request: Request) -> Any:
        year = pages.get(request.host + urlsplit(request.path).path)
        if year:
            return Response(f"<html><head><title>{texts.report_title(name, year)}</title></head><body><h1>"
                            f"{texts.report_title(name, year)}</h1>{texts.report_html(name, year)}</body></html>", tag="parent")
        rows = "".join(f'<li><a href="http://{url}">{texts.report_title(name, y)}</a><span>{date(y + 1, 3, 20)}</span></li>'
                       for url, y in reversed(pages.items()))
        return Response(f"<html><head><title>政府信息公开年报_{name}</title></head><body><ul>{rows}</ul></body></html>", tag="parent")
    site.route_all(base, handler)

"""Small invented government sites, served on 127.0.0.1 as a proxy would, so that they may have real-looking hosts."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from gongkai.clock import utc_now

AGENCY = "柳溪市商务局"
HOST = "swj.liuxi.gov.cn"
HOME = f"http://{HOST}/"
YEARS = list(range(2008, utc_now().year))
Body = str | bytes | Callable[[str], str]

SECTIONS = (
    "总体情况",
    "主动公开政府信息情况",
    "收到和处理政府信息公开申请情况",
    "政府信息公开行政复议、行政诉讼情况",
    "存在的主要问题及改进情况",
    "其他需要报告的事项",
)


@dataclass
class World:
    """Pages by ``host/path?query``. `asked` lists every request in order; `endless` makes pages for a whole prefix."""

    pages: dict[str, Body] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    referrers: dict[str, str] = field(default_factory=dict)
    endless: dict[str, Callable[[str], str]] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)

    def add(self, url: str, body: Body, status: int = 200) -> str:
        """Serves a page; a path alone lies on the agency's own host."""
        url = url if "://" in url else f"http://{HOST}{url}"
        self.pages[url.split("://", 1)[1]] = body
        self.statuses[url.split("://", 1)[1]] = status
        return url

    def requests(self, *parts: str) -> list[str]:
        return [url for url in self.asked if all(part in url for part in parts)]

    def answer(self, url: str) -> tuple[int, bytes]:
        key = url.split("://", 1)[1]
        body = self.pages.get(key)
        if body is None:
            maker = next((m for start, m in self.endless.items() if key.startswith(start)), None)
            body = maker(url) if maker else None
        if body is None:
            return 404, "<html><title>404</title><body>您访问的页面不存在或已删除</body></html>".encode()
        text = body(url) if callable(body) else body
        return self.statuses.get(key, 200), text if isinstance(text, bytes) else text.encode()


@contextmanager
def served(world: World) -> Iterator[str]:
    """The proxy's address while the world is up."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = urlsplit(self.path).hostname or ""
            world.asked.append(self.path)
            world.referrers[self.path] = self.headers.get("Referer", "")
            status, body = (502, b"") if host in world.dead else world.answer(self.path)
            self.send_response(status)
            kind = "application/pdf" if body.startswith(b"%PDF") else "text/html; charset=utf-8"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# ---- pages ---------------------------------------------------------------------------------------------------------
def page(title: str, main: str, meta: dict[str, str] | None = None, menu: str = "") -> str:
    """A page with the furniture every site has, traps and friendly links included."""
    tags = "".join(f'<meta name="{k}" content="{v}">' for k, v in (meta or {}).items())
    return (
        f'<html><head><meta charset="utf-8"><title>{title}_{AGENCY}</title>{tags}</head><body>'
        f'<div class="header"><ul class="nav"><li><a href="{HOME}">首页</a></li><li><a href="/xwzx/">新闻动态</a></li>'
        f'<li><a href="/hdjl/">互动信箱</a></li>{menu}</ul></div>'
        f'<div class="main">{main}</div><div class="footer"><a href="http://www.gov.cn/">中国政府网</a> '
        f'<a href="http://www.mofcom.gov.cn/">商务部</a> <a href="/rili/?y=2024&m=1">日历</a> '
        f'<a href="/wza/">无障碍浏览</a> <a href="http://liuxi-mirror.example.com/gk/">政府信息公开</a>'
        f"</div></body></html>"
    )


def title_of(year: int, agency: str = AGENCY) -> str:
    return f"{agency}{year}年政府信息公开工作年度报告"


def text_of(year: int) -> str:
    return "".join(
        f"<h3>{n}、{s}</h3><p>{year}年，本机关依法公开政府信息{year * 3 % 97}条，办理申请{year % 13}件，按期答复。"
        f"{'内容详实。' * 12}</p>"
        for n, s in zip("一二三四五六", SECTIONS, strict=True)
    )


def article(year: int, agency: str = AGENCY, body: str | None = None) -> str:
    title = title_of(year, agency)
    return page(
        title,
        f"<h1>{title}</h1><div id='zoom'>{text_of(year) if body is None else body}</div>",
        {"ColumnName": "政府信息公开年报", "ArticleTitle": title, "ContentSource": agency},
    )


def row(url: str, text: str, date: str, title: str = "") -> str:
    cut = text if len(text) < 20 else text[:18] + "…"
    return f'<li><a href="{url}" title="{title or text}">{cut}</a><span>{date}</span></li>'


def listing(name: str, rows: list[str], pager: str = "", kind: str = "", menu: str = "") -> str:
    meta = {"ColumnName": name, **({"ColumnType": kind} if kind else {})}
    return page(
        name, f'<div class="crumb">首页 &gt; {name}</div><ul class="list">{"".join(rows)}</ul>{pager}', meta, menu
    )


# ---- parts of sites ------------------------------------------------------------------------------------------------
MENU = (
    '<li><a href="/zfxxgk/zfxxgkzn/">政府信息公开指南</a></li><li><a href="/zfxxgk/zfxxgkzd/">政府信息公开制度</a></li>'
    '<li><a href="/zfxxgk/fdzdgknr/">法定主动公开内容</a></li><li><a href="{column}">政府信息公开年报</a></li>'
)


def furnish(world: World, entry: str = "/zfxxgk/", column: str = "/zfxxgk/zfxxgknb/", news: int = 60) -> None:
    """Home page, disclosure shell and menu page, and columns full of other things."""
    gate = f'<li><a href="{entry}">政府信息公开</a></li>' if entry else ""
    items = [
        row(
            f"/xwzx/202401/t2024010{i % 9}_{1000 + i}.htm",
            f"市商务局召开第{i}次消费促进工作推进会",
            f"2024-01-{1 + i % 28:02d}",
        )
        for i in range(news)
    ]
    world.add("/", page("首页", f"<h3>新闻动态</h3><ul>{''.join(items[:8])}</ul>", menu=gate))
    world.add("/xwzx/", listing("新闻动态", items[:20], '<script>createPageHTML(9, 0, "index", "htm");</script>'))
    for name, slug in (
        ("政府信息公开指南", "zfxxgkzn"),
        ("政府信息公开制度", "zfxxgkzd"),
        ("法定主动公开内容", "fdzdgknr"),
    ):
        world.add(
            f"/zfxxgk/{slug}/", page(name, f"<p>{name}正文。</p>", {"ColumnName": name}, MENU.format(column=column))
        )
    if entry == "/zfxxgk/":
        world.add(entry, '<script>window.location.replace("./zfxxgkzn/");</script>')
    world.endless[f"{HOST}/rili/"] = lambda url: page(
        "日历", "".join(f'<a href="/rili/?y={y}&m={m}">{y}年{m}月</a>' for y in range(1990, 2040) for m in range(1, 13))
    )
    world.endless[f"{HOST}/search"] = lambda url: page(
        "搜索", "".join(f'<a href="/search?q=a&pn={n}">{n}</a>' for n in range(99))
    )
    world.endless[f"{HOST}/wza/"] = lambda url: world.answer(url.replace("/wza/", "/"))[1].decode()


def trs_site(
    years: Sequence[int] = YEARS,
    per_page: int = 8,
    first_number: int = 1,
    body: Callable[[int], str] = text_of,
    column: str = "zfxxgk/zfxxgknb/",
) -> World:
    """拓尔思: redirect shell, t-date articles, a pager that is only a script; `first_number` is the second page's."""
    world = World()
    furnish(world, column=f"/{column}")
    rows = []
    for year in reversed(years):
        name = f"{year + 1}01/t{year + 1}0120_{70000 + year}.htm"
        world.add(f"/{column}{name}", article(year, body=body(year)))
        rows.append(row(f"./{name}", title_of(year), f"{year + 1}-01-20"))
    pages = [rows[i : i + per_page] for i in range(0, len(rows), per_page)]
    for k, part in enumerate(pages):
        script = f'<script>createPageHTML({len(pages)}, {k}, "index", "html");</script>'
        name = "" if k == 0 else f"index_{k - 1 + first_number}.html"
        world.add(f"/{column}{name}", listing("政府信息公开年报", part, script, "信息公开年报"))
    return world

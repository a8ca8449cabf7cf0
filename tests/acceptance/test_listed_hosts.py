"""Hosts an operator listed are read like any government host: as the site itself, and for the files its pages offer."""

from pathlib import Path

from tests.command import gongkai
from tests.rude_server import Answer, RudeServer
from tests.spiders.sites import text_of, title_of


def test_a_site_on_localhost_with_its_files_on_another_listed_host(tmp_path: Path) -> None:
    pages: dict[str, Answer] = {"/": "<title>柳溪市商务局</title><a href='/nb/'>政府信息公开年报</a>".encode()}
    with RudeServer(pages={"/nb2020.pdf": b"%PDF-1.4 not much of a file"}) as files, RudeServer(pages=pages) as site:
        pages["/nb/"] = f"<title>政府信息公开年报</title><li><a href='/nb/1.htm'>{title_of(2020)}</a></li>".encode()
        pages["/nb/1.htm"] = (
            f"<title>{title_of(2020)}</title><h1>{title_of(2020)}</h1>{text_of(2020)}"
            f"<p>附件：<a href='{files.url('/nb2020.pdf')}'>{title_of(2020)}.pdf</a></p>"
        ).encode()
        done = gongkai(
            "crawl",
            f"localhost:{site.port}",
            archive=str(tmp_path / "archive"),
            allow_hosts=f"localhost:{site.port},127.0.0.1:{files.port}",
        )
        assert "/nb/1.htm" in site.paths, done.stderr
        assert files.paths == ["/robots.txt", "/nb2020.pdf"], done.stderr

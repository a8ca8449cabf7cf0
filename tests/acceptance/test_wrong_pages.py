"""A real crawl of a site that serves its index under load."""

import json
from pathlib import Path

from tests.acceptance.test_browser import HERE, YEARS
from tests.command import gongkai
from tests.rude_server import Answer, RudeServer
from tests.spiders.sites import text_of, title_of


def test_the_index_instead_of_an_article_slows_its_host_down_in_a_real_crawl(tmp_path: Path) -> None:
    home = "<html><title>柳溪市商务局</title>" + "".join(f"<a href='/c{n}/'>栏目{n}</a>" for n in range(4)) + "".join(
        f"<a href='/nb/{y}.html'>{title_of(y)}</a>" for y in YEARS) + "</html>"
    pages: dict[str, Answer] = {"/": home.encode()}
    pages |= {f"/nb/{y}.html": f"<html><title>{title_of(y)}</title>{text_of(y)}</html>".encode() for y in YEARS[:2]}
    pages["/nb/2023.html"] = home.encode()
    with RudeServer(pages=pages) as rude:
        done = gongkai("crawl", rude.url("/"), "--agency", "柳溪市商务局", "--archive", str(tmp_path / "a"),
                       "--json", "--explain", **HERE)
        assert rude.paths.count("/nb/2023.html") == 2
    summary = json.loads(done.stdout)
    assert summary["years"] == [2021, 2022]
    assert [i["kind"] for i in summary["incidents"] if "2023" in i["url"]] == ["wrong_page"]
    gave = [line.strip() for line in done.stderr.splitlines() if "gave:" in line]
    assert any("asked again later, more slowly" in line for line in gave), "each of its two requests is explained"
    assert any("not the page asked for (index)" in line for line in gave)
    log = "".join(p.read_text("utf-8") for p in (tmp_path / "a").rglob("*.log"))
    assert "keeping 0.5 s" in log and "keeping 1 s" in log

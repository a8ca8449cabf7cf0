"""The same pages over a catalog on a database server."""

from pathlib import Path

from starlette.testclient import TestClient

from crawler.reports.codebook import codebook
from crawler.sites.file import site_of
from gongkai.settings import Settings
from storage import Archive
from storage.tokens import Tokens
from tests.postgres_server import postgres_server, postgres_url
from tests.web.conftest import fill
from web.app import create_app

__all__ = ["postgres_server", "postgres_url"]


def test_every_kind_of_page_comes_from_a_database_server_too(tmp_path: Path, postgres_url: str) -> None:
    settings = Settings(archive=str(tmp_path / "archive"), catalog=postgres_url)
    with Archive.open(settings) as archive:
        ids = fill(archive)
    with Archive.open(settings, create=False, read_only=True) as archive:
        client = TestClient(create_app(settings, archive, codebook(), site_of))
        for path in ("/", "/reports", "/reports?sort=newest", "/reports?sort=place&year=2020", "/reports?q=公开",
                     "/reports?q=公开&sort=relevance", "/reports?region=35&changed=true", "/reports.csv",
                     f"/reports/{ids[2020]}", f"/reports/{ids[2020][:8]}", f"/reports/{ids[2020]}/compare", "/crawls",
                     "/sites", "/sites?sort=due", "/changes?year=2020", "/arrivals?year=2020",
                     "/agencies", "/coverage", "/season", "/changes", "/api/v1/reports/counts?q=公开",
                     "/readyz"):
            assert client.get(path).status_code == 200, path
        assert "共 1 份" in client.get("/reports?changed=true").text
        crawl = client.get("/api/v1/crawls").json()["items"][0]["crawl_id"]
        assert client.get(f"/crawls/{crawl}").status_code == 200
        typed = {"url": "http://cgj.xm.gov.cn/", "token": Tokens(settings.state_dir).new("x")}
        assert "等待中" in client.post("/crawls", data=typed).text
        for sort in ("year", "place", "newest"):
            assert len(set(walked(client, sort))) == 7 == len(walked(client, sort)), sort


def walked(client: TestClient, sort: str) -> list[str]:
    """A listing's ids, two a page."""
    seen, after = [], ""
    while True:
        answer = client.get(f"/api/v1/reports?sort={sort}&limit=2&after={after}").json()
        seen += [item["report_id"] for item in answer["items"]]
        if (after := answer["next"] or "") == "":
            return seen

"""What the readers remarked stands on a report's page in the language of the page; the archive keeps their sentence."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from crawler.reports.codebook import codebook
from gongkai.settings import Settings
from storage import Archive
from tests.factories import SITE, finding
from web.app import create_app

OF_THE_FILE = "ocr: the pictures of pages 2, 3 were not read"
OF_THE_TABLES = "requests: rows not found: carried_in"


@pytest.fixture
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    settings = Settings(archive=str(tmp_path_factory.mktemp("remarked") / "archive"))
    found, made = finding(2020)
    source = made.sources[0]
    told = replace(made, report=replace(made.report, warnings=(OF_THE_TABLES,)), sources=(
        replace(source, document=replace(source.document, warnings=(OF_THE_FILE,))),))
    with Archive.open(settings) as archive:
        log = archive.begin_crawl(SITE)
        report_id = archive.keep(found, told, crawl_id=log.crawl_id).report_id
        log.finish({"outcome": "ok"})
    with (Archive.open(settings, create=False, read_only=True) as archive,
          TestClient(create_app(settings, archive, codebook())) as opened):
        yield lambda language: opened.get(f"/reports/{report_id}", params={"lang": language}).text


def test_remarks_are_told_in_the_language_of_the_page(page: Callable[[str], str]) -> None:
    chinese, english = page("zh"), page("en")
    assert "文字识别：第 2, 3 页的图片没有识别" in chinese and "申请表：缺行：二、上年结转" in chinese
    assert OF_THE_FILE not in chinese and OF_THE_TABLES not in chinese
    assert OF_THE_FILE in english and OF_THE_TABLES in english

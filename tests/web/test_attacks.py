"""A report archived with an attack in every text of it shows nothing of the attack in our origin."""

from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from crawler.reports.codebook import codebook
from gongkai.capture import Finding, Hints
from gongkai.document import Block, Cell, Table
from gongkai.report import CellValue, Check, Evidence, Reading, Section
from gongkai.settings import Settings
from storage import Archive
from tests.factories import SITE, finding, with_unfetched
from web.app import create_app

ATTACKS = {
    "a script": "<script>alert(1)</script>",
    "a script from elsewhere": '<script src="https://evil.example/x.js"></script>',
    "a handler": '<img src=x onerror="alert(1)">',
    "a handler on what is there": '" onmouseover="alert(1)" x="',
    "a handler in single quotes": "' onfocus='alert(1)' autofocus='",
    "a drawing that loads": '<svg onload="alert(1)"><script>alert(1)</script></svg>',
    "a drawing with foreign markup": "<svg><foreignObject><iframe src=//evil.example></foreignObject></svg>",
    "a link that runs": '<a href="javascript:alert(1)">看全文</a>',
    "a style sheet": "<style>body{display:none}</style>",
    "a style": '<div style="position:fixed;inset:0;background:url(//evil.example)">',
    "a style sheet from elsewhere": '<link rel="stylesheet" href="//evil.example/x.css">',
    "a frame": '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "an object": '<object data="//evil.example/x.swf"></object><embed src="//evil.example/y">',
    "a form to elsewhere": '<form action="//evil.example"><input name="token"><button>提交</button></form>',
    "another base": '<base href="//evil.example/">',
    "a page that moves on": '<meta http-equiv="refresh" content="0;url=//evil.example">',
    "formulas": '<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)></style></mglyph></math>',
    "the end of a title": "</title><script>alert(1)</script><title>",
    "the end of a table": "</td></tr></table></section><script>alert(1)</script>",
    "the end of a comment": "--><script>alert(1)</script><!--",
    "a template": "{{ 7*7 }}{% include '/etc/passwd' %}${7*7}#{7*7}",
    "writing turned around": "\u202egpj.exe\u2066\u0000\u0007",
}
HARMLESS = "无害文字"


class Skeleton(HTMLParser):
    """Elements with the names of their attributes: what a page is made of, whatever it says."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = "cell" if tag in ("td", "th") else f"{tag} {' '.join(sorted(name for name, _ in attrs))}"
        self.parts.append(kind)  # a short cell names others, a long one does not
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action", "data")]

    def handle_comment(self, data: str) -> None:
        self.parts.append("comment")


def skeleton(html: str) -> Skeleton:
    parser = Skeleton()
    parser.feed(html)
    return parser


def poisoned(words: str, year: int, received: int = 13) -> tuple[Finding, Reading]:
    """Its title, headings, paragraphs, cells, evidence, warnings, link text, file name and proofs all hold `words`."""
    made, reading = with_unfetched(finding(year, received), "http://cgj.yunxi.gov.cn/x.doc", words)
    document = reading.sources[0].document
    table = Table((Cell(words, 0, 0), Cell("总计", 0, 1), Cell(f"一{words}", 1, 0), Cell(str(received), 1, 1)), 2, 2)
    blocks = (Block("heading", f"一、{words}"), Block("paragraph", f"本局{words}。"), Block("table", table=table))
    text = "\n".join([f"一、{words}", f"本局{words}。收到申请。", table.text()])
    failed = Check("REQ-ROW", "new_received", 1, 2, "fail", quote=words)
    report = replace(
        reading.report, title=f"{words}{year}年报告", sections=(Section("overview", f"一、{words}", words),),
        checks=(failed, replace(failed, rule_id=words)), evidence=(Evidence(words, words, words, words),),
        warnings=(words,), tables={"requests": {"new_received": {
            "total": CellValue(words, 1, "number", where="table 1 row 2 col 2")}}})
    source = replace(reading.sources[0], document=replace(document, blocks=blocks, text=text, warnings=(words,)))
    page = replace(made.page, body=f"<html>{words}</html>".encode(), reason=words, headers=(
        ("Content-Type", f"text/html; {words}".encode("ascii", "ignore").decode()),))
    return (replace(made, page=page, hints=Hints(anchor=words, column=words)),
            replace(reading, sources=(replace(source, raw_sha256=(page.raw_sha256,)),), report=report))


@pytest.fixture(scope="module")
def poisoned_archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, dict[str, str]]]:
    """A report for each attack and one without any, each in two states and with others before and after it; ids by
    the attack's name."""
    settings = Settings(archive=str(tmp_path_factory.mktemp("poisoned") / "archive"))
    ids = {}
    with Archive.open(settings) as archive:
        log = archive.begin_crawl(SITE)
        for year, (name, words) in enumerate(
                {"first": HARMLESS, "none": HARMLESS, **ATTACKS, "last": HARMLESS}.items(), 2001):
            ids[name] = str(archive.keep(*poisoned(words, year), crawl_id=log.crawl_id).report_id)
            archive.keep(*poisoned(words + "改", year, received=31), crawl_id=log.crawl_id)
        log.finish({"outcome": "ok"})
    with (Archive.open(settings, create=False, read_only=True) as archive,
          TestClient(create_app(settings, archive, codebook())) as client):
        yield client, ids


def looked_at(client: TestClient, path: str) -> Skeleton:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.text)
    made = skeleton(answer.text)
    assert not {part.split()[0] for part in made.parts} & {
        "script", "style", "iframe", "object", "embed", "base", "math", "foreignobject"}, path
    assert not [link for link in made.links if link.lower().strip().startswith(("javascript:", "data:", "//"))]
    assert not {name for name in made.attributes if name.startswith("on") or name in ("style", "srcdoc")}
    assert not {"\u202e", "\u2066", "\x07", "\x00"} & set(answer.text)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    return made


def pages(report_id: str) -> list[str]:
    return [f"/reports/{report_id}", f"/reports/{report_id}?version=1", f"/reports/{report_id}/versions",
            f"/reports/{report_id}?lang=en"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_page_is_made_of_the_same_elements_whatever_the_report_says(
        attack: str, poisoned_archive: tuple[TestClient, dict[str, str]]) -> None:
    client, ids = poisoned_archive
    for path, harmless in zip(pages(ids[attack]), pages(ids["none"]), strict=True):
        assert looked_at(client, path).parts == looked_at(client, harmless).parts, path
    looked_at(client, f"/reports/{ids[attack]}/compare")


@pytest.mark.parametrize("path", ["/", "/reports?q=申请", "/reports?sort=place&limit=100", "/changes", "/agencies",
                                  "/coverage", "/season?year=2020", "/api"])
def test_a_list_shows_nothing_of_what_the_reports_were_poisoned_with(
        path: str, poisoned_archive: tuple[TestClient, dict[str, str]]) -> None:
    looked_at(poisoned_archive[0], path)


@pytest.mark.parametrize("attack", ["a script", "a drawing that loads"])
def test_an_original_is_saved_and_never_shown(
        attack: str, poisoned_archive: tuple[TestClient, dict[str, str]]) -> None:
    client, ids = poisoned_archive
    files = client.get(f"/api/v1/reports/{ids[attack]}/versions/1").json()["files"]
    answer = client.get(files[0]["download"])
    assert answer.content == f"<html>{ATTACKS[attack]}</html>".encode()
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


def test_an_address_cannot_leave_its_quotation_marks(tmp_path: Path) -> None:
    settings = Settings(archive=str(tmp_path / "archive"))
    with Archive.open(settings) as archive:
        log = archive.begin_crawl(SITE)
        made = finding(2022, url="http://cgj.yunxi.gov.cn/x\"onclick=\"alert(1)'><script>alert(1)</script>")
        kept = archive.keep(*made, crawl_id=log.crawl_id)
        log.finish({"outcome": "ok"})
        looked_at(TestClient(create_app(settings, archive, codebook())), f"/reports/{kept.report_id}")


def test_a_report_of_any_size_gives_a_page_of_a_hundred_kilobytes(tmp_path: Path) -> None:
    settings = Settings(archive=str(tmp_path / "archive"))
    made, reading = finding(2022)
    wide = Table(tuple(Cell(f"格{row}·{column}", row, column) for row in range(400) for column in range(60)), 400, 60)
    blocks = (Block("paragraph", "公开" * 5_000), *(Block("table", table=wide),) * 3)
    document = replace(reading.sources[0].document, blocks=blocks, text="公开" * 5_000)
    huge = replace(reading, sources=(replace(reading.sources[0], document=document),))
    with Archive.open(settings) as archive:
        log = archive.begin_crawl(SITE)
        kept = archive.keep(made, huge, crawl_id=log.crawl_id)
        log.finish({"outcome": "ok"})
        answer = TestClient(create_app(settings, archive, codebook())).get(f"/reports/{kept.report_id}")
    assert 60_000 < len(answer.content) < 100_000 and "正文较长" in answer.text


def test_only_files_of_a_report_are_handed_out(browser: TestClient, ids: dict[int, str]) -> None:
    other = browser.get(f"/api/v1/reports/{ids[2021]}/versions/1").json()["files"][0]["raw_sha256"]
    assert browser.get(f"/originals/{ids[2022]}/1/{other}").status_code == 404
    assert browser.get(f"/originals/{ids[2022]}/1/..%2f..%2fcatalog.db").status_code in (404, 422)
    assert browser.get("/static/..%2fapp.py").status_code == 404

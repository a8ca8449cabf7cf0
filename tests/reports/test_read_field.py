"""Floors of recognition, year, agency and place on real pages, seeds and simulated sites."""

import json
import random
import sys
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from crawler.normalise import normalise
from crawler.reports.names import same_body
from crawler.reports.record import extract_record
from crawler.reports.regions import by_code
from gongkai.capture import Hints
from gongkai.report import Report, SourceDocument
from gongkai.site import AgencySite
from tests.conftest import TABLE
from tests.reports.pages import document, read
from tests.shared_material import SHARED, needs_shared

pytestmark = [pytest.mark.shared, needs_shared]
REAL = SHARED / "real"


def labelled() -> Iterator[tuple[dict[str, Any], Report]]:
    for line in (REAL / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        if label["file"].startswith(("pages/", "text/")) and "is_report" in label and not label.get("ambiguous"):
            text = (REAL / label["file"]).read_text(encoding="utf-8", errors="replace")
            yield label, read(document(text, doc_format="txt"), url=label["url"] or "").report


def test_real_pages_are_recognised_and_filed_above_the_floors(record_property: Callable[[str, object], None]) -> None:
    pages = list(labelled())
    taken = [(label, report) for label, report in pages if report.is_report]
    right = [(label, report) for label, report in taken if label["is_report"]]
    wanted = sum(label["is_report"] for label, _ in pages)
    f1 = 2 * len(right) / (len(taken) + wanted)
    years = [report.report_year == label["year"] for label, report in right]
    official = [(label, report) for label, report in right if not label.get("mirror")]
    agencies = [same_body(report.agency or "?", label["agency"]) for label, report in official if label["agency"]]
    places = [_lies_in(label["region"], report.region_code) for label, report in official if label.get("region")]
    shares = {"year": years, "agency": agencies, "place": places}
    record_property(TABLE, "\n".join([f"{len(pages)} real pages", f"recognition F1 {f1:.4f}", *(
        f"{what} {sum(good) / len(good):.4f} of {len(good)}" for what, good in shares.items())]))
    assert len(pages) > 120
    assert f1 >= 0.99
    assert sum(years) / len(years) >= 0.995
    assert sum(agencies) / len(agencies) >= 0.96  # two pages of 62 name their agency nowhere, only 我局 and 我委
    assert sum(places) / len(places) >= 0.93


def _lies_in(printed: str, code: str | None) -> bool:
    region = by_code().get(code or "")
    return printed.endswith((region.name, region.core + region.name[-1])) if region else printed == "全国"


def test_copies_on_foreign_hosts_are_flagged_and_official_pages_are_not() -> None:
    for label, report in labelled():
        host = urlsplit(label["url"] or "").hostname or ""
        flagged = any(w.startswith("provenance") for w in report.warnings)
        assert flagged == bool(host and not host.endswith(".gov.cn")), label["file"]


@pytest.mark.parametrize("key", ["000", "001", "002", "003", "004"])
def test_the_seeds_are_read_exactly(key: str) -> None:
    gold = json.loads((REAL / "seeds_gold.json").read_text(encoding="utf-8"))["documents"][key]
    text = (REAL / "seeds" / gold["file"]).read_text(encoding="utf-8")
    record = extract_record(gold["file"], read(document(text, doc_format="txt")))
    if not gold["is_target"]:
        assert (record["is_report"], record["kind"], record["report_year"]) == (False, "work_plan", None)
        return
    period = gold["statistics_period"] and {edge: gold["statistics_period"][edge] for edge in ("start", "end")}
    assert (record["report_year"], record["agency"], record["region_code"], record["admin_level"]) == (
        gold["report_year"], gold["agency"], gold["region"]["code"], gold["admin_level"])
    assert (record["title"], record["signature_date"]) == (gold["title"], gold["signature_date"])
    assert (record["statistics_period"], record["contact"]) == (period, gold["contact"])
    assert (record["form_id"], record["published"]) == (gold["template"], gold["publication_date"])


@pytest.fixture(scope="module")
def simulator() -> Any:
    sys.path.insert(0, str(SHARED / "govweb"))
    try:
        import govweb.__main__ as main
        import govweb.furniture as furniture
        yield main, furniture
    finally:
        sys.path.remove(str(SHARED / "govweb"))


@pytest.mark.parametrize("name", ["s1", "s2", "s3", "s4", "s5", "s6"])
def test_simulated_sites_are_told_apart_page_by_page(simulator: Any, name: str) -> None:
    main, furniture = simulator
    site = main.load_sites("field", [SHARED / "govweb" / "govweb" / "sites"], [name])[0]
    agency = AgencySite(site.home, site.agency.name, None, tuple(n for n in [site.agency.old_name] if n))

    def source(url: str, role: str) -> SourceDocument:
        parts = urlsplit(url)
        answer = site.respond(furniture.Request("GET", parts.netloc, parts.path or "/", parts.query, {"referer": url}))
        return SourceDocument(role, url, ("0" * 64,), normalise(answer.body, url=url, content_type=answer.ctype))  # type: ignore[arg-type]

    def report(url: str, files: list[str], hints: Hints) -> Report:
        attachments = [(file, source(file, "attachment").document) for file in files]
        return read(source(url, "page").document, *attachments, url=url, site=agency, hints=hints).report

    truth = {entry["canonical_url"]: entry for entry in site.truth}
    known = {url for entry in site.truth for url in (entry["canonical_url"], *entry["alt_urls"])}
    own = [entry for entry in truth.values() if entry["kind"] in ("own", "corrected")]
    others = [entry for entry in truth.values() if entry["kind"] in ("summary", "subunit", "other")]
    chance = random.Random(7)
    for entry in (*own, *chance.sample(others, min(len(others), 20))):
        heads = Hints(anchor="下载", column="政府信息公开年报", row_heading=f"{entry['year']}年")
        found = report(entry["canonical_url"], entry["file_urls"], heads if name == "s6" else Hints())
        assert found.is_report, entry["title"]
        assert found.report_year == entry["year"], entry["title"]
        assert found.own == (entry in own), (entry["title"], found.agency)
        assert not found.own or found.filed_under == site.agency.name
    pages = [article for column in site.columns.values() for article in column.arts
             if article.url and article.url not in known and not article.report]
    for article in chance.sample(pages, min(len(pages), 40)):
        if "图解】" not in article.title:
            assert not report(article.url, [], Hints(anchor=article.title)).is_report, article.title

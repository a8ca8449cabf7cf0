"""The sample site is what its truth says: the demo and many tests rest on it."""

import io
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from decimal import Decimal

import docx
import pdfplumber
import pypdfium2
import pytest
from bs4 import BeautifulSoup

import samplesite
from samplesite.figures import Ledger, applicants, form_of, result_rows


@pytest.fixture
def site() -> Iterator[samplesite.SampleSite]:
    with samplesite.serve() as running:
        yield running


def fetch(url: str, etag: str | None = None) -> tuple[bytes, str]:
    request = urllib.request.Request(url, headers={"If-None-Match": etag} if etag else {})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read(), answer.headers["ETag"]


def of_year(site: samplesite.SampleSite, year: int, kind: str = "own") -> samplesite.Published:
    return next(item for item in site.truth if item.year == year and item.kind == kind)


def test_the_years_have_two_gaps_one_correction_and_three_look_alikes(site: samplesite.SampleSite) -> None:
    own = [item.year for item in site.truth if item.kind == "own"]
    assert own == [y for y in range(2012, 2026) if y not in samplesite.MISSING_YEARS]
    assert [item.year for item in site.truth if item.kind == "corrected"] == [samplesite.CORRECTED_YEAR]
    assert {item.look_alike for item in site.truth} - {None} == {"rule_of_law_report", "website_report", "notice"}
    assert {item.format for item in site.truth} == {"html", "html_parts", "pdf", "docx", "doc"}


def test_every_truth_is_served_and_reached_from_the_home_page_by_links(site: samplesite.SampleSite) -> None:
    shell = fetch(site.url + "zfxxgk/")[0].decode()
    assert 'window.location.href="./zfxxgkzn/"' in shell and "<a" not in shell
    guide = fetch(site.url + "zfxxgk/zfxxgkzn/")[0].decode()
    assert "政府信息公开年报" in guide
    first = fetch(site.url + "zfxxgk/zfxxgknb/")[0].decode()
    assert 'createPageHTML(2, 0, "index", "html")' in first
    listed = first + fetch(site.url + "zfxxgk/zfxxgknb/index_1.html")[0].decode()
    for item in site.truth:
        assert item.url.removeprefix(site.url + "zfxxgk/zfxxgknb/") in listed
        assert item.title in listed
        for url in (item.url, *item.files, *item.parts):
            assert fetch(url)[0]


def test_the_agency_was_renamed_and_early_titles_carry_the_former_name(site: samplesite.SampleSite) -> None:
    (former,) = site.former_names
    for item in site.truth:
        if item.kind == "own":
            assert item.title.startswith(former if item.year <= 2018 else site.agency)


def test_every_identity_of_the_forms_holds_in_every_year_and_from_year_to_year() -> None:
    ledger = Ledger("any other seed")
    carried = None
    for year in range(2019, 2026):
        rows = ledger.years[year]["requests"]
        for row in rows.values():
            assert sum(row[a] for a in applicants()) == row["total"]
        for column in (*applicants(), "total"):
            decided = rows["processed_total"][column]
            assert sum(rows[row][column] for row in result_rows(form_of(year))) == decided
            assert rows["new_received"][column] + rows["carried_in"][column] == decided + rows["carried_out"][column]
        assert carried is None or {a: rows["carried_in"][a] for a in applicants()} == carried
        carried = {a: rows["carried_out"][a] for a in applicants()}
        review = ledger.years[year]["review_litigation"]["figures"]
        for block in ("review", "litigation_direct", "litigation_after_review"):
            parts = sum(review[f"{block}_{outcome}"] for outcome in ("upheld", "corrected", "other", "pending"))
            assert parts == review[f"{block}_total"]


def numbers(item: samplesite.Published, table: str) -> list[str]:
    """The printed figures of a table in reading order; money as the form prints it."""
    def shown(column: str, value: object) -> str:
        if column == "procurement_amount":
            return f"{Decimal(str(value)) / 10_000}万元"
        if column == "fee_amount":
            return f"{Decimal(str(value)) / 10_000}"
        return f"{value:+d}" if column == "items_change" and int(str(value)) > 0 else str(value)  # type: ignore[str-format]

    return [shown(column, value) for row in item.tables[table].values() for column, value in row.items()]


def figures_in(cells: list[str]) -> list[str]:
    return [cell for cell in cells if re.fullmatch(r"[+-]?[\d.]+(万元)?", cell)]


@pytest.mark.parametrize("year", [2019, 2021, 2024, 2025])
def test_html_tables_print_the_gold_figures(site: samplesite.SampleSite, year: int) -> None:
    item = of_year(site, year)
    soup = BeautifulSoup(fetch(item.url)[0], "lxml")
    printed = [[td.get_text(strip=True) for td in table.find_all("td")] for table in soup.find_all("table")[1:]]
    for cells, table in zip(printed, ("proactive", "requests", "review_litigation"), strict=True):
        assert figures_in(cells) == numbers(item, table)


def test_the_pdf_has_text_and_ruled_tables_with_the_gold_figures(site: samplesite.SampleSite) -> None:
    item = of_year(site, 2022)
    body = fetch(item.url)[0]
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(body))
    assert text.startswith(item.title) and "六、其他需要报告的事项" in text
    with pdfplumber.open(io.BytesIO(body)) as pdf:
        tables = [table for page in pdf.pages for table in page.extract_tables()]
    printed = [[cell or "" for row in table for cell in row] for table in tables]
    for cells, table in zip(printed, ("proactive", "requests", "review_litigation"), strict=True):
        assert figures_in(cells) == numbers(item, table)


def test_the_word_attachment_has_merged_cells_and_the_gold_figures(site: samplesite.SampleSite) -> None:
    item = of_year(site, 2020)
    document = docx.Document(io.BytesIO(fetch(item.files[0])[0]))
    assert document.paragraphs[0].text == item.title
    for printed, table in zip(document.tables, ("proactive", "requests", "review_litigation"), strict=True):
        cells, seen = [], set()
        for cell in printed._cells:
            if cell._tc not in seen:
                seen.add(cell._tc)
                cells.append(cell.text)
        assert figures_in(cells) == numbers(item, table)


def test_the_old_doc_is_rich_text_with_chinese_escapes(site: samplesite.SampleSite) -> None:
    body = fetch(of_year(site, 2014).files[0])[0]
    assert body.startswith(b"{\\rtf1") and b"\\u25919?" in body  # 政


def test_a_long_text_goes_on_on_a_second_page(site: samplesite.SampleSite) -> None:
    item = of_year(site, 2017)
    first, second = (fetch(url)[0].decode() for url in (item.url, *item.parts))
    stem = item.url.rsplit("/", 1)[1].removesuffix(".html")
    assert f'createPageHTML(2, 0, "{stem}", "html")' in first and "统计指标" not in first
    assert f'createPageHTML(2, 1, "{stem}", "html")' in second and "统计指标" in second


def test_an_unchanged_page_answers_304_and_says_nothing(site: samplesite.SampleSite) -> None:
    _, etag = fetch(site.url)
    with pytest.raises(urllib.error.HTTPError) as answer:
        fetch(site.url, etag)
    assert answer.value.code == 304 and answer.value.read() == b""
    assert [(r.status, r.conditional) for r in site.requests] == [(200, False), (304, True)]


def test_a_correction_differs_in_two_cells_and_leaves_the_first_in_the_list(site: samplesite.SampleSite) -> None:
    first, corrected = of_year(site, 2021), of_year(site, 2021, "corrected")
    assert corrected.url != first.url and corrected.title == f"{first.title}（更正）"
    assert len(differing(first, corrected)) == 2


def test_a_reissue_edits_one_report_where_it_stands(site: samplesite.SampleSite) -> None:
    before = of_year(site, samplesite.EDITED_YEAR)
    body, etag = fetch(before.url)
    after = site.reissue()
    assert after.url == before.url and len(differing(before, after)) == 2
    changed, new_etag = fetch(before.url, etag)
    assert changed != body and new_etag != etag


def differing(one: samplesite.Published, other: samplesite.Published) -> set[tuple[str, str, str]]:
    def cells(item: samplesite.Published) -> set[tuple[str, str, str, str]]:
        return {(table, row, column, str(value)) for table, rows in item.tables.items()
                for row, columns in rows.items() for column, value in columns.items()}

    return {cell[:3] for cell in cells(one) ^ cells(other)}


def test_one_seed_makes_one_site_and_another_seed_another() -> None:
    def body(seed: str) -> dict[str, bytes]:
        with samplesite.serve(seed=seed) as running:
            return {item.url.removeprefix(running.url): fetch(item.url)[0] for item in running.truth}

    assert body("a") == body("a")
    assert body("a").keys() != body("b").keys()

"""Copies, other years, other agencies and corrections among reports that share a county's boilerplate."""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bench.county import agencies, kept, pages
from bench.county import judged as grouped
from bench.duplicates import county, judged
from gongkai.capture import Finding
from gongkai.report import Reading
from storage import Archive
from storage.likeness import Link, Printing, links
from tests.factories import finding, page_url
from tests.storage.steps import crawl


def test_no_false_merge_and_no_lost_copy_among_a_countys_reports() -> None:
    corpus, truth = county(agencies=25, years=16, seed=3)
    found = judged(links(corpus), truth)
    assert len(corpus) >= 1_000
    assert (found.false, found.linked / found.copies >= 0.99) == (0, True), found


def test_an_archive_groups_a_countys_pages_without_a_false_merge_or_a_lost_copy(archive: Archive) -> None:
    """What the archive really does, on whole pages; ``python -m bench.county 10000`` has measured the full size."""
    found = grouped(archive, kept(archive, pages(agencies(7), range(2018, 2020), seed=5)))
    assert found.documents > 40
    assert (found.false, found.linked) == (0, found.copies), found


def test_a_picture_edition_is_a_rendition_of_the_report_and_no_correction(archive: Archive) -> None:
    made = list(pages(agencies(1), [2022]))[:1]
    title = "青岚市教育局2022年政府信息公开工作年度报告"
    for number, name in enumerate((f"一图读懂{title}", f"{title}（图片版）", f"图解：{title}")):
        body = f"<html><title>{name}</title><h1>{name}</h1><p><img src=a.jpg></p><p><img src=b.jpg></p></html>"
        made.append(replace(made[0], url=made[0].url.replace("2022", f"p{number}"), body=body.encode()))
    kept(archive, made)
    assert told_of(archive, 2022) == [("canonical", None), *[("rendition", "not read")] * 3]


def test_a_copy_whose_date_line_a_scan_got_wrong_is_still_a_copy(archive: Archive) -> None:
    said = "".join(f"全年依法办理第{'甲乙丙丁戊己庚辛壬癸'[n % 10]}类公开事项，{prose(n)[:60]}。" for n in range(12))
    crawl(archive, *twice(2020, said + "\n2021年1月8日", said + "\n2021能1月8日"))
    assert [role for role, _ in told_of(archive, 2020)] == ["canonical", "copy"]


def one(name: str, text: str, cells: str | None = "c", agency: str | None = "甲局",
        year: int | None = 2020) -> Printing:
    return Printing(name, agency, year, text, cells)


def told(*printings: Printing) -> list[tuple[str, str]]:
    return [(link.kind, link.reason) for link in links(printings)]


def prose(seed: int) -> str:
    rng = random.Random(seed)
    return "".join(chr(rng.randint(0x4E00, 0x9F00)) for _ in range(400))


def test_agency_and_year_are_gates() -> None:
    text = prose(1)
    assert told(one("a", text), one("b", text, agency="乙局")) == []
    assert told(one("a", text), one("b", text, year=2021)) == []
    assert told(one("a", text), one("b", text, agency=None)) == []


def test_a_differing_cell_is_a_revision_whatever_the_text() -> None:
    text = prose(1)
    assert told(one("a", text), one("b", text, "d")) == [("revision", "other figures")]
    assert told(one("a", text), one("b", text)) == [("copy", "same text")]
    noisy = text[:100] + "错" + text[101:300] + text[310:]
    assert told(one("a", text), one("b", noisy)) == [("copy", "same words and figures")]
    assert told(one("a", text), one("b", prose(2))) == [("revision", "other words")]


def test_every_link_says_how_much_is_shared() -> None:
    def pairs() -> Iterator[Link]:
        yield from links([one("a", prose(1)), one("b", prose(1)[:350])])

    assert [link.shared == 1.0 for link in pairs()] == [True]


def told_of(archive: Archive, year: int) -> list[tuple[str, str | None]]:
    record, = (r for r in archive.reports() if r.report_year == year)
    return sorted((entry.role, entry.why) for entry in archive.history(record.report_id))


def twice(year: int, said: str, other: str, **fields: Any) -> list[tuple[Finding, Reading]]:
    """The report at two addresses, the second time with other words."""
    return [finding(year, extra=said), finding(year, extra=other, url=page_url(year, stem="copy"), minutes=5, **fields)]


def test_the_archive_says_what_a_second_printing_is_and_why(archive: Archive) -> None:
    said = "".join(f"全年依法办理第{'甲乙丙丁戊己庚辛壬癸'[n % 10]}类公开事项，{prose(n)[:60]}。" for n in range(12))
    noisy = said[:200] + "错" + said[201:]
    crawl(archive, *twice(2020, said, noisy), *twice(2021, said, noisy, received=14),
          *twice(2022, said, prose(77)), *twice(2023, said + "收到申请13件。", said + "收到申请31件。"),
          *twice(2024, said, said))
    assert told_of(archive, 2020) == [("canonical", None), ("copy", "same words and figures")]
    assert told_of(archive, 2021) == [("canonical", None), ("revision", "other figures")], "one cell differs"
    assert told_of(archive, 2022) == [("canonical", None), ("revision", "other words")]
    assert told_of(archive, 2023) == [("canonical", None), ("revision", "other words")], "one figure in a sentence"
    assert told_of(archive, 2024) == [("canonical", None), ("copy", "same text")]
    copy = next(e for r in archive.reports(year=2020) for e in archive.history(r.report_id) if e.role == "copy")
    assert copy.like not in (None, copy.number) and copy.shared is not None and copy.shared > 0.9
    before = [told_of(archive, year) for year in range(2020, 2025)]
    archive.rebuild()
    assert [told_of(archive, year) for year in range(2020, 2025)] == before and archive.verify().ok

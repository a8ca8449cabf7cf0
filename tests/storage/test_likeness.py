"""Copies, other years, other agencies and corrections among reports that share a county's boilerplate."""

import random
from collections.abc import Iterator

from bench.duplicates import county, judged
from storage.likeness import Link, Printing, links


def test_no_false_merge_and_no_lost_copy_among_a_countys_reports() -> None:
    corpus, truth = county(agencies=25, years=16, seed=3)
    found = judged(links(corpus), truth)
    assert len(corpus) >= 1_000
    assert (found.false, found.linked / found.copies >= 0.99) == (0, True), found


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

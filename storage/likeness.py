"""Near-duplicates: which documents print the same report, by words that are rare among all documents.

Reports of one county share so much text that no similarity of whole texts parts them; runs of five characters that many
documents have are masked first. Agency and year must both be known and equal, whatever the text; a differing cell makes
a revision. Merging only links: nothing is dropped.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal
from zlib import crc32

from gongkai.chinese import squeeze
from gongkai.digest import sha256_hex
from gongkai.report import Report

LEAST_SHARED = 0.45
"""Of the rarer document's own words: true copies, noisy ones too, share 0.70 and more; other years at most 0.73, which
is why the year is a gate; other agencies at most 0.16."""
ALIKE = 0.85
"""Of all words, common ones too, where agency, year, every cell and every figure in the sentences are equal already: in
a county of shared sentences copies with other furniture or one wrong character in a hundred share 0.91 and more, half
of what other agencies print less than this."""
_SHINGLE = 5
_COMMON_SHARE, _COMMON_LEAST = 0.01, 3
_FEWEST_RARE = 8
_SAMPLE = 128
_HIGHEST = 2**32 - 1
_FIGURES = re.compile(r"\d+(?:\.\d+)?")
_DATE_LINE = re.compile(r"20\d\d\D\d{1,2}\D\d{1,2}\D?")
"""A line that is a date signs the report. Readers leave it out, but not where a scan got one of its signs wrong: such a
copy then seemed to print three figures more."""

Reason = Literal["same text", "same words and figures", "other figures", "other words"]


@dataclass(frozen=True)
class Printing:
    """One document of the corpus. `cells` is the digest of its figures with blanks as 0, None without tables."""

    id: str
    agency: str | None
    year: int | None
    text: str
    cells: str | None = None


@dataclass(frozen=True)
class Link:
    """Two documents of one agency and year: a `copy` says the same, a `revision` does not. `shared` is the part of the
    rare words of the shorter one that the other has too, None where the texts are the same."""

    left: str
    right: str
    kind: Literal["copy", "revision"]
    reason: Reason
    shared: float | None = None


def links(printings: Iterable[Printing]) -> Iterator[Link]:
    """Every pair of documents of one agency and year, with what they are to each other and why."""
    corpus = list(printings)
    blocks: dict[tuple[str, int], list[Printing]] = {}
    for printing in corpus:
        if printing.agency and printing.year is not None:
            blocks.setdefault((printing.agency, printing.year), []).append(printing)
    several = [block for block in blocks.values() if len(block) > 1]
    if not several:
        return
    rare = _rare(corpus)
    for block in several:
        words = {printing.id: rare(printing.text) for printing in block}
        yield from (_link(left, right, words) for left, right in combinations(block, 2))


def _link(left: Printing, right: Printing, words: Mapping[str, frozenset[int]]) -> Link:
    if squeeze(left.text) == squeeze(right.text) and left.cells == right.cells:
        return Link(left.id, right.id, "copy", "same text")
    shared = containment(words[left.id], words[right.id])
    if left.cells is None or left.cells != right.cells:
        return Link(left.id, right.id, "revision", "other figures", shared)
    if shared is None or shared < LEAST_SHARED:
        return Link(left.id, right.id, "revision", "other words", shared)
    return Link(left.id, right.id, "copy", "same words and figures", shared)


def containment(one: frozenset[int], other: frozenset[int]) -> float | None:
    """The share of the smaller set that lies in the other; None where too few words are rare to say."""
    fewer = min(len(one), len(other))
    return len(one & other) / fewer if fewer >= _FEWEST_RARE else None


def words_of(text: str, report: Report) -> str | None:
    """What a catalog's row keeps of a text, to be compared by `shared_words`: a sample of its runs of letters, and a
    digest of the figures its sections print, which tables do not hold. None for a text of hardly a word."""
    sample = sorted(shingles(text))[:_SAMPLE]
    if len(sample) < _FEWEST_RARE:
        return None
    figures = [_figures(section.text) for section in report.sections if section.key != "preamble"]
    return f"{sha256_hex(repr(figures))[:8]}:{''.join(f'{word:08x}' for word in sample)}"


def _figures(text: str) -> list[str]:
    lines = (squeeze(line) for line in text.splitlines())
    return [figure for line in lines if not _DATE_LINE.fullmatch(line) for figure in _FIGURES.findall(line)]


def shared_words(one: str | None, other: str | None) -> float | None:
    """The share of the shorter text's words that the other has, as far as the samples tell; None where either is not
    known, or where the two print other figures in their sentences."""
    if one is None or other is None or one[:8] != other[:8]:
        return None
    left, right = (frozenset(int(words[i:i + 8], 16) for i in range(9, len(words), 8)) for words in (one, other))
    # Up to here both samples are whole; one that is not full is whole altogether.
    reach = min([max(words) for words in (left, right) if len(words) == _SAMPLE], default=_HIGHEST)
    return containment(frozenset(w for w in left if w <= reach), frozenset(w for w in right if w <= reach))


def shingles(text: str) -> set[int]:
    """Runs of five letters, of any script, without what printing changes; figures are compared as cells."""
    letters = "".join(filter(str.isalpha, squeeze(text)))
    codes = letters.encode("utf-16-le")
    if len(codes) == 2 * len(letters):  # no character of two units: cut the bytes, not the letters
        return {crc32(codes[i:i + 2 * _SHINGLE]) for i in range(0, len(codes) - 2 * _SHINGLE + 2, 2)}
    return {crc32(letters[i:i + _SHINGLE].encode("utf-16-le")) for i in range(len(letters) - _SHINGLE + 1)}


def _rare(corpus: Sequence[Printing]) -> Callable[[str], frozenset[int]]:
    """The words of a text that few documents have."""
    times: Counter[int] = Counter()
    for printing in corpus:
        times.update(shingles(printing.text))
    most = max(_COMMON_LEAST, _COMMON_SHARE * len(corpus))
    common = frozenset(word for word, count in times.items() if count > most)
    return lambda text: frozenset(shingles(text) - common)

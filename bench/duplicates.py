"""10,000 reports of one county with its shared boilerplate: false merges, copies found, seconds.

Run as ``python -m bench.duplicates [AGENCIES]``; the suite runs a smaller county with the same floors.
"""

import random
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass

from storage.likeness import Link, Printing

_YEARS = 17
_WORDS = [chr(code) for code in range(0x4E00, 0x5E00)]


@dataclass
class Judged:
    copies: int
    linked: int = 0
    false: int = 0


def county(agencies: int, years: int = _YEARS, seed: int = 1) -> tuple[list[Printing], set[tuple[str, str]]]:
    """One county's reports: nine tenths are the same sentences for all. Every report has two noisy copies with equal
    figures; every fifth has a revision with one other figure. The truth is the set of copy pairs."""
    rng = random.Random(seed)
    shared = [_sentence(rng, 40) for _ in range(18)]
    corpus: list[Printing] = []
    truth: set[tuple[str, str]] = set()
    for agency in range(agencies):
        own = [_sentence(rng, 30) for _ in range(2)]
        for year in range(2008, 2008 + years):
            name, this = f"{agency}-{year}", [_sentence(rng, 30) for _ in range(2)]
            text, cells = "。".join([*shared, *own, *this]), f"{rng.randint(0, 3)}"
            corpus.append(Printing(name, f"局{agency}", year, text, cells))
            for kind in (1, 2):
                copy = f"{name}c{kind}"
                corpus.append(Printing(copy, f"局{agency}", year, _worn(rng, text, kind), cells))
                truth.add((name, copy))
            truth.add((f"{name}c1", f"{name}c2"))
            if (agency + year) % 5 == 0:
                corpus.append(Printing(f"{name}r", f"局{agency}", year, text, cells + "更正"))
    return corpus, truth


def _sentence(rng: random.Random, length: int) -> str:
    return "".join(rng.choices(_WORDS, k=length))


def _worn(rng: random.Random, text: str, kind: int) -> str:
    """A copy with another page's furniture and lines, or as read off a scan: one character in a hundred wrong."""
    if kind == 1:
        lines = [text[i:i + 37] for i in range(0, len(text), 37)]
        return "\n".join(["首页 > 政府信息公开 > 年报", *lines, "打印本页"])
    return "".join(rng.choice(_WORDS) if rng.random() < 0.01 else char for char in text)


def judged(found: Iterable[Link], truth: set[tuple[str, str]]) -> Judged:
    result = Judged(len(truth))
    for link in found:
        if link.kind == "copy":
            same = (link.left, link.right) in truth or (link.right, link.left) in truth
            result.linked += same
            result.false += not same
    return result


def main() -> None:
    from storage.likeness import links

    corpus, truth = county(int(sys.argv[1]) if len(sys.argv) > 1 else 184)
    start = time.perf_counter()
    result = judged(links(corpus), truth)
    sys.stdout.write(f"{len(corpus)} documents: {result.false} false merges, {result.linked} of {result.copies} copies "
                     f"linked, {time.perf_counter() - start:.1f} s\n")


if __name__ == "__main__":
    main()

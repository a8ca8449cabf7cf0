"""How much text OCR reads of one scan before it is told that there is a report in it.

A page of the smallest print keeps the engine busy for minutes, and a file may have forty. Counted is text and not time:
on a busy machine a report takes longer, and has no more text.
"""

from typing import Any

import numpy as np

from crawler.normalise.vocabulary import ordered

PAGE_SQUARES = 5_000.0
"""Of text as a page of it may have, each as wide as high: 40 s of processor time. The fullest pages of reports have
3,500, with each cell of a table for at least seven, which is what the engine makes of a shorter run."""
LOOK_SQUARES = 400.0
"""What it costs to look for text on a page that has none."""
_SHORTEST = 320 / 48  # RapidOCR fills up shorter runs


class TooMuchText(Exception):
    """The allowance is used up."""


class Allowance:
    """Spent by the engine as it reads; one for the life of a worker. A scan begins with a page's worth, and has as much
    again for each page once its words are those of a report."""

    def __init__(self) -> None:
        self._left = PAGE_SQUARES

    def renew(self) -> None:
        self._left = PAGE_SQUARES

    def spend(self, squares: float) -> None:
        """Raises TooMuchText, and spends nothing, where less is left."""
        if squares > self._left:
            raise TooMuchText
        self._left -= squares


class Thrifty:
    """RapidOCR's recogniser of single runs of text, which asks the allowance first."""

    def __init__(self, recogniser: Any, allowance: Allowance) -> None:
        self._recogniser, self._allowance = recogniser, allowance

    def __call__(self, asked: Any) -> Any:
        runs = asked.img if isinstance(asked.img, list) else [asked.img]
        self._allowance.spend(sum(max(_SHORTEST, _proportion(run)) for run in runs))
        return self._recogniser(asked)


def says_a_report(text: str) -> bool:
    """Whether a page of it has any of the words every report has."""
    bare = "".join(text.split())
    return any(word in bare for word in ("信息公开", "公开年报", *ordered("markers")))


def _proportion(run: Any) -> float:
    height, width = np.shape(run)[:2]
    return float(width / max(height, 1))

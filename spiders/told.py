"""What the spider tells whoever keeps the crawl's books: why each address was asked for and what it gave."""

from dataclasses import dataclass

lead_settled = object()
"""Scrapy signal, sent with `told`: a `Told`."""


@dataclass(frozen=True)
class Told:
    """`number` counts the crawl's requests when the lead was taken; `gave` is in words for people."""

    number: int
    url: str
    promise: float
    role: str
    why: str
    gave: str

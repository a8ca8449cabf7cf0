"""How much a text is about words, from a few hundred bytes kept beside its entry.

FTS5 weighs words by counting every text that has them, which took 26 ms a word that is everywhere among 100,000 texts;
PostgreSQL reads the whole vector of each text it weighs. Here a text's commonest tokens and all of its title are kept
with their number, and only the newest hits are weighed, by those alone.
"""

from collections import Counter
from collections.abc import Sequence
from operator import itemgetter
from zlib import crc32

from storage.search.grams import Phrase

_MOST = 192
"""Tokens of a text that are kept. What stands in it less often than those is taken to stand there once."""
_FEWEST = 2
_IN_TITLE, _NUMBER = 0x80, 0x7F
_RECORD = 4
"""Bytes: three of a token's digest, one of its number; the first record is the text's length in tokens."""
_SATURATION, _BY_LENGTH = 1.2, 0.75
_TITLE = _SATURATION + 1
"""What a title's words weigh: more than any number of the same in a text, which stays below it."""
_EXACT = 1_000_000
"""Weights are whole numbers: a cursor gives them back as they were."""


def summary(title: Sequence[str], body: Sequence[str]) -> bytes:
    """Of the tokens of a title (and names) and of a text."""
    heads = {*title, *(token[0] for token in title)}  # one character is a query too
    counted = Counter(body)
    repeated = sorted([pair for pair in counted.items() if pair[1] >= _FEWEST], key=itemgetter(1), reverse=True)
    records = {token: min(number, _NUMBER) for token, number in repeated[:_MOST]}
    for token in heads:
        records[token] = min(counted[token], _NUMBER) | _IN_TITLE
    return len(body).to_bytes(_RECORD, "big") + b"".join(
        [_key(token) + bytes((number,)) for token, number in records.items()])


def usual_length(made: Sequence[bytes]) -> int:
    """In tokens, of the texts these summaries are of."""
    return round(sum([_length(one) for one in made]) / len(made)) if made else 0


def ranked(candidates: Sequence[tuple[int, bytes]], phrases: Sequence[Phrase], usual: int) -> list[tuple[int, int]]:
    """Weights and entries of these entries with their summaries, the most relevant first and the newest among equals,
    by BM25 against texts of `usual` length. Every candidate holds every phrase, so that none tells more by being
    rare."""
    keys = [[_key(token) for token in phrase.tokens] for phrase in phrases]
    even, slope = _SATURATION * (1 - _BY_LENGTH), _SATURATION * _BY_LENGTH / max(usual, 1)
    weighed = []
    for entry, made in candidates:
        ease = even + slope * _length(made)
        weight = 0.0
        for tokens in keys:
            said = _said(made, tokens)
            number = (said & _NUMBER) or 1
            weight += number * (_SATURATION + 1) / (number + ease)
            if said & _IN_TITLE:
                weight += _TITLE
        weighed.append((round(weight * _EXACT), entry))
    weighed.sort(reverse=True)
    return weighed


def _length(made: bytes) -> int:
    return int.from_bytes(made[:_RECORD], "big")


def _said(made: bytes, tokens: Sequence[bytes]) -> int:
    """How often a phrase is said, as often as its rarest pair of characters, with a mark where all of them are in the
    title; 0 where a pair of it was not kept."""
    number, titled = _NUMBER, _IN_TITLE
    for key in tokens:
        at = made.find(key, _RECORD)
        while at > 0 and at % _RECORD:
            at = made.find(key, at + 1)
        if at < 0:
            return 0
        said = made[at + _RECORD - 1]
        titled &= said
        if (times := said & _NUMBER) < number:
            number = times
    return number | titled


def _key(token: str) -> bytes:
    return crc32(token.encode("utf-8", "surrogatepass")).to_bytes(4, "big")[1:]

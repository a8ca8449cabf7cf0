"""The words of the interface, in Chinese and English: words.yaml, nowhere else."""

from functools import cache
from typing import Any, Literal, get_args

from gongkai.vocabularies import vocabulary

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@cache
def _words() -> dict[str, tuple[str, str]]:
    data = vocabulary("web", "words.yaml")
    return {f"{page}.{name}": (str(zh), str(en)) for page, named in data.items() for name, (zh, en) in named.items()}


def say(language: Language, key: str, **values: Any) -> str:
    """The words called ``page.name``, with ``{places}`` filled. Raises KeyError for a key that words.yaml lacks."""
    words = _words()[key][LANGUAGES.index(language)]
    return words.format(**values) if values else words


def has(key: str) -> bool:
    return key in _words()

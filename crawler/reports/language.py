"""The language a report is written in, by its letters."""

import re

from gongkai.report import Evidence

_SCRIPTS = {"bo": re.compile(r"[\u0f00-\u0fff]"), "mn": re.compile(r"[\u1800-\u18af]"),
            "ug": re.compile(r"[\u0600-\u06ff]"), "zh": re.compile(r"[\u4e00-\u9fff]")}
_TRADITIONAL = re.compile("[個們這國會發員業東車長門問時實與關於學務頭電話網開條關辦處報總規續請應]")
_SIMPLIFIED = re.compile("[个们这国会发员业东车长门问时实与关于学务头电话网开条关办处报总规续请应]")
_SEARCHED = 20_000
_FEWEST = 20


def read_language(text: str) -> Evidence | None:
    """zh-Hans, zh-Hant, bo, mn or ug; None for a text too short to say."""
    head = text[:_SEARCHED]
    letters = {language: len(pattern.findall(head)) for language, pattern in _SCRIPTS.items()}
    total = sum(letters.values())
    if total < _FEWEST:
        return None
    language = max(letters, key=lambda name: letters[name])
    share = letters[language] / total
    if language == "zh":
        old, new = len(_TRADITIONAL.findall(head)), len(_SIMPLIFIED.findall(head))
        language = "zh-Hant" if old > new else "zh-Hans"
        share *= max(old, new) / (old + new) if old + new else 0.5
    return Evidence("language", language, "text", f"{total} letters", round(share, 2))

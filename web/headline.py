"""Headlines of reports, with the places where a line may end: Chinese may end anywhere, also in the middle of 年度 or
政府."""

import re

from markupsafe import Markup, escape

from gongkai.chinese import printable

_BEFORE = re.compile("(?<=.)(?=[0-9]{4}年|政府信息公开|(?<!政府)信息公开|政务公开|工作(?:年度)?报告|(?<![0-9])年报)")


def headline(words: str) -> Markup:
    """A line ends before the year and before the words every title has; the style sheet keeps the rest together."""
    return Markup("<wbr>").join(map(escape, _BEFORE.split(printable(words))))

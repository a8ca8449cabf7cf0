"""How commands talk: data on stdout, words for people on stderr; Chinese unless ``GONGKAI_LANGUAGE=en``."""

import os
import sys
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from gongkai.chinese import printable

out = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
err = Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())


def english() -> bool:
    return os.environ.get("GONGKAI_LANGUAGE", "zh").lower().startswith("en")


def words(zh: str, en: str) -> str:
    return en if english() else zh


def tell(zh: str, en: str, *, style: str = "") -> None:
    """A sentence for a person, on stderr."""
    err.print(escape(printable(words(zh, en))), style=style)


def complain(message: str) -> None:
    """An error for a person; the message names the thing and what to do."""
    err.print(f"[bold red]{words('出错', 'error')}:[/] {escape(printable(message))}")


class WordsTable(Table):
    """Cells are words, never markup: a title from the web may hold ``[/x]`` or an escape sequence."""

    def add_row(self, *cells: Any, **options: Any) -> None:
        super().add_row(*(Text(printable(c)) if isinstance(c, str) else c for c in cells), **options)


def table(*columns: tuple[str, str], title: str = "") -> WordsTable:
    """An empty table whose column heads are (Chinese, English) pairs."""
    named = Text(printable(title), style="italic") if title else None
    made = WordsTable(title=named, header_style="bold", title_justify="left", expand=False)
    for zh, en in columns:
        made.add_column(words(zh, en), overflow="fold")
    return made


def show(renderable: object, console: Console = out) -> None:
    """A table for a person; wide enough not to cut anything when it goes into a file."""
    if console.is_terminal:
        console.print(renderable)
    else:
        Console(width=200, highlight=False, file=console.file).print(renderable)

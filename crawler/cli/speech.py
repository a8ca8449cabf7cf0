"""How commands talk: data on stdout, words for people on stderr; Chinese unless ``GONGKAI_LANGUAGE=en``."""

import os
import sys

from rich.console import Console
from rich.markup import escape
from rich.table import Table

out = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
err = Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())


def english() -> bool:
    return os.environ.get("GONGKAI_LANGUAGE", "zh").lower().startswith("en")


def words(zh: str, en: str) -> str:
    return en if english() else zh


def tell(zh: str, en: str, *, style: str = "") -> None:
    """A sentence for a person, on stderr."""
    err.print(escape(words(zh, en)), style=style)


def complain(message: str) -> None:
    """An error for a person; the message names the thing and what to do."""
    err.print(f"[bold red]{words('出错', 'error')}:[/] {escape(message)}")


def table(*columns: tuple[str, str], title: str | None = None) -> Table:
    """An empty table whose column heads are (Chinese, English) pairs."""
    made = Table(title=title, header_style="bold", title_justify="left", expand=False)
    for zh, en in columns:
        made.add_column(words(zh, en), overflow="fold")
    return made


def show(renderable: object, console: Console = out) -> None:
    """A table for a person; wide enough not to cut anything when it goes into a file."""
    if console.is_terminal:
        console.print(renderable)
    else:
        Console(width=200, highlight=False, file=console.file).print(renderable)

"""The ``gongkai`` command. Each command is a small module; this one names them and turns errors into exit codes.

0 done; 1 unexpected failure; 2 wrong use or configuration; 3 finished, but a site gave nothing where something was
expected or was blocked; 5 damage found by ``verify``.
"""

import os
import sys
import traceback

import typer

from crawler.cli import crawl, demo, doctor, extract, index, integrity
from crawler.cli.speech import complain, words
from gongkai import __version__
from gongkai.errors import DONE, UNEXPECTED, GongkaiError

app = typer.Typer(
    name="gongkai",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="公开：政府信息公开工作年度报告的发现、读取与存档。\n\nFinds, reads and archives China's government "
    "information-disclosure annual reports.\n\nExit codes: 0 done; 1 unexpected failure; 2 wrong use or configuration; "
    "3 finished, but a site gave nothing or was blocked; 5 damage found.",
)

app.command("crawl")(crawl.crawl)
app.command("reports")(index.reports)
app.command("show")(index.show)
app.command("history")(index.history)
app.command("diff")(index.diff)
app.command("extract")(extract.extract)
app.command("verify")(integrity.verify)
app.command("rebuild")(integrity.rebuild)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="显示版本 · print the version")) -> None:
    if version:
        print(f"gongkai {__version__}")  # noqa: T201
        raise typer.Exit(DONE)


def main() -> None:
    """Entry point: never a traceback for a user's mistake. ``GONGKAI_LOG_LEVEL=DEBUG`` shows one for ours."""
    try:
        app()
    except GongkaiError as problem:
        complain(str(problem))
        sys.exit(problem.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(DONE)
    except Exception as problem:
        if os.environ.get("GONGKAI_LOG_LEVEL", "").upper() == "DEBUG":
            traceback.print_exc()
        complain(
            f"{type(problem).__name__}: {problem}. "
            + words(
                "这是程序缺陷，请附上命令与 GONGKAI_LOG_LEVEL=DEBUG 的输出报告给我们。",
                "This is a defect of ours; please report it with the output under GONGKAI_LOG_LEVEL=DEBUG.",
            )
        )
        sys.exit(UNEXPECTED)

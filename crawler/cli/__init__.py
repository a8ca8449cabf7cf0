"""The ``gongkai`` command. Each command is a small module; this one names them and turns errors into exit codes.

0 done; 1 unexpected failure; 2 wrong use or configuration; 3 finished, but a site gave nothing where something was
expected or was blocked; 5 damage found by ``verify``; 130 and 143 a crawl ended by Ctrl-C and by SIGTERM.
"""

import gc
import os
import sys
import traceback
from importlib import import_module
from typing import Any

import typer

from crawler.cli.speech import complain, words
from gongkai import __version__
from gongkai.errors import DONE, UNEXPECTED, GongkaiError

COMMANDS = {
    "crawl": "crawl",
    "schedule": "schedule",
    "status": "status",
    "sites": "sites",
    "reports": "reports",
    "show": "index",
    "history": "index",
    "diff": "index",
    "coverage": "coverage",
    "agencies": "agencies",
    "check": "check",
    "extract": "extract",
    "export": "export",
    "verify": "integrity",
    "repair": "integrity",
    "rebuild": "integrity",
    "copy": "copying",
    "renormalise": "renormalise",
    "stats": "size",
    "retain": "size",
    "serve": "serve",
    "token": "token",
    "worker": "worker",
    "demo": "demo",
    "doctor": "doctor",
    "family": "family",
}
"""Each command and the module of this package that holds its function of the same name, or, where it has commands of
its own, its `typer.Typer`; in the order of the help."""


def application(only: str | None = None) -> typer.Typer:
    """The command line; with `only` that one command, so that a listing need not load the crawler (1.0 s of 1.5)."""
    app = typer.Typer(
        name="gongkai",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="公开：政府信息公开工作年度报告的发现、读取与存档。\n\nFinds, reads and archives China's government "
        "information-disclosure annual reports.\n\nExit codes: 0 done; 1 unexpected failure; 2 wrong use or "
        "configuration; 3 finished, but a site gave nothing or was blocked; 5 damage found; 130 or 143 ended by "
        "Ctrl-C or SIGTERM (the next run goes on from there).",
    )
    app.callback(invoke_without_command=True)(_root)
    for name, module in COMMANDS.items():
        if only in (None, name):
            made = getattr(import_module(f"crawler.cli.{module}"), name)
            if isinstance(made, typer.Typer):
                app.add_typer(made, name=name)
            else:
                app.command(name)(made)
    return app


def _root(version: bool = typer.Option(False, "--version", help="显示版本 · print the version")) -> None:
    if version:
        print(f"gongkai {__version__}")  # noqa: T201
        raise typer.Exit(DONE)


def __getattr__(name: str) -> Any:
    if name == "app":
        return application()
    raise AttributeError(name)


def main() -> None:
    """Entry point: never a traceback for a user's mistake. ``GONGKAI_LOG_LEVEL=DEBUG`` shows one for ours."""
    asked = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] in COMMANDS else None
    try:
        code = _run(asked)
        sys.stdout.flush()
    except GongkaiError as problem:
        complain(str(problem))
        code = problem.exit_code
    except BrokenPipeError:  # whoever read our output had enough, as head does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = DONE
    except OSError as problem:
        complain(_failed_file(problem))
        code = UNEXPECTED
    except Exception as problem:
        complain(_defect(problem))
        code = UNEXPECTED
    sys.exit(code)


def _run(asked: str | None) -> int:
    try:
        command = application(asked)
        gc.enable()  # see `crawler.__main__`
        command(prog_name="gongkai")
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):
            raise end.__context__ from None
        return end.code if isinstance(end.code, int) else DONE
    return DONE


def _failed_file(problem: OSError) -> str:
    what = problem.filename or words("输出", "the output")
    return f"{what}: {problem.strerror or problem}. " + words(
        "请检查磁盘空间与权限后再次运行同一命令。", "Check free space and permissions, then run the same command again."
    )


def _defect(problem: Exception) -> str:
    if os.environ.get("GONGKAI_LOG_LEVEL", "").upper() == "DEBUG":
        traceback.print_exc()
    return f"{type(problem).__name__}: {problem}. " + words(
        "这是程序缺陷，请附上命令与 GONGKAI_LOG_LEVEL=DEBUG 的输出报告给我们。",
        "This is a defect of ours; please report it with the output under GONGKAI_LOG_LEVEL=DEBUG.",
    )

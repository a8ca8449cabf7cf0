"""Loads the command where all processes of `tests.forks` are forked from; imported there alone."""

import gc
import importlib
import io
import sys
import threading
from contextlib import redirect_stderr, redirect_stdout

_NOT_FORKED = {"serve", "worker", "schedule", "demo", "doctor"}

# A console asks when it is made whether it stands before a terminal: none of those that are forked does.
with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
    from crawler.cli import COMMANDS

    for module in sorted({*COMMANDS.values()} - _NOT_FORKED):
        importlib.import_module(f"crawler.cli.{module}")
importlib.import_module("alembic.command")  # every new archive asks for it

assert threading.active_count() == 1, threading.enumerate()
too_early = {"crawler.settings", "twisted.internet.reactor"} & sys.modules.keys()
assert not too_early, f"{too_early} would be what the environment of this process says"
gc.freeze()

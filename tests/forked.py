"""The gongkai command without the second a process takes to load it: forked from one that has loaded it already.

What the command does, it does in a process of its own as ever: arguments, environment, folder, streams and exit code
are its own; no thread, reactor, archive or connection is shared. Its children are started as ever. What a test limits,
measures or kills is not forked (`tests.command`).
"""

import atexit
import os
import subprocess
import sys
import threading
import time
from multiprocessing.connection import Connection, wait
from pathlib import Path

from tests.forks import FORKS

_ONE_AT_A_TIME = threading.Lock()
"""Who starts a process also looks after those that ended: of two threads that ask for one exit code, one gets it."""


def run(args: tuple[str, ...], env: dict[str, str], cwd: Path, timeout_s: float) -> "subprocess.CompletedProcess[str]":
    """As `subprocess.run` with what it said captured; its `TimeoutExpired` too."""
    deadline = time.monotonic() + timeout_s
    out, err = _Said(), _Said()
    child = FORKS.Process(target=_command, args=(args, env, str(cwd), out.theirs, err.theirs))
    with _ONE_AT_A_TIME:
        child.start()
    try:
        for said in (out, err):
            said.begin()
        texts = [said.until(deadline) for said in (out, err)]
        if None in texts or not wait([child.sentinel], max(0.0, deadline - time.monotonic())):
            raise subprocess.TimeoutExpired(args, timeout_s, *texts)
    finally:
        with _ONE_AT_A_TIME:
            if child.exitcode is None:
                child.kill()
            child.join()
            code = child.exitcode
            child.close()
    assert code is not None
    return subprocess.CompletedProcess(args, code, *(text.decode("utf-8") for text in texts if text is not None))


class _Said:
    """One stream of the child, read as it comes."""

    def __init__(self) -> None:
        self._ours, self.theirs = FORKS.Pipe(duplex=False)
        self._text = b""
        self._reader = threading.Thread(target=self._read, daemon=True)

    def until(self, deadline: float) -> bytes | None:
        """All of it; None where its end has not come by then."""
        self._reader.join(max(0.0, deadline - time.monotonic()))
        return None if self._reader.is_alive() else self._text

    def begin(self) -> None:
        """Once the child has its end."""
        self.theirs.close()
        self._reader.start()

    def _read(self) -> None:
        with self._ours, open(self._ours.fileno(), "rb", closefd=False) as stream:
            self._text = stream.read()


def _command(args: tuple[str, ...], env: dict[str, str], cwd: str, out: Connection, err: Connection) -> None:
    """In the child: what ``python -m crawler`` would be there."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    for theirs, number in ((out, 1), (err, 2)):
        os.dup2(theirs.fileno(), number)
        theirs.close()
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
    sys.argv = ["gongkai", *args]
    from crawler.__main__ import main

    try:
        main()
    finally:  # as an interpreter ends: its threads first, then what asked to be told
        threading._shutdown()
        atexit._run_exitfuncs()

"""``python -m crawler …`` is ``gongkai …``: the command as a process of its own."""

import atexit
import gc
import logging
import os
import sys
from contextlib import suppress


def main() -> None:
    """`crawler.cli.main`, and an end as soon as all is said: taking a hundred libraries down in order, and looking for
    garbage among what was just imported, costs every command a fifth of a second."""
    codes: list[int] = []
    atexit.register(_leave, codes)  # the first registered is the last called: threads and files have ended by then
    gc.disable()
    from crawler.cli import main as command

    try:
        command()
    except SystemExit as end:
        if isinstance(end.code, int):
            codes.append(end.code)
        raise


def _leave(codes: list[int]) -> None:
    if not codes:  # not our end: the interpreter knows what to say of it
        return
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(codes[0])


if __name__ == "__main__":
    main()

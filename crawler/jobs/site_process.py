"""One site's crawl in a process of its own: ``python -m crawler.jobs.site_process``.

The job comes as one JSON line on stdin, events go as JSON lines to stdout, the log to a file. The process lives no
longer than whoever started it: when stdin closes it stops at once, and the frontier keeps what was not yet stored.
SIGTERM ends it after the page under way.
"""

import gc
import json
import logging
import os
import threading
from typing import Any, TextIO


def main() -> None:
    job = json.loads(_first_line())
    events = _take_over_stdout()
    threading.Thread(target=_die_with_parent, daemon=True).start()
    gc.disable()  # nothing of what is loaded is garbage: looking for it costs a tenth of the time
    from crawler.jobs.site_crawl import run

    summary, crawl_id = run(job, events)
    _send(events, {"event": "summary", "summary": summary, "crawl_id": crawl_id})
    logging.shutdown()
    os._exit(0)  # all is kept and said; taking the libraries down in order would cost a third of a second


def _first_line() -> bytes:
    line = b""
    while not line.endswith(b"\n") and (piece := os.read(0, 65536)):
        line += piece
    return line


def _take_over_stdout() -> TextIO:
    """Events get the real stdout for themselves; whatever a library prints goes to stderr."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    return events


def _die_with_parent() -> None:
    while os.read(0, 4096):  # not sys.stdin: its lock would be held when the interpreter ends
        pass
    os._exit(1)


def _send(events: TextIO, event: dict[str, Any]) -> None:
    try:
        events.write(json.dumps(event, ensure_ascii=False) + "\n")
        events.flush()
    except BrokenPipeError:
        os._exit(1)


if __name__ == "__main__":
    main()

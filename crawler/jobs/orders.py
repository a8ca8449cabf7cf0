"""Orders carried out beside a server, in a process of its own: ``python -m crawler.jobs.orders``.

It takes orders alone, never what is merely due, and passes the same rules of sites and the same egress guard as any
crawl. It lives no longer than whoever started it: when its stdin closes it ends after the pages under way.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from crawler.jobs.interruption import Interruption
from crawler.jobs.now import environment_of
from crawler.jobs.runner import Runner
from gongkai.errors import GongkaiError
from gongkai.settings import Settings, load_settings
from storage import Archive

logger = logging.getLogger(__name__)

_PATIENCE_S = 60.0
"""What a page under way may take to be stored."""
_AGAIN_S = 5.0


@contextmanager
def carrying_out(settings: Settings) -> Iterator[None]:
    """While entered, orders are taken. A process that ends by itself is started anew."""
    over = threading.Event()
    children: list[subprocess.Popen[bytes]] = []

    def keep() -> None:
        while not over.is_set():
            child = _start(settings)
            children[:] = [child]
            code = child.wait()
            if not over.wait(_AGAIN_S if code else 0):
                logger.warning("the process that carries out orders ended (%d) and is started anew", code)

    keeper = threading.Thread(target=keep, name="orders", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        for child in children:
            _end(child)
        keeper.join(_AGAIN_S)


def _start(settings: Settings) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "crawler.jobs.orders"], stdin=subprocess.PIPE,
                            stdout=subprocess.DEVNULL, env=environment_of(settings), start_new_session=True)


def _end(child: "subprocess.Popen[bytes]") -> None:
    child.terminate()
    try:
        child.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def main() -> None:
    settings = load_settings()
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(name)s: %(message)s")
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        with Archive.open(settings, create=False) as archive, Interruption(lambda: None) as stopping:
            Runner(settings, archive, stopping, lambda event, facts: logger.info("%s %s", event, facts.get("site", "")),
                   kinds=("order",)).run()
    except GongkaiError as problem:
        logger.error("orders are not carried out: %s", problem)
        sys.exit(problem.exit_code)


def _end_with_parent() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()

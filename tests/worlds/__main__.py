"""``python -m tests.worlds NAME [SEED]``: puts a world on the wire and prints each request, until interrupted."""

import contextlib
import sys
import time

from tests.worlds import load, variants
from tests.worlds.server import served


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in variants():
        print("worlds:", " ".join(variants()), file=sys.stderr)
        return 2
    world = load(*arguments[:2])
    with served(world) as proxy, contextlib.suppress(KeyboardInterrupt):
        print(f"http_proxy={proxy} no_proxy= gongkai crawl {world.home} --agency {world.agency.name}", flush=True)
        shown = 0
        while True:
            time.sleep(0.3)
            for line in world.log[shown:]:
                print(line.method, line.status, line.url, line.body[:120], line.tag and f"[{line.tag}]", flush=True)
                shown += 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

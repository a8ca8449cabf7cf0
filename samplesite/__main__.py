"""``python -m samplesite --port 8900``: the sample site to look at, until Ctrl-C."""

import argparse
import signal
import sys

from samplesite.server import serve


def main() -> None:
    about = "Serve the sample agency site on 127.0.0.1."
    parser = argparse.ArgumentParser(prog="python -m samplesite", description=about)
    parser.add_argument("--port", type=int, default=8900, help="0 takes a free one")
    parser.add_argument("--seed", default="gongkai", help="another seed, other figures")
    parser.add_argument("--reissue", action="store_true", help="with one report edited in place, as on a later day")
    given = parser.parse_args()
    with serve(given.port, given.seed) as site:
        if given.reissue:
            site.reissue()
        sys.stdout.write(f"{site.agency}  {site.url}   (Ctrl-C ends)\n")
        sys.stdout.flush()
        try:
            signal.pause()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()

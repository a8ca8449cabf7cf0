"""What crawls remember of a site: its frontier, a small file of the machine that crawled it last.

Not part of the archive: without it the next crawl of a site finds everything again, at the price of a first crawl.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from gongkai.address import identity
from gongkai.digest import sha256_hex
from gongkai.errors import StorageError
from gongkai.settings import Settings

_FRONTIERS, _NEIGHBOURS = "frontiers", "neighbours.db"


def memory_file(settings: Settings, site_url: str) -> Path:
    """Where `spiders.frontier` keeps the site's."""
    return settings.state_dir / _FRONTIERS / f"{sha256_hex(identity(site_url))[:16]}.db"


def hand_over(settings: Settings, target: Settings) -> int:
    """What the crawls of one archive remember, beside the state of another on this machine; never over what is there.
    Returns for how many sites."""
    files = [path.relative_to(settings.state_dir) for path in _files(settings.state_dir)]
    for path in files:
        if not (target.state_dir / path).exists():
            copy_whole(settings.state_dir / path, target.state_dir / path)
    return sum(path.name != _NEIGHBOURS for path in files)


def _files(state: Path) -> Iterator[Path]:
    yield from sorted((state / _FRONTIERS).glob("*.db"))
    if (state / _NEIGHBOURS).is_file():
        yield state / _NEIGHBOURS


def copy_whole(source: Path, target: Path) -> None:
    """A state of a database that a crawl may be writing to, in one step."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f"{target.name}.new")
        beside.unlink(missing_ok=True)
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as from_, \
                closing(sqlite3.connect(beside)) as to:
            from_.backup(to)
        beside.replace(target)
    except (OSError, sqlite3.Error) as problem:
        raise StorageError(f"cannot copy {source} to {target}: {problem}. Free some space and check the owner, then "
                           "run the same command again; what was copied is kept") from problem

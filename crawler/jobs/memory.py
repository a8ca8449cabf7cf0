"""What crawls remember of a site: its frontier, a small file of the machine that crawled it last; with the catalog on
a server also there, for whichever machine crawls it next.

Not part of the archive: without it the next crawl of a site finds everything again, at the price of a first crawl.
"""

import logging
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from gongkai.address import identity
from gongkai.digest import sha256_hex
from gongkai.errors import DamageError, StorageError
from gongkai.settings import Settings
from spiders.frontier import is_finished
from storage.locks import FileLock
from storage.shared import Shared, SharedMemories, open_shared

logger = logging.getLogger(__name__)

_FRONTIERS, _NEIGHBOURS = "frontiers", "neighbours.db"


def memory_file(settings: Settings, site_url: str) -> Path:
    """Where `spiders.frontier` keeps the site's."""
    return settings.state_dir / _FRONTIERS / f"{_name(site_url)}.db"


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


def site_lock(settings: Settings, site_url: str) -> FileLock:
    """Held by the process that crawls the site into this archive, on this machine."""
    return FileLock(settings.state_dir.absolute() / "locks" / f"site-{_name(site_url)}.lock")


@contextmanager
def remembering(settings: Settings, site_url: str) -> Iterator[None]:
    """Before: the newest memory of the site is this machine's. After: what this machine knows is everybody's. Without a
    server neither. A server that is away costs the memory, never the crawl: that has its own patience."""
    opened = open_shared(settings)
    if opened is None:
        yield
        return
    try:
        memory = _SiteMemory(opened.memories, settings, site_url)
        memory.fetch()
        opened.pause()  # for as long as the crawl takes
        yield
        memory.save()
    finally:
        opened.close()


def share_all(settings: Settings, shared: Shared) -> int:
    """What this machine remembers of sites and the server does not, as after growing from one machine; how many."""
    return sum(_SiteMemory(shared.memories, settings, "", file=file).save_first()
               for file in sorted((settings.state_dir / _FRONTIERS).glob("*.db")))


class _SiteMemory:
    """`.generation` beside the file says which shared state it was made from."""

    def __init__(self, memories: SharedMemories, settings: Settings, site_url: str, *,
                 file: Path | None = None) -> None:
        self._memories, self._settings, self._site = memories, settings, site_url
        self._file = file or memory_file(settings, site_url)
        self._id = self._file.stem
        self._mark = self._file.with_suffix(".generation")

    def fetch(self) -> None:
        lock = site_lock(self._settings, self._site)
        try:
            if lock.try_exclusive() and self._memories.generation(self._id) > self._generation():
                self._take()
        except (StorageError, DamageError, OSError) as problem:
            logger.warning("what other machines remember of %s is not used: %s", self._site, problem)
        finally:
            lock.close()

    def save(self) -> None:
        if not self._file.is_file():
            return
        try:
            with tempfile.TemporaryDirectory(prefix="gongkai-memory-") as place:
                ours = Path(place) / self._file.name
                copy_whole(self._file, ours)
                self._note(self._saved(ours))
        except (StorageError, DamageError, OSError, sqlite3.Error) as problem:
            logger.warning("what this crawl remembers of %s stays on this machine: %s", self._site, problem)

    def _saved(self, ours: Path) -> int:
        """The generation it became. Two machines may have begun with the same one, where a worker lost its lease in
        mid-crawl and both went on for a moment: what a finished crawl knows then stands above what a broken-off one
        left, whichever came first; the next crawl would look through the whole site again otherwise."""
        began, data = self._generation(), ours.read_bytes()
        became = self._memories.save(self._id, data, before=began)
        if became != began or not is_finished(ours):
            return became
        theirs = self._memories.load(self._id)
        if theirs is None:
            return began
        beside = ours.with_suffix(".theirs")
        beside.write_bytes(theirs.data)
        if is_finished(beside):
            return began
        became = self._memories.save(self._id, data, before=theirs.generation)
        return became if became != theirs.generation else began

    def save_first(self) -> bool:
        if self._memories.generation(self._id):
            return False
        self.save()
        return True

    def _take(self) -> None:
        found = self._memories.load(self._id)
        if found is None:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        beside = self._file.with_suffix(".new")
        beside.write_bytes(found.data)
        for log in ("-wal", "-shm"):
            self._file.with_name(self._file.name + log).unlink(missing_ok=True)
        beside.replace(self._file)
        self._note(found.generation)

    def _generation(self) -> int:
        try:
            return int(self._mark.read_text("utf-8"))
        except (OSError, ValueError):
            return 0

    def _note(self, generation: int) -> None:
        self._mark.write_text(str(generation), "utf-8")


def _name(site_url: str) -> str:
    return sha256_hex(identity(site_url))[:16]

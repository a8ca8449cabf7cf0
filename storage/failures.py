"""One place that turns what engines throw (file system, S3, database) into words for a person."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from gongkai.errors import StorageError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


class CatalogUnreadableError(StorageError):
    """The catalog itself is broken; the objects are not, and the catalog can be made again from them."""


class IndexUnreadableError(CatalogUnreadableError):
    """The search index is broken: a file of its own, made anew from catalog and objects."""


class CatalogAwayError(StorageError):
    """The database server does not answer, or ended the connection: it may be back in a moment."""


@contextmanager
def file_failures(what: str) -> Iterator[None]:
    """`what` says what was being done, with the path: ``write /data/archive/raw/…``."""
    try:
        yield
    except OSError as problem:
        raise StorageError(f"cannot {what}: {_file_reason(problem)}") from problem


def _file_reason(problem: OSError) -> str:
    if problem.errno in _FULL:
        return (f"no space left ({problem.strerror}). Free some space and run the same command again; "
                "nothing half-written is visible")
    if problem.errno in _READ_ONLY:
        return f"not writable ({problem.strerror}). Check the owner and the mount of the archive directory"
    if problem.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"something that is not a directory stands in the way ({problem.filename})"
    return str(problem)


@contextmanager
def catalog_failures(catalog: str, *, is_index: bool = False) -> Iterator[None]:
    """`catalog` is the catalog's address without password, or the search index's where that has a file of its own."""
    try:
        yield
    except DBAPIError as problem:
        if _is_away(problem):
            raise CatalogAwayError(f"catalog {catalog} does not answer ({_first_line(problem.orig)}). Is the database "
                                   "server up? Check GONGKAI_CATALOG") from problem
        raise _catalog_error(catalog, str(problem.orig), is_index) from problem
    except sqlite3.Error as problem:  # from statements that go past SQLAlchemy
        raise _catalog_error(catalog, str(problem), is_index) from problem
    except SQLAlchemyError as problem:
        raise StorageError(f"catalog {catalog}: {problem}") from problem


def _is_away(problem: DBAPIError) -> bool:
    """SQLite is never away. Of what PostgreSQL says, 08 is a broken connection and 57P01 to 57P05 a shutdown or a
    start; a failed attempt to connect has no such state, nor has a wrong password."""
    state = getattr(problem.orig, "sqlstate", None)
    if isinstance(problem.orig, sqlite3.Error):
        return False
    if state is None:
        return isinstance(problem, (OperationalError, InterfaceError)) and not _never(str(problem.orig))
    return state.startswith("08") or state in ("57P01", "57P02", "57P03", "57P04", "57P05")


def _never(reason: str) -> bool:
    return "authentication failed" in reason or "does not exist" in reason or "no password supplied" in reason


def _first_line(problem: object) -> str:
    return next(iter(str(problem).strip().splitlines()), "no reason given")


def _catalog_error(catalog: str, reason: str, is_index: bool) -> StorageError:
    low = reason.lower()
    broken = ("not a database", "malformed", "no such table", "no such column")
    if any(word in low for word in broken) or (low.startswith(("relation", "column")) and "does not exist" in low):
        if is_index:
            return IndexUnreadableError(f"the search index {catalog} is not readable ({reason}); everything else is, "
                                        "and it is made anew by: gongkai repair")
        return CatalogUnreadableError(f"catalog {catalog} is not readable ({reason}); the objects are the truth: "
                                      "make it again with: gongkai rebuild")
    if "full" in low or "disk i/o" in low or "no space left" in low:
        return StorageError(f"catalog {catalog}: no space left or the disk fails ({reason}). Free some space and run "
                            "the same command again; what was stored is kept")
    if "readonly" in low or "read-only" in low:
        return StorageError(f"catalog {catalog} is not writable ({reason}). Check the owner and the mount of that file")
    if "locked" in low:
        return StorageError(f"catalog {catalog} stayed locked by another process ({reason}). Let that one finish or "
                            "end it, then run the same command again")
    return StorageError(f"catalog {catalog} does not answer: {reason}. Check GONGKAI_CATALOG")

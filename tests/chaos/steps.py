"""The steps at which a process may die: before whatever makes something durable, before every question to a service
and after every answer of one."""

import errno
import http.client
import os
import signal
import sqlite3
import stat
from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

SYSTEM_CALLS = ("fsync", "link", "rename", "unlink", "write")
Tick = Callable[[], None]


def watched(tick: Tick, calls: tuple[str, ...] = SYSTEM_CALLS, touch: Tick | None = None) -> Callable[[], None]:
    """Calls `tick` at each step, `touch` (by default the same) at those that touch a file; gives the way back."""
    touch = touch or tick
    kept = {name: getattr(os, name) for name in calls}
    endheaders, getresponse = http.client.HTTPConnection.endheaders, http.client.HTTPConnection.getresponse

    def stepped(call: Callable[..., Any]) -> Callable[..., Any]:
        def made(*args: Any, **options: Any) -> Any:
            touch()
            return call(*args, **options)
        return made

    def asking(self: Any, *args: Any, **options: Any) -> Any:
        tick()
        return endheaders(self, *args, **options)

    def answered(self: Any, *args: Any, **options: Any) -> Any:
        answer = getresponse(self, *args, **options)
        tick()
        return answer

    def committing(_connection: object) -> None:
        tick()

    for name, call in kept.items():
        setattr(os, name, stepped(call) if name != "write" else _to_files(stepped(call), call))
    http.client.HTTPConnection.endheaders = asking  # type: ignore[method-assign]
    http.client.HTTPConnection.getresponse = answered  # type: ignore[method-assign]
    event.listen(Engine, "commit", committing)

    def back() -> None:
        for name, call in kept.items():
            setattr(os, name, call)
        http.client.HTTPConnection.endheaders = endheaders  # type: ignore[method-assign]
        http.client.HTTPConnection.getresponse = getresponse  # type: ignore[method-assign]
        event.remove(Engine, "commit", committing)
    return back


def _to_files(stepped: Callable[..., Any], plain: Callable[..., Any]) -> Callable[..., Any]:
    """What goes into a pipe or socket keeps nothing."""
    def write(handle: int, data: Any) -> Any:
        return (stepped if stat.S_ISREG(os.fstat(handle).st_mode) else plain)(handle, data)
    return write


def stepping(killed_at: int, read_only_from: int) -> Callable[[], int]:
    """At the one step this process dies as by kill -9; from the other on its disk is read-only, as a file system is
    that met an error. Gives what counts the steps so far."""
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        if done == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def touch() -> None:
        tick()
        if 0 < read_only_from <= done:
            raise OSError(errno.EROFS, "Read-only file system")

    watched(tick, touch=touch)
    _frontier_steps(tick)
    return lambda: done


def _frontier_steps(tick: Tick) -> None:
    """The frontier talks to SQLite by itself: what it writes are steps as well."""
    class Stepped(sqlite3.Connection):
        def execute(self, sql: str, *args: Any) -> Any:
            if not sql.lstrip().upper().startswith(("SELECT", "PRAGMA")):
                tick()
            return super().execute(sql, *args)

    connect = sqlite3.connect
    sqlite3.connect = lambda *args, **options: connect(*args, **{"factory": Stepped, **options})  # type: ignore

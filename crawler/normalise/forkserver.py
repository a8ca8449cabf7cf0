"""The small process every reading is forked from. Started as ``python -m crawler.normalise.forkserver FD``.

It imports the readers once and then does nothing but fork: one child a file, each with its own limits and its own
process group, killed as a group when its time is up. It shares no standard stream with whoever started it and ends,
with its children, as soon as the other end of its socket is closed: also when that process was killed.

multiprocessing's forkserver is not used because its children import the caller's ``__main__`` again (for the command
line: everything) and its helpers keep the caller's output pipes open.
"""

import array
import contextlib
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

OUTPUT_LIMIT_BYTES = 64 << 20
_FILE_LIMIT_BYTES = 64 << 20
_OPEN_FILES = 64
_FDS = 2  # the child's socket, and the pipe its end is reported on
_REQUEST_BYTES = 4096


@dataclass
class _Child:
    pid: int
    deadline: float
    report: int
    killed: bool = False


class Readers(Protocol):
    """The module `crawler.normalise.readers`, once it is loaded."""

    def load(self, readers: Sequence[str]) -> None: ...

    def serve_one(self, peer: socket.socket) -> None: ...


def main() -> None:
    gate = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken)
    gc.disable()  # nothing of what is loaded is garbage
    from crawler.normalise import readers

    readers.warm_up()
    gc.freeze()  # the children share what was imported; a collection would copy it
    gc.enable()
    gate.sendall(b"+")
    children: dict[int, _Child] = {}
    try:
        while _turn(gate, wake, children, readers):
            pass
    finally:
        for child in children.values():
            _kill(child.pid)
    os._exit(0)  # taking a hundred libraries down in order costs a tenth of a second that somebody waits for


def _turn(gate: socket.socket, wake: int, children: dict[int, _Child], readers: Readers) -> bool:
    """Wait for a request, the end of a child or a deadline, and see to it. False when nobody is there any more."""
    soonest = min((child.deadline for child in children.values() if not child.killed), default=None)
    wait = None if soonest is None else max(0.0, soonest - time.monotonic())
    ready, _, _ = select.select([gate.fileno(), wake], [], [], wait)
    if wake in ready:
        with contextlib.suppress(BlockingIOError):
            os.read(wake, 512)
    for child in children.values():
        if not child.killed and child.deadline <= time.monotonic():
            child.killed = True
            _kill(child.pid)
    _reap(children)
    if gate.fileno() in ready:
        return _accept(gate, children, readers)
    return True


def _accept(gate: socket.socket, children: dict[int, _Child], readers: Readers) -> bool:
    message, ancillary, _, _ = gate.recvmsg(_REQUEST_BYTES, socket.CMSG_SPACE(_FDS * array.array("i").itemsize))
    if not message:
        return False
    fds = array.array("i")
    for _, _, data in ancillary:
        fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
    limits = json.loads(message)
    with contextlib.suppress(Exception):  # the child meets it again, and its document says so
        readers.load(limits["readers"])
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.setsid()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            gate.close()
            os.close(fds[1])
            for child in children.values():
                os.close(child.report)
            _limit(limits)
            readers.serve_one(socket.socket(fileno=fds[0]))
            code = 0
        except MemoryError:
            code = 3
        finally:
            os._exit(code)
    os.close(fds[0])
    children[pid] = _Child(pid, time.monotonic() + limits["wall_s"], fds[1])
    return True


def _limit(limits: dict[str, float]) -> None:
    cpu, memory = int(limits["cpu_s"]), int(limits["memory_bytes"])
    for kind, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, cpu), (resource.RLIMIT_CORE, 0),
                       (resource.RLIMIT_FSIZE, _FILE_LIMIT_BYTES), (resource.RLIMIT_NOFILE, _OPEN_FILES)):
        ceiling = resource.getrlimit(kind)[1]
        allowed = most if ceiling == resource.RLIM_INFINITY else min(most, ceiling)
        resource.setrlimit(kind, (allowed, allowed))


def _reap(children: dict[int, _Child]) -> None:
    """Report how each ended child ended: its exit code or signal, and whether its time was up."""
    for pid in list(children):
        done, status = os.waitpid(pid, os.WNOHANG)
        if not done:
            continue
        child = children.pop(pid)
        _kill(pid)  # what it may have started
        end = {"code": os.waitstatus_to_exitcode(status), "late": child.killed}
        with contextlib.suppress(OSError):
            os.write(child.report, json.dumps(end).encode())
        os.close(child.report)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()

"""What the sandbox's server loads before it forks, and what a child does with its one file.

Apart from the sandbox, for the server needs nothing of what that needs (settings, pydantic): a third of the
processor time its start took, and every crawl starts one.
"""

import importlib
import json
import socket
import struct
from collections.abc import Sequence

import orjson

from crawler.normalise import normalise

LENGTH = struct.Struct(">Q")
"""Of the request, which stands before the file."""

_BY_MAGIC = (
    (b"%PDF-", ("pdf",)),
    (b"PK\x03\x04", ("docx", "sheet", "ofd", "archives")),
    (b"\xd0\xcf\x11\xe0", ("doc", "sheet")),
    (b"{\\rtf", ("rtf",)),
)
"""The readers that a file which begins so may need, with libraries of their own (0.25 s together): most sites are read
without them."""


def warm_up() -> None:
    """In the server, before anything is forked: load what any page needs, vocabularies and what the libraries load at
    first use, so that no child has to."""
    page = "<html><head><title>年报</title></head><body><h1>年报</h1><p>总体情况</p><a href='a.pdf'>附</a></body>"
    normalise(page.encode("gb18030"))


def readers_of(data: bytes) -> tuple[str, ...]:
    """What the server loads before it forks for this file: a guess by its first bytes, nothing is read."""
    return next((readers for magic, readers in _BY_MAGIC if magic in data[:1024]), ())


def load(readers: Sequence[str]) -> None:
    for reader in readers:
        importlib.import_module(f"crawler.normalise.{reader}")


def serve_one(peer: socket.socket) -> None:
    """In the child: take one file, read it, give the document back as JSON."""
    with peer, peer.makefile("rb") as incoming:
        length, = LENGTH.unpack(incoming.read(LENGTH.size))
        request = json.loads(incoming.read(length))
        document = normalise(incoming.read(), url=request["url"], content_type=request["content_type"],
                             way=request["way"])
        peer.sendall(orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS))  # lxml's strings as keys are no `str`

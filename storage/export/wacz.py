"""WACZ 1.1.1: a WARC with index and pages in one ZIP that viewers open as it is, here or from a web server.

Written by ourselves: the `wacz` library holds the index and every page's text in memory and reads the WARC again.
"""

import gzip
import hashlib
import json
import zipfile
from itertools import islice
from pathlib import Path
from typing import Any

from gongkai import __version__
from gongkai.digest import sha256_hex
from storage.export.warc import Shelf, copy_stream, write_shelves
from storage.export.work import Work

WACZ_VERSION = "1.1.1"
_LINES_A_BLOCK = 1024  # of the compressed index, as ReplayWeb.page writes it


def write_wacz(work: Work) -> list[str]:
    folder = work.folder / "making"
    notes, shelves = write_shelves(work, folder, pages=True)
    for shelf in shelves:
        _write(work, shelf, work.folder / f"{shelf.name}.wacz")
        shelf.ledger.remove()
        for path in _files(shelf):
            path.unlink()
    folder.rmdir()
    return notes


def _files(shelf: Shelf) -> list[Path]:
    return [path for path in shelf.warcs if path.name.rpartition("-")[0] == shelf.name]


def _write(work: Work, shelf: Shelf, target: Path) -> None:
    with zipfile.ZipFile(target, "w", allowZip64=True) as archive:
        made = _Members(archive, work.moment)
        for path in _files(shelf):
            with path.open("rb") as source, made.member(f"archive/{path.name}") as out:
                copy_stream(source, out)
        _write_index(shelf, made)
        with made.member("pages/pages.jsonl", compressed=True) as out:
            header = {"format": "json-pages-1.0", "id": "pages", "title": "政府信息公开工作年度报告", "hasText": True}
            out.write(_line(header))
            for number, (url, at, title, text) in enumerate(shelf.ledger.pages(), 1):
                out.write(_line({"id": str(number), "url": url, "ts": at, "title": title, "text": text}))
        package = json.dumps({
            "profile": "data-package", "wacz_version": WACZ_VERSION, "software": f"gongkai {__version__}",
            "title": "政府信息公开工作年度报告", "created": work.moment, "gongkai": work.about(),
            "resources": made.resources}, ensure_ascii=False, indent=1).encode()
        made.put("datapackage.json", package)
        made.put("datapackage-digest.json", _line(
            {"path": "datapackage.json", "hash": f"sha256:{sha256_hex(package)}"}))


def _write_index(shelf: Shelf, made: "_Members") -> None:
    """The index in blocks of lines, each a gzip member, and where each block begins."""
    starts, lines = [b'!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n'], shelf.ledger.lines()
    offset = 0
    with made.member("indexes/index.cdx.gz") as out:
        while block := list(islice(lines, _LINES_A_BLOCK)):
            packed = gzip.compress("".join(line + "\n" for line in block).encode(), mtime=0)
            out.write(packed)
            key = " ".join(block[0].split(" ", 2)[:2])
            where = {"offset": offset, "length": len(packed), "digest": f"sha256:{sha256_hex(packed)}",
                     "filename": "index.cdx.gz"}
            starts.append(f"{key} {json.dumps(where)}\n".encode())
            offset += len(packed)
    with made.member("indexes/index.idx", compressed=True) as out:
        out.write(b"".join(starts))


def _line(fields: dict[str, Any]) -> bytes:
    return (json.dumps(fields, ensure_ascii=False) + "\n").encode(errors="backslashreplace")


class _Members:
    """Files of the ZIP, digested as they are written. WARCs are stored, so that a viewer can seek in them."""

    def __init__(self, archive: zipfile.ZipFile, moment: str) -> None:
        self._archive = archive
        day, time = moment.rstrip("Z").split("T")
        self._when = (*map(int, day.split("-")), *map(int, time.split(":")))
        self.resources: list[dict[str, Any]] = []

    def member(self, name: str, *, compressed: bool = False) -> "_Member":
        return _Member(self._archive.open(self._info(name, compressed), "w", force_zip64=True), name, self.resources)

    def put(self, name: str, data: bytes) -> None:
        self._archive.writestr(self._info(name, True), data)

    def _info(self, name: str, compressed: bool) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._when)  # type: ignore[arg-type]
        info.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
        return info


class _Member:
    def __init__(self, out: Any, name: str, resources: list[dict[str, Any]]) -> None:
        self._out, self._name, self._resources, self._digest, self._size = out, name, resources, hashlib.sha256(), 0

    def __enter__(self) -> Any:
        return self

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        self._size += len(data)
        self._out.write(data)
        return len(data)

    def __exit__(self, *_: object) -> None:
        self._out.close()
        name = self._name.rpartition("/")[2].lower()
        self._resources.append({"name": name, "path": self._name, "hash": f"sha256:{self._digest.hexdigest()}",
                                "bytes": self._size})

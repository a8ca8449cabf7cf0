"""ZIP, RAR and 7z: the documents inside, each read as if it had come by itself.

Names of members say what they are called and nothing else: none is ever used as a path, nothing is unpacked to disk but
by `unar` in its own temporary file. What an archive may cost is told from its directory, and counted again while it is
read, because directories lie.
"""

import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from typing import IO

from gongkai.chinese import printable
from gongkai.document import Document, Member, Status

MAX_MEMBERS = 2_000
MAX_READ = 40
MAX_DEPTH = 3
MAX_TOTAL_BYTES = 160 << 20
MAX_MEMBER_BYTES = 64 << 20
MAX_RATIO = 200
_RATIO_FROM_BYTES = 16 << 20
_CHUNK_BYTES = 1 << 18
_MAX_NAME = 200
_LITTER = ("__macosx/", "thumbs.db", "desktop.ini", ".ds_store")
ARCHIVES = frozenset(("zip", "rar", "7z"))

ReadMember = Callable[[bytes, str], Document]


class TooMuch(ValueError):
    """The archive would cost more than it may."""


class Locked(ValueError):
    """Members open only with a password."""


def read_archive(data: bytes, doc_format: str, read: ReadMember) -> Document:
    """The fullest document inside, with the others as its `members`; ``metadata`` names archive and member. An archive
    without a readable document takes the status of what it holds."""
    found: list[Member] = []
    says: list[str] = []
    try:
        for name, content in _contents(data, doc_format, says):
            if len(found) >= MAX_READ:
                says.append(f"{doc_format}: only the first {MAX_READ} of its files were read")
                break
            found.append(Member(name, read(content, name)))
    except Locked:
        return Document("encrypted", doc_format, warnings=(f"{doc_format}: opens only with a password",))
    except TooMuch as problem:
        if not any(_is_read(member) for member in found):
            return Document("limit", doc_format, warnings=(f"{doc_format}: {problem}",))
        says.append(f"{doc_format}: {problem}; what came before was read")
    return _whole(found, doc_format, says)


def _whole(found: list[Member], doc_format: str, says: list[str]) -> Document:
    flat = [inner for member in found for inner in _flat(member)]
    readable = [member for member in flat if _is_read(member)]
    if not readable:
        statuses = {member.document.status for member in flat}
        status: Status = next((s for s in ("encrypted", "limit", "unsupported") if s in statuses), "failed")
        for member in flat[:20]:
            says += [f"{member.name}: {warning}" for warning in member.document.warnings[:1]]
        if not flat:
            says.append(f"{doc_format}: no file in it could be read")
        return Document(status, doc_format, warnings=tuple(dict.fromkeys(says)))
    main = max(readable, key=_fullness)
    document = main.document
    return replace(document, status="partial" if says and document.status == "ok" else document.status,
                   metadata=document.metadata | {"archive": doc_format, "member": main.name},
                   warnings=(*document.warnings, *says), members=tuple(m for m in flat if m is not main))


def _flat(member: Member) -> Iterator[Member]:
    """A member and, where it was an archive itself, what that held."""
    yield Member(member.name, replace(member.document, members=()))
    yield from (Member(f"{member.name}/{inner.name}", inner.document) for inner in member.document.members)


def _is_read(member: Member) -> bool:
    return bool(member.document.blocks) and member.document.status in ("ok", "partial")


def _fullness(member: Member) -> tuple[int, int]:
    cells = sum(1 for table in member.document.tables for cell in table.cells if cell.text)
    return cells, len(member.document.text)


def _contents(data: bytes, doc_format: str, says: list[str]) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of the files worth reading; what is wrong with one goes into `says` and the rest goes on."""
    meter = _Meter(len(data))
    if doc_format == "zip":
        yield from _zip(data, meter, says)
    elif doc_format == "rar" and shutil.which("unar"):
        yield from _rar(data, meter, says)
    else:
        yield from _libarchive(data, doc_format, meter, says)


@dataclass
class _Meter:
    """What has been unpacked so far, of an archive of `size` bytes."""

    size: int
    total: int = 0
    members: int = 0

    def announced(self, count: int, total: int) -> None:
        if count > MAX_MEMBERS:
            raise TooMuch(f"{count} files")
        self._judge(total)

    def one_more(self) -> None:
        self.members += 1
        if self.members > MAX_MEMBERS:
            raise TooMuch(f"more than {MAX_MEMBERS} files")

    def count(self, length: int, of_member: int) -> None:
        self.total += length
        if of_member > MAX_MEMBER_BYTES:
            raise TooMuch(f"a file in it is larger than {MAX_MEMBER_BYTES >> 20} MiB")
        self._judge(self.total)

    def read(self, stream: IO[bytes]) -> bytes:
        content = bytearray()
        while chunk := stream.read(_CHUNK_BYTES):
            content += chunk
            self.count(len(chunk), len(content))
        return bytes(content)

    def _judge(self, total: int) -> None:
        if total > MAX_TOTAL_BYTES or (total > _RATIO_FROM_BYTES and total > MAX_RATIO * max(self.size, 1)):
            raise TooMuch(f"would unpack to more than {total} bytes")


def _zip(data: bytes, meter: _Meter, says: list[str]) -> Iterator[tuple[str, bytes]]:
    with _open_zip(data) as archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        meter.announced(len(members), sum(info.file_size for info in members))
        if members and all(info.flag_bits & 1 for info in members):
            raise Locked
        for info in members:
            name = _name(_mended(info))
            if _is_litter(name):
                continue
            if info.flag_bits & 1:
                says.append(f"zip: {name} opens only with a password")
                continue
            try:
                with archive.open(info) as stream:
                    content = meter.read(stream)
            except TooMuch:
                raise
            except Exception as problem:  # zlib, checksums, methods Python does not know
                says.append(f"zip: {name} is damaged ({type(problem).__name__})")
                continue
            yield name, content


def _open_zip(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(BytesIO(data), metadata_encoding="gb18030")
    except UnicodeDecodeError:
        return zipfile.ZipFile(BytesIO(data))


def _mended(info: zipfile.ZipInfo) -> str:
    """Names without the UTF-8 flag are GBK from Windows and UTF-8 from everybody else."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("gb18030").decode("utf-8")
    except UnicodeError:
        return info.filename


def _rar(data: bytes, meter: _Meter, says: list[str]) -> Iterator[tuple[str, bytes]]:
    import rarfile  # type: ignore[import-untyped]

    rarfile.tool_setup(unrar=False, unar=True, bsdtar=False, sevenzip=False, sevenzip2=False)
    try:
        archive = rarfile.RarFile(BytesIO(data))
    except rarfile.NeedFirstVolume:
        says.append("rar: a later part of an archive in several files")
        return
    if archive.needs_password():
        raise Locked
    members = [info for info in archive.infolist() if info.is_file()]
    meter.announced(len(members), sum(info.file_size or 0 for info in members))
    for info in members:
        name = _name(info.filename)
        if _is_litter(name):
            continue
        try:
            with archive.open(info) as stream:
                content = meter.read(stream)
        except TooMuch:
            raise
        except Exception as problem:  # what unar cannot do comes as one of a dozen errors
            says.append(f"rar: {name} is damaged ({type(problem).__name__})")
            continue
        yield name, content


def _libarchive(data: bytes, doc_format: str, meter: _Meter, says: list[str]) -> Iterator[tuple[str, bytes]]:
    try:
        import libarchive  # type: ignore[import-untyped]
    except (ImportError, OSError, AttributeError, TypeError):  # the Python package without the library
        says.append(f"{doc_format}: libarchive is not installed")
        return
    try:
        with libarchive.memory_reader(data) as archive:
            for entry in archive:
                meter.one_more()
                name = _name(_decoded(entry))
                if not entry.isfile or _is_litter(name):
                    continue
                content = bytearray()
                for block in entry.get_blocks():
                    content += block
                    meter.count(len(block), len(content))
                yield name, bytes(content)
    except libarchive.exception.ArchiveError as problem:
        if any(word in str(problem).lower() for word in ("encrypt", "passphrase", "password")):
            raise Locked from None
        says.append(f"{doc_format}: {str(problem)[:200]}")


def _decoded(entry: object) -> str:
    """libarchive gives the name as bytes where it is no UTF-8."""
    try:
        name = entry.pathname  # type: ignore[attr-defined]
    except UnicodeDecodeError:
        return "?"
    return name if isinstance(name, str) else bytes(name or b"?").decode("gb18030", "replace")


def _name(name: str) -> str:
    """A name for showing: forward strokes, nothing that climbs, no control characters."""
    parts = [part for part in " ".join(printable(name).split()).replace("\\", "/").split("/") if part.strip(". ")]
    return "/".join(parts)[-_MAX_NAME:] or "?"


def _is_litter(name: str) -> bool:
    return name.lower().startswith(_LITTER) or name.lower().rsplit("/", 1)[-1] in _LITTER

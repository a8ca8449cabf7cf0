"""What a file is, told from its bytes. Names and Content-Types lie; they only part twins no byte can part."""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

_MAGIC = (
    (b"{\\rtf", "rtf"), (b"Rar!\x1a\x07", "rar"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"Founder CEB", "ceb"),
    (b"\x1f\x8b", "gzip"), (b"\x89PNG\r\n\x1a\n", "image"), (b"\xff\xd8\xff", "image"), (b"GIF8", "image"),
    (b"BM", "image"), (b"II*\x00", "image"), (b"MM\x00*", "image"), (b"RIFF", "image"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (("EncryptedPackage", "ooxml-encrypted"), ("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"),
                ("PowerPoint Document", "ppt"))
_ZIP_PARTS = (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("xl/workbook.bin", "xlsx"),
              ("ppt/presentation.xml", "pptx"), ("OFD.xml", "ofd"))
_MARKUP = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|meta|title|table|div|script|frameset)[\s>/]", re.I)
_FRAGMENT = re.compile(rb"</?(?:p|br|div|span|table|tr|td|h[1-6]|ul|li|a|strong|font)\b[^<>]{0,500}>", re.I)
_SCRIPT = re.compile(rb"\s*(?:(?:try\s*\{\s*)?[\w.$]{1,60}\(\s*[{\[]\s*[\"\']|/[/*]"
                     rb"|(?:let|var|const|function|window\.|document\.|define\(|!function|\(function)\b)")
_CONTROLS = bytes([*range(9), *range(14, 32)])
_HEAD_BYTES = 65_536
INFLATED_LIMIT_BYTES = 64 << 20


def inflate(data: bytes) -> bytes:
    """The content of a body some servers gzip although nobody asked; anything else as it came. Capped."""
    if not data.startswith(b"\x1f\x8b\x08"):
        return data
    try:
        return zlib.decompressobj(wbits=31).decompress(data, INFLATED_LIMIT_BYTES)
    except zlib.error:
        return data


def sniff(data: bytes, *, url: str | None = None, content_type: str | None = None) -> str:
    """The ``doc_format`` word; ``binary`` for what is no known thing, ``empty`` for nothing."""
    head = data[:_HEAD_BYTES]
    if not head.strip(b"\x00\t\r\n\f "):
        return "empty"
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(_OLE):
        return _ole(data, url)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(data)
    known = next((name for magic, name in _MAGIC if head.startswith(magic)), None)
    return known or _text(head, url, content_type)


def _text(head: bytes, url: str | None, content_type: str | None) -> str:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    plain = head.replace(b"\x00", b"").removeprefix(b"\xef\xbb\xbf").lstrip()[2 if wide else 0:]
    controls = len(plain[:4096]) - len(plain[:4096].translate(None, _CONTROLS))
    if (not wide and head.count(0) > len(head) // 64) or controls > len(plain[:4096]) // 50:
        return "binary"
    known = next((name for name, says in _TEXTS if says(plain)), None)
    if known is None:
        # Nothing but the server's word parts a script from a text file.
        declared, name = (content_type or "").lower(), (url or "").lower().split("?")[0]
        return "js" if "javascript" in declared or name.endswith(".js") else "txt"
    return known


def _is_html(plain: bytes) -> bool:
    return bool(_MARKUP.search(plain[:8192]) or (plain.startswith(b"<") and _FRAGMENT.search(plain))
                or len(_FRAGMENT.findall(plain)) >= 5)


_TEXTS: tuple[tuple[str, Callable[[bytes], object]], ...] = (  # the first that agrees names the format
    ("mht", lambda plain: plain[:13].lower() == b"mime-version:" or b"Content-Type: multipart/related" in plain[:2048]),
    ("xml", lambda plain: plain.startswith(b"<?xml") and b"<html" not in plain[:4096].lower()),
    ("json", re.compile(rb"[\[{]\s*(?:[\"\[{\]}\d-]|true|false|null)").match),
    ("js", _SCRIPT.match),
    ("html", _is_html),
)


def _ole(data: bytes, url: str | None) -> str:
    names = _ole_names(data)
    for stream, name in _OLE_STREAMS:
        if stream in names:
            # WPS Office writes Word's own container; only the name tells whose it is.
            return "wps" if name == "doc" and (url or "").lower().split("?")[0].endswith(".wps") else name
    # A file cut short has lost its directory, which stands last; Word's header stands first.
    return "doc" if data[512:514] == b"\xec\xa5" else "ole"


def _ole_names(data: bytes) -> set[str]:
    """Stream names of the first directory sectors (enough: writers put the main stream there)."""
    try:
        shift, = struct.unpack_from("<H", data, 30)
        first, = struct.unpack_from("<I", data, 48)
        start = (first + 1) << min(shift, 16)
    except struct.error:
        return set()
    names = set()
    for offset in range(start, min(start + 4096, len(data) - 127), 128):
        length = min(struct.unpack_from("<H", data, offset + 64)[0], 64)
        names.add(data[offset:offset + max(length - 2, 0)].decode("utf-16-le", "replace"))
    return names


def _zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            infos = archive.infolist()[:2000]
            if infos and infos[0].filename == "mimetype" and infos[0].file_size < 200:  # OpenDocument says so first
                said = archive.read(infos[0])
                if b"opendocument" in said:
                    return "odt" if b"opendocument.text" in said else "odf"
            names = {info.filename.lstrip("/") for info in infos}
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, RuntimeError, zlib.error):
        return "zip"
    return next((name for part, name in _ZIP_PARTS if part in names), "zip")

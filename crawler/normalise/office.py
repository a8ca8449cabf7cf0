"""LibreOffice as a second reader: a file goes in, Word's zipped format comes out and is read as such.

Runs in the sandbox child, inside its limits and its process group: whoever kills that kills the office too.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from crawler.normalise.docx import read_docx
from gongkai.document import Document

TIMEOUT_S = 25.0
_MAX_OUTPUT_BYTES = 64 << 20
_SUFFIX = {"doc": "doc", "wps": "doc", "rtf": "rtf", "odt": "odt"}


def program() -> str | None:
    return shutil.which("soffice") or shutil.which("libreoffice")


def as_docx(data: bytes, doc_format: str) -> tuple[Document | None, str]:
    """The document LibreOffice makes of the file, or None and why there is none."""
    office = program()
    if office is None:
        return None, f"{doc_format}: LibreOffice, which might read more of it, is not installed"
    with tempfile.TemporaryDirectory(prefix="gongkai-office-") as place:
        made, problem = _convert(office, data, Path(place), _SUFFIX.get(doc_format, "doc"))
    if made is None:
        return None, f"{doc_format}: LibreOffice {problem}"
    try:
        document = read_docx(made)
    except MemoryError:
        raise
    except Exception as trouble:  # its answer is as little to be relied on as the file
        return None, f"{doc_format}: what LibreOffice made of it cannot be read ({type(trouble).__name__})"
    return (document, "") if document.blocks else (None, f"{doc_format}: LibreOffice found no text in it")


def _convert(office: str, data: bytes, place: Path, suffix: str) -> tuple[bytes | None, str]:
    source, made = place / f"file.{suffix}", place / "file.docx"
    source.write_bytes(data)
    command = [office, f"-env:UserInstallation={(place / 'profile').as_uri()}", "--headless", "--norestore",
               "--nolockcheck", "--nodefault", "--convert-to", "docx:MS Word 2007 XML", "--outdir", str(place),
               str(source)]
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(place), "LANG": "C.UTF-8", "TMPDIR": str(place)}
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env=environment, cwd=place, process_group=0 if _owns_no_group() else None)
    try:
        process.wait(TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return None, f"did not finish within {TIMEOUT_S:g} s"
    finally:
        _end(process)
    if not made.is_file() or made.stat().st_size > _MAX_OUTPUT_BYTES:
        return None, "could not read it"
    return made.read_bytes(), ""


def _owns_no_group() -> bool:
    """Whether this is no sandbox child: outside one the office gets a group of its own, to be ended as a whole."""
    return os.getpid() != os.getpgrp() or os.getpid() != os.getsid(0)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """The starter leaves the office itself behind when it is killed."""
    with suppress(ProcessLookupError, PermissionError):
        if os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, signal.SIGKILL)
        elif process.poll() is None:
            process.kill()
    process.wait()

"""Office and page formats written here: RTF, spreadsheets, OFD, archives; DOC by LibreOffice where it is installed."""

import io
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from tests.normalise.makers import GridSource, placed

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
needs_office = pytest.mark.skipif(OFFICE is None, reason="LibreOffice, which writes the file, is not installed")


def as_unicode(text: str) -> str:
    return "".join(char if char.isascii() else f"\\u{ord(char) - 65536 if ord(char) > 32767 else ord(char)}?"
                   for char in text)


def as_gbk(text: str) -> str:
    return "".join(char if char.isascii() else "".join(f"\\'{byte:02x}" for byte in char.encode("gbk"))
                   for char in text)


def rtf(paragraphs: Sequence[str], grids: Sequence[GridSource] = (), encode=as_unicode, step: int = 900) -> bytes:
    body = "".join(f"\\pard {encode(text)}\\par\n" for text in paragraphs)
    for grid in grids:
        body += "".join(rtf_row(grid, r, encode, step) for r in range(len(grid))) + "\\pard\\par\n"
    fonts = "{\\fonttbl{\\f0\\fnil\\fcharset134 SimSun;}{\\f1\\fswiss\\fcharset0 Arial;}}"
    skipped = "{\\*\\generator none}{\\info{\\title no text}}{\\pict\\pngblip 89504e47}"
    return ("{\\rtf1\\ansi\\ansicpg936\\deff0" + fonts + skipped + "\\f0\n" + body + "}").encode("ascii")


def rtf_row(grid: GridSource, r: int, encode, step: int) -> str:
    edges, texts = "", ""
    cells = [(c, text if row == r else "", height, width, row) for row, c, text, height, width in placed(grid)
             if row <= r < row + height]
    for c, text, height, width, row in sorted(cells):
        merge = "" if height == 1 else "\\clvmgf" if row == r else "\\clvmrg"
        edges += f"{merge}\\cellx{step * (c + width)}"
        texts += f"\\pard\\intbl {encode(text)}\\cell "
    return f"\\trowd\\trgaph108{edges}{texts}\\row\n"


def xlsx(sheets: dict[str, GridSource], hidden: Sequence[str] = ()) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, grid in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for r, c, text, height, width in placed(grid):
            sheet.cell(r + 1, c + 1, int(text) if text.isdigit() else text)
            if height > 1 or width > 1:
                sheet.merge_cells(start_row=r + 1, start_column=c + 1, end_row=r + height, end_column=c + width)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


OfdPage = list[tuple]
"""("text", x, y, size, string), ("line", x0, y0, x1, y1), ("bar", x, y, w, h), ("image",); millimetres."""

_NAMESPACE = "http://www.ofdspec.org/2016"


def ofd(pages: Sequence[OfdPage], template: OfdPage = (), pictures: dict[str, bytes] | None = None) -> bytes:
    """The smallest package readers take; characters step by the font size, latin ones by half. `pictures` by the
    resource's number."""
    media = "".join(f"<ofd:MultiMedia ID='{key}' Type='Image'><ofd:MediaFile>i{key}.png</ofd:MediaFile>"
                    "</ofd:MultiMedia>" for key in pictures or {})
    members = {
        "OFD.xml": "<ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>",
        "Doc_0/DocumentRes.xml": f"<ofd:MultiMedias>{media}</ofd:MultiMedias>",
        "Doc_0/Document.xml": "<ofd:CommonData><ofd:TemplatePage ID='900' BaseLoc='T.xml'/><ofd:DocumentRes>"
        "DocumentRes.xml</ofd:DocumentRes></ofd:CommonData><ofd:Pages>"
        + "".join(f"<ofd:Page ID='{i + 1}' BaseLoc='/Doc_0/P{i}.xml'/>" for i in range(len(pages))) + "</ofd:Pages>",
        "Doc_0/T.xml": _layer(template),
    }
    for i, page in enumerate(pages):
        members[f"Doc_0/P{i}.xml"] = "<ofd:Template TemplateID='900'/>" + _layer(page)
    roots = {"OFD.xml": "OFD", "Doc_0/Document.xml": "Document", "Doc_0/DocumentRes.xml": "Res"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inner in members.items():
            root = roots.get(name, "Page")
            of = " BaseLoc='Res'" if root == "Res" else ""
            archive.writestr(name, f"<ofd:{root} xmlns:ofd='{_NAMESPACE}'{of}>{inner}</ofd:{root}>")
        for key, picture in (pictures or {}).items():
            archive.writestr(f"Doc_0/Res/i{key}.png", picture)
    return out.getvalue()


def _layer(page: OfdPage) -> str:
    return "<ofd:Content><ofd:Layer>" + "".join(map(_object, page)) + "</ofd:Layer></ofd:Content>"


def _object(operation: tuple) -> str:
    match operation:
        case ("text", x, y, size, text):
            steps = " ".join(f"{size if ord(char) > 255 else size / 2:g}" for char in text[:-1])
            return (f"<ofd:TextObject Boundary='{x} {y} 100 {size}' Size='{size}'><ofd:TextCode X='0' Y='{0.86 * size}'"
                    f" DeltaX='{steps}'>{text}</ofd:TextCode></ofd:TextObject>")
        case ("line", x0, y0, x1, y1):
            return (f"<ofd:PathObject Boundary='{x0} {y0} {x1 - x0} {y1 - y0}'><ofd:AbbreviatedData>M 0 0 L {x1 - x0} "
                    f"{y1 - y0}</ofd:AbbreviatedData></ofd:PathObject>")
        case ("bar", x, y, wide, high):
            return (f"<ofd:PathObject Boundary='{x} {y} {wide} {high}' Stroke='false' Fill='true'><ofd:AbbreviatedData>"
                    f"M 0 0 L {wide} 0 L {wide} {high} L 0 {high} C</ofd:AbbreviatedData></ofd:PathObject>")
    return "<ofd:ImageObject Boundary='0 0 10 10' ResourceID='1'/>"


def ofd_table(grid: GridSource, top: float, left: float = 20.0, wide: float = 22.0, high: float = 12.0) -> OfdPage:
    operations: OfdPage = []
    for r, c, text, height, width in placed(grid):
        x0, y0, x1, y1 = left + c * wide, top + r * high, left + (c + width) * wide, top + (r + height) * high
        operations += [("line", x0, y0, x1, y0), ("line", x0, y1, x1, y1), ("line", x0, y0, x0, y1),
                       ("line", x1, y0, x1, y1)]
        fits = int((width * wide - 2) // 3)
        operations += [("text", x0 + 1, y0 + 1 + 3.2 * (i // fits), 3, text[i:i + fits])
                       for i in range(0, len(text), fits)]
    return operations


def zipped(members: dict[str, bytes], encoding: str = "utf-8") -> bytes:
    """A ZIP; with ``gbk`` the names are written as Windows tools of old do, without the flag for UTF-8."""
    out = io.BytesIO()
    aliases = {f"{i:03}".ljust(len(name.encode(encoding)), "x"): name for i, name in enumerate(members)}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for alias, name in aliases.items():
            archive.writestr(name if encoding == "utf-8" else alias, members[name])
    data = out.getvalue()
    for alias, name in aliases.items() if encoding != "utf-8" else ():
        data = data.replace(alias.encode(), name.encode(encoding))
    return data


def by_office(data: bytes, suffix: str, target: str) -> bytes:
    """What LibreOffice makes of a file (``doc``, ``rtf``, ``xls`` …)."""
    assert OFFICE is not None
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / f"file.{suffix}"
        source.write_bytes(data)
        subprocess.run([OFFICE, f"-env:UserInstallation=file://{place}/profile", "--headless", "--convert-to", target,
                        "--outdir", place, str(source)], check=True, capture_output=True, timeout=120)
        return (Path(place) / f"file.{target.split(':', maxsplit=1)[0]}").read_bytes()

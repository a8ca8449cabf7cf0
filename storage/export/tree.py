"""A tree of folders with names people read: 省/市/机构/年份-标题/. For looking at, handing over, putting on a stick."""

import csv
import html
import json
import os
import re
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

from gongkai.chinese import printable
from storage.export.jsonl import provenance_json
from storage.export.selection import Chosen
from storage.export.tables import cells_of
from storage.export.work import Work
from storage.records import StoredVersion

_LONGEST_BYTES = 150  # file systems take 255 bytes a name, three a Chinese character; archivers and Windows want less
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\..*)?", re.I)
_HEAD = ("<!doctype html><html lang=\"zh\"><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" "
         "content=\"default-src 'none'\"><title>{0}</title><h1>{0}</h1>\n")
README = """政府信息公开工作年度报告 · annual reports on the disclosure of government information

省/市/机构/年份-标题/   one folder a report
  text.md               the text, for reading
  tables.csv            the cells of the statutory tables
  provenance.json       where and when every file was fetched, with its SHA-256
  原件/                 the files as the site sent them. They come from the web: open pages with a text editor, or in
                        a browser that is offline
  历史版本/             earlier states, where the report was changed after publication, the same way

index.html in each folder lists what is in it. export.json says how and of what this was made.
"""


def safe_name(text: str, otherwise: str) -> str:
    """A name every file system takes, without a way out of its folder."""
    name = _FORBIDDEN.sub("_", printable(text)).strip().strip(".").strip() or otherwise
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    encoded = name.encode("utf-8", "replace")
    if len(encoded) > _LONGEST_BYTES:
        stem, dot, suffix = name.rpartition(".")
        keep = f".{suffix}" if dot and len(suffix) <= 5 else ""
        room = _LONGEST_BYTES - len(keep.encode())
        name = (stem if keep else name).encode("utf-8", "replace")[:room].decode("utf-8", "ignore").rstrip(". ") + keep
    return encoded.decode() if len(encoded) <= _LONGEST_BYTES else name


def free_name(folder: Path, name: str, mark: str) -> Path:
    """`name` in `folder`, with `mark` where another stands there; capitals make no difference, as on Windows."""
    taken = {entry.name.casefold() for entry in folder.iterdir()} if folder.exists() else set()
    stem, dot, suffix = name.rpartition(".") if re.search(r"\.\w{1,5}$", name) else (name, "", "")
    made, number = name, 1
    while made.casefold() in taken:
        made = f"{stem}~{mark}{f'-{number}' if number > 1 else ''}{dot}{suffix}"
        number += 1
    return folder / made


def write_tree(work: Work) -> list[str]:
    for found in work.chosen():
        folder = free_name(_agency_folder(work, found), _report_name(found), found.record.report_id[:8])
        folder.mkdir(parents=True)
        newest = found.newest
        _write_version(work, newest, folder)
        for version in found.versions:
            if version is not newest:
                _write_version(work, version, folder / "历史版本" / f"第{version.entry.number}版")
    (work.folder / "README.txt").write_text(README, "utf-8")
    for place, folders, files in os.walk(work.folder):
        if Path(place).name != "原件":
            _write_index(Path(place), sorted(folders), sorted(files))
    return []


def _agency_folder(work: Work, found: Chosen) -> Path:
    record = found.record
    places = work.codebook.regions.get(record.region_code or "") or (record.region_code or "未知地区",)
    folder = work.folder
    for place in (*places, record.agency or "未知机构"):
        folder = folder / safe_name(place, "未知")
    return folder


def _report_name(found: Chosen) -> str:
    record = found.record
    return safe_name(f"{record.report_year or '年度不明'}-{record.title or record.report_id[:8]}", record.report_id[:8])


def _write_version(work: Work, version: StoredVersion, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "text.md").write_text(version.text, "utf-8", errors="replace", newline="\n")
    with (folder / "tables.csv").open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(("table", "row", "column", "value", "raw", "flagged", "title"))
        form = work.codebook.forms.get(version.reading.report.form_id or "")
        titles = {(c.table, c.row, c.column): c.title for c in form.cells} if form else {}
        for table, row, column, cell, flagged in cells_of(version.reading.report, work.codebook):
            value = format(cell.value, "f") if isinstance(cell.value, Decimal) else cell.value
            out.writerow((table, row, column, "" if value is None else value, cell.raw, str(flagged).lower(),
                          titles.get((table, row, column), "")))
    originals = folder / "原件"
    originals.mkdir()
    names: dict[str, str] = {}
    for kept in version.files:
        if kept.raw_sha256 not in names:
            path = free_name(originals, safe_name(kept.filename, kept.raw_sha256[:8]), kept.raw_sha256[:8])
            path.write_bytes(version.fetch(kept.raw_sha256))
            names[kept.raw_sha256] = f"原件/{path.name}"
    said = {"report_id": version.manifest.report.report_id, "version": version.entry.number, "files": names,
            **provenance_json(version, work.captures(version))}
    (folder / "provenance.json").write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", "utf-8",
                                            errors="backslashreplace")


def _write_index(folder: Path, folders: list[str], files: list[str]) -> None:
    """Plain links. Originals are named and not linked: a page from the web must not run with the rights of a file."""
    title = "政府信息公开工作年度报告" if folder.name.startswith(".") else folder.name  # the working name
    name = html.escape(title)
    items = [f'<li><a href="{quote(one)}/index.html">{html.escape(one)}</a>' for one in folders if one != "原件"]
    items += [f'<li><a href="{quote(one)}">{html.escape(one)}</a>' for one in files if not one.startswith(".")]
    if "原件" in folders:
        items += [f"<li>原件/{html.escape(one.name)}" for one in sorted((folder / "原件").iterdir())]
    (folder / "index.html").write_text(_HEAD.format(name) + "<ul>\n" + "\n".join(items) + "\n</ul>\n", "utf-8")

"""``gongkai doctor``: what this machine has, what it lacks, and what each lack costs."""

import importlib.metadata
import importlib.util
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.text import Text

from crawler.cli.options import ArchiveOption
from crawler.cli.speech import show, table, tell, words
from crawler.fetching.chromium import chromium_at, lacking
from crawler.jobs.pulse import is_alive
from gongkai.errors import DONE, UNEXPECTED, GongkaiError
from gongkai.settings import Settings, load_settings
from storage import Archive

State = Literal["ok", "optional", "missing"]


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``missing`` stops Gongkai; ``optional`` costs only what `detail` says."""

    name: str
    state: State
    detail: str


def doctor(
    archive: ArchiveOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="结果为 JSON · the result as JSON")] = False,
    alive: Annotated[
        bool,
        typer.Option("--alive", help="只查本机的 schedule 或 worker 是否在工作 · only: is this machine's "
                                     "schedule or worker alive (for health checks)"),
    ] = False,
) -> None:
    """检查本机还缺什么 · say what is missing on this machine."""
    if alive:
        raise typer.Exit(DONE if is_alive(load_settings(archive=archive)) else UNEXPECTED)
    findings = list(examine(load_settings(archive=archive)))
    if as_json:
        sys.stdout.write(json.dumps([asdict(f) for f in findings], ensure_ascii=False) + "\n")
    else:
        made = table(("项目", "item"), ("状态", "state"), ("说明", "detail"))
        marks = {"ok": Text("✓", "green"), "optional": Text("○", "yellow"), "missing": Text("✗", "red")}
        for finding in findings:
            made.add_row(finding.name, marks[finding.state], finding.detail)
        show(made)
    missing = [f.name for f in findings if f.state == "missing"]
    if missing:
        tell(f"不能工作：{'、'.join(missing)}", f"cannot work: {', '.join(missing)}", style="red")
    else:
        tell(
            "可以工作。○ 为可选项，缺少只影响所列功能。",
            "Ready. ○ marks what is optional; lacking it costs only what is named.",
            style="green",
        )
    raise typer.Exit(UNEXPECTED if missing else DONE)


def examine(settings: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", "ok" if sys.version_info >= (3, 11) else "missing", f"{version} (3.11+)")
    yield Finding(
        "SQLite", "ok" if sqlite3.sqlite_version_info >= (3, 35) else "missing", f"{sqlite3.sqlite_version} (3.35+)"
    )
    for package in (
        "scrapy",
        "beautifulsoup4",
        "trafilatura",
        "minio",
        "python-dateutil",
        "pypdfium2",
        "pdfplumber",
        "python-docx",
        "python-calamine",
        "olefile",
    ):
        yield _package(package)
    yield from _optional()
    yield _browser(settings)
    yield _archive(settings)
    yield _disk(settings)
    yield _contact(settings)
    proxy = os.environ.get("http_proxy") or os.environ.get("HTTP_PROXY")
    yield Finding("proxy", "ok", proxy or words("未设置", "none set"))


def _package(name: str) -> Finding:
    try:
        return Finding(name, "ok", importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, "missing", words("未安装：运行 make setup", "not installed: run make setup"))


def _optional() -> Iterator[Finding]:
    lacks: list[tuple[str, Callable[[], bool], str, str]] = [
        (
            "LibreOffice",
            lambda: bool(shutil.which("soffice") or shutil.which("libreoffice")),
            "受损或 Word 95 的 .doc/.wps 只能救出文字，表格读不出，标为 partial",
            "of damaged and Word 95 files (.doc, .wps) only loose text is saved, no tables; marked partial",
        ),
        (
            "rapidocr",
            lambda: importlib.util.find_spec("rapidocr") is not None,
            "扫描件暂存待读 (extra: ocr)",
            "scans stay pending (extra: ocr)",
        ),
        (
            "unar",
            lambda: bool(shutil.which("unar")),
            "RAR 压缩包改由 libarchive 读取，约四分之一读不出",
            "RAR archives are left to libarchive, which cannot read about a quarter of them",
        ),
        ("libarchive", _has_libarchive, "7z 压缩包暂存待读", "7z archives stay pending"),
        (
            "psycopg",
            lambda: importlib.util.find_spec("psycopg") is not None,
            "不能使用 PostgreSQL 目录 (extra: postgres)",
            "no PostgreSQL catalog (extra: postgres)",
        ),
    ]
    for name, present, zh, en in lacks:
        there = present()
        yield Finding(
            name,
            "ok" if there else "optional",
            words("已安装", "installed") if there else words(f"缺少：{zh}", f"absent: {en}"),
        )


def _browser(settings: Settings) -> Finding:
    lacks = lacking(settings.browser_path)
    if lacks is None:
        return Finding("browser", "ok", str(chromium_at(settings.browser_path)))
    costs = words("仅脚本绘制的页面无法打开", "pages only a browser can draw stay closed")
    return Finding("browser", "optional", f"{words(*lacks)} ({costs})")


def _has_libarchive() -> bool:
    """The Python package loads the library when it is imported, and fails in several ways where there is none."""
    try:
        importlib.import_module("libarchive")
    except (ImportError, OSError, AttributeError, TypeError):
        return False
    return True


def _archive(settings: Settings) -> Finding:
    remote = settings.archive.startswith("s3://")
    if not remote and not Path(settings.archive).exists():
        parent = next(p for p in Path(settings.archive).absolute().parents if p.exists())
        if os.access(parent, os.W_OK):
            return Finding(
                "archive",
                "ok",
                words(f"{settings.archive}（首次使用时建立）", f"{settings.archive} (made at first use)"),
            )
        return Finding(
            "archive",
            "missing",
            words(f"{settings.archive}：{parent} 不可写", f"{settings.archive}: {parent} is not writable"),
        )
    try:
        Archive.open(settings).close()
    except (GongkaiError, OSError) as problem:
        return Finding("archive", "missing", str(problem))
    return Finding("archive", "ok", f"{settings.archive} ({words('可读写', 'readable and writable')})")


def _disk(settings: Settings) -> Finding:
    place = settings.state_dir
    while not place.exists():
        place = place.parent
    free_gib = shutil.disk_usage(place).free / 2**30
    return Finding("disk", "ok" if free_gib > 1 else "optional", f"{free_gib:.0f} GiB {words('可用', 'free')}")


def _contact(settings: Settings) -> Finding:
    if "contact" in settings.model_fields_set:
        return Finding("contact", "ok", settings.contact)
    return Finding(
        "contact",
        "optional",
        words(
            "GONGKAI_CONTACT 未设置：请填写站点管理员可以找到你的地址",
            "GONGKAI_CONTACT is not set: give sites' operators a way to reach you",
        ),
    )

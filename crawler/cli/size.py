"""``gongkai stats`` and ``gongkai retain``: how much there is, and the one way in which anything is ever dropped."""

import json
import sys
from typing import Annotated

import typer

from crawler.cli.options import ArchiveOption
from crawler.cli.speech import show, table, tell
from gongkai.errors import ConfigurationError
from gongkai.settings import load_settings
from storage import Archive

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def stats(
    as_json: Annotated[bool, typer.Option("--json", help="结果为一个 JSON 对象 · one JSON object")] = False,
    archive: ArchiveOption = None,
) -> None:
    """对象数、字节数、压缩与逐年增长 · objects, bytes, compression, growth by year and format."""
    with Archive.open(load_settings(archive=archive), create=False, read_only=True) as opened:
        counts, found = opened.stats(), opened.sizes()
    if as_json:
        sys.stdout.write(json.dumps({**vars(counts), **found.as_json()}, ensure_ascii=False) + "\n")
        return
    kinds = table(("对象", "objects of"), ("个数", "number"), ("占用", "take"))
    for kind in found.kinds:
        kinds.add_row(kind.kind, str(kind.objects), in_words(kind.bytes))
    growth = table(("抓取年份", "year"), ("抓取", "captures"), ("新增原件", "new raw objects"), ("字节", "bytes"))
    for year in found.growth:
        growth.add_row(str(year.year), str(year.captures), str(year.new_raw_objects), in_words(year.new_raw_bytes))
    years = [year.year for year in found.growth]
    formats = table(("格式", "format"), ("版本", "versions"), ("字节", "bytes"),
                    *((f"{year} 年新增", f"new in {year}") for year in years))
    for one in found.formats:
        formats.add_row(one.doc_format, str(one.versions), in_words(one.raw_bytes),
                        *(str(one.new_versions.get(year, 0)) for year in years))
    for made in (kinds, growth, formats):
        show(made)
    tell(f"机关 {counts.agencies}，报告 {counts.reports}，版本 {counts.versions}，抓取 {counts.captures} 次；"
         f"原件压缩 {found.compression or '—'} 倍",
         f"{counts.agencies} agencies, {counts.reports} reports, {counts.versions} versions, {counts.captures} "
         f"captures; raw bytes compressed {found.compression or '–'} times")


def retain(
    lookalikes: Annotated[
        int | None,
        typer.Option("--lookalikes-older-than", metavar="DAYS", min=30,
                     help="清除最后一次见到早于 DAYS 天的非年报原件 · bytes of look-alikes not seen for DAYS days"),
    ] = None,
    document: Annotated[
        str | None, typer.Option("--document", metavar="ID", help="依法清除一份文档的原件 · bytes of one document")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="理由，永久记录 · why, kept for ever")] = "",
    ordered_by: Annotated[str, typer.Option("--ordered-by", metavar="WHO", help="何人何文要求 · on whose order")] = "",
    apply: Annotated[
        bool, typer.Option("--apply", help="真正清除；否则只列出 · drop them; without it they are only listed")
    ] = False,
    archive: ArchiveOption = None,
) -> None:
    """留存期限：清除原件并立碑存证，默认只列出 · drop raw bytes on purpose, leaving a tombstone; lists by default."""
    if (lookalikes is None) == (document is None):
        raise ConfigurationError("say what to drop with one of --lookalikes-older-than DAYS and --document ID")
    with Archive.open(load_settings(archive=archive), create=False) as opened:
        found, made = opened.retain(lookalike_days=lookalikes, document=document, reason=reason,
                                    ordered_by=ordered_by, apply=apply)
    for item in found:
        sys.stdout.write(f"{item.sha256}\t{item.size_bytes}\t{item.fetched_at}\t{item.url}\n")
    size = in_words(sum(item.size_bytes for item in found))
    if made is None:
        tell(f"共 {len(found)} 个原件，{size}；未作改动，加 --apply 才清除",
             f"{len(found)} raw objects, {size}; nothing was changed, --apply drops them", style="dim")
    else:
        tell(f"已清除 {len(made.raw)} 个原件，{size}；碑记 {made.tombstone_id}",
             f"dropped {len(made.raw)} raw objects, {size}; tombstone {made.tombstone_id}", style="yellow")


def in_words(number: int) -> str:
    """1.5 GiB."""
    size, unit = float(number), 0
    while size >= 1024 and unit < len(_UNITS) - 1:
        size, unit = size / 1024, unit + 1
    return f"{size:.1f} {_UNITS[unit]}" if unit else f"{number} B"

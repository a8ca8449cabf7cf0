"""``gongkai agencies``: the gazetteer grown from what is archived, and what people found out about it."""

import json
import sys
from typing import Annotated, Literal

import typer

from crawler.cli.options import ArchiveOption
from crawler.cli.speech import show, table, tell, words
from gongkai.errors import ConfigurationError
from gongkai.settings import load_settings
from storage import AgencyRecord, Archive

agencies = typer.Typer(help="机关名录：列出、归并、撤销、改名 · the agencies known here; merge, part and rename them",
                       no_args_is_help=True)

WhyOption = Annotated[str, typer.Option("--why", metavar="TEXT", help="依据，永久保存 · the reason, kept for ever")]
_EVIDENCE = {"same name": ("同名", "same name"), "succession": ("沿革", "succession")}


@agencies.command("list")
def list_agencies(
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="区划代码或其前几位 · code or prefix")
    ] = None,
    agency: Annotated[
        str | None, typer.Option("--agency", metavar="NAME", help="名称中的文字或编号 · words of its name or its id")
    ] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="列出可能同一的机关及依据 · pairs that may be one body, with evidence")
    ] = False,
    as_format: Annotated[
        Literal["table", "jsonl"], typer.Option("--format", help="输出格式 · output format")
    ] = "table",
    archive: ArchiveOption = None,
) -> None:
    """存档中的机关：编号、现名、历年用名 · ids, names in use and printed over the years."""
    with Archive.open(load_settings(archive=archive), create=False, read_only=True) as opened:
        known = opened.agencies(region, agency)
    if suggest:
        _suggest(known, as_format)
    elif as_format == "jsonl":
        for record in known:
            sys.stdout.write(json.dumps(record.as_json(), ensure_ascii=False) + "\n")
    else:
        made = table(("编号", "id"), ("机关", "agency"), ("区划", "region"), ("层级", "level"), ("报告", "reports"),
                     ("年度", "years"), ("所印名称", "names printed"), ("已并入", "merged"))
        for record in known:
            made.add_row(record.agency_id, record.agency, record.region_code or "", record.admin_level or "",
                         str(record.reports), _years(record.first_year, record.last_year), _names(record),
                         "\n".join(record.merged))
        show(made)
        tell(f"共 {len(known)} 个机关", f"{len(known)} agencies", style="dim")


@agencies.command()
def merge(
    one: Annotated[str, typer.Argument(metavar="A", help="要并入的机关编号 · the id that goes")],
    other: Annotated[str, typer.Argument(metavar="B", help="保留的机关编号 · the id that stays")],
    why: WhyOption,
    archive: ArchiveOption = None,
) -> None:
    """A 与 B 是同一机关：报告都归入 B · two ids are one body; A's reports are filed under B."""
    with Archive.open(load_settings(archive=archive), create=False) as opened:
        event = opened.merge_agencies(one, other, reason=why)
    _said(event, f"{one} 已并入 {other}", f"{one} is filed under {other}")


@agencies.command()
def unmerge(
    one: Annotated[str, typer.Argument(metavar="A", help="曾被并入的机关编号 · the id that was merged")],
    why: WhyOption,
    archive: ArchiveOption = None,
) -> None:
    """撤销归并：原属 A 的报告复归 A · take a merge back; A's reports are filed under A again."""
    with Archive.open(load_settings(archive=archive), create=False) as opened:
        event = opened.unmerge_agency(one, reason=why)
    _said(event, f"{one} 复为单独机关", f"{one} stands by itself again")


@agencies.command()
def rename(
    agency: Annotated[str, typer.Argument(metavar="ID", help="机关编号 · the agency's id")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="全称 · its full name")],
    why: WhyOption,
    archive: ArchiveOption = None,
) -> None:
    """改用此名列出，所印旧名仍可检索 · list it by this name; names once printed are still found."""
    if not name.strip():
        raise ConfigurationError("NAME is empty; give the agency's full name")
    with Archive.open(load_settings(archive=archive), create=False) as opened:
        event = opened.rename_agency(agency, name.strip(), reason=why)
    _said(event, f"{agency} 现名 {name}", f"{agency} is called {name}")


def _said(event: str | None, zh: str, en: str) -> None:
    if event is None:
        tell(f"{zh}（原已如此）", f"{en} (as it was before)", style="dim")
    else:
        tell(f"{zh}（记录 {event}）", f"{en} (event {event})", style="green")


def _suggest(known: list[AgencyRecord], as_format: str) -> None:
    from crawler.gazetteer import suggestions

    made = table(("可并入", "merge"), ("机关", "agency"), ("保留", "into"), ("机关", "agency"), ("依据", "evidence"))
    found = 0
    for one in suggestions(known):
        found += 1
        if as_format == "jsonl":
            sys.stdout.write(json.dumps(one.as_json(), ensure_ascii=False) + "\n")
        else:
            made.add_row(one.one.agency_id, one.one.agency, one.other.agency_id, one.other.agency,
                         f"{words(*_EVIDENCE[one.evidence])}：{one.detail}")
    if found and as_format == "table":
        show(made)
    tell(f"{found} 对可能是同一机关；用 gongkai agencies merge A B --why … 归并",
         f"{found} pairs may be one body; gongkai agencies merge A B --why … says so", style="dim")


def _names(record: AgencyRecord) -> str:
    return "\n".join(f"{name} {_years(*years)}" for name, years in record.names.items())


def _years(first: int | None, last: int | None) -> str:
    if not first and not last:
        return ""
    return str(last) if first == last else f"{first or '?'}–{last or '?'}"

"""``gongkai coverage``: agency by year, what is there and what is not."""

from collections.abc import Iterable
from itertools import groupby
from typing import Annotated

import typer
from rich.text import Text

from crawler.cli.options import AgencyWordsOption, ArchiveOption, FormatOption
from crawler.cli.rows import write_rows
from crawler.cli.speech import show, table, tell, words
from gongkai.settings import load_settings
from storage import Archive, CoverageCell, CoverageCount, CoverageQuery
from storage.coverage import SINCE

_SIGNS = {
    "present": ("✓", "green", "按时", "on time"),
    "changed": ("改", "cyan", "发布后有改动", "changed after publication"),
    "late": ("迟", "yellow", "迟于法定期限", "late"),
    "missing": ("✗", "red", "缺", "missing"),
    "blocked": ("封", "red", "网站拒绝或无应答", "site refused or did not answer"),
    "stale": ("停", "red", "网站停更", "site no longer updated"),
}


def coverage(
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="区划代码或其前几位 · code or prefix")
    ] = None,
    agency: AgencyWordsOption = None,
    year: Annotated[int | None, typer.Option("--year", metavar="YYYY", help="报告年度 · one report year")] = None,
    since: Annotated[int, typer.Option("--since", metavar="YYYY", help="起始年度 · first report year")] = SINCE,
    counts: Annotated[
        bool, typer.Option("--counts", help="只列各省各年的数目 · numbers by province and year only")
    ] = False,
    as_format: FormatOption = "table",
    archive: ArchiveOption = None,
) -> None:
    """应有与实有：各机关各年度 · what ought to be there and what is, agency by year."""
    query = CoverageQuery(agency=agency, region=region, year=year, since=since)
    with Archive.open(load_settings(archive=archive), create=False, read_only=True) as opened:
        if counts:
            found = opened.coverage_counts(query)
            if as_format == "table":
                _print_counts(found)
            else:
                write_rows((vars(count) for count in found), as_format)
        elif as_format == "table":
            _print_matrix(opened.coverage(query))
        else:
            write_rows((cell.as_json() for cell in opened.coverage(query)), as_format)


def _print_matrix(cells: Iterable[CoverageCell]) -> None:
    made, agencies, missing = None, 0, 0
    for _, group in groupby(cells, key=lambda cell: cell.agency_id):
        row = list(group)
        if made is None:
            made = table(("区划", "region"), ("机关", "agency"), *((str(c.report_year),) * 2 for c in row))
        agencies += 1
        missing += sum(cell.report_id is None for cell in row)
        made.add_row(row[0].region_code or "", row[0].agency, *(Text(*_SIGNS[cell.state][:2]) for cell in row))
    if made is not None:
        show(made)
    legend = "  ".join(f"{sign} {words(zh, en)}" for sign, _, zh, en in _SIGNS.values())
    tell(legend, legend, style="dim")
    tell(f"共 {agencies} 个机关，缺 {missing} 份", f"{agencies} agencies, {missing} reports missing", style="dim")


def _print_counts(counts: Iterable[CoverageCount]) -> None:
    made = table(("省", "province"), ("年度", "year"), ("应有", "expected"), ("按时", "on time"), ("迟", "late"),
                 ("有改动", "changed"), ("缺", "missing"))
    for c in counts:
        made.add_row(c.region or "?", *map(str, (c.report_year, c.expected, c.present, c.late, c.changed, c.missing)))
    show(made)

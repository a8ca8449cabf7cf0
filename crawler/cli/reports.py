"""``gongkai reports``: the index, and what its texts hold."""

import csv
import json
import sys
from collections.abc import Iterable
from typing import Annotated, Any, Literal

import typer
from rich.text import Text

from crawler.cli.index import ID_CHARACTERS, open_index, print_table
from crawler.cli.options import AgencyWordsOption, ArchiveOption, FormatOption
from crawler.cli.speech import out, show, table, tell, words
from gongkai.chinese import printable
from gongkai.errors import ConfigurationError
from storage import Archive, Counts, ReportRecord, SearchHit, SearchQuery

_BY = {"year": ("年度", "year"), "province": ("省", "province")}


def reports(
    agency: AgencyWordsOption = None,
    year: Annotated[
        int | None, typer.Option("--year", metavar="YYYY", help="报告年度 · the year the figures describe")
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="区划代码或其前几位 · code or prefix")
    ] = None,
    query: Annotated[
        str | None, typer.Option("--query", metavar="TEXT", help="标题与正文中的文字 · words in title or text")
    ] = None,
    agency_type: Annotated[
        Literal["government", "department", "township"] | None,
        typer.Option("--type", help="机关类别：政府、部门、乡镇街道 · kind of body"),
    ] = None,
    form: Annotated[
        str | None, typer.Option("--form", metavar="ID", help="格式编号，如 cn-gov-2021 · the form it follows")
    ] = None,
    failed: Annotated[
        bool | None, typer.Option("--failed/--passed", help="勾稽有不符的或全部相符的 · whether a check fails")
    ] = None,
    order: Annotated[
        Literal["newest", "relevance"] | None, typer.Option("--order", help="检索结果的顺序 · order of what was found")
    ] = None,
    with_snippets: Annotated[
        bool, typer.Option("--snippets", help="显示找到的文字 · show the words found (--format table or jsonl)")
    ] = False,
    counts: Annotated[
        bool, typer.Option("--counts", help="只列各年、各省的数目 · numbers by year and province only")
    ] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="至多列出几份 · list so many at most")
    ] = None,
    pending: Annotated[
        bool, typer.Option("--pending", help="只列有待读文件的 · only those with files not read yet")
    ] = False,
    as_format: FormatOption = "table",
    archive: ArchiveOption = None,
) -> None:
    """存档索引 · the index of the archive."""
    if query is None and (order or with_snippets or counts):
        raise ConfigurationError(
            "--order, --snippets and --counts go with --query TEXT, which says what to look for")
    if counts and (order or with_snippets or limit or pending):
        raise ConfigurationError("--counts counts everything found: leave out --order, --snippets, --limit, --pending")
    with open_index(archive) as opened:
        if query is None:
            _print(opened.reports(agency=agency, year=year, region=region, pending=pending or None, limit=limit,
                                  agency_type=agency_type, form=form, failed=failed), as_format)
            return
        asked = SearchQuery(query, agency=agency, year=year, region=region, agency_type=agency_type, form=form,
                            failed=failed)
        if counts:
            _print_counts(opened.search_counts(asked), as_format)
            return
        hits = _hits(opened, asked, order or "newest", limit, snippets=with_snippets, pending=pending)
        if with_snippets and as_format != "csv":
            _print_found(hits, as_format)
        else:
            _print((hit.record for hit in hits), as_format)


def _hits(opened: Archive, asked: SearchQuery, order: Literal["newest", "relevance"], limit: int | None, *,
          snippets: bool, pending: bool) -> Iterable[SearchHit]:
    found = opened.search(asked, order, None if pending else limit, snippets=snippets)
    for number, hit in enumerate((hit for hit in found if not pending or hit.record.pending), 1):
        yield hit
        if number == limit:
            return


def _print(found: Iterable[ReportRecord], as_format: str) -> None:
    if as_format == "jsonl":
        for record in found:
            sys.stdout.write(json.dumps(record.as_json(), ensure_ascii=False) + "\n")
    elif as_format == "csv":
        _write_csv(found)
    else:
        records = list(found)
        print_table(records)
        tell(f"共 {len(records)} 份报告", f"{len(records)} reports", style="dim")


def _print_found(hits: Iterable[SearchHit], as_format: str) -> None:
    count = 0
    for hit in hits:
        count, record = count + 1, hit.record
        if as_format == "jsonl":
            found = {**record.as_json(), "snippets": [snippet.as_html() for snippet in hit.snippets]}
            sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
            continue
        out.print(Text(printable(f"{record.report_year or '?'} {record.agency or ''} {record.title or ''} "
                                 f"({record.report_id[:ID_CHARACTERS]})"), style="bold"))
        for snippet in hit.snippets:
            out.print(Text("  ").append_text(Text.assemble(
                *((text, "bold yellow" if mark else "") for text, mark in snippet.pieces))))
    tell(f"共 {count} 份报告", f"{count} reports", style="dim")


def _print_counts(counts: Counts, as_format: str) -> None:
    """One row a year, then one a province (the first two digits of its code; none where unknown)."""
    rows = [("year", str(year or ""), number) for year, number in counts.by_year.items()]
    rows += [("province", region, number) for region, number in counts.by_region.items()]
    if as_format == "jsonl":
        for by, value, number in rows:
            sys.stdout.write(json.dumps({"by": by, "value": value or None, "reports": number}) + "\n")
    elif as_format == "csv":
        csv.writer(sys.stdout).writerows([("by", "value", "reports"), *rows])
    else:
        made = table(("按", "by"), ("值", "value"), ("报告", "reports"))
        for by, value, number in rows:
            made.add_row(words(*_BY[by]), value or "?", str(number))
        show(made)
    tell(f"共 {counts.total} 份报告", f"{counts.total} reports", style="dim")


def _write_csv(records: Iterable[ReportRecord]) -> None:
    writer: Any = None
    for record in records:
        row = {key: _csv_cell(value) for key, value in record.as_json().items()}
        if writer is None:
            writer = csv.DictWriter(sys.stdout, fieldnames=list(row))
            writer.writeheader()
        writer.writerow(row)


def _csv_cell(value: Any) -> Any:
    """Lists part by blanks, objects as JSON; text a spreadsheet would run as a formula gets its apostrophe in front."""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    text = " ".join(value) if isinstance(value, list) else value
    return f"'{text}" if isinstance(text, str) and text.startswith(("=", "+", "-", "@")) else text

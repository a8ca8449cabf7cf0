"""``gongkai check``: figures that do not add up, within a report and from one year to the next."""

import json
import sys
from typing import Annotated, Literal

import typer

from crawler.cli.index import ID_CHARACTERS
from crawler.cli.options import ArchiveOption
from crawler.cli.speech import show, table, tell, words
from gongkai.settings import load_settings
from storage import Archive

_KINDS = {"identity": ("勾稽", "identity"), "prose": ("文表不符", "text against tables"),
          "year": ("跨年", "across years")}


def check(
    agency: Annotated[
        str | None, typer.Option("--agency", metavar="NAME", help="名称中的文字或编号 · words of its name or its id")
    ] = None,
    year: Annotated[int | None, typer.Option("--year", metavar="YYYY", help="报告年度 · report year")] = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="区划代码或其前几位 · code or prefix")
    ] = None,
    as_format: Annotated[
        Literal["table", "jsonl"], typer.Option("--format", help="输出格式 · output format")
    ] = "table",
    archive: ArchiveOption = None,
) -> None:
    """数字对不上之处：表内、文表之间、相邻年度之间 · figures that do not add up, also from year to year."""
    from crawler.checking import failures  # loads the forms

    made = table(("年度", "year"), ("机关", "agency"), ("类别", "kind"), ("规则", "rule"), ("行列", "where"),
                 ("应为", "expected"), ("实为", "found"), ("原文", "sentence"), ("编号", "id"))
    found = 0
    with Archive.open(load_settings(archive=archive), create=False, read_only=True) as opened:
        for failure in failures(opened, agency=agency, year=year, region=region):
            found += 1
            if as_format == "jsonl":
                sys.stdout.write(json.dumps(failure.as_json(), ensure_ascii=False) + "\n")
                continue
            record, one = failure.record, failure.check
            made.add_row(str(record.report_year or "?"), record.agency or "", words(*_KINDS[failure.kind]), one.rule_id,
                         one.scope, _figure(one.right), _figure(one.left), one.quote,
                         record.report_id[:ID_CHARACTERS])
    if as_format == "table" and found:
        show(made)
    tell(f"共 {found} 处对不上", f"{found} do not add up", style="yellow" if found else "green")


def _figure(value: int | None) -> str:
    return "" if value is None else str(value)

"""Figures that do not add up, in one report and from one year to the next, as a journalist asks for them."""

import json
from dataclasses import replace
from pathlib import Path

from gongkai.capture import Finding
from gongkai.report import CellValue, Check, Reading
from gongkai.settings import Settings
from storage import Archive
from tests.command import gongkai
from tests.factories import finding
from tests.storage.steps import crawl


def requests(made: tuple[Finding, Reading], *, carried_in: int, carried_out: int,
             checks: tuple[Check, ...] = ()) -> tuple[Finding, Reading]:
    found, reading = made
    rows = {row: {"natural_person": CellValue(str(figure), figure, "number")}
            for row, figure in (("carried_in", carried_in), ("carried_out", carried_out))}
    report = replace(reading.report, tables={"requests": rows}, checks=checks)
    return found, replace(reading, report=report)


def test_what_fails_within_a_report_and_what_was_not_carried_over(tmp_path: Path) -> None:
    settings = Settings(archive=str(tmp_path / "kept"))
    prose = Check("PROSE-NEW", "total", 13, 31, "fail", "收到申请31件")
    with Archive.open(settings) as archive:
        crawl(archive, requests(finding(2019), carried_in=0, carried_out=4),
              requests(finding(2020), carried_in=4, carried_out=2, checks=(prose,)),
              requests(finding(2021), carried_in=5, carried_out=0),
              requests(finding(2023), carried_in=9, carried_out=0))

    done = gongkai("check", "--format", "jsonl", archive=settings.archive)

    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(t["report_year"], t["kind"], t["rule_id"], t["scope"], t["left"], t["right"]) for t in told] == [
        (2020, "prose", "PROSE-NEW", "total", 13, 31), (2021, "year", "REQ-CARRY", "natural_person", 5, 2)], done.stderr
    assert told[0]["quote"] == "收到申请31件" and told[1]["before"]

    one = gongkai("check", "--year", "2021", archive=settings.archive)
    assert one.returncode == 0 and "REQ-CARRY" in one.stdout and "PROSE-NEW" not in one.stdout, one.stderr
    none = gongkai("check", "--agency", "财政局", "--format", "jsonl", archive=settings.archive)
    assert (none.returncode, none.stdout) == (0, "")

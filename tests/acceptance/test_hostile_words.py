"""Titles and texts from the web are words: a terminal shows them, nothing obeys them."""

import csv
import io
import json
from pathlib import Path

from gongkai.settings import Settings
from storage import Archive
from tests.command import gongkai
from tests.factories import SITE, finding

MARKUP = "青岚市水务局2020年政府信息公开工作年度报告[/x][bold]"
ESCAPES = "\x1b]0;owned\x07\x1b[31m\u202e"


def kept(place: Path, title: str) -> None:
    found, reading = finding(2020)
    hostile = type(reading)(reading.sources, reading.main, type(reading.report)(
        **{**vars(reading.report), "title": title}))
    with Archive.open(Settings(archive=str(place))) as archive:
        log = archive.begin_crawl(SITE)
        archive.keep(found, hostile, crawl_id=log.crawl_id)
        log.finish({})


def test_markup_in_a_title_is_shown_not_run(tmp_path: Path) -> None:
    kept(tmp_path, MARKUP)
    told = gongkai("reports", archive=str(tmp_path))
    assert told.returncode == 0 and MARKUP in told.stdout, told.stderr


def test_escape_sequences_never_reach_a_terminal(tmp_path: Path) -> None:
    kept(tmp_path, MARKUP + ESCAPES)
    record = json.loads(gongkai("reports", "--format", "jsonl", archive=str(tmp_path)).stdout)
    for command in (("reports",), ("history", record["report_id"]), ("show", record["report_id"])):
        told = gongkai(*command, archive=str(tmp_path)).stdout
        assert not set(ESCAPES[:1] + "\x07\u202e") & set(told), command


def test_a_spreadsheet_runs_no_formula_from_a_title(tmp_path: Path) -> None:
    kept(tmp_path, "=HYPERLINK(1)")
    [row] = csv.DictReader(io.StringIO(gongkai("reports", "--format", "csv", archive=str(tmp_path)).stdout))
    assert row["title"] == "'=HYPERLINK(1)"


def test_control_characters_of_a_page_are_not_in_what_is_read(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<!DOCTYPE html><html><title>{ESCAPES}报告</title><p>总体{ESCAPES}情况</p>" + "<p>一</p>" * 40,
                    encoding="utf-8")
    told = gongkai("extract", str(page), "--format", "text")
    assert "总体" in told.stdout and not set("\x1b\x07\u202e") & set(told.stdout + told.stderr)

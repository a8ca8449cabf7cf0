"""A researcher takes the archive away and reads it with tools that know nothing of Gongkai."""

import csv
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import jsonschema
import pytest
from pyarrow import parquet
from warcio.archiveiterator import ArchiveIterator

from gongkai.settings import Settings
from storage import Archive, Selection
from storage.export.datapackage import Table
from storage.export.parquet import ParquetTables
from storage.export.tables import Column, TableShape
from storage.schemas import load_schema
from tests.command import REPOSITORY, environment, gongkai, started
from tests.export.conftest import Taken
from tests.factories import finding, page_url
from tests.s3_server import S3Place
from tests.storage.steps import crawl

BIN = Path(sys.executable).parent


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def responses(warcs: Iterator[Path]) -> list[Any]:
    found = []
    for path in warcs:
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                record.body = record.content_stream().read()
                found.append(record)
    return found


def test_the_data_package_is_valid_and_says_what_every_column_is(taken: Taken) -> None:
    package = taken.folder / "package/datapackage.json"
    report = frictionless.validate(str(package))
    assert report.valid, report.flatten(["name", "fieldName", "type", "note"])
    described = json.loads(package.read_text("utf-8"))
    tables = {r["name"]: r for r in described["resources"] if r["format"] == "csv"}
    assert {"reports", "versions", "documents", "captures", "agencies", "cells", "checks", "sections", "texts",
            "wide_cn_gov_2019", "wide_cn_gov_2021"} <= set(tables)
    assert all(field["title"] for table in tables.values() for field in table["schema"]["fields"])
    wide = {f["name"]: f["title"] for f in tables["wide_cn_gov_2021"]["schema"]["fields"]}
    assert wide["requests__new_received__total"].endswith("总计") and len(wide) > 190
    with taken.open() as archive:
        listed = {r.report_id for r in archive.reports()}
    assert {row["report_id"] for row in rows(package.parent / "csv/reports.csv")} == listed
    assert tables["reports"]["rowcount"] == len(listed)


def test_a_package_whose_rows_were_tampered_with_is_not_valid(taken: Taken, tmp_path: Path) -> None:
    """The proof that the validator looks: a version without its report, a count that is no number."""
    copy = tmp_path / "package"
    subprocess.run(["cp", "-r", str(taken.folder / "package"), str(copy)], check=True)
    text = (copy / "csv/checks.csv").read_bytes()
    head, first, rest = text.split(b"\r\n", 2)
    (copy / "csv/checks.csv").write_bytes(b"\r\n".join((head, b"f" * 20 + first[20:].replace(b",1,", b",one,"), rest)))
    report = frictionless.validate(str(copy / "datapackage.json"))
    assert {"foreign-key", "type-error", "hash-count"} <= {kind for (kind,) in report.flatten(["type"])}


def test_parquet_opens_in_duckdb_and_sums_as_the_csv_does(taken: Taken) -> None:
    folder = taken.folder / "package"
    for table, sums in {"cells": "sum(value), count(value), count(*), count_if(flagged)",
                        "wide_cn_gov_2021": "sum(requests__new_received__total), count(*)",
                        "versions": "sum(version_no), count(DISTINCT report_id), max(first_seen)",
                        "texts": "sum(length(text))"}.items():
        asked = [duckdb.sql(f"SELECT {sums} FROM {source}").fetchall() for source in (
            f"read_parquet('{folder}/parquet/{table}.parquet')",
            f"read_csv('{folder}/csv/{table}.csv', header=true, all_varchar=false, null_padding=false, quote='\"',"
            f" escape='\"', strict_mode=true, sample_size=-1)")]
        assert [str(value) for value in asked[0][0][1:]] == [str(value) for value in asked[1][0][1:]], table
        assert float(asked[0][0][0]) == pytest.approx(float(asked[1][0][0])) and asked[0][0][0] > 0, table


def test_cells_are_those_the_archive_shows(taken: Taken) -> None:
    with taken.open() as archive:
        year = next(r for r in archive.reports(year=2022))
        tables = archive.version(year.report_id).reading.report.tables
    total = tables["requests"]["new_received"]["total"].value
    long = [r for r in rows(taken.folder / "package/csv/cells.csv") if r["report_id"] == year.report_id
            and (r["table"], r["row"], r["column"]) == ("requests", "new_received", "total")]
    wide = [r for r in rows(taken.folder / "package/csv/wide_cn_gov_2021.csv") if r["report_id"] == year.report_id]
    assert [r["value"] for r in long] == [str(total)] == [wide[0]["requests__new_received__total"]]


def test_an_update_holds_exactly_what_is_new_and_a_second_one_nothing(taken: Taken) -> None:
    folder = taken.export("package", "--update")
    (made,) = folder.glob("since-*")
    new = rows(made / "csv/versions.csv")
    with taken.open() as archive:
        (edited,) = archive.reports(year=taken.edited)
        assert [(r["report_id"], r["version_no"]) for r in new] == [
            (edited.report_id, str(archive.report(edited.report_id).latest.number))]
    assert "→" in new[0]["changed_cells"]
    assert {r["report_id"] for r in rows(made / "csv/cells.csv")} == {edited.report_id}
    assert frictionless.validate(str(made / "datapackage.json")).valid
    before = sorted(folder.rglob("*"))
    taken.export("package", "--update")
    assert sorted(folder.rglob("*")) == before


def test_every_line_of_the_jsonl_is_as_its_schema_says(taken: Taken) -> None:
    lines = (taken.export("schema", "--format", "jsonl") / "reports.jsonl").read_text("utf-8").splitlines()
    schema = jsonschema.Draft202012Validator(load_schema("gongkai/export-report/1"))
    told = [json.loads(line) for line in lines]
    assert len(told) > 10 and max(len(one["history"]) for one in told) > 1
    for one in told:
        schema.validate(one)
        for field in ("report_id", "history"):
            assert list(schema.iter_errors({k: v for k, v in one.items() if k != field}))
        cells = one["history"][-1]["tables"]
        assert list(schema.iter_errors({**one, "unheard": 1})) and (cells or one["report_year"] < 2019)


def test_the_filters_choose(taken: Taken) -> None:
    folder = taken.export("filtered", "--format", "jsonl", "--year", "2019-2021,2024", "--form", "cn-gov-2021",
                          "--type", "department", "--passed")
    lines = [json.loads(line) for line in (folder / "reports.jsonl").read_text("utf-8").splitlines()]
    assert {line["report_year"] for line in lines} and {line["report_year"] for line in lines} <= {2021, 2024}
    assert not (taken.export("none", "--format", "jsonl", "--type", "government") / "reports.jsonl").read_bytes()
    first = lines[0]["history"][0]
    assert first["provenance"]["captures"][0]["status_line"].startswith("HTTP/1.")
    assert first["text"] and first["tables"]["requests"]["new_received"]["total"]["raw"]


def test_the_warc_passes_its_checker_and_repeats_what_the_server_said(taken: Taken) -> None:
    folder = taken.export("warc", "--format", "warc")
    warcs = sorted((folder / "archive").glob("*.warc.gz"))
    checked = subprocess.run([str(BIN / "warcio"), "check", "-v", *map(str, warcs)], capture_output=True, text=True)
    assert checked.returncode == 0 and "fail" not in checked.stdout, checked.stdout
    records = responses(iter(warcs))
    kinds = [r.rec_type for r in records]
    assert kinds[0] == "warcinfo" and kinds.count("response") and kinds.count("request") and "revisit" in kinds
    assert b"robots: obey" in records[0].body
    profiles = [r.rec_headers.get_header("WARC-Profile") or "" for r in records]
    unchanged = [profile for profile in profiles if profile.endswith("server-not-modified")]
    heads = [r for r in records if r.rec_type == "metadata" and b"status-line: HTTP/1.1 304 Not Modified" in r.body]
    assert len(unchanged) == len(heads) > 5 and all(b"header: ETag: " in r.body for r in heads)
    one = next(r for r in records if r.rec_type == "response")
    assert one.http_headers.statusline == "200 OK" and one.rec_headers.get_header("WARC-IP-Address") == "127.0.0.1"
    asked = next(r for r in records if r.rec_type == "request")
    assert asked.http_headers.get_header("User-Agent").startswith("Mozilla/5.0 (compatible; Gongkai/")
    lines = (folder / "indexes/gongkai.cdxj").read_text("utf-8").splitlines()
    assert lines == sorted(lines) and len(lines) == kinds.count("response") + kinds.count("revisit")
    for line in lines[:5]:
        fields = json.loads(line.split(" ", 2)[2])
        with (folder / "archive" / fields["filename"]).open("rb") as file:
            file.seek(int(fields["offset"]))
            record = next(iter(ArchiveIterator(file)))
        assert record.rec_headers.get_header("WARC-Target-URI") == fields["url"]


def test_the_warc_replays_in_pywb(taken: Taken, tmp_path: Path) -> None:
    folder = taken.export("replayed", "--format", "warc", "--split", "site")
    warcs = [str(path) for path in (folder / "archive").glob("*.warc.gz")]
    subprocess.run([str(BIN / "wb-manager"), "init", "reports"], cwd=tmp_path, check=True, capture_output=True)
    subprocess.run([str(BIN / "wb-manager"), "add", "reports", *warcs], cwd=tmp_path, check=True, capture_output=True)
    with taken.open() as archive:
        report = next(r for r in archive.reports(year=2021) if r.url.endswith("html"))
        sentence = archive.version(report.report_id).reading.report.sections[1].text[:12]
    with wayback(tmp_path) as port:
        for moment in ("mp_", "2099mp_"):  # the latest capture is a 304 of the second crawl
            page = read(f"http://127.0.0.1:{port}/reports/{moment}/{report.url}")
            assert report.title and report.title in page and sentence in page


@contextmanager
def wayback(folder: Path) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (folder / "wayback.log").open("wb") as log:
        server = subprocess.Popen([str(BIN / "wayback"), "-b", "127.0.0.1", "-p", str(port)], cwd=folder, stdout=log,
                                  stderr=log, env=environment())
        try:
            limit = time.monotonic() + 40
            while time.monotonic() < limit:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                assert server.poll() is None, (folder / "wayback.log").read_text()
                time.sleep(0.2)
            yield port
        finally:
            server.terminate()
            server.wait(10)


def read(url: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=30) as answer:
        return str(answer.read().decode("utf-8", "replace"))


def test_the_wacz_is_valid_and_lists_its_pages_with_title_and_text(taken: Taken) -> None:
    (made,) = taken.export("wacz", "--format", "wacz").glob("*.wacz")
    checked = subprocess.run([str(BIN / "wacz"), "validate", "-f", str(made)], capture_output=True, text=True)
    assert checked.returncode == 0 and "Validation succeeded" in checked.stdout, checked.stdout + checked.stderr
    with zipfile.ZipFile(made) as archive:
        pages = [json.loads(line) for line in archive.read("pages/pages.jsonl").decode().splitlines()]
        assert all(i.compress_type == zipfile.ZIP_STORED for i in archive.infolist() if i.filename.endswith(".gz"))
    with taken.open() as opened:
        titles = {r.title for r in opened.reports()}
    assert pages[0]["format"] == "json-pages-1.0" and titles <= {p["title"] for p in pages[1:]}
    assert all(p["url"] and p["ts"] and p["text"] is not None for p in pages[1:])


def test_the_tree_has_a_folder_a_report_with_text_cells_originals_and_proof(taken: Taken) -> None:
    folder = taken.folder / "tree"
    with taken.open() as archive:
        (record,) = archive.reports(year=2022)
        version = archive.version(record.report_id)
    (place,) = folder.rglob("2022-*")
    said = json.loads((place / "provenance.json").read_text("utf-8"))
    original = place / said["files"][version.main.raw_sha256]
    assert original.read_bytes() == version.raw
    assert (place / "text.md").read_text("utf-8") == version.text and record.agency == place.parent.name
    assert rows(place / "tables.csv") and "原件" in (place / "index.html").read_text("utf-8")
    assert "<script" not in "".join(p.read_text("utf-8") for p in folder.rglob("index.html")
                                    if p.parent.name != "原件").lower()


def test_a_page_in_gbk_is_taken_away_byte_for_byte(tmp_path: Path) -> None:
    body = "<html><meta charset=gbk><title>年报</title>政府信息公开</html>".encode("gbk")
    headers = [("Content-Encoding", "gzip"), ("Content-Length", "99")]
    settings = Settings(archive=str(tmp_path / "a"))
    with Archive.open(settings) as archive:
        crawl(archive, finding(2020, body=body, headers=headers))
        archive.export(tmp_path / "warc", "warc")
        archive.export(tmp_path / "tree", "tree")
    (record,) = [r for r in responses((tmp_path / "warc/archive").glob("*.gz")) if r.rec_type == "response"]
    assert record.body == body
    assert record.http_headers.get_header("X-Archive-Orig-Content-Encoding") == "gzip"
    assert record.http_headers.statusline == "200 OK", "what an old capture never knew is the common phrase"
    assert [p.read_bytes() for p in (tmp_path / "tree").rglob("原件/*")] == [body]


@pytest.mark.parametrize("title", [
    "../../../etc/passwd", "CON", "a/b\\c:d*?\"<>|", "报" * 200, " . ", "<script>alert(1)</script>", "nul.txt"])
def test_a_hostile_title_stays_a_harmless_name_in_its_folder(title: str, tmp_path: Path) -> None:
    with Archive.open(Settings(archive=str(tmp_path / "a"))) as archive:
        crawl(archive, finding(2020, title=title), finding(2021, title=title, url=page_url(2021)))
        archive.export(tmp_path / "out/tree", "tree")
    inside = [p.relative_to(tmp_path / "out/tree") for p in (tmp_path / "out").rglob("*") if p != tmp_path / "out/tree"]
    texts = [p for p in inside if p.name == "text.md"]
    assert len(texts) == 2
    for path in inside:
        for part in path.parts:
            assert len(part.encode()) < 250 and not re.search(r'[<>:"|?*\\\x00-\x1f]|[. ]$', part), part
            assert part.split(".")[0].lower() not in ("con", "nul")
    assert "<script>" not in "".join(p.read_text("utf-8") for p in (tmp_path / "out").rglob("index.html"))


def test_two_reports_of_one_name_get_two_folders(tmp_path: Path) -> None:
    with Archive.open(Settings(archive=str(tmp_path / "a"))) as archive:
        crawl(archive, finding(None, url=page_url(1), title="Report"),
              finding(None, 9, url=page_url(2), title="REPORT"))
        archive.export(tmp_path / "tree", "tree")
    names = [p.parent.name for p in (tmp_path / "tree").rglob("text.md")]
    assert len({name.casefold() for name in names}) == 2


def test_nothing_is_overwritten_and_wrong_use_is_said(taken: Taken, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("mine")
    for options, said in ((("--format", "jsonl"), "not empty"), (("--update",), "no export that can be updated"),
                          ((), "--format is missing")):
        done = gongkai("export", str(tmp_path / "mine"), *options, archive=taken.archive)
        assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr
    done = gongkai("export", str(tmp_path / "new"), "--format", "jsonl", "--since", "yesterday", archive=taken.archive)
    assert done.returncode == 2 and "yesterday" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["mine"] and [p.name for p in (tmp_path / "mine").iterdir()] == [
        "notes.txt"]


def test_an_export_that_is_killed_leaves_nothing_under_its_name_and_the_next_one_is_whole(tmp_path: Path) -> None:
    settings = Settings(archive=str(tmp_path / "a"))
    with Archive.open(settings) as archive:
        crawl(archive, *(finding(2000 + n, n, url=page_url(n), extra="字" * 5_000) for n in range(30)))
    target = tmp_path / "out"
    process = started("export", str(target), "--format", "tree", archive=settings.archive)
    limit = time.monotonic() + 60
    while not list((tmp_path / ".out.partial").rglob("text.md")):
        assert process.poll() is None and time.monotonic() < limit
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not target.exists() and (tmp_path / ".out.partial").exists()
    assert gongkai("export", str(target), "--format", "tree", archive=settings.archive).returncode == 0
    assert len(list(target.rglob("text.md"))) == 30
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "out"]


def test_a_damaged_report_is_named_and_the_rest_is_taken(tmp_path: Path) -> None:
    settings = Settings(archive=str(tmp_path / "a"))
    with Archive.open(settings) as archive:
        crawl(archive, finding(2020), finding(2021, 9, url=page_url(2021)))
    path = next((tmp_path / "a/documents").rglob("document.json"))
    path.chmod(0o644)
    path.write_bytes(b"{}")
    done = gongkai("export", str(tmp_path / "out"), "--format", "jsonl", "--json", archive=settings.archive)
    said = json.loads(done.stdout)
    assert done.returncode == 5 and said["reports"] == 1 and len(said["left_out"]) == 1
    assert len((tmp_path / "out/reports.jsonl").read_text("utf-8").splitlines()) == 1


@pytest.mark.parametrize(("held_bytes", "groups"), [(32 << 20, 1), (1 << 20, 3)])
def test_a_large_table_is_written_in_few_groups_and_whole(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held_bytes: int, groups: int) -> None:
    """Of what is held together the table that holds most is written: a small one stays in one group."""
    monkeypatch.setattr("storage.export.parquet._HELD_BYTES", held_bytes)
    shape = TableShape("wide", "宽表", tuple(Column(f"c{n}", "integer", "列") for n in range(50)), ("c0",))
    few, tables = TableShape("few", "小表", shape.columns[:5], ("c0",)), ParquetTables()
    with Table(shape, tmp_path, tables) as table, Table(few, tmp_path, tables) as small:
        for number in range(6000):
            table.write((number,) * 50)
            if number % 2:
                small.write((number,) * 5)
    written = parquet.ParquetFile(tmp_path / "parquet/wide.parquet")
    assert written.metadata.num_rows == table.rows == 6000 and written.metadata.num_row_groups == groups
    assert written.read(["c0", "c49"]).to_pydict() == {name: list(range(6000)) for name in ("c0", "c49")}
    beside = parquet.ParquetFile(tmp_path / "parquet/few.parquet")
    assert beside.metadata.num_row_groups == 1 and beside.read(["c4"]).to_pydict() == {"c4": list(range(1, 6000, 2))}


def test_an_archive_on_s3_is_taken_away_alike(s3_settings: S3Place, tmp_path: Path) -> None:
    made = []
    for settings in (Settings(archive=str(tmp_path / "a")),
                     Settings(**s3_settings.settings("cn"), catalog=f"sqlite:///{tmp_path}/c.db")):
        with Archive.open(settings) as archive:
            crawl(archive, finding(2020), finding(2021, 9, url=page_url(2021)))
            archive.export(tmp_path / f"out{len(made)}", "datapackage", Selection(years=(2020, 2021)))
        folder = tmp_path / f"out{len(made)}/csv"
        made.append([(folder / f"{name}.csv").read_bytes() for name in ("cells", "texts", "reports")])
    assert made[0] == made[1] and len(made[0][0]) > 200


def test_the_tutorial_runs_as_it_stands(taken: Taken, tmp_path: Path) -> None:
    text = (REPOSITORY / "docs/tutorial.md").read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S)
    assert len(blocks) >= 6
    done = subprocess.run([sys.executable, "-c", "\n".join(blocks)], capture_output=True, text=True, cwd=tmp_path,
                          env=environment(archive=taken.archive) | {"PYTHONPATH": str(REPOSITORY)})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "take-away/datapackage.json").exists() and "2022" in done.stdout

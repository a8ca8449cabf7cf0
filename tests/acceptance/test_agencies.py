"""The gazetteer on the command line: what may be one body is shown with evidence, merging needs a reason."""

import json
from pathlib import Path

from gongkai.settings import Settings
from storage import Archive
from tests.command import gongkai, listed
from tests.factories import finding
from tests.storage.steps import crawl

OLD, NEW = "云溪市水利局", "云溪市水务局"


def test_a_succession_is_suggested_and_merged_with_a_reason(tmp_path: Path) -> None:
    settings = Settings(archive=str(tmp_path / "kept"))
    with Archive.open(settings) as archive:
        crawl(archive, finding(2017, agency=OLD, own=False), finding(2018, agency=OLD, own=False),
              finding(2020, agency=NEW, own=False), finding(2021, agency=NEW, own=False, region=None),
              finding(2019, agency="云溪市财政局", own=False))

    told = gongkai("agencies", "list", "--suggest", "--format", "jsonl", archive=settings.archive)

    pairs = {(p["evidence"], p["one"]["agency"], p["other"]["agency"]): p
             for p in map(json.loads, told.stdout.splitlines())}
    assert set(pairs) == {("succession", OLD, NEW), ("same name", NEW, NEW)}, told.stdout + told.stderr
    succession = pairs["succession", OLD, NEW]
    assert succession["detail"] == "reports up to 2018, then from 2020"
    old, new = succession["one"]["agency_id"], succession["other"]["agency_id"]

    silent = gongkai("agencies", "merge", old, new, archive=settings.archive)
    assert silent.returncode == 2 and "--why" in silent.stderr
    done = gongkai("agencies", "merge", old, new, "--why", "机构改革", archive=settings.archive)
    assert done.returncode == 0 and "registry" not in done.stderr, done.stderr
    named = gongkai("agencies", "rename", new, "云溪市水务管理局", "--why", "三定方案", archive=settings.archive)
    assert named.returncode == 0, named.stderr
    filed = sorted(r["report_year"] for r in listed(archive=settings.archive) if r["agency_id"] == new)
    assert filed == [2017, 2018, 2020]
    table = gongkai("agencies", "list", "--agency", "水务管理", archive=settings.archive)
    assert "云溪市水务管理局" in table.stdout and OLD in table.stdout and old in table.stdout, table.stderr
    wrong = gongkai("agencies", "rename", "0000000000000000", "某局", "--why", "x", archive=settings.archive)
    assert wrong.returncode == 2 and "0000000000000000" in wrong.stderr and "Traceback" not in wrong.stderr

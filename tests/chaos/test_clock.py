"""A machine whose clock is set back by more than a year between two crawls, and right again in the third."""

import json
from pathlib import Path

import samplesite
from gongkai.settings import Settings
from tests.chaos.conftest import Machine, Site


def test_a_clock_set_back_loses_no_correction_and_puts_no_old_state_in_front(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "machine", Settings(archive=str(tmp_path / "archive"), recheck=True))
    with samplesite.serve() as served:
        site = Site(served)
        first = site.crawl_whole(machine)
        with machine.open() as archive:
            before = {r.report_year: r.text_sha256 for r in archive.reports()}
        served.reissue()
        back = site.crawl(machine, clock_days=-400)
        assert back.summary["changed"] == 1, back.summary
        assert "if the clock was set back, put it right" in back.log and "put it right" not in first.log
        with machine.open() as archive:
            assert archive.verify().ok
            edited, = (r for r in archive.reports() if r.text_sha256 != before[r.report_year])
            assert edited.report_year == samplesite.EDITED_YEAR, "the state fetched last is the one shown"
            history = archive.history(edited.report_id)
            assert [entry.document_number for entry in history if entry.url == history[-1].url][-1] == 2
            assert archive.version(edited.report_id).entry.document_number == 2
            shown = [json.dumps(record.as_json()) for record in archive.reports()]
        again = site.crawl_whole(machine)
        assert (again.summary["new"], again.summary["changed"]) == (0, 0), again.summary
        assert again.acknowledged == first.acknowledged
        with machine.open() as archive:
            assert archive.verify().ok and archive.stats().reports == len(shown)
            latest = {r.report_id: r.text_sha256 for r in archive.reports()}
            assert latest == {(r := json.loads(one))["report_id"]: r["text_sha256"] for one in shown}
            archive.rebuild()
            assert {r.report_id: r.text_sha256 for r in archive.reports()} == latest

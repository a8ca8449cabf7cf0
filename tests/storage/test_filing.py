"""Under whose name a document is filed, and that it stays there when more becomes known about the agency."""

from dataclasses import replace

import pytest

from gongkai.settings import Settings
from storage import Archive
from tests.factories import AGENCY, finding, page_url
from tests.storage.steps import crawl, listing, outcomes


def test_learning_the_region_does_not_part_a_history(settings: Settings) -> None:
    with Archive.open(settings) as archive:
        assert outcomes(archive, finding(2020, 13, region=None)) == ["new"]
        before = next(archive.reports())
        for minutes, received in ((60, 31), (120, 44)):
            verdict, = crawl(archive, finding(2020, received, region="350200", minutes=minutes))
            assert (verdict.outcome, verdict.report_id) == ("changed", before.report_id)
        record, = archive.reports()
        assert (record.report_id, record.agency_id) == (before.report_id, before.agency_id)
        assert (record.region_code, record.versions) == ("350200", 3) and len(archive.history(record.report_id)) == 3
        expected = listing(archive)
        assert archive.verify().ok
        archive.rebuild()
        assert listing(archive) == expected and archive.verify().ok
        assert outcomes(archive, finding(2020, 50, region="350200", minutes=180)) == ["changed"]
        assert next(archive.reports()).report_id == before.report_id


def test_the_sites_own_report_stays_when_the_agency_is_renamed(archive: Archive) -> None:
    crawl(archive, finding(2020, 13, agency="云溪市城市管理行政执法局"))
    verdict, = crawl(archive, finding(2020, 31, agency=AGENCY, minutes=60))
    record, = archive.reports()
    assert verdict.outcome == "changed" and (record.agency, record.versions) == (AGENCY, 2) and archive.verify().ok


def test_another_year_or_another_agency_on_the_same_page_is_another_report(archive: Archive) -> None:
    url = page_url(2020)
    assert outcomes(archive, finding(2020, url=url, region=None, own=False),
                    finding(2021, url=url, minutes=60, own=False),
                    finding(2021, url=url, minutes=120, agency="云溪市财政局", own=False)) == ["new"] * 3
    assert len({r.report_id for r in archive.reports()}) == 3


def test_a_corrected_agency_is_told_and_what_is_kept_stays_as_filed(
        archive: Archive, caplog: pytest.LogCaptureFixture) -> None:
    found, reading = finding(2020, agency="云溪市", own=False)
    first, = crawl(archive, (found, reading))
    assert not caplog.records
    corrected = replace(reading, report=replace(reading.report, filed_under=AGENCY, own=True, report_year=2021))
    verdict, = crawl(archive, (found, corrected))
    assert (verdict.outcome, verdict.report_id) == ("unchanged", first.report_id)
    assert (verdict.own, verdict.report_year) == (False, 2020)
    warning, = caplog.messages
    assert caplog.records[0].levelname == "WARNING" and found.page.url in warning
    assert "filed under 云溪市, 2020, another agency's" in warning
    assert f"read as {AGENCY}, 2021, the site's own" in warning
    assert "until it is read again" in warning
    caplog.clear()
    crawl(archive, (found, reading))
    assert not caplog.records

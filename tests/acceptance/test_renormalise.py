"""Stored bytes read again by today's readers: the text and cells of yesterday's unread files, no version, no loss."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import storage.keeping as keeping
from crawler.normalise.sandbox import Sandbox
from crawler.renormalising import renormalise
from gongkai import PIPELINE_VERSION
from gongkai.capture import Finding
from gongkai.document import Document
from gongkai.report import Reading, SourceDocument
from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import Archive, RenewalQuery, SearchQuery
from storage.objects.local import LocalObjects
from tests.acceptance.test_files_of_a_page import FILE_URL, GRIDS, TEXTS, found, wrong
from tests.command import gongkai
from tests.factories import AGENCY, SITE, capture
from tests.normalise.office_makers import rtf
from tests.spiders.sites import text_of
from tests.storage.steps import crawl, files, listing

EVERY = RenewalQuery()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(archive=str(tmp_path / "kept"))


@pytest.fixture
def yesterday(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Kept by a program whose pipeline was the first."""
    with monkeypatch.context() as then:
        then.setattr(keeping, "PIPELINE_VERSION", 1)
        yield


def unread(made: tuple[Finding, Reading]) -> tuple[Finding, Reading]:
    """As a program read it that did not know the format of its file."""
    from crawler.reports import read_report

    finding, reading = made
    sources = [reading.sources[0], *(replace(s, document=Document("unsupported", "rtf")) for s in reading.sources[1:])]
    return finding, read_report(sources, site=SITE, url=finding.page.url)


def again(archive: Archive, settings: Settings, query: RenewalQuery = EVERY, *, apply: bool = True) -> list[str]:
    with Sandbox(settings) as sandbox:
        return sorted(one.outcome for one in renormalise(archive, archive.renewable(query), sandbox, jobs=2,
                                                         apply=apply))


def page(year: int, site: AgencySite, agency: str = AGENCY) -> tuple[Finding, Reading]:
    from crawler.normalise import normalise
    from crawler.reports import read_report

    url = f"{site.url}nb/{year}.html"
    title = f"{agency}{year}年政府信息公开工作年度报告"
    body = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{text_of(year)}</body></html>".encode()
    taken = capture(url, body, minutes=year)
    source = SourceDocument("page", url, (taken.raw_sha256,), normalise(body, url=url))
    return Finding(site, taken), read_report([source], site=site, url=url)


def test_a_file_nobody_could_read_gives_its_text_and_cells_and_stays_the_same_version(
        settings: Settings, yesterday: None) -> None:
    with Archive.open(settings) as archive:
        made = unread(found(rtf(TEXTS, GRIDS), "rtf"))
        crawl(archive, made)
        record, = archive.reports()
        assert record.pending == (f"{FILE_URL}.rtf",) and not archive.version(record.report_id).reading.report.tables
        first = files(settings)
        assert again(archive, settings, RenewalQuery(pending=True), apply=False) == ["renewed"]
        assert files(settings) == first, "a dry run wrote"

        assert again(archive, settings, RenewalQuery(pending=True)) == ["renewed"]

        shown = archive.version(record.report_id)
        assert not wrong(shown.reading) and "全年工作平稳有序" in shown.text
        record, = archive.reports()
        assert (record.pending, record.versions) == ((), 1) and not archive.pending()
        assert [hit.record.report_id for hit in archive.search(SearchQuery("工作平稳有序"))] == [record.report_id]
        entry, = archive.history(record.report_id)
        assert entry.document_number == 1 and entry.pipeline_version == PIPELINE_VERSION
        kept = files(settings)
        assert {key: kept[key] for key in first} == first, "what was kept before was touched"
        assert archive.verify().ok and not archive.verify().leftovers

        assert again(archive, settings) == ["unchanged"]
        assert files(settings) == kept
        before = listing(archive)
        archive.rebuild()
        assert listing(archive) == before and archive.verify().ok
        assert archive.version(record.report_id).text == shown.text

        verdict, = crawl(archive, found(rtf(TEXTS, GRIDS), "rtf"))
        assert verdict.outcome == "unchanged"


def test_older_than_takes_what_an_earlier_pipeline_read_and_each_only_once(
        settings: Settings, yesterday: None) -> None:
    with Archive.open(settings) as archive:
        crawl(archive, page(2020, SITE), page(2021, SITE))
        assert again(archive, settings, RenewalQuery(older_than=1)) == []
        before = listing(archive), {k for k in files(settings) if k.endswith(("document.json", "text.md"))}
        assert again(archive, settings, RenewalQuery(older_than=PIPELINE_VERSION)) == ["confirmed"] * 2
        after = {k for k in files(settings) if k.endswith(("document.json", "text.md"))}
        assert (listing(archive), after) == before, "the same text was kept twice"
        assert again(archive, settings, RenewalQuery(older_than=PIPELINE_VERSION)) == []
        assert archive.verify().ok


def test_years_kept_before_the_agencys_region_was_known_join_those_kept_after(
        settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    name = "清沅市城市管理局"  # of a place that no list has
    unknown = AgencySite("http://cgj.qingyuanshi.gov.cn/", name)
    known = replace(unknown, region_code="350200")
    with Archive.open(settings) as archive:
        crawl(archive, page(2019, unknown, name), page(2020, unknown, name))
        archive.add_sites([known], reason="its region was looked up")
        crawl(archive, page(2021, known, name))
        assert len({record.agency_id for record in archive.reports()}) == 2
        with caplog.at_level(logging.WARNING):
            assert again(archive, settings) == ["refiled", "refiled", "unchanged"]
        assert sum("region unknown → 350200" in message for message in caplog.messages) == 2
        assert len({record.agency_id for record in archive.reports()}) == 1
        assert [record.report_year for record in archive.reports()] == [2019, 2020, 2021]
        assert archive.stats().agencies == 1
        assert again(archive, settings) == ["unchanged"] * 3 and archive.verify().ok
        before = listing(archive)
        archive.rebuild()
        assert listing(archive) == before and archive.stats().agencies == 1


def test_what_is_no_report_any_more_or_cannot_be_read_now_stays_as_it_was(
        settings: Settings, tmp_path: Path) -> None:
    with Archive.open(settings) as archive:
        made = page(2020, SITE)
        crawl(archive, made)
        record, = archive.reports()
        version, = archive.renewable(EVERY)
        finding = archive.found_then(*version)
        plan = replace(made[1], report=replace(made[1].report, kind="work_plan"))
        assert archive.renew(*version, finding, plan).outcome == "left"
        source = made[1].sources[0]
        worse = replace(made[1], sources=(replace(source, document=Document("limit", "html")),))
        assert archive.renew(*version, finding, worse).outcome == "left"
        assert [r.report_id for r in archive.reports()] == [record.report_id]
        raw = next(Path(settings.archive, "raw").rglob("*.zst"))
        raw.unlink()
        assert again(archive, settings) == ["left"]


def test_killed_between_any_two_steps_the_next_run_finishes(
        settings: Settings, yesterday: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a reading stand without the reading; the reading stands without its row."""
    class Killed(BaseException):
        pass

    put = LocalObjects.put
    with Archive.open(settings) as archive:
        crawl(archive, unread(found(rtf(TEXTS, GRIDS), "rtf")))
    for survives in (1, 2, 3):
        left = [survives]

        def dying(self: LocalObjects, key: str, *rest: object, left: list[int] = left) -> bool:
            if "/readings/" in key:
                if left[0] == 0:
                    raise Killed
                left[0] -= 1
            return put(self, key, *rest)  # type: ignore[arg-type]

        with monkeypatch.context() as patched, Archive.open(settings) as archive:
            patched.setattr(LocalObjects, "put", dying)
            if survives == 3:
                patched.setattr("storage.renewing.Renewer._enter", lambda *_: (_ for _ in ()).throw(Killed()))
            version, = archive.renewable(EVERY)
            with pytest.raises(Killed):
                archive.renew(*version, archive.found_then(*version), found(rtf(TEXTS, GRIDS), "rtf")[1])
        with Archive.open(settings) as archive:
            report = archive.verify()
            assert [d.kind for d in report.damages] == (["stale"] if survives == 3 else [])
            assert report.leftovers or survives == 3
    with Archive.open(settings) as archive:
        assert again(archive, settings, RenewalQuery(pending=True)) in (["unchanged"], ["renewed"])
        record, = archive.reports()
        assert not record.pending and not wrong(archive.version(record.report_id).reading)
        assert archive.verify().ok and again(archive, settings) == ["unchanged"]


def test_an_altered_reading_is_named_and_what_stood_before_is_rebuilt(settings: Settings, yesterday: None) -> None:
    with Archive.open(settings) as archive:
        crawl(archive, unread(found(rtf(TEXTS, GRIDS), "rtf")))
        again(archive, settings)
        path = next(Path(settings.archive).rglob("reading.json"))
        path.chmod(0o644)
        path.write_text(path.read_text().replace(AGENCY, "云溪市财政局"))
        damage = [(d.kind, d.key) for d in archive.verify().damages]
        assert ("altered", str(path.relative_to(settings.archive))) in damage
        archive.rebuild()
        record, = archive.reports()
        assert record.pending, "the first interpretation is shown again"


def test_the_command_tells_what_it_did(settings: Settings, yesterday: None) -> None:
    with Archive.open(settings) as archive:
        crawl(archive, unread(found(rtf(TEXTS, GRIDS), "rtf")), page(2020, SITE))
    tried = gongkai("renormalise", "--dry-run", "--json", archive=settings.archive)
    assert tried.returncode == 0, tried.stderr
    assert sorted(json.loads(line)["outcome"] for line in tried.stdout.splitlines()) == ["confirmed", "renewed"]
    done = gongkai("renormalise", "--older-than", str(PIPELINE_VERSION), "--jobs", "2", archive=settings.archive)
    line, = done.stdout.splitlines()
    assert done.returncode == 0 and line.startswith("renewed\t") and "pending files 1 → 0" in line, done.stderr
    refused = gongkai("renormalise", "--older-than", "99", archive=settings.archive)
    assert refused.returncode == 2 and "--older-than 99" in refused.stderr and "Traceback" not in refused.stderr

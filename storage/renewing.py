"""Versions read again from their stored bytes: facts stay, a newer interpretation is put beside the older one."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, select

from gongkai import PIPELINE_VERSION, __version__
from gongkai.capture import Attachment, Capture, Finding
from gongkai.chinese import fold
from gongkai.clock import parse_stamp, stamp, utc_now
from gongkai.report import Reading
from gongkai.site import AgencySite
from storage.catalog.engine import Catalog
from storage.catalog.entry import enter_version, queue, regroup
from storage.catalog.filing import gazetteer
from storage.catalog.queries import report_named
from storage.catalog.registered import rows_of
from storage.catalog.rows import VersionRow, version_row
from storage.catalog.schema import crawls, reports, versions
from storage.derived import document_json, packed_cells, reading_text
from storage.duplicates import content_state
from storage.identity import site_id
from storage.interpretation import Interpretation, interpretation
from storage.layout import DOCUMENT, TEXT, document_prefix, reading_key
from storage.manifest import CaptureEntry, Manifest
from storage.objects import KeyTakenError, ObjectStore
from storage.raw import raw_bytes
from storage.rereading import SCHEMA, Rereading, Standing, put_reading, reading_name, standing_version

logger = logging.getLogger(__name__)

_READ = ("ok", "partial")


@dataclass(frozen=True)
class RenewalQuery:
    """Which versions are to be read again; every given condition must hold. `older_than` is a pipeline's version:
    those last read by an earlier one. `ids` are reports' or documents' ids or their beginnings."""

    pending: bool = False
    older_than: int | None = None
    agency: str | None = None
    year: int | None = None
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Renewal:
    """What a version's reading came to. ``unchanged``: this pipeline's reading stands already, nothing was written;
    ``confirmed``: today's pipeline reads the same as an earlier one; ``renewed``: it reads otherwise; ``refiled``: it
    also belongs to another agency or year; ``left``: it stays as it was, and `detail` says why."""

    document_id: str
    number: int
    url: str
    outcome: Literal["unchanged", "confirmed", "renewed", "refiled", "left"]
    detail: str = ""


class Renewer:
    def __init__(self, objects: ObjectStore, catalog: Callable[[], Catalog]) -> None:
        self._objects, self._catalog = objects, catalog

    def due(self, query: RenewalQuery) -> list[tuple[str, int]]:
        return self._catalog().read(lambda connection: _due(connection, query))

    def finding(self, document: str, number: int) -> Finding:
        """What was found then, from the stored bytes, with what is known of its site today. Raises StorageError or
        DamageError where bytes are gone."""
        manifest = standing_version(self._objects, document, number).manifest
        site = self._catalog().read(lambda connection: _site_today(connection, manifest.site))
        taken = [(entry, self._capture(entry)) for entry in manifest.captures]
        files = [Attachment(_address(entry, manifest), "", capture) for entry, capture in taken
                 if entry.role == "attachment"]
        files += [Attachment(u.url, u.text, None, u.problem) for u in manifest.unfetched]
        return Finding(site, taken[0][1], tuple(capture for entry, capture in taken if entry.role == "part"),
                       tuple(files), manifest.hints)

    def renew(self, document: str, number: int, finding: Finding, reading: Reading, *, apply: bool = True) -> Renewal:
        """Doing it again with the same reading changes nothing; what a dead process left undone is finished."""
        reading, written = document_json(reading)
        with self._catalog().document_lock(document):
            before = self._settled(document, number, apply=apply)
            url = before.manifest.url
            if why := _left(before.manifest, reading):
                logger.warning("%s stays as it was read before: %s", url, why)
                return Renewal(document, number, url, "left", why)
            state = content_state(finding, reading, before.manifest.states)
            text = reading_text(reading.sources[reading.main].document)
            derived = {DOCUMENT: written, TEXT: text.encode()}
            made = interpretation(reading, state, document, None, derived)
            was = Interpretation.of(before.manifest)
            if made == was and before.manifest.pipeline_version == PIPELINE_VERSION:
                return Renewal(document, number, url, "unchanged")
            told = _told(was, made, before.manifest.pipeline_version)
            if apply:
                self._write(before, finding.site, made, derived)
            moved = was.report.report_id != made.report.report_id
            outcome: Literal["confirmed", "refiled", "renewed"] = \
                "confirmed" if made == was else "refiled" if moved else "renewed"
        if moved and apply:
            logger.warning("%s is filed anew: %s", url, told)
        return Renewal(document, number, url, outcome, told)

    def _settled(self, document: str, number: int, *, apply: bool) -> Standing:
        """The version as its objects have it, entered where the catalog does not know the newest reading yet."""
        found = standing_version(self._objects, document, number)
        row, said = self._catalog().read(lambda c: (_row(c, document, number), gazetteer(c)))
        if apply and row != said.filed(version_row(found.manifest, found.reading)):
            self._enter(found)
        return found

    def _write(self, before: Standing, site: AgencySite, made: Interpretation, derived: dict[str, bytes]) -> None:
        manifest = before.manifest
        name = reading_name(PIPELINE_VERSION, made, before.reading)
        folder = len(document_prefix(manifest.document_id)) + len(f"v{manifest.number:04d}/")
        places, new = {}, {}
        for file, digest, was, key in ((DOCUMENT, made.digests.document_json, manifest.digests.document_json,
                                        before.document_key),
                                       (TEXT, made.digests.text_md, manifest.digests.text_md, before.text_key)):
            if digest != was:
                new[file] = derived[file]
            at = key if digest == was else reading_key(manifest.document_id, manifest.number, name, file)
            places[file] = at[folder:]
        base = standing_version(self._objects, manifest.document_id, manifest.number, "").manifest
        rereading = Rereading(
            schema=SCHEMA, document_id=manifest.document_id, number=manifest.number,
            version_sha256=base.manifest_sha256, follows=before.reading, read_at=_moment_after(before.read_at),
            site=site, document_at=places[DOCUMENT], text_at=places[TEXT], pipeline_version=PIPELINE_VERSION,
            program_version=__version__, **vars(made))
        with suppress(KeyTakenError):  # the same reading, made by another machine a moment ago
            put_reading(self._objects, name, rereading, new)
        self._enter(standing_version(self._objects, manifest.document_id, manifest.number, name))

    def _enter(self, found: Standing) -> None:
        read, cells = version_row(found.manifest, found.reading), packed_cells(self._objects, found.document_key)

        def enter(connection: Connection) -> None:
            row = gazetteer(connection).filed(read)
            before = _row(connection, row.document_id, row.number)
            enter_version(connection, row, found.manifest, cells)
            for report in dict.fromkeys(filter(None, (row.report_id, before.report_id if before else None))):
                regroup(connection, report)
                queue(connection, report)

        self._catalog().write(enter)

    def _capture(self, entry: CaptureEntry) -> Capture:
        return Capture(
            url=entry.url, final_url=entry.final_url, fetched_at=parse_stamp(entry.fetched_at), status=entry.status,
            headers=entry.headers, body=raw_bytes(self._objects, entry.raw_sha256), redirects=entry.redirects,
            referrer=entry.referrer, reason=entry.reason, status_line=entry.status_line,
            request_headers=entry.request_headers, server_address=entry.server_address,
            kept_headers=entry.kept_headers)


def _due(connection: Connection, query: RenewalQuery) -> list[tuple[str, int]]:
    asked = select(versions.c.document_id, versions.c.number, versions.c.pending).order_by(
        versions.c.document_id, versions.c.number)
    if query.older_than is not None:
        asked = asked.where(versions.c.pipeline_version < query.older_than)
    if query.year is not None:
        asked = asked.where(versions.c.report_year == query.year)
    if query.agency is not None:
        named = select(reports.c.report_id).where(
            (reports.c.agency_id == query.agency) | reports.c.names.contains(fold(query.agency), autoescape=True))
        asked = asked.where(versions.c.report_id.in_(named))
    if query.ids:
        asked = asked.where(versions.c.report_id.in_([report_named(connection, name).report_id for name in query.ids]))
    return [(row[0], row[1]) for row in connection.execute(asked) if row[2] or not query.pending]


def _row(connection: Connection, document: str, number: int) -> VersionRow | None:
    row = connection.execute(select(versions).where(
        versions.c.document_id == document, versions.c.number == number)).first()
    return VersionRow.from_row(row) if row is not None else None


def _site_today(connection: Connection, then: AgencySite) -> AgencySite:
    """As the registry has it; where it has none, with what the newest crawl of it was told."""
    named: dict[str, Any] | None = rows_of(connection, [site_id(then.url)]).get(site_id(then.url))
    if named is None:
        asked = select(crawls.c.agency, crawls.c.region_code).where(crawls.c.site_url == then.url)
        told = connection.execute(asked.order_by(crawls.c.started_at.desc())).all()
        named = {"agency": next((row[0] for row in told if row[0]), None), "former_names": (),
                 "region_code": next((row[1] for row in told if row[1]), None)}
    agency, region = named["agency"] or then.agency, named["region_code"] or then.region_code
    earlier = [*named["former_names"], *then.former_names, *([then.agency] if then.agency else [])]
    return replace(then, agency=agency, region_code=region,
                   former_names=tuple(dict.fromkeys(name for name in earlier if name != agency)))


def _address(entry: CaptureEntry, manifest: Manifest) -> str:
    """As the file's source names it, which is how the page linked it."""
    alike = [s.url for s in manifest.sources if s.role == "attachment" and s.raw_sha256 == (entry.raw_sha256,)]
    return entry.url if entry.url in alike or not alike else alike[0]


def _left(before: Manifest, reading: Reading) -> str | None:
    """Why a reading is not to stand in the place of the one before."""
    if before.pipeline_version > PIPELINE_VERSION:
        return f"it was read by a newer program (pipeline {before.pipeline_version}, this one has {PIPELINE_VERSION})"
    if not reading.report.is_report:
        return f"it is now taken for {reading.report.kind}, and a report never goes by being read again"
    read = {(s.url, s.raw_sha256): s.document.status for s in reading.sources}
    for source in before.sources:
        status = read.get((source.url, source.raw_sha256))
        if source.status in _READ and status is not None and status not in _READ:
            return f"{source.url} was read before and was not this time ({status})"
    return None


def _told(was: Interpretation, now: Interpretation, pipeline: int) -> str:
    """What is different, in words for a log."""
    said = [f"{name} {before or 'unknown'} → {after or 'unknown'}" for name, before, after in (
        ("agency", was.report.filed_under, now.report.filed_under),
        ("region", was.report.region_code, now.report.region_code),
        ("year", was.report.report_year, now.report.report_year),
        ("form", was.report.form_id, now.report.form_id),
        ("cells", was.report.filled_cells, now.report.filled_cells),
        ("failed checks", str(was.report.checks["fail"]), str(now.report.checks["fail"])),
        ("pending files", str(len(was.pending)), str(len(now.pending)))) if before != after]
    if was.digests.text != now.digests.text:
        said.append("text")
    if pipeline != PIPELINE_VERSION:
        said.append(f"pipeline {pipeline} → {PIPELINE_VERSION}")
    return ", ".join(said)


def _moment_after(stamped: str) -> str:
    """Now; a clock set back does not make a reading look older than the one it follows."""
    last = parse_stamp(stamped) if stamped else datetime.min.replace(tzinfo=UTC)
    now = utc_now()
    return stamp(now if now > last + timedelta(seconds=1) else last + timedelta(seconds=1))

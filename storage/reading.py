"""The way out: one report, its history, one version of it, what changed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import Connection, Row

from gongkai.errors import NotFoundError
from gongkai.report import Reading, Report
from storage.absence import Absence
from storage.catalog.engine import Catalog
from storage.catalog.entry import grouped, page_absences
from storage.catalog.queries import record, report_named
from storage.catalog.rows import VersionRow
from storage.changes import changed_cells, changes
from storage.derived import load_reading
from storage.grouping import Group, Member, compared_with
from storage.layout import DOCUMENT, version_key
from storage.manifest import CaptureEntry, Manifest
from storage.objects import ObjectStore
from storage.raw import raw_bytes
from storage.records import Changes, KeptFile, ReportDetail, ReportRecord, StoredVersion, VersionEntry
from storage.rereading import Standing, standing_version, text_of
from storage.steps import steps

_UNSAFE = re.compile(r"[^\w.()（）\-]+")
_LONGEST_NAME = 120


@dataclass(frozen=True)
class Reader:
    objects: ObjectStore
    catalog: Callable[[], Catalog]

    def report(self, name: str) -> ReportDetail:
        found, members, absent = self._group(name)
        history = self._history(members, absent)
        latest = history[members.members.index(members.latest)]
        return ReportDetail(found, tuple(history), latest)

    def version(self, name: str, number: int | None) -> StoredVersion:
        _, members, _ = self._group(name)
        member, position = _chosen(members, name, number)
        entry = _entry(member, position)
        manifest = _filed(self._standing(entry).manifest, member.row)
        files = tuple(_kept_file(capture, manifest) for capture in manifest.captures)
        main_raw = manifest.sources[manifest.main].raw_sha256[0]
        return StoredVersion(
            entry=entry, manifest=manifest, reading=self._reading(entry), text=self._text(entry),
            main=next((f for f in files if f.raw_sha256 == main_raw), files[0]), files=files,
            fetch=lambda sha256: raw_bytes(self.objects, sha256))

    def changes(self, name: str, a: int | None, b: int | None) -> Changes:
        """Between states `a` and `b`; by default the latest and the one it is compared with."""
        detail = self.report(name)
        new = detail.latest if b is None else _numbered(detail, b)
        old = _numbered(detail, a) if a is not None else _numbered(detail, new.before) if new.before else None
        if old is None and len(detail.history) == 1:
            raise NotFoundError(f"report {detail.record.report_id} has one state only; there is nothing to compare "
                                "it with")
        if old is None:
            raise NotFoundError(f"version {new.number} of report {detail.record.report_id} is its first state; name "
                                f"two of its versions 1 to {len(detail.history)}, which gongkai history lists")
        return changes(self._reading(old).report, self._text(old), self._reading(new).report, self._text(new),
                       names=(_name(old), _name(new)))

    def _group(self, name: str) -> tuple[ReportRecord, Group, dict[str, tuple[Absence, ...]]]:
        def ask(connection: Connection) -> tuple[Row[Any], Group | None, dict[str, tuple[Absence, ...]]]:
            row = report_named(connection, name)
            found = grouped(connection, row.report_id)
            named = {member.row.document_id for member in found.members} if found else set()
            return row, found, page_absences(connection, named)

        row, members, absent = self.catalog().read(ask)
        if members is None:
            raise NotFoundError(f"report {row.report_id} has no versions; run gongkai verify")
        return record(row), members, absent

    def _history(self, members: Group, absent: dict[str, tuple[Absence, ...]]) -> list[VersionEntry]:
        """Cells are compared only where there is something to compare with."""
        read: Callable[[VersionEntry], Report] = lru_cache(maxsize=None)(lambda entry: self._reading(entry).report)
        newest = {member.row.document_id: member.row.number for member in members.members}
        newest |= {m.row.document_id: max(newest[m.row.document_id], m.row.number) for m in members.members}
        entries = [
            replace(_entry(member, position), step=step, like=_like(member, members.members),
                    absences=absent.get(member.row.document_id, ())
                    if newest[member.row.document_id] == member.row.number else ())
            for position, (member, step) in enumerate(
                zip(members.members, steps(members.members, absent), strict=True), 1)]
        done: list[VersionEntry] = []
        for position, entry in enumerate(entries):
            other = compared_with(position, members.members)
            if other is not None:
                before = entries[other]
                cells = changed_cells(read(before), read(entry)) if entry.role != "copy" else ()
                done.append(replace(entry, before=before.number, changed_cells=tuple(map(str, cells)),
                                    text_changed=before.text_sha256 != entry.text_sha256))
            else:
                done.append(entry)
        return done

    def _standing(self, entry: VersionEntry) -> Standing:
        return standing_version(self.objects, entry.document_id, entry.document_number, entry.reading)

    def _reading(self, entry: VersionEntry) -> Reading:
        if not entry.reading:  # what was read first is there even where its manifest was lost
            return load_reading(self.objects.get(version_key(entry.document_id, entry.document_number, DOCUMENT)))
        return load_reading(self.objects.get(self._standing(entry).document_key))

    def _text(self, entry: VersionEntry) -> str:
        return text_of(self.objects, entry.document_id, entry.document_number, entry.reading)


def _filed(manifest: Manifest, row: VersionRow) -> Manifest:
    """With the ids and the name the gazetteer files it under."""
    if manifest.report.report_id == row.report_id and row.agency in (manifest.report.filed_under or "", ""):
        return manifest
    named = replace(manifest.report, report_id=row.report_id, agency_id=row.agency_id or None,
                    filed_under=row.agency or None)
    return replace(manifest, report=named)


def _chosen(members: Group, name: str, number: int | None) -> tuple[Member, int]:
    if number is None:
        return members.latest, members.members.index(members.latest) + 1
    if not 1 <= number <= len(members.members):
        raise NotFoundError(f"report {name} has versions 1 to {len(members.members)}, not {number}; gongkai history "
                            f"{name} lists them")
    return members.members[number - 1], number


def _name(entry: VersionEntry) -> str:
    return f"v{entry.number} {entry.first_seen} {entry.url}"


def _numbered(detail: ReportDetail, number: int) -> VersionEntry:
    found = next((entry for entry in detail.history if entry.number == number), None)
    if found is None:
        raise NotFoundError(f"report {detail.record.report_id} has versions 1 to {len(detail.history)}, not {number}")
    return found


def _entry(member: Member, position: int) -> VersionEntry:
    row = member.row
    return VersionEntry(
        number=position, document_id=row.document_id, document_number=row.number, url=row.url, role=member.role,
        published=row.published, first_seen=member.seen.first, last_seen=member.seen.last, captures=member.seen.times,
        doc_format=row.doc_format, form_id=row.form_id, version_sha256=row.version_sha256, text_sha256=row.text_sha256,
        reading=row.reading, pipeline_version=row.pipeline_version, why=member.bond.why,
        shared=round(member.bond.shared, 3) if member.bond.shared is not None else None)


def _like(member: Member, members: tuple[Member, ...]) -> int | None:
    """The number of the newest state of the document it was compared with."""
    numbers = [(m.row.number, position) for position, m in enumerate(members, 1)
               if m.row.document_id == member.bond.to]
    return max(numbers)[1] if numbers else None


def _kept_file(capture: CaptureEntry, manifest: Manifest) -> KeptFile:
    source = next((s for s in manifest.sources if capture.raw_sha256 in s.raw_sha256), None)
    name = PurePosixPath(unquote(urlsplit(capture.final_url).path, errors="replace")).name
    name = _UNSAFE.sub("_", name).strip("._")[-_LONGEST_NAME:] or f"report-{manifest.document_id[:8]}"
    if "." not in name and source is not None:
        name = f"{name}.{source.doc_format}"
    return KeptFile(role=capture.role, url=capture.url, filename=name, content_type=capture.content_type,
                    raw_sha256=capture.raw_sha256, size_bytes=capture.size_bytes)

"""Later readings of a version held against what they say of themselves and of the version."""

import json
from collections.abc import Callable, Mapping
from functools import partial

from storage.damage import RESTORE, Findings
from storage.layout import READING, parse_reading, reading_key, version_key
from storage.manifest import Manifest
from storage.objects import ObjectStore
from storage.rereading import Rereading, choose, load_rereading
from storage.schemas import problem as schema_problem


def check_readings(objects: ObjectStore, findings: Findings, manifest: Manifest, readings: Mapping[str, set[str]],
                   describes: Callable[[Manifest], str | None], derived: Callable[[str, str], None],
                   ) -> tuple[str, Rereading] | None:
    """The newest of the readings that are whole. `describes` says what is wrong with a manifest's names, `derived`
    checks a derived file against its digest."""
    named: set[str] = set()
    for name, files in sorted(readings.items()):
        key = reading_key(manifest.document_id, manifest.number, name, READING)
        if READING in files:
            findings.count("readings")
            check = partial(_check, objects, findings, manifest, name, describes, derived, named)
            findings.guarded(key, check, RESTORE)
    for name, files in sorted(readings.items()):
        for file in sorted(files - {READING}):
            key = reading_key(manifest.document_id, manifest.number, name, file)
            if READING not in files and key not in named:
                findings.leftover(key, "of a reading not finished: gongkai renormalise is running, or died and its "
                                       "next run finishes it")
    return choose(objects, manifest.document_id, manifest.number,
                  [name for name, files in readings.items() if READING in files])


def _check(objects: ObjectStore, findings: Findings, manifest: Manifest, name: str,
           describes: Callable[[Manifest], str | None], derived: Callable[[str, str], None], named: set[str]) -> None:
    key = reading_key(manifest.document_id, manifest.number, name, READING)
    data = objects.get(key)
    found = load_rereading(data)
    if wrong := schema_problem(json.loads(data)):
        findings.damage(key, "misdescribed", f"against its schema: {wrong}", RESTORE)
    if (found.document_id, found.number, found.version_sha256) != (
            manifest.document_id, manifest.number, manifest.manifest_sha256):
        findings.damage(key, "misdescribed", "it is a reading of another version", RESTORE)
    elif wrong := describes(found.onto(manifest)):
        findings.damage(key, "misdescribed", wrong, RESTORE)
    for at, digest in ((found.document_at, found.digests.document_json), (found.text_at, found.digests.text_md)):
        file = version_key(manifest.document_id, manifest.number, at)
        named.add(file)
        if parse_reading(file) is None and digest in (manifest.digests.document_json, manifest.digests.text_md):
            continue  # the version's own file, looked at with it
        if objects.exists(file):
            findings.guarded(file, partial(derived, file, digest), RESTORE)
        else:
            findings.damage(file, "missing", f"reading {name} names it", RESTORE)

"""Steps the scenarios share."""

import json
from pathlib import Path

from gongkai.capture import Finding, Verdict
from gongkai.report import Reading
from gongkai.settings import Settings
from storage import Archive
from tests.factories import SITE


def crawl(archive: Archive, *found: tuple[Finding, Reading]) -> list[Verdict]:
    """One whole crawl that keeps what it found."""
    log = archive.begin_crawl(SITE)
    keep = [archive.keep(*made, crawl_id=log.crawl_id) if made[1].report.is_report
            else archive.keep_rejected(*made, crawl_id=log.crawl_id) for made in found]
    log.finish({"reports": len(found)})
    return keep


def outcomes(archive: Archive, *found: tuple[Finding, Reading]) -> list[str]:
    return [verdict.outcome for verdict in crawl(archive, *found)]


def listing(archive: Archive) -> str:
    """What ``gongkai reports --format jsonl`` prints."""
    return "".join(json.dumps(record.as_json(), ensure_ascii=False) + "\n" for record in archive.reports())


def files(settings: Settings, *roots: str) -> dict[str, bytes]:
    """The objects of a local archive."""
    top = Path(settings.archive)
    return {str(path.relative_to(top)): path.read_bytes() for root in roots or ("raw", "documents", "crawls")
            for path in sorted((top / root).rglob("*")) if path.is_file()}

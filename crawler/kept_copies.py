"""What the archive keeps of an address, for conditional requests: a page that has not changed is not sent again."""

from scrapy.crawler import Crawler

from crawler.fetching.conditional import StoredCopy
from crawler.session import ArchiveSession

_FULL = (200, 304)


class KeptCopies:
    """Named by the setting GONGKAI_VALIDATORS; only pages and files of findings are kept, so lists come in full."""

    def __init__(self, session: ArchiveSession) -> None:
        self._session = session

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "KeptCopies":
        return cls(ArchiveSession.of(crawler))

    def __call__(self, url: str) -> StoredCopy | None:
        archive = self._session.archive
        last = archive.last_capture(url)
        if last is None or last.status not in _FULL or not (last.etag or last.last_modified):
            return None
        said = {"Content-Type": last.content_type, "ETag": last.etag, "Last-Modified": last.last_modified}
        headers = tuple((name, value) for name, value in said.items() if value)
        return StoredCopy(last.etag, last.last_modified, headers, lambda: archive.raw(last.raw_sha256))

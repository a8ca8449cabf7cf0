"""The archive: the one façade everything else talks to."""

import logging
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from gongkai.capture import Finding, Verdict
from gongkai.clock import stamp, utc_now
from gongkai.errors import ConfigurationError, StorageError
from gongkai.report import Reading
from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage.browse import Browse
from storage.browse.facets import Facets
from storage.captures import CaptureReader
from storage.catalog import queries
from storage.catalog.agencies import agency_records
from storage.catalog.engine import Catalog
from storage.catalog.entry import enter_crawl
from storage.catalog.registered import site_records
from storage.copying import Copy, CopySummary
from storage.coverage import CoverageCell, CoverageCount, CoverageQuery, coverage, coverage_counts
from storage.crawllog import CrawlLog, crawl_row
from storage.damage import Progress, VerifyReport
from storage.export import Codebook, ExportSummary, Format, Origin, Selection, Split, export, update
from storage.failures import CatalogUnreadableError, IndexUnreadableError
from storage.keeping import Keeper
from storage.layout import DOCUMENTS, crawl_started
from storage.locks import FileLock
from storage.manifest import CaptureEntry
from storage.objects import LocalObjects, ObjectStore, open_objects
from storage.raw import raw_bytes
from storage.reading import Reader
from storage.rebuild import rebuild
from storage.records import (
    AgencyRecord,
    ArchiveStats,
    Changes,
    LastCapture,
    PendingItem,
    RegistryChange,
    ReportDetail,
    ReportRecord,
    SiteRecord,
    StoredVersion,
    VersionEntry,
)
from storage.registering import Registrar
from storage.renewing import Renewal, RenewalQuery, Renewer
from storage.repair import Mended, Repair
from storage.retention import Dropped, Tombstone, retain
from storage.sealing import Sealer
from storage.search import Counts, SearchIndex, SearchQuery, open_index
from storage.search.answers import SearchHit, hits
from storage.search.asked import Order
from storage.sizes import ArchiveSizes, sizes
from storage.spotcheck import verify_some
from storage.timetable.condition import Condition
from storage.timetable.timetable import Timetable
from storage.verify import verify

logger = logging.getLogger(__name__)

_DAY_CHARS = 8  # of a crawl's id; machines that differ by minutes are no cause for alarm
_AT_ONCE = 2000
"""Reports taken into the search index on the way, some seconds' work; more wait for a command that is about it."""


class Archive:
    """Open with `Archive.open`, use as a context manager. May be shared by threads; several processes may write to one
    archive at once. Everything raises StorageError, ConfigurationError, NotFoundError or DamageError, with a message
    for a person."""

    def __init__(self, settings: Settings, objects: ObjectStore, *, read_only: bool) -> None:
        self._settings, self._objects, self._read_only = settings, objects, read_only
        self._state = settings.state_dir.absolute()
        self._mutex = Lock()
        self._crawls: dict[str, CrawlLog] = {}
        self._writers = None if read_only else FileLock(self._state / "locks" / "writers.lock")
        if self._writers is not None:
            self._writers.shared()
        self._broken: CatalogUnreadableError | None = None
        self._catalog = Catalog(settings.catalog_url, self._state, read_only=read_only)
        self._index = open_index(self._catalog, objects, self._state, read_only=read_only)
        self._reader = Reader(objects, self._ready)
        self._captures = CaptureReader(objects, self._ready, self._state)
        self._keeper = Keeper(objects, self._ready, self._state)
        self._sealer = Sealer(objects, self._ready, self._keeper, self._state / "journals")
        self._registrar = Registrar(objects, self._ready, self._state)
        self._renewer = Renewer(objects, self._ready)
        self.browse = Browse(self._ready, self._up_to_date, objects, self._state, Facets())
        self.timetable = Timetable(self._ready)

    @classmethod
    def open(cls, settings: Settings, *, create: bool = True, read_only: bool = False) -> Self:
        """Without `create`, or with `read_only`, there must be an archive. For writing, what dead processes left is
        put in order: their journals are sealed, their temporary files swept."""
        objects = open_objects(settings, create=create, read_only=read_only)
        archive = cls(settings, objects, read_only=read_only)
        try:
            archive._prepare()
        except BaseException:
            archive.close()
            raise
        return archive

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """A crawl not finished is left to be sealed as interrupted."""
        for log in self._crawls.values():
            log.release()
        self._crawls.clear()
        self._index.close()
        self._catalog.close()
        if self._writers is not None:
            self._writers.close()

    # writing

    def begin_crawl(self, site: AgencySite) -> CrawlLog:
        self._must_write()
        log = CrawlLog(self._state / "journals", site, self._seal_log)
        self._crawls[log.crawl_id] = log
        self._doubt_clock(log.crawl_id)
        row = crawl_row(log.lines(), sealed=False)
        self._ready().write(lambda connection: enter_crawl(connection, row))
        return log

    def keep(self, finding: Finding, reading: Reading, *, crawl_id: str) -> Verdict:
        """Keeps a report's bytes, and a version where its text or tables differ from the latest one. When it returns,
        all of it is durable; doing it again changes nothing."""
        return self._keeper.keep(finding, reading, self._running(crawl_id))

    def keep_rejected(self, finding: Finding, reading: Reading, *, crawl_id: str) -> Verdict:
        """A look-alike: its bytes and that it was seen, nothing more."""
        return self._keeper.keep_rejected(finding, reading, self._running(crawl_id))

    def add_sites(self, sites: Iterable[AgencySite], *, reason: str = "", source: str = "", by: str | None = None,
                  ) -> RegistryChange:
        """Enters sites in the registry, all in one event; what a row leaves open keeps what is known. Raises
        ConfigurationError, before anything is written, where one site stands twice with different facts."""
        self._must_write()
        return self._registrar.add(sites, reason=reason, source=source, by=by)

    def retire_site(self, url: str, *, reason: str = "", by: str | None = None) -> RegistryChange:
        """The site is not followed any more; its row and its reports stay. Raises NotFoundError."""
        self._must_write()
        return self._registrar.retire(url, reason=reason, by=by)

    def merge_agencies(self, one: str, other: str, *, reason: str, by: str | None = None) -> str | None:
        """The reports of agency `one` (an id) are `other`'s; the event's id, None where that was so. Raises
        NotFoundError; ConfigurationError without a reason."""
        self._must_write()
        return self._registrar.merge(one, other, reason=reason, by=by)

    def unmerge_agency(self, one: str, *, reason: str, by: str | None = None) -> str | None:
        """Takes back that `one` was merged into another: a new event, and what was read as its is its again."""
        self._must_write()
        return self._registrar.unmerge(one, reason=reason, by=by)

    def rename_agency(self, agency: str, name: str, *, reason: str, by: str | None = None) -> str | None:
        """What an agency is called in listings; its printed names stay to be found."""
        self._must_write()
        return self._registrar.rename(agency, name, reason=reason, by=by)

    def renewable(self, query: RenewalQuery) -> list[tuple[str, int]]:
        """Versions (document and number) that are to be read again."""
        return self._renewer.due(query)

    def found_then(self, document_id: str, number: int) -> Finding:
        """What was found when a version was kept, from the stored bytes, with what is known of its site today."""
        return self._renewer.finding(document_id, number)

    def renew(self, document_id: str, number: int, finding: Finding, reading: Reading, *, apply: bool = True,
              ) -> Renewal:
        """Puts another reading of a version beside those it has, where it says something else or today's pipeline
        made none yet. Never a version; idempotent."""
        if apply:
            self._must_write()
        return self._renewer.renew(document_id, number, finding, reading, apply=apply)

    # answers

    def sites(self, region: str | None = None, agency: str | None = None, retired: bool | None = False,
              limit: int | None = None) -> Iterator[SiteRecord]:
        """The registry, in order of region and agency; `region` and `agency` as in `reports`. With `retired` None also
        what is not followed any more."""
        with self._ready().reading() as connection:
            yield from site_records(connection, region=region, agency=agency, retired=retired, limit=limit)

    def agencies(self, region: str | None = None, agency: str | None = None) -> list[AgencyRecord]:
        """The agencies whose reports are here, in order of region and name; `agency` is an id or part of a name."""
        return self._ready().read(lambda c: list(agency_records(c, region=region, agency=agency)))

    def reports(self, agency: str | None = None, year: int | None = None, region: str | None = None,
                query: str | None = None, pending: bool | None = None, limit: int | None = None,
                after: str | None = None, *, agency_type: str | None = None, form: str | None = None,
                failed: bool | None = None) -> Iterator[ReportRecord]:
        """The index, in order of region, agency, year. `agency` is an id or part of a name, in use or as printed;
        `region` a code or its beginning (350000 is all of Fujian); `failed` whether an identity of the form does not
        hold. With `query` it is what `search` finds, newest first. A page of a listing goes on `after` the id of the
        last report of the one before, whatever its number."""
        if query is None:
            asked = queries.ReportQuery(agency, year, region, pending, agency_type, form, failed)
            return queries.records(self._ready(), asked, limit, after)
        found = self.search(SearchQuery(query, agency, year, region, agency_type, form, failed),
                            limit=None if pending is not None else limit, after=after)
        records = (hit.record for hit in found if pending in (None, bool(hit.record.pending)))
        return islice(records, limit)

    def search(self, query: SearchQuery, order: Order = "newest", limit: int | None = None, *,
               snippets: bool = False, after: str | None = None) -> Iterator[SearchHit]:
        """Reports whose title or text holds every term: words, phrases in quotation marks, from one character up.
        By relevance the newest hits alone (`storage.search.asked.NEWEST`), each weighed."""
        index = self._up_to_date()
        place = index.place_of(after) if after is not None and order == "newest" else None
        return hits(self._ready(), index, self._objects, query, order, limit, snippets, place)

    def search_counts(self, query: SearchQuery) -> Counts:
        """How many reports `search` finds, by year and by province."""
        return self._up_to_date().counts(query)

    def coverage(self, query: CoverageQuery | None = None) -> Iterator[CoverageCell]:
        """Expected agencies by years: what is there, late, changed, or missing and why."""
        return coverage(self._ready(), query or CoverageQuery(), utc_now().date())

    def coverage_counts(self, query: CoverageQuery | None = None) -> list[CoverageCount]:
        """By province and year, for the whole country at once."""
        return coverage_counts(self._ready(), query or CoverageQuery(), utc_now().date())

    def report(self, id_or_prefix: str) -> ReportDetail:
        return self._reader.report(id_or_prefix)

    def version(self, id_or_prefix: str, number: int | None = None) -> StoredVersion:
        """`number` as in `history`; by default the latest state of the original and its re-issues."""
        return self._reader.version(id_or_prefix, number)

    def history(self, id_or_prefix: str) -> list[VersionEntry]:
        return list(self._reader.report(id_or_prefix).history)

    def changes(self, id_or_prefix: str, a: int | None = None, b: int | None = None) -> Changes:
        """From state `a` to state `b`; by default from the one before the latest to the latest."""
        return self._reader.changes(id_or_prefix, a, b)

    def raw(self, sha256: str) -> bytes:
        return raw_bytes(self._objects, sha256)

    def captures(self, version: StoredVersion) -> list[CaptureEntry]:
        """Every fetch that gave this version, later crawls' included, in order of time."""
        return self._captures.of_version(version.manifest)

    def last_capture(self, url: str) -> LastCapture | None:
        return self._ready().read(lambda connection: queries.last_capture(connection, url))

    def pending(self) -> list[PendingItem]:
        return self._ready().read(queries.pending_items)

    def stats(self) -> ArchiveStats:
        return self._ready().read(queries.stats)

    def sizes(self) -> ArchiveSizes:
        """Walks every object's name: slow on a large archive."""
        return sizes(self._objects, self._ready())

    def condition(self) -> Condition:
        """How following the sites goes, and what needs a human."""
        place = Path(self._settings.archive) if isinstance(self._objects, LocalObjects) else None
        least = int(self._settings.least_free_gib * 2**30)
        return self.timetable.condition(utc_now(), silent_days=self._settings.silent_days, place=place,
                                        least_free_bytes=least)

    def metrics(self) -> str:
        """The same in figures, as Prometheus reads them."""
        from storage.timetable.metrics import exposition  # for the few processes that are asked

        return exposition(self.condition(), self.timetable.counts())

    # taking away

    def export(self, target: Path, kind: Format, selection: Selection = Selection(), *,  # noqa: B008
               codebook: Codebook | None = None, split: Split = "none", progress: Progress | None = None,
               ) -> ExportSummary:
        """Writes the chosen reports to `target`, which must not exist or be empty; it is there when it is whole.
        `codebook` gives cells their Chinese titles and places their names (`crawler.reports.codebook`); without one
        there are no wide tables."""
        return export(self, target, kind, selection, codebook or Codebook(), self._origin(),
                      running_since=self._running_since(), split=split, progress=progress)

    def update_export(self, target: Path, kind: Format | None = None, *, codebook: Codebook | None = None,
                      progress: Progress | None = None) -> ExportSummary:
        """What is new since the export in `target`, beside it; see `storage.export.update`."""
        return update(self, target, kind, codebook or Codebook(), self._origin(), running_since=self._running_since(),
                      progress=progress)

    def copy_to(self, target: Settings, *, check: bool = False, progress: Progress | None = None) -> CopySummary:
        """Every object to the place `target` names; what is there is left, compared byte by byte with `check`. The
        catalog there is made with `rebuild`."""
        return Copy(self._objects, open_objects(target, create=True, read_only=False), check=check,
                    progress=progress).run()

    # care

    def retain(self, *, lookalike_days: int | None = None, document: str | None = None, reason: str = "",
               ordered_by: str = "", apply: bool = False) -> tuple[list[Dropped], Tombstone | None]:
        """Raw bytes that a rule names: of look-alikes not seen for so many days, or of one document. With `apply` they
        are dropped and the tombstone that says so is given back."""
        self._must_write()
        return retain(self._objects, self._ready(), utc_now(), lookalike_days=lookalike_days, document=document,
                      reason=reason, ordered_by=ordered_by, apply=apply)

    def verify(self, progress: Progress | None = None, *, sample: int | None = None,
               since: str | None = None) -> VerifyReport:
        """Everything; or so many versions and captures drawn by lot, or what was captured since a day (ISO)."""
        if sample is not None or since is not None:
            return verify_some(self._objects, self._ready, progress, sample=sample, since=since)
        index = self._index if self._broken is None else None
        return verify(self._objects, self._ready, self._state, progress, index)

    def repair(self, *, apply: bool, progress: Progress | None = None) -> tuple[list[Mended], VerifyReport]:
        """What was or, without `apply`, would be made again from sound objects, and how the archive stands then."""
        if apply:
            self._must_write()
            self._take_in(None, progress)
        before = self.verify(progress)
        repair = Repair(self._objects, self._ready(), self._index)
        steps = repair.plan(before.damages)
        if not apply or not steps:
            return [told for told, _ in steps], before
        return repair.apply(steps), self.verify(progress)

    def rebuild(self, progress: Progress | None = None) -> dict[str, int]:
        """Makes the catalog again from the objects and journals. No other process may be writing meanwhile."""
        self._must_write()
        if self._crawls:
            raise StorageError("a crawl is running in this process; rebuild when it has ended")
        assert self._writers is not None
        if not (self._writers.try_exclusive() and self._catalog.try_alone()):
            self._writers.shared()
            raise StorageError(f"another process is writing to {self._objects.place}; let its crawl end, then run "
                               "gongkai rebuild again")
        try:
            counts = rebuild(self._objects, self._catalog, self._state, progress)
            self._broken = None
            self._index.clear()
            self._index.catch_up(progress=progress)
        finally:
            self._writers.shared()
            self._catalog.share()
        return counts

    # inside

    def _prepare(self) -> None:
        try:
            fresh = self._catalog.prepare()
        except CatalogUnreadableError as problem:
            self._broken = problem  # rebuild and verify must still be possible
            return
        if self._read_only:
            return
        self._catalog.join_writers()
        self._prepare_index()
        if isinstance(self._objects, LocalObjects):
            self._objects.sweep()
        if fresh and next(self._objects.keys(DOCUMENTS), None) is not None:
            logger.warning("the catalog %s is new, but %s holds documents already: run gongkai rebuild",
                           self._catalog.name, self._objects.place)
        self._sealer.seal_orphans()
        self._take_in(_AT_ONCE)
        if waiting := self._index.waiting():
            logger.warning("%d reports cannot be searched yet; gongkai repair takes them in", waiting)

    def _prepare_index(self) -> None:
        try:
            self._index.prepare()
        except IndexUnreadableError as problem:
            self._make_index_anew(problem)

    def _take_in(self, most: int | None, progress: Progress | None = None) -> None:
        """What waits to be searched. An index that is broken stops nobody: nothing stands in it alone."""
        try:
            self._index.catch_up(most, progress)
        except IndexUnreadableError as problem:
            self._make_index_anew(problem)
            self._index.catch_up(most, progress)

    def _make_index_anew(self, problem: IndexUnreadableError) -> None:
        logger.warning("%s; it is made anew now", problem)
        self._index.clear()

    def _up_to_date(self) -> SearchIndex:
        """Who may write takes in what is waiting; who only reads finds what was taken in so far."""
        self._ready()
        if not self._read_only:
            self._index.catch_up()
        return self._index

    def _ready(self) -> Catalog:
        if self._broken is not None:
            raise self._broken
        return self._catalog

    def _origin(self) -> Origin:
        return Origin(self._settings.contact, self._settings.user_agent)

    def _running_since(self) -> str | None:
        with self._ready().reading() as connection:
            return queries.running_since(connection)

    def _must_write(self) -> None:
        if self._read_only:
            raise StorageError(f"{self._objects.place} was opened for reading only")

    def _doubt_clock(self, crawl_id: str) -> None:
        """Nothing goes by the clock but what is dated: versions have numbers. Yet dates are what people cite."""
        newest = self._ready().read(queries.newest_crawl)
        if newest is not None and crawl_id[:_DAY_CHARS] < newest[:_DAY_CHARS]:
            logger.warning("this machine's clock says %s, but the newest crawl in the archive is of %s: if the clock "
                           "was set back, put it right, for what is fetched now is dated by it and updates of "
                           "exports will not see it", stamp(utc_now()), crawl_started(newest))

    def _running(self, crawl_id: str) -> CrawlLog:
        self._must_write()
        log = self._crawls.get(crawl_id)
        if log is None or log.ended:
            raise ConfigurationError(f"no crawl {crawl_id} is running in this process; begin_crawl starts one")
        return log

    def _seal_log(self, log: CrawlLog) -> None:
        self._sealer.seal(log)
        self._take_in(_AT_ONCE)
        with self._mutex:
            self._crawls.pop(log.crawl_id, None)

    def __repr__(self) -> str:
        return f"<Archive {self._objects.place}>"

"""What came over the wire: captures, the findings a spider hands over, and one log line a fetch."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from gongkai.digest import sha256_hex
from gongkai.site import AgencySite


@dataclass(frozen=True)
class Capture:
    """One fetch as received. `body` is the entity after transfer and content coding were undone; never altered after.

    `url` is what was asked for, `final_url` what answered after `redirects` (every address in between, in order).
    `referrer` is the page the link stood on and `reason` says in words why it was followed. `headers` are the lines the
    server sent, in its order and spelling, `status_line` its first one (``HTTP/1.1 200 OK``); `request_headers` what
    was sent to it, cookies without their values; `server_address` who answered, unknown behind a proxy.

    A 304 is `status` 304 with the headers of that answer; `body` is then the copy kept from before, and `kept_headers`
    say of it what the 304 did not repeat.
    """

    url: str
    final_url: str
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    redirects: tuple[str, ...] = ()
    referrer: str | None = None
    reason: str = ""
    status_line: str = ""
    request_headers: tuple[tuple[str, str], ...] = ()
    server_address: str | None = None
    kept_headers: tuple[tuple[str, str], ...] = ()

    @property
    def raw_sha256(self) -> str:
        return sha256_hex(self.body)

    def header(self, name: str) -> str | None:
        """What is known of the body: as sent, else as the kept copy has it."""
        known = (*self.headers, *self.kept_headers)
        return next((value for key, value in known if key.lower() == name.lower()), None)

    @property
    def content_type(self) -> str:
        """Media type without parameters, lower case; empty when the server named none."""
        return (self.header("content-type") or "").split(";")[0].strip().lower()


@dataclass(frozen=True)
class Attachment:
    """A file a page offers. `capture` is None when it could not be fetched; `problem` then says why."""

    url: str
    text: str = ""
    capture: Capture | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Hints:
    """What the way to a page says about it. Evidence only: the recogniser weighs it below the document's own words.

    `anchor` is the link's title attribute or text; `column` the ColumnName or breadcrumb of the list it stood in;
    `row_heading`/`col_heading` the heads of the table cell; `listed_date` the ISO date printed beside the link.
    `own_part` says that the link stood in, or leads to, the agency's own part of the web and not a shared list.
    """

    anchor: str = ""
    column: str = ""
    list_heading: str = ""
    row_heading: str = ""
    col_heading: str = ""
    listed_date: str | None = None
    site_name: str = ""
    own_part: bool = False


@dataclass(frozen=True)
class Finding:
    """A page or file that may be a report, with all that belongs to it: the unit the pipelines take.

    `parts` are the continuation pages of one text in reading order (the first part is `page` itself).
    """

    site: AgencySite
    page: Capture
    parts: tuple[Capture, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    hints: Hints = Hints()

    def captures(self) -> tuple[Capture, ...]:
        return (self.page, *self.parts, *(a.capture for a in self.attachments if a.capture))


@dataclass(frozen=True)
class FetchRecord:
    """One line of the crawl log. `outcome` says what came over the wire, not what was made of it: ``fetched``,
    ``redirect``, ``not_modified``, ``error`` (a status of 400 or more), or where no answer came the kind of the problem
    (see `crawler.fetching.problem`; ``failed`` for what has none). `detail` is for the reader at two in the morning."""

    url: str
    at: datetime
    status: int | None
    outcome: str
    final_url: str | None = None
    referrer: str | None = None
    reason: str = ""
    raw_sha256: str | None = None
    size_bytes: int | None = None
    duration_s: float | None = None
    detail: str = ""


@dataclass(frozen=True)
class Step:
    """One step of a crawl as it explains itself: the `number` of the request, what was `promised` (0 to 100) and
    `why` it was asked for, and what it `gave`, in words for people. Parts and files of a page belong to the page's
    step."""

    number: int
    url: str
    promise: float
    role: str
    why: str
    gave: str


@dataclass(frozen=True)
class Verdict:
    """What became of a finding; the last pipeline returns it, and the spider steers by it.

    `outcome`: ``new`` (first version of a report), ``changed`` (further version), ``unchanged`` (seen before),
    ``copy`` (same text or another rendition of a report already kept) or ``rejected`` (a look-alike; bytes kept).
    """

    finding: Finding
    kind: str
    outcome: Literal["new", "changed", "unchanged", "copy", "rejected"]
    report_year: int | None = None
    own: bool = False
    report_id: str | None = None
    pending: tuple[str, ...] = ()

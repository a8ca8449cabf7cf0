"""The catalog's tables. Everything in them can be made again from the objects; see `storage.rebuild`. Only the orders
and leases of the timetable cannot: what is to be crawled next is no part of the archive.

Where an index orders by a column that may be unknown, unknown is the empty string or zero: databases disagree on where
NULL sorts. `storage.catalog.rows` is the only place that translates.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    func,
    literal_column,
)

HEAD = "0011"
"""The newest migration; an archive that names one unknown here was made by a newer program."""

metadata = MetaData()

# Byte order in every engine: listings must not depend on the locale of a database server.
Bytewise = String().with_variant(String(collation="C"), "postgresql")

crawls = Table(
    "crawls", metadata,
    Column("crawl_id", String, primary_key=True),
    Column("site_url", Text, nullable=False),
    Column("agency", Text),
    Column("region_code", String),
    Column("started_at", String, nullable=False),
    Column("finished_at", String),
    Column("interrupted", Boolean, nullable=False, default=False),
    Column("sealed", Boolean, nullable=False, default=False),
    Column("fetches", Integer, nullable=False, default=0),
    Column("summary", JSON, nullable=False),
    Index("crawls_by_site", "site_url", "started_at"),
    Index("crawls_by_start", "started_at", "fetches"),
)

captures = Table(
    "captures", metadata,
    Column("capture_id", String, primary_key=True),
    Column("crawl_id", String, nullable=False),
    Column("document_id", String),
    Column("number", Integer),
    Column("kind", String, nullable=False),
    Column("role", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("url_name", Text, nullable=False),
    Column("final_url", Text, nullable=False),
    Column("fetched_at", String, nullable=False),
    Column("status", Integer, nullable=False),
    Column("raw_sha256", String, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("content_type", String, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Index("captures_by_address", "url_name", "fetched_at"),
    Index("captures_by_version", "document_id", "number", "fetched_at"),
    Index("captures_by_bytes", "raw_sha256"),
)

versions = Table(
    "versions", metadata,
    Column("document_id", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("report_id", String, nullable=False),
    Column("agency_id", Bytewise, nullable=False),
    Column("agency", Bytewise, nullable=False),
    Column("agency_printed", Text, nullable=False),
    Column("report_year", Integer, nullable=False),
    Column("region_code", Bytewise, nullable=False),
    Column("admin_level", String),
    Column("scope", String, nullable=False),
    Column("title", Text),
    Column("form_id", String),
    Column("published", String),
    Column("url", Text, nullable=False),
    Column("page_urls", JSON, nullable=False),
    Column("files", JSON, nullable=False),
    Column("pending", JSON, nullable=False),
    Column("own", Boolean, nullable=False),
    Column("own_host", Boolean, nullable=False),
    Column("doc_format", String, nullable=False),
    Column("version_sha256", String, nullable=False),
    Column("text_sha256", String, nullable=False),
    Column("body_sha256", String, nullable=False),
    Column("cells_sha256", String),
    Column("words", Text),
    Column("text_chars", Integer, nullable=False),
    Column("filled_cells", Integer, nullable=False),
    Column("checks_pass", Integer, nullable=False),
    Column("checks_fail", Integer, nullable=False),
    Column("checks_not_assessable", Integer, nullable=False),
    Column("states", JSON, nullable=False),
    Column("manifest_sha256", String, nullable=False),
    # The later reading whose interpretation this row is; empty for the one the version was kept with.
    Column("reading", String, nullable=False, server_default=""),
    Column("pipeline_version", Integer, nullable=False, server_default="1"),
    Index("versions_by_report", "report_id", "document_id", "number"),
)

reports = Table(
    "reports", metadata,
    Column("report_id", String, primary_key=True),
    Column("agency_id", Bytewise, nullable=False),
    Column("agency", Bytewise, nullable=False),
    Column("names", Text, nullable=False),
    Column("region_code", Bytewise, nullable=False),
    Column("admin_level", String),
    Column("report_year", Integer, nullable=False),
    Column("scope", String, nullable=False),
    Column("title", Text),
    Column("form_id", String),
    Column("published", String),
    Column("document_id", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("urls", JSON, nullable=False),
    Column("files", JSON, nullable=False),
    Column("pending", JSON, nullable=False),
    Column("has_pending", Boolean, nullable=False),
    Column("versions", Integer, nullable=False),
    Column("first_seen", String, nullable=False),
    Column("last_seen", String, nullable=False),
    Column("text_sha256", String, nullable=False),
    Column("checks_pass", Integer, nullable=False),
    Column("checks_fail", Integer, nullable=False),
    Column("checks_not_assessable", Integer, nullable=False),
    Column("agency_type", String, nullable=False, server_default=""),
    Column("days_late", Integer),
    Column("coverage", String, nullable=False, server_default="present"),
    Column("reading", String, nullable=False, server_default=""),
    Index("reports_by_coverage", "report_year", "coverage", "region_code", "agency", "report_id"),
    Index("reports_in_order", "region_code", "agency", "report_year", "report_id"),
    Index("reports_by_year", "report_year", "region_code", "agency", "report_id"),
    Index("reports_by_agency", "agency_id", "report_year"),
    Index("reports_by_arrival", "first_seen", "report_id"),
    Index("reports_by_season", "report_year", "region_code", "agency_type", "scope", "days_late"),
    # All that narrowing a place down and its newest reports ask for.
    Index("reports_by_kind", "region_code", "report_year", "admin_level", "agency_type", "form_id", "checks_fail",
          "versions", "published", "first_seen", "report_id"),
)
province_of_report = func.substr(reports.c.region_code, literal_column("1"), literal_column("2"))
"""Spelt as its index has it: a database compares expressions by their letters."""
Index("reports_by_province_arrival", province_of_report, reports.c.first_seen, reports.c.report_id)

agencies = Table(
    "agencies", metadata,
    Column("agency_id", Bytewise, primary_key=True),
    Column("agency", Bytewise, nullable=False),
    Column("region_code", Bytewise, nullable=False),
    Column("admin_level", String),
    Column("agency_type", String, nullable=False, server_default=""),
    Index("agencies_in_order", "region_code", "agency", "agency_id"),
)

followed_agencies = Table(
    "followed_agencies", metadata,
    # The agencies the registry expects reports of: those named by a site that is not retired.
    Column("agency_id", Bytewise, primary_key=True),
    Column("agency", Bytewise, nullable=False),
    Column("region_code", Bytewise, nullable=False),
    Column("agency_type", String, nullable=False),
    Column("site_id", String, nullable=False),
    Column("url", Text, nullable=False),
    Index("followed_agencies_in_order", "region_code", "agency", "agency_id"),
)

agency_states = Table(
    "agency_states", metadata,
    # What the gazetteer's events say of an agency's id.
    Column("agency_id", Bytewise, primary_key=True),
    Column("into_id", Bytewise, nullable=False),
    Column("name", Bytewise, nullable=False),
    Column("event_id", Bytewise, nullable=False),
)

sites = Table(
    "sites", metadata,
    Column("site_id", String, primary_key=True),
    Column("url", Text, nullable=False),
    Column("agency", Bytewise, nullable=False),
    Column("folded", Text, nullable=False),
    Column("agency_id", Bytewise, nullable=False),
    Column("region_code", Bytewise, nullable=False),
    Column("admin_level", String),
    Column("former_names", JSON, nullable=False),
    Column("schedule", Text),
    Column("retired", Boolean, nullable=False),
    Column("added_at", String, nullable=False),
    Column("changed_at", String, nullable=False),
    Column("source", Text, nullable=False),
    Column("event_id", Bytewise, nullable=False),
    Index("sites_in_order", "region_code", "agency", "site_id"),
    Index("sites_by_agency", "agency_id"),
)

site_events = Table(
    "site_events", metadata,
    Column("event_id", Bytewise, primary_key=True),
    Column("at", String, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("event_sha256", String, nullable=False),
)

search_queue = Table(
    "search_queue", metadata,
    # Reports whose entry in the search index is not yet what their row says; `ticket` changes when a row does again.
    Column("report_id", String, primary_key=True),
    Column("ticket", String, nullable=False),
)

failed_looks = Table(
    "failed_looks", metadata,
    # Pages of known documents that a crawl asked for in vain.
    Column("document_id", String, primary_key=True),
    Column("at", String, primary_key=True),
    Column("crawl_id", String, primary_key=True),
    Column("url", Text, nullable=False),
    Column("status", Integer),
    Column("outcome", String, nullable=False),
)

# Counts kept with what they count. `whose` is "all", or "followed" for what belongs to the agencies the registry names;
# `place` the first `level` digits of the division code, empty where it is unknown.

coverage_counts = Table(
    "coverage_counts", metadata,
    Column("whose", String, primary_key=True),
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("place", Bytewise, primary_key=True),
    Column("report_year", Integer, primary_key=True, autoincrement=False),
    Column("coverage", String, primary_key=True),
    Column("reports", Integer, nullable=False),
)

agency_counts = Table(
    "agency_counts", metadata,
    Column("whose", String, primary_key=True),
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("place", Bytewise, primary_key=True),
    Column("agency_type", String, primary_key=True),
    Column("agencies", Integer, nullable=False),
)

season_counts = Table(
    "season_counts", metadata,
    # By province: how many reports of a year came so many days after their deadline (below zero: before it).
    Column("whose", String, primary_key=True),
    Column("report_year", Integer, primary_key=True, autoincrement=False),
    Column("place", Bytewise, primary_key=True),
    Column("deadline", String, primary_key=True),
    Column("days_late", Integer, primary_key=True, autoincrement=False),
    Column("reports", Integer, nullable=False),
)

archive_totals = Table(
    "archive_totals", metadata,
    # ``states``: how many distinct states of reports there are.
    Column("name", String, primary_key=True),
    Column("number", Integer, nullable=False),
)

version_cells = Table(
    "version_cells", metadata,
    # The cells of a version as `reading` has them; see `storage.cells`. Where a row lacks, the object is read.
    Column("document_id", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("reading", String, nullable=False),
    Column("packed", LargeBinary, nullable=False),
)

report_changes = Table(
    "report_changes", metadata,
    # States of a report that came after the first and say something else than the one before.
    Column("document_id", Bytewise, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("report_id", String, nullable=False),
    Column("agency_id", Bytewise, nullable=False),
    Column("region_code", Bytewise, nullable=False),
    Column("report_year", Integer, nullable=False),
    Column("at", Bytewise, nullable=False),
    Column("before_document", String, nullable=False),
    Column("before_number", Integer, nullable=False),
    Column("cells_changed", Boolean, nullable=False),
    Column("text_changed", Boolean, nullable=False),
    Column("chars", Integer, nullable=False),
    Index("report_changes_by_time", "at", "document_id", "number"),
    Index("report_changes_by_region", "region_code", "at"),
    Index("report_changes_by_agency", "agency_id", "at"),
    Index("report_changes_by_report", "report_id"),
)

province_of_change = func.substr(report_changes.c.region_code, literal_column("1"), literal_column("2"))
Index("report_changes_by_province", province_of_change, report_changes.c.at, report_changes.c.document_id,
      report_changes.c.number)

site_runs = Table(
    "site_runs", metadata,
    # What the ended crawls of a site come to, and when it is to be crawled next. `rhythm` names the settings and the
    # history the decision was made with; empty: not decided yet. Decided and without `next_due`: not by itself.
    Column("site_id", String, primary_key=True),
    Column("url", Text, nullable=False),
    Column("host", Bytewise, nullable=False),
    Column("crawl_id", Bytewise, nullable=False),
    Column("last_run_at", Bytewise),
    Column("last_outcome", String, nullable=False),
    Column("last_why", Text, nullable=False),
    Column("last_requests", Integer, nullable=False),
    Column("last_reports", Integer, nullable=False),
    Column("last_ok_at", Bytewise),
    Column("yielded_at", Bytewise),
    Column("failures", Integer, nullable=False),
    Column("next_due", Bytewise),
    Column("rest_until", Bytewise),
    Column("why", Text, nullable=False),
    Column("rhythm", String, nullable=False),
    Index("site_runs_by_due", "next_due", "site_id"),
)

crawl_orders = Table(
    "crawl_orders", metadata,
    Column("order_id", Bytewise, primary_key=True),
    Column("site_id", String, nullable=False),
    Column("host", Bytewise, nullable=False),
    Column("url", Text, nullable=False),
    Column("agency", Text),
    Column("region_code", String),
    Column("former_names", JSON, nullable=False),
    Column("recheck", Boolean, nullable=False),
    Column("max_requests", Integer),
    Column("priority", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("ordered_at", Bytewise, nullable=False),
    Column("not_before", Bytewise),
    Column("started_at", Bytewise),
    Column("finished_at", Bytewise),
    Column("attempts", Integer, nullable=False),
    Column("runner", Text),
    Column("crawl_id", String),
    Column("summary", JSON, nullable=False),
    Column("reason", Text, nullable=False),
    Index("crawl_orders_by_state", "state", "priority", "order_id"),
    Index("crawl_orders_by_site", "site_id", "state"),
)

crawl_leases = Table(
    "crawl_leases", metadata,
    # Who crawls at which host now. `lease_id` changes hands with the lease: who lost it can neither renew nor finish.
    Column("host", Bytewise, primary_key=True),
    Column("lease_id", String, nullable=False),
    Column("site_id", String, nullable=False),
    Column("order_id", Bytewise),
    Column("runner", Text, nullable=False),
    Column("taken_at", Bytewise, nullable=False),
    Column("first_taken_at", Bytewise, nullable=False),
    Column("until", Bytewise, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("expected", Integer, nullable=False),
    Column("crawl_id", String),
    Column("stop", Text, nullable=False),
    Column("progress", JSON, nullable=False),
)

told_troubles = Table(
    "told_troubles", metadata,
    # What a human was told of, so that one trouble is told once. `told_at` is empty while somebody is telling it.
    Column("trouble_id", Bytewise, primary_key=True),
    Column("kind", String, nullable=False),
    Column("subject", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("claimed_at", Bytewise, nullable=False),
    Column("told_at", Bytewise, nullable=False),
)

crawl_counts = Table(
    "crawl_counts", metadata,
    # What ended crawls add up to, by the day (UTC) they began.
    Column("day", Bytewise, primary_key=True),
    Column("what", String, primary_key=True),
    Column("label", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

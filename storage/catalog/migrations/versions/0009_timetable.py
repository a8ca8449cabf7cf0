"""The timetable: what the crawls of a site came to, orders, leases, troubles told, counts by day.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

from gongkai.clock import utc_now
from storage.identity import site_id
from storage.timetable.history import after

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

bytewise = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_index("crawls_by_start", "crawls", ["started_at", "fetches"])
    _site_runs()
    _orders()
    _leases()
    op.create_table(
        "told_troubles",
        sa.Column("trouble_id", bytewise, primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("claimed_at", bytewise, nullable=False),
        sa.Column("told_at", bytewise, nullable=False),
    )
    op.create_table(
        "crawl_counts",
        sa.Column("day", bytewise, primary_key=True),
        sa.Column("what", sa.String(), primary_key=True),
        sa.Column("label", sa.String(), primary_key=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
    )


def _site_runs() -> None:
    table = op.create_table(
        "site_runs",
        sa.Column("site_id", sa.String(), primary_key=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", bytewise, nullable=False),
        sa.Column("crawl_id", bytewise, nullable=False),
        sa.Column("last_run_at", bytewise),
        sa.Column("last_outcome", sa.String(), nullable=False),
        sa.Column("last_why", sa.Text(), nullable=False),
        sa.Column("last_requests", sa.Integer(), nullable=False),
        sa.Column("last_reports", sa.Integer(), nullable=False),
        sa.Column("last_ok_at", bytewise),
        sa.Column("yielded_at", bytewise),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_due", bytewise),
        sa.Column("rest_until", bytewise),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("rhythm", sa.String(), nullable=False),
    )
    op.create_index("site_runs_by_due", "site_runs", ["next_due", "site_id"])
    _fill(op.get_bind(), table)


def _fill(connection: sa.Connection, table: sa.Table) -> None:
    """From the crawls known so far, in order of time, as `storage.catalog.runs` does it for one that ends."""
    crawls = sa.table("crawls", sa.column("crawl_id"), sa.column("site_url"), sa.column("started_at"),
                      sa.column("interrupted"), sa.column("sealed"), sa.column("fetches"),
                      sa.column("summary", sa.JSON))
    made: dict[str, dict[str, object]] = {}
    for row in connection.execute(sa.select(crawls).order_by(crawls.c.started_at, crawls.c.crawl_id)):
        if row.sealed:
            name = site_id(row.site_url)
            made[name] = after(made.get(name), dict(row._mapping), name, utc_now())
    if made:
        connection.execute(table.insert(), list(made.values()))


def _orders() -> None:
    op.create_table(
        "crawl_orders",
        sa.Column("order_id", bytewise, primary_key=True),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("host", bytewise, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text()),
        sa.Column("region_code", sa.String()),
        sa.Column("former_names", sa.JSON(), nullable=False),
        sa.Column("recheck", sa.Boolean(), nullable=False),
        sa.Column("max_requests", sa.Integer()),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ordered_at", bytewise, nullable=False),
        sa.Column("not_before", bytewise),
        sa.Column("started_at", bytewise),
        sa.Column("finished_at", bytewise),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("runner", sa.Text()),
        sa.Column("crawl_id", sa.String()),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_index("crawl_orders_by_state", "crawl_orders", ["state", "priority", "order_id"])
    op.create_index("crawl_orders_by_site", "crawl_orders", ["site_id", "state"])


def _leases() -> None:
    op.create_table(
        "crawl_leases",
        sa.Column("host", bytewise, primary_key=True),
        sa.Column("lease_id", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("order_id", bytewise),
        sa.Column("runner", sa.Text(), nullable=False),
        sa.Column("taken_at", bytewise, nullable=False),
        sa.Column("first_taken_at", bytewise, nullable=False),
        sa.Column("until", bytewise, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("crawl_id", sa.String()),
        sa.Column("stop", sa.Text(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
    )

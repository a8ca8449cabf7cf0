"""What browsing asks for: cells of versions, changes after publication, whom the registry expects, counts by place, day
and kind of agency, reports in order of arrival.

Cells stand in the objects only, which a migration does not read: they come with the next rebuild, and until then pages
read the objects.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from gongkai.agency_type import agency_type
from storage.catalog.counts import count_anew
from storage.catalog.entry import change_rows, grouped
from storage.catalog.following import follow_anew

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

bytewise = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    _cells_and_changes()
    _agencies()
    _counts()
    _arrivals()
    connection = op.get_bind()
    _fill_kinds(connection)
    follow_anew(connection)
    count_anew(connection)
    _fill_changes(connection)


def _cells_and_changes() -> None:
    op.create_table(
        "version_cells",
        sa.Column("document_id", sa.String(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("reading", sa.String(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "report_changes",
        sa.Column("document_id", bytewise, primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("agency_id", bytewise, nullable=False),
        sa.Column("region_code", bytewise, nullable=False),
        sa.Column("report_year", sa.Integer(), nullable=False),
        sa.Column("at", bytewise, nullable=False),
        sa.Column("before_document", sa.String(), nullable=False),
        sa.Column("before_number", sa.Integer(), nullable=False),
        sa.Column("cells_changed", sa.Boolean(), nullable=False),
        sa.Column("text_changed", sa.Boolean(), nullable=False),
        sa.Column("chars", sa.Integer(), nullable=False),
    )
    op.create_index("report_changes_by_time", "report_changes", ["at", "document_id", "number"])
    op.create_index("report_changes_by_region", "report_changes", ["region_code", "at"])
    op.create_index("report_changes_by_agency", "report_changes", ["agency_id", "at"])
    op.create_index("report_changes_by_report", "report_changes", ["report_id"])


def _agencies() -> None:
    op.add_column("agencies", sa.Column("agency_type", sa.String(), nullable=False, server_default=""))
    op.drop_index("agencies_in_order", "agencies")
    op.create_index("agencies_in_order", "agencies", ["region_code", "agency", "agency_id"])
    op.create_table(
        "followed_agencies",
        sa.Column("agency_id", bytewise, primary_key=True),
        sa.Column("agency", bytewise, nullable=False),
        sa.Column("region_code", bytewise, nullable=False),
        sa.Column("agency_type", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
    )
    op.create_index("followed_agencies_in_order", "followed_agencies", ["region_code", "agency", "agency_id"])


def _counts() -> None:
    op.drop_table("coverage_counts")
    op.create_table(
        "coverage_counts",
        sa.Column("whose", sa.String(), primary_key=True),
        sa.Column("level", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("place", bytewise, primary_key=True),
        sa.Column("report_year", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("coverage", sa.String(), primary_key=True),
        sa.Column("reports", sa.Integer(), nullable=False),
    )
    op.create_table(
        "agency_counts",
        sa.Column("whose", sa.String(), primary_key=True),
        sa.Column("level", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("place", bytewise, primary_key=True),
        sa.Column("agency_type", sa.String(), primary_key=True),
        sa.Column("agencies", sa.Integer(), nullable=False),
    )
    op.create_table(
        "season_counts",
        sa.Column("whose", sa.String(), primary_key=True),
        sa.Column("report_year", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("place", bytewise, primary_key=True),
        sa.Column("deadline", sa.String(), primary_key=True),
        sa.Column("days_late", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("reports", sa.Integer(), nullable=False),
    )
    op.create_table(
        "archive_totals",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
    )


def _arrivals() -> None:
    op.drop_index("reports_by_coverage", "reports")
    op.create_index("reports_by_coverage", "reports", ["report_year", "coverage", "region_code", "agency", "report_id"])
    op.create_index("reports_by_arrival", "reports", ["first_seen", "report_id"])
    op.create_index("reports_by_province_arrival", "reports",
                    [sa.text("substr(region_code, 1, 2)"), "first_seen", "report_id"])


def _fill_kinds(connection: sa.Connection) -> None:
    agencies = sa.table("agencies", *map(sa.column, ("agency_id", "agency", "agency_type")))
    kinds = [{"named": row.agency_id, "kind": agency_type(row.agency)}
             for row in connection.execute(sa.select(agencies))]
    if kinds:
        connection.execute(agencies.update().where(agencies.c.agency_id == sa.bindparam("named")).values(
            agency_type=sa.bindparam("kind")), kinds)


def _fill_changes(connection: sa.Connection) -> None:
    versions = sa.table("versions", sa.column("report_id"))
    several = sa.select(versions.c.report_id).group_by(versions.c.report_id).having(sa.func.count() > 1)
    for report in connection.execute(several).scalars().all():
        found = grouped(connection, report)
        rows = change_rows(report, found) if found else []
        if rows:
            connection.execute(sa.table("report_changes", *map(sa.column, rows[0])).insert(), rows)

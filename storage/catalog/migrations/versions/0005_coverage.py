"""Each report says how it was published: on time, late, changed since.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from gongkai.agency_type import agency_type
from storage.deadlines import days_late

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reports", sa.Column("agency_type", sa.String(), nullable=False, server_default=""))
    op.add_column("reports", sa.Column("days_late", sa.Integer()))
    op.add_column("reports", sa.Column("coverage", sa.String(), nullable=False, server_default="present"))
    op.create_index("reports_by_coverage", "reports", ["region_code", "report_year", "coverage"])
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    """As `storage.catalog.entry` does it for a report that is entered."""
    reports = sa.table("reports", *map(sa.column, (
        "report_id", "agency", "report_year", "scope", "versions", "agency_type", "days_late", "coverage")))
    versions = sa.table("versions", sa.column("report_id"), sa.column("published"))
    first = dict(connection.execute(sa.select(versions.c.report_id, sa.func.min(versions.c.published)).where(
        versions.c.published.is_not(None), versions.c.published != "").group_by(versions.c.report_id)).all())
    made = []
    for row in connection.execute(sa.select(reports)).all():
        kind = agency_type(row.agency)
        late = days_late(first.get(row.report_id), row.report_year, kind, row.scope)
        state = "late" if late is not None and late > 0 else "changed" if row.versions > 1 else "present"
        made.append({"named": row.report_id, "agency_type": kind, "days_late": late, "coverage": state})
    if made:
        connection.execute(reports.update().where(reports.c.report_id == sa.bindparam("named")).values(
            agency_type=sa.bindparam("agency_type"), days_late=sa.bindparam("days_late"),
            coverage=sa.bindparam("coverage")), made)

"""Reports by region, year and state, counted.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

bytewise = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "coverage_counts",
        sa.Column("region_code", bytewise, nullable=False),
        sa.Column("report_year", sa.Integer(), nullable=False),
        sa.Column("coverage", sa.String(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("region_code", "report_year", "coverage"),
    )
    op.execute("INSERT INTO coverage_counts (region_code, report_year, coverage, reports) "
               "SELECT region_code, report_year, coverage, count(*) FROM reports GROUP BY 1, 2, 3")

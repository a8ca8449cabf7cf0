"""The registry of sites.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

bytewise = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "sites",
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("agency", bytewise, nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("agency_id", bytewise, nullable=False),
        sa.Column("region_code", bytewise, nullable=False),
        sa.Column("admin_level", sa.String()),
        sa.Column("former_names", sa.JSON(), nullable=False),
        sa.Column("schedule", sa.Text()),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.String(), nullable=False),
        sa.Column("changed_at", sa.String(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", bytewise, nullable=False),
        sa.PrimaryKeyConstraint("site_id"),
    )
    op.create_index("sites_in_order", "sites", ["region_code", "agency", "site_id"])
    op.create_index("sites_by_agency", "sites", ["agency_id"])

    op.create_table(
        "site_events",
        sa.Column("event_id", bytewise, nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("event_sha256", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )

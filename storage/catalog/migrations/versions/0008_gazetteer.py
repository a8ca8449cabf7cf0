"""What people said of agencies: which ids are one, and what it is called.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

bytewise = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "agency_states",
        sa.Column("agency_id", bytewise, primary_key=True),
        sa.Column("into_id", bytewise, nullable=False),
        sa.Column("name", bytewise, nullable=False),
        sa.Column("event_id", bytewise, nullable=False),
    )

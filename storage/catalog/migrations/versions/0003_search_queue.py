"""Full texts leave the catalog for the search index, which is filled from a queue.

Revision ID: 0003
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("versions", "folded")
    op.create_table(
        "search_queue",
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("ticket", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("report_id"),
    )
    op.execute("INSERT INTO search_queue (report_id, ticket) SELECT report_id, report_id FROM reports")

"""Known pages asked for in vain, from the crawl logs: what says that a page is gone.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "failed_looks",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("crawl_id", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", "at", "crawl_id"),
    )

"""Versions read again later: which reading a row shows, by which pipeline, and a sample of its words.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every version kept before was read by pipeline 1, once."""
    op.add_column("versions", sa.Column("reading", sa.String(), nullable=False, server_default=""))
    op.add_column("versions", sa.Column("pipeline_version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("versions", sa.Column("words", sa.Text()))
    op.add_column("reports", sa.Column("reading", sa.String(), nullable=False, server_default=""))

"""Indexes for the pages of a place: its reports by kind and day, how its season went, what was changed in a province.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("reports_by_kind", "reports", [
        "region_code", "report_year", "admin_level", "agency_type", "form_id", "checks_fail", "versions", "published",
        "first_seen", "report_id"])
    op.create_index("reports_by_season", "reports", ["report_year", "region_code", "agency_type", "scope", "days_late"])
    op.create_index("report_changes_by_province", "report_changes",
                    [sa.text("substr(region_code, 1, 2)"), "at", "document_id", "number"])

"""The first tables.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

bytewise = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "agencies",
        sa.Column("agency_id", bytewise, nullable=False),
        sa.Column("agency", bytewise, nullable=False),
        sa.Column("region_code", bytewise, nullable=False),
        sa.Column("admin_level", sa.String()),
        sa.PrimaryKeyConstraint("agency_id"),
    )
    op.create_index("agencies_in_order", "agencies", ["region_code", "agency"])

    op.create_table(
        "captures",
        sa.Column("capture_id", sa.String(), nullable=False),
        sa.Column("crawl_id", sa.String(), nullable=False),
        sa.Column("document_id", sa.String()),
        sa.Column("number", sa.Integer()),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("url_name", sa.Text(), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column("fetched_at", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("raw_sha256", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.PrimaryKeyConstraint("capture_id"),
    )
    op.create_index("captures_by_address", "captures", ["url_name", "fetched_at"])
    op.create_index("captures_by_bytes", "captures", ["raw_sha256"])
    op.create_index("captures_by_version", "captures", ["document_id", "number", "fetched_at"])

    op.create_table(
        "crawls",
        sa.Column("crawl_id", sa.String(), nullable=False),
        sa.Column("site_url", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text()),
        sa.Column("region_code", sa.String()),
        sa.Column("started_at", sa.String(), nullable=False),
        sa.Column("finished_at", sa.String()),
        sa.Column("interrupted", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("fetches", sa.Integer(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("crawl_id"),
    )
    op.create_index("crawls_by_site", "crawls", ["site_url", "started_at"])

    op.create_table(
        "reports",
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("agency_id", bytewise, nullable=False),
        sa.Column("agency", bytewise, nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("region_code", bytewise, nullable=False),
        sa.Column("admin_level", sa.String()),
        sa.Column("report_year", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("form_id", sa.String()),
        sa.Column("published", sa.String()),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("urls", sa.JSON(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("pending", sa.JSON(), nullable=False),
        sa.Column("has_pending", sa.Boolean(), nullable=False),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("first_seen", sa.String(), nullable=False),
        sa.Column("last_seen", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column("checks_pass", sa.Integer(), nullable=False),
        sa.Column("checks_fail", sa.Integer(), nullable=False),
        sa.Column("checks_not_assessable", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("report_id"),
    )
    op.create_index("reports_by_agency", "reports", ["agency_id", "report_year"])
    op.create_index("reports_by_year", "reports", ["report_year", "region_code", "agency", "report_id"])
    op.create_index("reports_in_order", "reports", ["region_code", "agency", "report_year", "report_id"])

    op.create_table(
        "versions",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("agency_id", bytewise, nullable=False),
        sa.Column("agency", bytewise, nullable=False),
        sa.Column("agency_printed", sa.Text(), nullable=False),
        sa.Column("report_year", sa.Integer(), nullable=False),
        sa.Column("region_code", bytewise, nullable=False),
        sa.Column("admin_level", sa.String()),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("form_id", sa.String()),
        sa.Column("published", sa.String()),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("page_urls", sa.JSON(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("pending", sa.JSON(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("own_host", sa.Boolean(), nullable=False),
        sa.Column("doc_format", sa.String(), nullable=False),
        sa.Column("version_sha256", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column("body_sha256", sa.String(), nullable=False),
        sa.Column("cells_sha256", sa.String()),
        sa.Column("text_chars", sa.Integer(), nullable=False),
        sa.Column("filled_cells", sa.Integer(), nullable=False),
        sa.Column("checks_pass", sa.Integer(), nullable=False),
        sa.Column("checks_fail", sa.Integer(), nullable=False),
        sa.Column("checks_not_assessable", sa.Integer(), nullable=False),
        sa.Column("states", sa.JSON(), nullable=False),
        sa.Column("manifest_sha256", sa.String(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", "number"),
    )
    op.create_index("versions_by_report", "versions", ["report_id", "document_id", "number"])

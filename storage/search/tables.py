"""The index's own tables. Not part of the catalog's migrations: another `FORMAT` is simply made anew."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text
from sqlalchemy.dialects.postgresql import TSVECTOR

FORMAT = "4"

metadata = MetaData()
_Number = BigInteger().with_variant(Integer, "sqlite")
Bytewise = String().with_variant(String(collation="C"), "postgresql")

entries = Table(
    "search_entries", metadata,
    # See `numbering`. Never given out again: what an entry was made of stays in the index until it is rebuilt, and an
    # entry without report finds nothing.
    Column("entry_id", _Number, primary_key=True, autoincrement=False),
    Column("report_id", String, unique=True),
    Column("fingerprint", String, nullable=False),
    Column("agency_id", Bytewise, nullable=False),
    Column("names", Text, nullable=False),
    Column("report_year", Integer, nullable=False),
    Column("region_code", Bytewise, nullable=False),
    Column("admin_level", String, nullable=False),
    Column("agency_type", String, nullable=False),
    Column("form_id", String),
    Column("checks_fail", Integer, nullable=False),
    Column("states", Integer, nullable=False),
    Index("search_entries_by_region", "region_code", "report_year"),
)
superseded = entries.c.report_id.is_(None)
Index("search_entries_superseded", entries.c.entry_id, sqlite_where=superseded, postgresql_where=superseded)

summaries = Table(
    "search_summaries", metadata,
    Column("entry_id", _Number, primary_key=True, autoincrement=False),
    # See `weights`. Apart from the entries, which are read many at a time for their other columns.
    Column("summary", LargeBinary, nullable=False),
)

state = Table("search_state", metadata, Column("name", String, primary_key=True), Column("value", String))

server_metadata = MetaData()

vectors = Table(
    "search_vectors", server_metadata,
    Column("entry_id", BigInteger, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("vector", TSVECTOR, nullable=False),
    Index("search_vectors_by_token", "vector", postgresql_using="gin"),
)

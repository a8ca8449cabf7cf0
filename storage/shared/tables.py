"""Tables of what machines share. Only ever added to: a machine with an older program may be using them, too."""

from sqlalchemy import BigInteger, Column, DateTime, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()
_Moment = DateTime(timezone=True)

hosts = Table(
    "hosts", metadata,
    # One row a host and port. `holder` has the turn until `held_until`; a turn begins no sooner than its crawl's delay
    # after `asked_at`, when anybody last asked or was answered; nothing is asked until `rest_until` (a pause of this
    # crawl's making) nor, by crawls to come, until `left_until` (a host that turned us away).
    Column("place", String, primary_key=True),
    Column("holder", String),
    Column("held_until", _Moment),
    Column("asked_at", _Moment),
    Column("rest_until", _Moment),
    Column("left_until", _Moment),
    Column("left_kind", String),
    Column("left_reason", Text),
)

memories = Table(
    "memories", metadata,
    # What crawls remember of a site: a small database, packed. `generation` grows by one with each state.
    Column("memory_id", String, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("saved_at", _Moment, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

job_failures = Table(
    "job_failures", metadata,
    # Why a job was tried again or given up, for `gongkai worker --status`.
    Column("job_id", BigInteger, primary_key=True, autoincrement=False),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("at", _Moment, nullable=False),
    Column("job", Text, nullable=False),
    Column("worker", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

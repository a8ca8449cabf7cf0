"""The one clock: aware UTC datetimes, printed to the second with a ``Z``."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """``2026-01-31T08:00:00Z``; the form every record, manifest and log line uses. Raises ValueError on naive times."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime cannot be recorded; use gongkai.clock.utc_now()")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_stamp(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)

"""The hours of the day, in Beijing time, in which crawls that are due may begin."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone
from functools import cached_property

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""One offset for the whole country and since 1991, so that no time zone database is needed."""

_DAY_MIN = 24 * 60
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


@dataclass(frozen=True)
class Hours:
    """Spans of minutes of a day, in order and apart; one across midnight is two."""

    spans: tuple[tuple[int, int], ...] = ((0, _DAY_MIN),)

    @classmethod
    def read(cls, text: str) -> "Hours":
        """``19:00-07:30`` or several, separated by commas; empty is the whole day. Raises ValueError."""
        if not text.strip():
            return cls()
        minutes: set[int] = set()
        for part in text.split(","):
            found = _SPAN.fullmatch(part.strip())
            begin, end = (_minute(*found.group(1, 2)), _minute(*found.group(3, 4))) if found else (-1, -1)
            if begin < 0 or end < 0 or begin == end:
                raise ValueError("expected hours such as 19:00-07:30, several separated by commas")
            minutes.update(range(begin, end) if begin < end else (*range(begin, _DAY_MIN), *range(end)))
        edges = [m for m in sorted(minutes) if m - 1 not in minutes], [m + 1 for m in sorted(minutes)
                                                                      if m + 1 not in minutes]
        return cls(tuple(zip(*edges, strict=True)))

    @cached_property
    def minutes_a_day(self) -> int:
        return sum(end - begin for begin, end in self.spans)

    def is_open(self, at: datetime) -> bool:
        minute = _minute_of(at)
        return any(begin <= minute < end for begin, end in self.spans)

    def opening(self, at: datetime) -> datetime:
        """`at` where it is open then, else the next moment it is."""
        if self.is_open(at):
            return at
        minute, day = _minute_of(at), at.astimezone(BEIJING)
        later = next((begin for begin, _ in self.spans if begin > minute), None)
        start = self.spans[0][0] + _DAY_MIN if later is None else later
        return _midnight(day) + timedelta(minutes=start)

    def at_part(self, ordinal: int, part: float) -> datetime:
        """The moment of a day (`date.toordinal`) when so much of its open time (0 to 1) has passed."""
        left = part * self.minutes_a_day
        for begin, end in self.spans:
            if left < end - begin:
                return _day(ordinal) + timedelta(minutes=begin + left)
            left -= end - begin
        return _day(ordinal) + timedelta(minutes=self.spans[-1][1] - 1)

    def after_open(self, at: datetime, open_s: float) -> datetime:
        """The moment when it was open for so many seconds since `at`."""
        moment, left = self.opening(at), timedelta(seconds=open_s)
        whole, rest = divmod(left, timedelta(minutes=self.minutes_a_day))
        moment, left = moment + timedelta(days=whole), rest
        while left > timedelta(0):
            end = next(end for begin, end in self.spans if begin <= _minute_of(moment) < end)
            closes = _midnight(moment.astimezone(BEIJING)) + timedelta(minutes=end)
            if moment + left < closes:
                return moment + left
            left -= closes - moment
            moment = self.opening(closes)
        return moment


def day_start(at: datetime) -> datetime:
    """When the Beijing day of a moment began."""
    return _midnight(at.astimezone(BEIJING))


def beijing_ordinal(at: datetime) -> int:
    return at.astimezone(BEIJING).toordinal()


def _minute(hour: str, minute: str) -> int:
    """Below zero for what is no time of a day."""
    found = int(hour) * 60 + int(minute)
    return found if int(minute) < 60 and found <= _DAY_MIN else -1


def _minute_of(at: datetime) -> int:
    local = at.astimezone(BEIJING)
    return local.hour * 60 + local.minute


def _midnight(local: datetime) -> datetime:
    return datetime.combine(local.date(), time(), BEIJING).astimezone(UTC)


def _day(ordinal: int) -> datetime:
    return datetime.fromordinal(ordinal).replace(tzinfo=BEIJING).astimezone(UTC)

"""A season day by day: how many reports were out, against the two days they were due on."""

from datetime import date, timedelta

from markupsafe import Markup

from storage import Season
from web.pictures.canvas import Say, number, picture, short, stroke, text, ticks, width_of

_WIDE, _HIGH = 820.0, 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 58.0, 20.0, 40.0, 36.0
_AT_LEAST = 105
"""Days shown: to mid-April, that both deadlines and what came soon after them are seen."""


class _Plane:
    def __init__(self, season: Season, scale: list[int]) -> None:
        self.start = date(season.report_year + 1, 1, 1)
        last = season.published[-1][0] if season.published else self.start
        self.days = min(183, max(_AT_LEAST, (last - self.start).days + 4))
        self.most = scale[-1]

    def x(self, day: date) -> float:
        share = min(1.0, (day - self.start).days / self.days)
        return _LEFT + share * (_WIDE - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        return _HIGH - _BOTTOM - value / self.most * (_HIGH - _TOP - _BOTTOM)

    @property
    def end(self) -> date:
        return self.start + timedelta(days=self.days)


def season_curve(season: Season, say: Say, title: str, today: date) -> Markup:
    published = dict(season.published)
    top = max([season.agencies, *published.values(), 1])
    scale = ticks(top)
    plane = _Plane(season, scale)
    body = _frame(plane, scale, say)
    points = _points(plane, season, today)
    area = "L".join(f"{short(x)} {short(y)}" for x, y in [
        (points[0][0], plane.y(0)), *points, (points[-1][0], plane.y(0))])
    body += [f'<path class="area" d="M{area}z"/>', stroke(points, "line c0")]
    if season.agencies:
        height = plane.y(season.agencies)
        body += [stroke([(_LEFT, height), (_WIDE - _RIGHT, height)], "expected"),
                 text(_LEFT + 6, height - 6, say("season.expected", n=number(season.agencies)), "note")]
    body += _deadlines(plane, season, say, published, today)
    return picture("curve", _WIDE, _HIGH, title, _says(season, say, published), body)


def until(season: Season, day: date) -> int:
    """How many were out at the end of a day."""
    return max((total for one, total in season.published if one <= day), default=season.before)


def _points(plane: _Plane, season: Season, today: date) -> list[tuple[float, float]]:
    """A staircase: the number stands until the next day something was published."""
    found = [(plane.x(plane.start), plane.y(season.before))]
    total = season.before
    for day, value in season.published:
        if value != total and day <= plane.end:
            found += [(plane.x(day), plane.y(total)), (plane.x(day), plane.y(value))]
            total = value
    return [*found, (plane.x(min(plane.end, max(today, plane.start))), plane.y(total))]


def _frame(plane: _Plane, scale: list[int], say: Say) -> list[str]:
    body = [stroke([(_LEFT, plane.y(value)), (_WIDE - _RIGHT, plane.y(value))], "axis" if not value else "grid-line")
            for value in scale]
    body += [text(_LEFT - 8, plane.y(value) + 4, number(value), "tick-y") for value in scale]
    for month in range(1, 8):
        first = plane.start.replace(month=month)
        if first <= plane.end - timedelta(days=8):
            x = plane.x(first)
            body += [stroke([(x, plane.y(0)), (x, plane.y(0) + 5)], "axis"),
                     text(x + 3, plane.y(0) + 18, say(f"season.month_{month}"), "tick-month")]
    return body


def _deadlines(plane: _Plane, season: Season, say: Say, published: dict[date, int], today: date) -> list[str]:
    body = []
    for at, one in enumerate(season.deadlines):
        x, out = plane.x(one.day), until(season, one.day)
        words = say("season.deadline_short", day=f"{one.day:%m-%d}")
        share = f"{out / season.agencies:.0%}" if season.agencies else ""
        passed = one.day <= today
        label = f"{words} {number(out)} {share}".strip() if passed else words
        left = x - width_of(label) * 1.12 - 8 if x > _WIDE / 2 else x + 6
        body += [stroke([(x, _TOP - 22), (x, plane.y(0))], f"deadline d{at}"), text(left, _TOP - 12, label, "note")]
        if passed:
            body.append(f'<circle class="mark c0" cx="{short(x)}" cy="{short(plane.y(out))}" r="4.5"/>')
    return body


def _says(season: Season, say: Say, published: dict[date, int]) -> str:
    told = [say("season.out_by", day=one.day.isoformat(), n=until(season, one.day), of=season.agencies)
            for one in season.deadlines]
    return "；".join(told)

"""An agency's figures as charts, each with its table twin."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from storage import YearFigures
from web.pictures import Bar, Break, Line, Part, Say, line_chart, stacked_bars
from web.words import has

_LINES = (
    ("agency.requests", ("received", "from_persons", "carried_in", "carried_out")),
    ("agency.results", ("granted", "partially_granted", "denied", "unavailable", "rejected")),
    ("agency.disputes", ("review", "review_corrected", "litigation", "litigation_corrected")),
)
_DENIALS = ("denied_state_secret", "denied_other_law", "denied_three_security", "denied_third_party",
            "denied_internal_affairs", "denied_process_info", "denied_enforcement_file", "denied_admin_query",
            "denied_not_gov_info")


@dataclass(frozen=True)
class Chart:
    """`rows` are the years with the figures of `names`, None where there is none; `kind` says how it is shown where it
    is wider than the window: lines with their newest end and their names."""

    title: str
    kind: str
    picture: Markup
    names: Sequence[str]
    rows: Sequence[tuple[int, Sequence[int | None]]]


def charts(figures: Sequence[YearFigures], say: Say) -> list[Chart]:
    """Those that have something to show."""
    breaks = form_breaks(figures, say)
    found = []
    for title, names in _LINES[:2]:
        found.append(_lines(say(title), names, figures, breaks, say))
    found.append(_denials(figures, breaks, say))
    title, names = _LINES[2]
    found.append(_lines(say(title), names, figures, breaks, say))
    return [chart for chart in found if chart is not None]


def form_breaks(figures: Sequence[YearFigures], say: Say) -> list[Break]:
    """The first year of each form that follows another."""
    found, before = [], None
    for year in figures:
        if year.form_id is not None and before is not None and year.form_id != before:
            key = f"form_short.{year.form_id}"
            found.append(Break(year.report_year, say(key) if has(key) else year.form_id))
        before = year.form_id or before
    return found


def _lines(title: str, names: Sequence[str], figures: Sequence[YearFigures], breaks: Sequence[Break],
           say: Say) -> Chart | None:
    lines = [Line(say(f"figure.{name}"), {year.report_year: year.figures[name] for year in figures}) for name in names]
    picture = line_chart(lines, breaks, say, title)
    return _chart(title, "fits newest", picture, names, figures, say)


def _denials(figures: Sequence[YearFigures], breaks: Sequence[Break], say: Say) -> Chart | None:
    title = say("agency.denials")
    bars = [Bar(year.report_year, [Part(say(f"figure.{name}"), max(0, year.figures[name] or 0)) for name in _DENIALS])
            for year in figures if any(year.figures[name] is not None for name in _DENIALS)]
    picture = stacked_bars(bars, say, title, [one.year for one in breaks])
    return _chart(title, "fits", picture, _DENIALS, figures, say)


def _chart(title: str, kind: str, picture: Markup | None, names: Sequence[str], figures: Sequence[YearFigures],
           say: Say) -> Chart | None:
    if picture is None:
        return None
    told = [name for name in names if any(year.figures[name] is not None for year in figures)]
    return Chart(title, kind, picture, [say(f"figure.{name}") for name in told],
                 [(year.report_year, [year.figures[name] for name in told]) for year in figures])

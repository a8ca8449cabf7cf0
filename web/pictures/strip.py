"""An agency's years as a strip: each a field whose colour, sign and word say whether the report came, and when."""

from collections.abc import Sequence

from markupsafe import Markup

from storage import CoverageCell
from web.pictures.canvas import Say, box, linked, picture, text

SIGNS = {"present": "✓", "late": "◷", "changed": "Δ", "missing": "–", "blocked": "×", "stale": "…"}
_WIDE, _HIGH, _GAP = 54, 54, 5


def year_strip(cells: Sequence[CoverageCell], say: Say, title: str) -> Markup:
    body = []
    for at, cell in enumerate(cells):
        left = at * (_WIDE + _GAP) + 1.0
        word = say(f"coverage.{cell.state}")
        late = cell.days_late if cell.state == "late" else None
        sign = SIGNS[cell.state] if late is None else f"+{late}"
        says = f"{cell.report_year} {word}" + (f" {say('coverage.days', n=late)}" if late is not None else "")
        inner = (box(left, 1, _WIDE, _HIGH, f"s-{cell.state}", 6) + text(left + _WIDE / 2, 28, sign, "sign")
                 + text(left + _WIDE / 2, 46, word, "word") + text(left + _WIDE / 2, 74, str(cell.report_year), "year"))
        body.append(linked(f"/reports/{cell.report_id}" if cell.report_id else None, inner, says))
    told = "；".join(f"{cell.report_year} {say(f'coverage.{cell.state}')}" for cell in cells)
    return picture("strip", max(1, len(cells)) * (_WIDE + _GAP), 82, title, told, body)

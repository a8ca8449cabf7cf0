"""The years of an agency as cells of a table's row. A page holds hundreds of them, and a macro of the templates took
longer over them than over everything else of the page."""

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

from storage import CoverageCell
from web.pictures import Say


def state_cells(cells: Sequence[CoverageCell], say: Say) -> Markup:
    words = {state: (escape(say(f"coverage.{state}")), escape(say(f"coverage.key_{state}")))
             for state in {cell.state for cell in cells}}
    return Markup("".join([_cell(cell, *words[cell.state]) for cell in cells]))


def _cell(cell: CoverageCell, short: str, whole: str) -> str:
    word = f"+{cell.days_late or 0}" if cell.state == "late" else short
    if cell.report_id is None:
        return f'<td class="state"><span class="{cell.state}">{word}</span></td>'
    says = f"{cell.report_year} {whole}"
    return (f'<td class="state"><a class="{cell.state}" href="/reports/{escape(cell.report_id)}" '
            f'aria-label="{says}">{word}</a></td>')

"""One agency's report against the one of the year before: what was carried over arrives, what was in force goes on."""

from gongkai.report import CellValue, Check, Report, State

_APPLICANTS = ("natural_person", "org_commercial", "org_research", "org_public_welfare", "org_legal_service",
               "org_other", "total")


def cross_year_checks(before: Report, after: Report) -> tuple[Check, ...]:
    """Checks of `after` that need `before`: REQ-CARRY a column, PRO-INFORCE and PRO-ITEMS a row. `left` is what `after`
    prints, `right` what follows from `before`. Empty unless both are reports of one agency for neighbouring years; a
    failure is worth a look and no error: mergers of agencies break them."""
    if (before.report_year is None or after.report_year != before.report_year + 1
            or not before.filed_under or before.filed_under != after.filed_under):
        return ()
    def pro(report: Report, row: str, column: str) -> CellValue | None:
        return _cell(report, "proactive", row, column)

    checks = []
    if "requests" in before.tables and "requests" in after.tables:
        checks += [_check("REQ-CARRY", column, [_cell(after, "requests", "carried_in", column)],
                          [_cell(before, "requests", "carried_out", column)]) for column in _APPLICANTS]
    if before.form_id == after.form_id == "cn-gov-2021":
        checks += [_check("PRO-INFORCE", row,
                          [pro(after, row, "in_force"), pro(after, row, "repealed_this_year")],
                          [pro(before, row, "in_force"), pro(after, row, "issued_this_year")])
                   for row in ("regulations", "normative_documents")]
    if before.form_id == after.form_id == "cn-gov-2019":
        checks += [_check("PRO-ITEMS", row, [pro(after, row, "items_prev_year")],
                          [pro(before, row, "items_prev_year"), pro(before, row, "items_change")])
                   for row in ("administrative_licensing", "other_external_services", "administrative_penalty",
                               "administrative_coercion", "administrative_fees")]
    return tuple(checks)


def _cell(report: Report, table: str, row: str, column: str) -> CellValue | None:
    return report.tables.get(table, {}).get(row, {}).get(column)


def _check(rule: str, scope: str, left: list[CellValue | None], right: list[CellValue | None]) -> Check:
    ours, theirs = _sum(left), _sum(right)
    state: State = "not_assessable" if ours is None or theirs is None else "pass" if ours == theirs else "fail"
    return Check(rule, scope, ours, theirs, state)


def _sum(cells: list[CellValue | None]) -> int | None:
    total = 0
    for cell in cells:
        if cell is None or cell.semantic == "text" or not isinstance(cell.value or 0, int):
            return None
        total += int(cell.value or 0)
    return total

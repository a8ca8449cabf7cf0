"""The sample agency's books: figures of every year, coherent in themselves and from one year to the next.

Every identity of the forms holds in every year: applicants sum to totals, what came in equals what was decided plus
what is carried over, and what is carried over arrives the year after.
"""

import random
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Value = int | Decimal | None
Figures = dict[str, dict[str, Value]]
"""Row key → column key → value. The one-row review_litigation table has the row ``figures``, the statistics table of
2014-2018 the one column ``count``."""

FIRST_YEAR, LAST_YEAR = 2012, 2025
_MOST_DECISIONS = {"administrative_licensing": 1500, "administrative_penalty": 700, "administrative_coercion": 40}
_OUTCOMES = ("upheld", "corrected", "other", "pending")
_REPLIES = ("reply_already_public", "reply_granted", "reply_partial", "reply_denied", "reply_not_this_organ",
            "reply_not_exist", "reply_needs_change", "reply_other_channel")


@cache
def forms() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "forms.yaml").read_text("utf-8"))
    return loaded


def form_of(year: int) -> str:
    if year < 2014:
        return "cn-gov-pre2014"
    if year < 2019:
        return "cn-gov-2014stat"
    return "cn-gov-2019" if year < 2021 else "cn-gov-2021"


def applicants() -> list[str]:
    return [key for key in forms()["requests"]["columns"] if key != "total"]


def result_rows(form_id: str) -> list[str]:
    """The rows that share out what was decided in a year, in printed order."""
    form = forms()["requests"]
    grouped = [key for group in form["groups"] for key in group["rows"]]
    return [*form["single"], *grouped, *form["other"][form_id]]


@dataclass
class Ledger:
    """Figures by year and table key. Made in one go because each year starts where the one before ended."""

    seed: str
    years: dict[int, dict[str, Figures]] = field(init=False)

    def __post_init__(self) -> None:
        rng = random.Random(self.seed)
        waiting = dict.fromkeys(applicants(), 1)
        items = {"administrative_licensing": 14, "other_external_services": 9, "administrative_penalty": 86,
                 "administrative_coercion": 11, "administrative_fees": 3}
        force = {"regulations": 2, "normative_documents": 17}
        self.years = {}
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            form_id = form_of(year)
            if year < 2019:
                self.years[year] = {"statistics": _statistics(rng)}
                continue
            requests = _requests(rng, form_id, waiting)
            waiting = {a: _count(requests["carried_out"][a]) for a in applicants()}
            proactive = _proactive_2019(rng, items, force) if form_id == "cn-gov-2019" else _proactive_2021(rng, force)
            self.years[year] = {"proactive": proactive, "requests": requests, "review_litigation": _review(rng)}


def _count(value: Value) -> int:
    assert isinstance(value, int)
    return value


def _share(rng: random.Random, total: int, keys: list[str] | tuple[str, ...]) -> dict[str, int]:
    """`total` handed out over `keys`, the first ones getting most."""
    shares = dict.fromkeys(keys, 0)
    for key in rng.choices(keys, [12.0 / (place + 1) + 1 for place in range(len(keys))], k=total):
        shares[key] += 1
    return shares


def _requests(rng: random.Random, form_id: str, waiting: dict[str, int]) -> Figures:
    results = result_rows(form_id)
    order = ["new_received", "carried_in", *results, "processed_total", "carried_out"]
    table: Figures = {row: {} for row in order}
    for place, applicant in enumerate(applicants()):
        received = rng.randint(24, 60) if place == 0 else rng.randint(3, 14)
        in_hand = received + waiting[applicant]
        left = rng.randint(0, 3)
        decided = _share(rng, in_hand - left, results)
        column = {"new_received": received, "carried_in": waiting[applicant], **decided,
                  "processed_total": in_hand - left, "carried_out": left}
        for row in order:
            table[row][applicant] = column[row]
    for cells in table.values():
        cells["total"] = sum(_count(value) for value in cells.values())
    return table


def _review(rng: random.Random) -> Figures:
    row: dict[str, Value] = {}
    for block, most in (("review", 5), ("litigation_direct", 3), ("litigation_after_review", 2)):
        outcomes = [rng.randint(0, most if place == 0 else 2) for place in range(len(_OUTCOMES))]
        row |= {f"{block}_{outcome}": number for outcome, number in zip(_OUTCOMES, outcomes, strict=True)}
        row[f"{block}_total"] = sum(outcomes)
    return {"figures": row}


def _proactive_2019(rng: random.Random, items: dict[str, int], force: dict[str, int]) -> Figures:
    table: Figures = {}
    for row, before in force.items():
        made = rng.randint(0, 1) if row == "regulations" else rng.randint(1, 4)
        force[row] = before + made
        table[row] = {"made_this_year": made, "newly_disclosed_this_year": made, "disclosed_total": before + made}
    for row, before in items.items():
        change = rng.choice((-1, 0, 1, 2, 4))
        items[row] = before + change
        table[row] = {"items_prev_year": before, "items_change": change}
        if row != "administrative_fees":
            table[row]["decisions"] = rng.randint(6, 900)
    table["centralized_procurement"] = {"procurement_items": rng.randint(3, 20),
                                        "procurement_amount": Decimal(rng.randint(200_000, 9_000_000))}
    return table


def _proactive_2021(rng: random.Random, force: dict[str, int]) -> Figures:
    table: Figures = {}
    for row, before in force.items():
        issued = rng.randint(0, 1) if row == "regulations" else rng.randint(1, 4)
        repealed = 0 if row == "regulations" else rng.randint(0, 2)
        force[row] = before + issued - repealed
        table[row] = {"issued_this_year": issued, "repealed_this_year": repealed, "in_force": force[row]}
    for row, most in _MOST_DECISIONS.items():
        table[row] = {"decisions": rng.randint(5, most)}
    table["administrative_fees"] = {"fee_amount": Decimal(rng.randint(100, 90_000) * 100)}
    return table


def _statistics(rng: random.Random) -> Figures:
    counted = [key for key, row in forms()["statistics"]["rows"].items() if len(row) > 1]
    rows: dict[str, Value] = {key: rng.randint(1, 9) for key in counted}
    disclosed, received = rng.randint(240, 700), rng.randint(9, 40)
    rows |= {"disclosed_items": disclosed, "via_website": disclosed - rng.randint(0, 9),
             "via_weibo": rng.randint(20, 90), "via_wechat": rng.randint(20, 90),
             "applications": received, "closed": received, "replies": received}
    rows |= _share(rng, received, ("app_online", "app_letter", "app_in_person", "app_fax"))
    late = rng.randint(0, 2)
    rows |= {"closed_on_time": received - late, "closed_extended": late}
    replies = _share(rng, received, _REPLIES)
    denied = [key for key in rows if key.startswith("denied_")]
    rows |= replies | _share(rng, replies["reply_denied"], denied)
    for event in ("press_conferences", "online_interviews"):
        rows[f"{event}_by_head"] = rng.randint(0, _count(rows[event]))
    for block in ("review", "litigation"):
        parts = {f"{block}_{outcome}": rng.randint(0, 2) for outcome in ("upheld", "corrected", "other")}
        rows |= parts | {f"{block}_total": sum(parts.values())}
    rows["staff"] = _count(rows["staff_full_time"]) + _count(rows["staff_part_time"])
    rows["fees_wanyuan"] = Decimal(0)
    rows["budget_wanyuan"] = Decimal(rows["budget_wanyuan"] or 0) * 10_000
    return {key: {"count": value} for key, value in rows.items()}

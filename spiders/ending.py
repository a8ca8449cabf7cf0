"""How the crawl of one site came out: a word for programs, a sentence for people."""

from collections.abc import Sequence
from typing import Literal

from gongkai.address import host_of
from spiders.course import Course

Outcome = Literal["complete", "incomplete", "nothing", "blocked", "unreachable", "budget"]
_BLOCKING = frozenset(("challenge", "robots", "forbidden", "back_off", "egress"))


def concluded(course: Course, incidents: Sequence[dict[str, str]], *, spent: bool, pages: int) -> tuple[Outcome, str]:
    """`spent` says that the request budget is used up, `pages` how many pages were read at all. Where the site itself
    stood in the way, its word ends the sentence instead of the course's own."""
    mine = {course.territory.home_host, *course.territory.adopted}
    blocked = next((i for i in incidents if i["kind"] in _BLOCKING and host_of(i["url"]) in mine), None)
    outcome: Outcome
    if spent and course.missing_years:
        outcome = "budget"
    elif not course.missing_years:
        outcome = "complete"
    elif course.years:
        outcome = "incomplete"
    elif blocked:
        outcome = "blocked"
    else:
        outcome = "nothing" if pages else "unreachable"
    ending = course.ending
    if outcome in ("blocked", "unreachable") and incidents:
        first = blocked or incidents[0]
        ending = f"{first['url']}: {first['detail'] or first['kind']}"
    return outcome, f"{len(course.years)} of {len(course.years) + len(course.missing_years)} years found; {ending}"

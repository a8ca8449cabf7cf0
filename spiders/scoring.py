"""The promise of a link: a fixed prior from its words, its list, its address and its place, before anything is learned.

Measured on simulated sites, reports are 0.3-1.3 % of the addresses: a learner that waits for rewards never hears of
one, while a prior read from anchor text ranks right from the first request.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from gongkai.address import host_of
from gongkai.chinese import fold
from gongkai.title import TitleReading, read_title
from spiders.links import Link
from spiders.names import Names, Whose
from spiders.page import Page
from spiders.roles import Role
from spiders.territory import Territory
from spiders.vocabulary import addresses, anchors, heaviest, pages

PROMISING = 25.0
"""What scores less is followed only while the budget for looking around lasts."""
_SHORT_NAME = 30
_SHORTEST_NAME = 3
_WHOLE = re.compile(r"^[\u3400-\u9fff]{0,8}?(?:省|市|州|盟|县|区|旗)(?:人民)?政府(?:办公室)?(?=信息公开|政务公开)")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


@dataclass(frozen=True)
class Promise:
    """`year` is what the link's words or its row say; `why` goes into the crawl log."""

    score: float
    role: Role
    why: str
    year: int | None = None
    whose: Whose = "unknown"


_AMONG_OTHERS = 80
"""The weight in the vocabulary of a column that holds the reports beside the guide and the rules."""
_COUNTED = re.compile(r"[(\[]\d{1,4}[)\]]$")
"""A menu's 年报(18): how many stand in the column."""
_CUT = re.compile(r"信息公开.{0,6}(?:\.{2,3}|…)$")
"""A report's name of which the line shows only the beginning."""


class Scorer:
    def __init__(self, territory: Territory, names: Names) -> None:
        self._territory = territory
        self._names = names

    def weigh(self, link: Link, page: Page, *, in_reports: bool = False) -> Promise:
        """`in_reports` says that the page was reached as a list of reports, whatever it says of itself."""
        if (why := denied(link.url) if link.post is None else "") or self._territory.place(link.url) == "refused":
            return Promise(0, "none", why or "a host outside the agency's and .gov.cn")
        promise = self._as_report(link, page, in_reports or _in_reports(link, page)) or self._as_list(link, page)
        if link.is_file and promise.role != "report":
            return Promise(0, "none", "a file no report is named beside")
        if link.post is not None and promise.role == "unknown":  # who knows what it would change: a vote, an order
            return Promise(0, "none", "a form of which nothing is known")
        return self._placed(promise, link, page)

    # ---- a report ------------------------------------------------------------------------------------------------
    def _as_report(self, link: Link, page: Page, in_reports: bool) -> Promise | None:
        reading = read_title(link.name)
        if reading.kind == "annual_report" and reading.year:
            return self._named_report(reading, reading.year, link.context.publisher)
        if not in_reports or link.context.furniture:
            return None
        if reading.kind not in ("unknown", "annual_report", "list_page"):
            return None
        return self._entry(link, page, fold(link.name), reading.year)

    def _named_report(self, reading: TitleReading, year: int, publisher: str) -> Promise:
        whose = self._names.judge(reading.agency or publisher, year)
        if whose == "other":
            return Promise(0.5, "unknown", f"the report of {reading.agency}", year, whose)
        if reading.edition == "picture":
            return Promise(20, "report", f"picture edition for {year}", year, whose)
        if whose == "earlier":
            said = f"names the report for {year} of what may be the agency before its reform ({reading.agency})"
            return Promise(94, "report", said, year, whose)
        return Promise(100, "report", f"names the report for {year}", year, whose)

    def _entry(self, link: Link, page: Page, words: str, year: int | None) -> Promise | None:
        """An entry of a list of reports whose own words do not name a report: 2019年, 查看, 下载, 局2015年度报告."""
        around = link.context
        if anchors().year_only.search(words) and (own := _YEAR.search(words)):
            role: Role = "report" if link.is_file else "year_column"
            return Promise(92 if link.is_file else 82, role, f"{own.group()} in the list of reports", int(own.group()))
        if anchors().open_words.search(words) or not words or link.is_file:
            return self._opened(link, page, words)
        if around.date and _CUT.search(words):
            return Promise(62, "report", f"cut short in the list of reports, of {around.date}")
        return Promise(60, "report", f"entry for {year} in the list of reports", year) if year else None

    def _opened(self, link: Link, page: Page, words: str) -> Promise | None:
        """查看: of which year and whose, what stands around it tells."""
        around = link.context
        places = (words, around.row_heading, around.beside, around.col_heading, around.list_heading)
        found = next((m for place in places if (m := _YEAR.search(fold(place)))), None)
        whose = self._whose_row(around.row_heading, around.col_heading)
        if whose == "own" and found is None:
            found = _YEAR.search(fold(page.title)[:_SHORT_NAME])
        promise = None
        if found and whose != "other":
            said = f"{link.text or 'a link'} in the row of {found.group()}"
            promise = Promise(93, "report", said, int(found.group()), whose)
        elif around.date and words and not link.is_file and whose != "other":
            promise = Promise(66, "report", f"{link.text} in the list of reports, of {around.date}")
        return promise

    def _whose_row(self, *heads: str) -> Whose:
        """In a table of years and agencies one head names the agency."""
        said = [self._names.judge(re.sub(r"20\d\d年?度?", "", fold(head))) for head in heads]
        return "own" if "own" in said else "other" if "other" in said else "unknown"

    # ---- a list or something on the way to one -------------------------------------------------------------------
    def _as_list(self, link: Link, page: Page) -> Promise:
        words = _COUNTED.sub("", fold(link.name))
        if len(words) <= _SHORT_NAME and not (link.context.date and _YEAR.search(words)):
            promise = self._column(link, words, page) or self._way(link, words, page)
            if promise:
                return promise
        against = heaviest(anchors().against, words)
        reading = read_title(link.name)
        if against or reading.kind not in ("unknown", "list_page"):
            return Promise(0, "none", f"about something else ({reading.kind if not against else 'words against it'})")
        return self._by_address(link, words, page)

    def _column(self, link: Link, words: str, page: Page) -> Promise | None:
        weight = heaviest(anchors().column, words)
        heading = fold(link.context.list_heading)
        if not weight and anchors().more_words.search(words) and heaviest(anchors().column, heading) >= 88:
            weight, words = 88, heading
        if not weight or heaviest(anchors().against, words) >= 80:
            return None
        reading = read_title(words)
        if reading.kind not in ("annual_report", "list_page", "unknown") and weight != _AMONG_OTHERS:
            return None
        whose = self._names.judge(reading.agency)
        if whose == "other":
            return Promise(3, "unknown", f"reports of {reading.agency}", whose=whose)
        if _WHOLE.search(words) and self._names.known and not self._names.governs:
            return Promise(min(weight, 22), "column", f"the whole government's reports ({link.text})")
        if weight == 70:  # 年度报告 alone: of what, only the page around it tells
            weight = 88 if page.is_disclosure and page.kind != "report" else 50
        if re.search(r"部门|单位|县区|区县|乡镇|街道|各", words):
            return Promise(min(weight, 58), "column", f"reports of many agencies ({link.text})")
        return Promise(weight, "column", f"named as a list of reports ({link.text})", whose=whose)

    def _way(self, link: Link, words: str, page: Page) -> Promise | None:
        heading = fold(link.context.list_heading)
        if weight := heaviest(anchors().sibling, words):
            return Promise(weight, "sibling", f"stands beside the reports in the disclosure menu ({link.text})")
        weight = heaviest(anchors().container, words)
        if not weight and anchors().more_words.search(words):
            weight = min(50.0, heaviest(anchors().container, heading))
        if weight and heaviest(anchors().against, words) < 80:
            return Promise(weight, "container", f"leads to disclosure ({link.text})")
        whose = self._names.judge(words) if self._names.known and len(words) >= _SHORTEST_NAME else "unknown"
        if link.how == "option" and whose == "other":
            return Promise(3, "unknown", f"another agency's entry ({link.text})", whose=whose)
        if whose == "own":
            if page.is_report_column and link.how == "option":
                return Promise(90, "directory", f"the agency's own part of the list ({link.text})", whose="own")
            away = self._territory.shared_host(link.url)
            return Promise(76 if away else 8, "directory", f"the agency's own entry ({link.text})", whose="own")
        weight = heaviest(anchors().fallback, words)
        return Promise(weight, "fallback", f"may hold misplaced reports ({link.text})") if weight else None

    def _by_address(self, link: Link, words: str, page: Page) -> Promise:
        weight, token = token_weight(link.url)
        trust = 0.8 if not words else 0.6
        if weight >= 60 and (not words or len(words) <= 14):
            return Promise(weight * trust, "column", f"the address says {token}")
        if weight and not words:
            return Promise(weight * trust, "container", f"the address says {token}")
        if link.how == "frame":
            shown = page.is_disclosure and not page.names_report and not pages().frame_noise.search(link.url)
            return Promise(45 if shown else 5, "frame", "a frame of the disclosure page" if shown else "a frame")
        turning = words.isdigit() or anchors().next_page.search(words) or anchors().more_words.search(words)
        article = link.context.date is not None or len(words) > 12 or turning
        return Promise(0.5 if article or not words else 3, "unknown", "nothing known of it")

    # ---- where it lies -------------------------------------------------------------------------------------------
    def _placed(self, promise: Promise, link: Link, page: Page) -> Promise:
        """Promise as the place allows: the same words in a portal's header lead to the whole government's reports."""
        if promise.score <= 0:
            return promise
        place, inside = self._territory.place(link.url), self._territory.inside(link.url)
        if promise.role == "report":
            sure = promise.whose == "own" or inside or self._territory.inside(page.url)
            return promise if sure else _with(promise, min(promise.score, 30), "but in another's part of the portal")
        if inside or promise.role == "directory" or promise.whose == "own":
            return promise
        if place in ("home", "adopted"):
            marked = place == "home" or self._territory.adopted[host_of(link.url)]
            return _with(promise, promise.score - (60 if marked else 35), "but outside the agency's part of the portal")
        words = fold(link.name)
        said = promise.role in ("column", "frame") or any(
            pattern.search(words) for pattern in (anchors().disclosure, anchors().former_site))
        if not said or promise.score < 35 or not self._territory.inside(page.url):
            return Promise(0, "none", "another host, and no disclosure link")
        return _with(promise, promise.score - (8 if place == "kin" else 25), "on another government host")


def _with(promise: Promise, score: float, why: str) -> Promise:
    return Promise(max(0.0, score), promise.role, f"{promise.why}, {why}", promise.year, promise.whose)


def _in_reports(link: Link, page: Page) -> bool:
    heading = fold(link.context.list_heading)
    return page.is_report_column or bool(heading and anchors().report_heading.search(heading))


def denied(url: str) -> str:
    """Why an address is never asked for: copies, calendars, searches, media. Empty when it may be."""
    words, parts = addresses(), urlsplit(url)
    segments = [s.lower() for s in parts.path.split("/") if s]
    if any(s in words.denied_segments or s.startswith(words.denied_segment_heads) for s in segments):
        return "a copy, calendar or search"
    if words.denied_names.search(parts.path) or words.denied_queries.search(parts.query):
        return "a copy, calendar or search"
    ending = segments[-1].rsplit(".", 1)[-1] if segments and "." in segments[-1] else ""
    return "not a document" if ending in words.not_documents else ""


def token_weight(url: str) -> tuple[float, str]:
    """The best token of an address and its weight; a token against it takes all."""
    words, parts = addresses(), urlsplit(url)
    segments = [s.lower().rsplit(".", 1)[0] if "." in s else s.lower() for s in parts.path.split("/") if s]
    candidates = [re.sub(r"[_\-]?\d+$", "", s) or s for s in segments]
    candidates += [f"{k}={v}".lower() for k, v in parse_qsl(parts.query)]
    if any(c in words.against_tokens for c in candidates):
        return 0.0, ""
    best = max(((words.report_tokens.get(c, words.container_tokens.get(c, 0.0)), c) for c in candidates),
               default=(0.0, ""))
    for path, token, weight in words.guarded_tokens:
        if path in parts.path and token in candidates:
            best = max(best, (weight, token))
    return best

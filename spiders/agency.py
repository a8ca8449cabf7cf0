"""``scrapy crawl agency -a site=URL``: every yearly report an agency's site still shows, in few and polite requests.

One page at a time: take the best lead, fetch it, hand over what it gave, wait until that is stored, learn, go on. A
lead is marked done only then, so a killed crawl loses nothing.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from gongkai.address import canonical, host_of, identity
from gongkai.capture import Finding, Step, Verdict
from gongkai.clock import utc_now
from gongkai.site import AgencySite
from spiders.arguments import budget, home_page
from spiders.bodies import lacks_text
from spiders.course import Course
from spiders.drawn import WITHOUT_BROWSER, needs_browser
from spiders.ending import Outcome, concluded
from spiders.findings import Findings
from spiders.frontier import Frontier, Lead
from spiders.neighbours import Neighbours
from spiders.page import Page, read_page
from spiders.soft_failures import SoftFailures, wrong_page_served
from spiders.told import lead_settled
from spiders.wire import FetchFailed, Wire

_MOST_TEXTLESS = 3
"""Pages named as reports whose text did not come, after which no more of the site is looked for by its scripts."""


@dataclass(frozen=True)
class Visit:
    """What asking for a lead gave: the page, the addresses that came along, and the finding if it may be a report."""

    page: Page
    asked: tuple[str, ...]
    gave: str = ""
    finding: Finding | None = None


class AgencySpider(Spider):
    """`years`, `missing_years`, `outcome` (complete, incomplete, nothing, blocked, unreachable, budget), `explanation`
    and `incidents` are there for whoever watches, and final when the spider closes."""

    name = "agency"

    def __init__(self, site: str | None = None, agency: str | None = None, region_code: str | None = None,
                 former_names: str | Iterable[str] = (), max_requests: int | str | None = None,
                 agency_site: AgencySite | None = None, recheck: bool | str = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        names = former_names.replace("，", ",").split(",") if isinstance(former_names, str) else former_names
        self._asked_site = agency_site or AgencySite(
            home_page(site), agency or None, region_code or None, tuple(n.strip() for n in names if n.strip()))
        self.max_requests = budget(max_requests)
        self._recheck = str(recheck).lower() in ("1", "true", "yes")
        self.outcome: Outcome = "incomplete"
        self.explanation = "the crawl was interrupted; the next one goes on from here"
        self.concluded = False
        self.incidents: list[dict[str, str]] = []
        self._pages = 0
        self._advanced = False
        self._textless = 0
        self._left_hosts: set[str] = set()
        self._drawn: set[str] = set()
        self._soft_failures = SoftFailures()
        self._settled: asyncio.Future[Any] | None = None
        self._taken_at = 0
        self.course: Course | None = None
        self._wire: Wire
        self._findings: Findings

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "AgencySpider":
        if kwargs.get("max_requests") in (None, ""):
            kwargs["max_requests"] = crawler.settings.get("GONGKAI_MAX_REQUESTS")
        kwargs.setdefault("recheck", crawler.settings.getbool("GONGKAI_RECHECK"))
        spider = super().from_crawler(crawler, *args, **kwargs)
        connect = crawler.signals.connect
        connect(spider._on_request, signal=signals.request_reached_downloader)
        connect(spider._on_scraped, signal=signals.item_scraped)
        connect(spider._on_dropped, signal=signals.item_dropped)
        connect(spider._on_error, signal=signals.item_error)
        connect(spider._on_closed, signal=signals.spider_closed)
        return spider

    @property
    def agency_site(self) -> AgencySite:
        """The site as asked for, with the name its home page gives where nobody named the agency."""
        return self.course.site if self.course else self._asked_site

    @property
    def years(self) -> list[int]:
        return self.course.years if self.course else []

    @property
    def missing_years(self) -> list[int]:
        return self.course.missing_years if self.course else []

    @property
    def vouched_years(self) -> set[int]:
        """Years whose report was not asked for again, because the list that names it stands as it did."""
        return self.course.revisit.vouched if self.course else set()

    @property
    def harvest(self) -> list[tuple[int, int]]:
        """With the how-manieth request each year was first found."""
        return self.course.harvest if self.course else []

    @property
    def looked(self) -> dict[str, int]:
        """Columns searched for misplaced reports, with the pages read of each."""
        return self.course.looked if self.course else {}

    @property
    def memory(self) -> Frontier | None:
        """What the fetching side may ask to be kept over an interruption of this crawl."""
        return self.course.frontier if self.course else None

    # ---- the crawl -----------------------------------------------------------------------------------------------
    async def start(self) -> AsyncIterator[Any]:
        course = self._open()
        start = course.begin()
        self.logger.info("%s (%s): %s", course.site.agency or "agency not named", course.site.url, start)
        while (lead := self._next(course)) is not None:
            visit = await self._ask(course, lead)
            if visit is None:
                continue
            gave = visit.gave
            if visit.finding is not None:
                self._settled = asyncio.get_running_loop().create_future()
                yield visit.finding
                stored, learnt = self._learn(course, lead, visit, await self._settled)
                if not stored:
                    continue
                gave = f"{gave}; {learnt}"
            self._tell(lead, gave)
            course.frontier.settle(lead, visit.page.digest, visit.asked)
            course.frontier.set_fact("requests", self._wire.asked)
            self._advanced = True
            self._show(course)
        self._conclude(course)
        # The last finding's pipeline is still unwinding; without this breath Scrapy sees it and looks again in 5 s.
        await asyncio.sleep(0.01)

    def _open(self) -> Course:
        directory = self.crawler.settings.get("FRONTIER_DIR")
        frontier = Frontier(directory, self._asked_site.url)
        self._wire = Wire(self.crawler, self.max_requests, int(frontier.fact("requests") or 0))
        self._neighbours = Neighbours(self.crawler.settings.get("NEIGHBOURS_FILE"))
        self.course = Course(self._asked_site, frontier, self.crawler.settings.getlist("GONGKAI_ALLOW_HOSTS"),
                             neighbours=self._neighbours, recheck=self._recheck)
        self._findings = Findings(self.course, self._wire, self._incident)
        return self.course

    def _next(self, course: Course) -> Lead | None:
        if self._wire.interrupted:
            return None
        self._draw(course)
        while (lead := course.next_lead()) is not None:
            if host_of(lead.url) in self._left_hosts:
                course.frontier.fail(lead)
            elif self._wire.spent:
                course.frontier.release(lead)
                course.ending = f"the budget of {self.max_requests} requests is spent"
                return None
            else:
                return lead
        return None

    async def _ask(self, course: Course, lead: Lead) -> Visit | None:
        """Fetches a lead and takes in what it names. None when there is nothing further to do with it."""
        self._taken_at = self._wire.asked + 1
        self.logger.info("%d: promise %.0f, %s: %s", self._taken_at, lead.score, lead.why, lead.url)
        try:
            drawn = lead.identity in self._drawn
            response = await self._wire.fetch(lead.url, lead.referrer, lead.why, lead.post, browser=drawn)
        except FetchFailed as problem:
            self._failed(course, lead, problem)
            return None
        page = self._read(response, lead, course)
        if needs_browser(page, response) and not course.rows.may_come(page):
            course.rows.give_up(lead)
        asked = (page.url,) if canonical(page.url) else ()
        if self._postponed(course, lead, page, response) or self._dismissed(course, lead, page, response):
            return None
        self._pages += 1
        if lead.role == "home" and self.crawler.stats is not None:
            course.site_maps(self.crawler.stats.get_value("fetching/site_maps", ()))
        gave = self._take_in(course, lead, page)
        if not self._may_be_report(lead, page):
            return Visit(page, asked, gave)
        finding = await self._findings.of(lead, page, response)
        if lacks_text(page) and not finding.parts:
            self._textless += 1
            return Visit(page, asked, f"{gave}; its text comes by script and was not found")
        if self._wire.torn and (self._advanced or self._wire.interrupted):
            # What is missing of it would never be asked for again. The next run begins with it, and when all its
            # budget is too small for one page, keeps what came.
            self.logger.info("   → left for the next run: the crawl ends before all its files have come")
            course.frontier.release(lead)
            return None
        along = (*(part.url for part in finding.parts), *(a.url for a in finding.attachments))
        return Visit(page, (*asked, *along), gave, finding)

    def _read(self, response: Response, lead: Lead, course: Course) -> Page:
        try:
            fragment = urlsplit(lead.url).fragment
            return read_page(response, lead.post, course.rows.idioms, fragment)
        except Exception as problem:  # one hostile page must not end the crawl, nor every later one at the same place
            self._incident(response.url, "unreadable", f"{type(problem).__name__}: {problem}"[:300])
            return Page(response.url, "error", "")

    def _take_in(self, course: Course, lead: Lead, page: Page) -> str:
        if page.kind == "file":
            return "a file"
        try:
            return course.take_in(lead, page)
        except sqlite3.Error:  # the frontier's own disk: the page is asked for again when there is room
            raise
        except Exception as problem:  # nor what a page's scripts say
            self._incident(page.url, "unreadable", f"{type(problem).__name__}: {problem}"[:300])
            self.logger.exception("what %s names could not be taken in", page.url)
            return "nothing that could be read"

    def _draw(self, course: Course) -> None:
        """Pages whose rows nothing readable brings: asked once more with the browser where one may be used."""
        for lead in course.rows.given_up():
            if lead.identity in self._drawn:
                continue
            self._drawn.add(lead.identity)
            if self.crawler.settings.getbool("GONGKAI_BROWSER"):
                course.frontier.again(lead)
            else:
                self.logger.info("%s: %s", lead.url, WITHOUT_BROWSER)
                self._incident(lead.url, "drawn_by_script", WITHOUT_BROWSER)

    def _postponed(self, course: Course, lead: Lead, page: Page, response: Response) -> bool:
        """Whether another page came instead and the lead is asked once more, later and more slowly (or given up)."""
        failing = self._soft_failures.judge(lead, page, response.status)
        if not failing:
            return False
        if failing == "index":
            self.crawler.signals.send_catch_log(signal=wrong_page_served, url=lead.url)
            if self._soft_failures.again(lead):
                self._tell(lead, "another page of the site instead; asked again later, more slowly")
                course.frontier.postpone(lead)
                return True
            self._incident(lead.url, "wrong_page", "twice came another page of the site instead, with status 200")
        elif lead.role == "report":
            self._incident(lead.url, "missing", "status 200, but the page this host shows for what does not exist")
        self._tell(lead, course.lost(lead, f"not the page asked for ({failing})"))
        course.frontier.settle(lead)
        return True

    def _dismissed(self, course: Course, lead: Lead, page: Page, response: Response) -> bool:
        """Whether a page is of no use, and done with."""
        if why := self._useless(course, lead, page, response):
            self._tell(lead, course.lost(lead, why))
            course.frontier.settle(lead, page.digest, in_vain=True)
        return bool(why)

    def _useless(self, course: Course, lead: Lead, page: Page, response: Response) -> str:
        """Why a page cannot be what its link promised; challenges and refusals are incidents as well."""
        if page.kind == "challenge":
            size = len(response.body)
            self._incident(lead.url, "challenge", f"status {response.status}, a challenge page of {size} bytes")
            self._left_hosts.add(host_of(lead.url))
            return "a challenge page; the host is left alone"
        if page.kind == "error":
            if response.status in (401, 403, 405, 429) or response.status >= 500:
                kind = "forbidden" if response.status < 429 else "failed"
                self._incident(lead.url, kind, f"the server answered with status {response.status}")
            elif lead.role == "report":
                self._incident(lead.url, "missing", f"status {response.status}, the report named here is gone")
            elif lead.role == "home":
                self._incident(lead.url, "missing", f"status {response.status}, there is no home page at this address")
            return f"an error page (status {response.status})"
        if lead.role not in ("home", "shell", "hub"):
            home = identity(self.agency_site.url)
            if identity(page.url) == home and identity(lead.url) != home:
                return "sent to the home page instead"
            if lead.role in ("pager", "report") and course.frontier.repeats(page.digest, lead):
                return "the same page again"
        return ""

    def _failed(self, course: Course, lead: Lead, problem: FetchFailed) -> None:
        if self._wire.tears(problem):
            course.frontier.release(lead)
            return
        self._incident(lead.url, problem.kind, problem.detail)
        self._tell(lead, course.lost(lead, f"{problem.kind}: {problem.detail}"))
        if problem.host_level:
            self._left_hosts.add(host_of(lead.url))
        course.frontier.fail(lead)

    # ---- a finding -----------------------------------------------------------------------------------------------
    def _may_be_report(self, lead: Lead, page: Page) -> bool:
        if lead.role == "home":
            return False
        if page.kind in ("report", "file"):
            return page.kind == "report" or lead.role == "report"
        if lead.role == "report" and lacks_text(page) and self._textless < _MOST_TEXTLESS:
            return True
        plain = page.reading.kind in ("unknown", "annual_report", "list_page")
        return lead.role == "report" and page.kind == "page" and plain and (
            page.loose_chars >= 300 or page.held_chars >= 500 or bool(page.files) or page.images > 0)

    def _learn(self, course: Course, lead: Lead, visit: Visit, settled: Any) -> tuple[bool, str]:
        """What the pipelines made of the finding, or without any what its own words say; whether it was stored."""
        if isinstance(settled, Failure):
            self._incident(lead.url, "not_stored", settled.getErrorMessage()[:300])
            course.frontier.fail(lead)
            return False, "not stored"
        page = visit.page
        if isinstance(settled, Verdict):
            year, own, rejected = settled.report_year, settled.own, settled.outcome == "rejected"
        else:
            reading = page.reading
            year = reading.year if reading.kind == "annual_report" and reading.year else lead.year
            own = course.names.judge(reading.agency, year) != "other"
            rejected = isinstance(settled, Exception)
        return True, course.learn(lead, page.url, year=year, own=own, rejected=rejected, requests=self._taken_at)

    # ---- the end -------------------------------------------------------------------------------------------------
    def _conclude(self, course: Course) -> None:
        if self._wire.interrupted:
            return
        self.outcome, self.explanation = concluded(course, self.incidents, spent=self._wire.spent, pages=self._pages)
        self.concluded = True
        self.logger.info("%s after %d requests: %s", self.outcome, self._wire.asked, self.explanation)
        if self.outcome == "budget":
            course.frontier.set_fact("requests", 0)  # the next run goes on from here with a budget of its own
            return
        by_memory = bool(course.revisit.vouched) and not course.set_out
        if not by_memory and self.outcome in ("complete", "incomplete", "nothing"):
            course.looked_through()
        lists = course.lists()
        course.frontier.finish(lists, utc_now().isoformat(), keep_former=by_memory)
        self._neighbours.learn(self.agency_site.url, [(hub.url, hub.years) for hub in lists if hub.post is None])

    def _show(self, course: Course) -> None:
        stats = self.crawler.stats
        assert stats is not None
        stats.set_value("spider/pages", self._pages)
        stats.set_value("spider/queue", course.frontier.waiting(above=20.0))
        stats.set_value("spider/reports", len(course.years))

    def _tell(self, lead: Lead, gave: str) -> None:
        self.logger.info("   → %s", gave)
        step = Step(self._taken_at, lead.url, round(lead.score, 1), lead.role, lead.why, gave)
        self.crawler.signals.send_catch_log(signal=lead_settled, step=step)

    def _incident(self, url: str, kind: str, detail: str) -> None:
        self.incidents.append({"url": url, "kind": kind, "detail": detail})

    # ---- signals -------------------------------------------------------------------------------------------------
    def _on_request(self) -> None:
        self._wire.asked += 1

    def _on_scraped(self, item: Any) -> None:
        self._resolve(item)

    def _on_dropped(self, item: Any, exception: BaseException) -> None:
        self._resolve(exception)

    def _on_error(self, item: Any, failure: Failure) -> None:
        self._resolve(failure)

    def _on_closed(self) -> None:
        if self.course:
            self.course.frontier.close()

    def _resolve(self, outcome: Any) -> None:
        if self._settled is not None and not self._settled.done():
            self._settled.set_result(outcome)


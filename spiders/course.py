"""The course of one crawl: which lead is next, what a page adds, what a verdict teaches, when to stop and why.

Knows nothing of Scrapy. Budgets are stated here and said in the log when they end the crawl.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from gongkai.address import identity
from gongkai.capture import Hints
from gongkai.clock import utc_now
from gongkai.site import AgencySite
from spiders.captures import hints_of
from spiders.families import more_pages
from spiders.frontier import Frontier, Lead
from spiders.gaps import likely_pages
from spiders.hubs import Hubs, lists_reports
from spiders.links import Link
from spiders.names import Names, name_of_site
from spiders.page import Page
from spiders.patterns import pattern_of
from spiders.scoring import PROMISING, Promise, Role, Scorer
from spiders.territory import Territory

FIRST_YEAR = 2008
"""The regulation is in force since 2008-05-01; the first reports are for that year."""
PATIENCE = 14
"""Requests spent on looking around for missing years since the last gain, once something was found."""
PATIENCE_WITHOUT_ANY = 32
"""Requests after which a site that showed no report is given up."""
_LIST_ROLES: tuple[Role, ...] = ("column", "year_column", "hub")
_LEAST = 1.0
_ENOUGH_COPIES = 4
_PATTERN_CAP = 8


def expected_years() -> range:
    """2008 to the last complete year."""
    return range(FIRST_YEAR, utc_now().year)


class Course:
    def __init__(self, site: AgencySite, frontier: Frontier, allowed_hosts: Iterable[str] = ()) -> None:
        self.site = site
        self.frontier = frontier
        self.names = Names(site.agency, site.former_names)
        self.territory = Territory(site.url, allowed_hosts)
        self.ending = ""
        self._scorer = Scorer(self.territory, self.names)
        self._hubs = Hubs()
        self._fruitless = 0
        self._menu_seen = False
        self._patterns: Counter[str] = Counter()
        self._found = frontier.found()

    def _learn_name(self, *said: str) -> None:
        """Where nobody named the agency, its home page does; other bodies' reports are told apart by it."""
        name = self.frontier.fact("agency") or name_of_site(said)
        if name and not self.site.agency:
            self.frontier.set_fact("agency", name)
            self.site = replace(self.site, agency=name)
            self.names = Names(name, self.site.former_names)
            self._scorer = Scorer(self.territory, self.names)

    # ---- years ---------------------------------------------------------------------------------------------------
    @property
    def years(self) -> list[int]:
        return sorted(set(self._found.values()))

    @property
    def missing_years(self) -> list[int]:
        return sorted(set(expected_years()) - set(self._found.values()))

    # ---- which lead is next --------------------------------------------------------------------------------------
    def begin(self) -> str:
        """Puts the first leads into the frontier; returns in words where the crawl starts."""
        self._learn_name()
        if self.frontier.resumed:
            for url in self.frontier.fact("adopted") or ():
                self.territory.adopt(url)
            return (f"resuming an unfinished crawl: {self.frontier.waiting()} addresses wait, "
                    f"{len(self.years)} years are found")
        hubs = self.frontier.hubs()
        self.frontier.add([Lead(hub.url, 99.5, "hub", f"gave {hub.years} years in the last crawl",
                                hints=Hints(anchor=hub.name)) for hub in hubs])
        self.frontier.add([Lead(self.site.url, 55.0 if hubs else 99.0, "home", "the site's address as given")])
        return f"starting at {len(hubs)} remembered lists" if hubs else "starting at the home page"

    def next_lead(self) -> Lead | None:
        """The best lead worth its request; None, with `ending` saying why, when the crawl is over."""
        while True:
            lead = self.frontier.take()
            if lead is None:
                self.ending = "every address worth asking for was asked"
                return None
            if why := self._no_longer_wanted(lead):
                self.frontier.settle(lead)
                continue
            if why := self._over(lead):
                self.frontier.release(lead)
                self.ending = why
                return None
            self._patterns[pattern_of(lead.url)] += lead.role not in ("report", "pager", "year_column")
            return lead

    def _no_longer_wanted(self, lead: Lead) -> str:
        if lead.role == "report" and lead.year in self._found.values():
            copies = sum(1 for year in self._found.values() if year == lead.year)
            if lead.score <= PROMISING or copies >= _ENOUGH_COPIES:
                return "the year is found"
        if lead.role == "hub" or (lead.role == "home" and not self.missing_years):
            return ""
        if self._patterns[pattern_of(lead.url)] >= _PATTERN_CAP and lead.score < 80:
            return "enough pages of this pattern were asked in vain"
        if lead.role == "sibling" and self._menu_seen:
            return "the disclosure menu was seen on another page"
        return ""

    def _over(self, lead: Lead) -> str:
        if not self.missing_years and (lead.role not in ("report", "pager", "shell", "hub") or lead.score < 60):
            return f"all years {FIRST_YEAR}-{expected_years()[-1]} are found and their lists are read to the end"
        if lead.score < _LEAST:
            return "nothing promising is left"
        if not self._found:
            if self._fruitless >= PATIENCE_WITHOUT_ANY and lead.score < 90:
                return f"no report in {self._fruitless} requests; the site is given up"
        elif self._fruitless >= (PATIENCE if lead.score < 60 else 3 * PATIENCE) and lead.role != "report":
            return (f"{self._fruitless} requests since the last gain; still missing "
                    f"{', '.join(map(str, self.missing_years))}")
        return ""

    # ---- what a page adds ----------------------------------------------------------------------------------------
    def take_in(self, lead: Lead, page: Page) -> str:
        """Adds what the page names to the frontier; returns in words what it gave."""
        self._arrive(lead, page)
        if lead.role in ("home", "shell"):
            self._learn_name(page.meta.get("sitename", ""), *page.titles)
        if page.kind in ("shell", "frames"):
            return self._pass_on(lead, page)
        source = self._list_of(lead, page)
        proven = lead.role == "pager" and self._hubs.of(source).own > 0
        in_reports = proven or lead.role in _LIST_ROLES
        weighed = [(link, self._scorer.weigh(link, page, in_reports=in_reports)) for link in page.links]
        fresh = self.frontier.add([self._lead(lead, page, link, p, source) for link, p in weighed if p.score > 0])
        reports = [f for f in fresh if f.role == "report" and f.score >= 60]
        columns = [f for f in fresh if f.role in ("column", "year_column") and f.score >= 80]
        named = [p for _, p in weighed if p.role == "report" and p.score >= 60]
        turns = self._turn(lead, page, source, [p for _, p in weighed], bool(named))
        gained = bool(reports or columns)
        self._menu_seen = self._menu_seen or lead.role == "sibling"
        self._fruitless = 0 if gained else self._fruitless + 1
        if gained:
            self._patterns[pattern_of(lead.url)] = 0
        return (f"{page.kind}: {len(page.links)} links, {len(reports)} new reports named"
                + (f" ({_span(r.year for r in reports)})" if reports else "")
                + (f", {len(columns)} columns to follow" if columns else "")
                + (f", {turns} further pages" if turns else ""))

    def _list_of(self, lead: Lead, page: Page) -> str:
        """The list a page's links stand in: a further page belongs to the first, a report's neighbours to its list."""
        inherits = lead.role == "pager" or (lead.role == "report" and page.kind == "report")
        return lead.source if inherits and lead.source else identity(lead.url)

    def _arrive(self, lead: Lead, page: Page) -> None:
        """A disclosure link that led to another host makes the part it led to ours."""
        if lead.role not in (*_LIST_ROLES, "container", "sibling", "directory", "shell"):
            return
        place = self.territory.place(page.url)
        if place in ("kin", "far") or (place == "adopted" and lead.role == "directory"):
            self.territory.adopt(page.url)
            self.frontier.set_fact("adopted", [*(self.frontier.fact("adopted") or []), page.url])

    def _pass_on(self, lead: Lead, page: Page) -> str:
        """Shells and frames are hops: what they lead to stands for them."""
        frames = [link for link in page.links if link.how == "frame"]
        targets = page.moves if page.kind == "shell" else frames
        score = min(99.0, max(lead.score, 50.0) + 0.25)
        leads = [replace(lead, url=link.url, score=score, referrer=page.url, depth=lead.depth + 1,
                         role=lead.role if lead.role != "home" else "shell",
                         why=f"{'moved on' if page.kind == 'shell' else 'a frame'} from {lead.url}")
                 for link in targets if self.territory.place(link.url) != "refused"]
        fresh = self.frontier.add(leads)
        self.frontier.add([self._lead(lead, page, link, self._scorer.weigh(link, page), identity(lead.url))
                           for link in page.links if link.how != "frame"])
        return f"{page.kind}: leads on to {', '.join(f.url for f in fresh) or 'nothing new'}"

    def _lead(self, lead: Lead, page: Page, link: Link, promise: Promise, source: str) -> Lead:
        score = promise.score
        if promise.role == "frame" and (lead.role in _LIST_ROLES or page.is_report_column):
            score = 70.0  # the list may be drawn in a frame of its own page
        role = lead.role if promise.role == "frame" else promise.role
        return Lead(link.url, score, role, promise.why, lead.depth + 1, page.url, source, promise.year,
                    hints=hints_of(link, page, own_part=any(map(self.territory.inside, (page.url, link.url)))))

    def _turn(self, lead: Lead, page: Page, source: str, promises: list[Promise], gave: bool) -> int:
        """Adds the further pages of a list as far as the list is worth it."""
        if page.kind == "report" or (lead.role == "report" and not gave):
            return 0
        if lead.role == "pager" and self._hubs.turned(source, gave):
            self.frontier.demote(source, ("pager",), 0.5)
            return 0
        pages = [p for p in more_pages(page) if self.territory.place(p.url) != "refused"]
        scores = self._page_scores(lead, page, promises, gave, [p.number for p in pages])
        here = lead.number or 1
        return len(self.frontier.add(
            Lead(p.url, score, "pager", f"page {max(p.number, here + 1)} of the list", lead.depth + 1, page.url, source,
                 None, max(p.number, here + 1), p.instead, lead.hints)
            for p, score in zip(pages, scores, strict=True)))

    def _page_scores(
        self, lead: Lead, page: Page, promises: list[Promise], gave: bool, numbers: list[int]
    ) -> list[float]:
        """A list of reports is read to its end; in a list of other things only where a missing year may stand."""
        misplaced = lead.role == "fallback" or (lead.role == "pager" and lead.score < PROMISING)
        if not misplaced:
            known = lead.role in _LIST_ROLES or lists_reports(page, promises)
            return [86.0 if gave else min(lead.score, 64.0) if known else 0.0] * len(numbers)
        listed = [link.context.date for link in page.links if link.context.date]
        total = max([lead.number or 1, *numbers])
        first, near = likely_pages(listed, lead.number or 1, total, self.missing_years)
        return [14.5 if n in first else 13.5 if n in near else 6.0 for n in numbers]

    def lost(self, lead: Lead, why: str) -> str:
        """The lead gave nothing (failed, missing, a repeat): tries its way out where it has one."""
        self._fruitless += 1
        other = replace(lead, url=lead.instead, instead=None, why=f"instead of {lead.url}") if lead.instead else None
        if other and self.frontier.add([other]):
            return f"{why}; trying {lead.instead}"
        if lead.role == "pager" and lead.source and not lead.instead:
            self._hubs.turned(lead.source, gave=False)
        return why

    # ---- what a verdict teaches ----------------------------------------------------------------------------------
    def learn(self, lead: Lead, url: str, *, year: int | None, own: bool, rejected: bool) -> str:
        """A finding has settled: counts its year, or takes promise from the list that named it."""
        hub = self._hubs.of(lead.source or "")
        if own and year is not None and not rejected:
            hub.own += 1
            if year not in self._found.values():
                self._fruitless = 0
            self._found[url] = year
            self.frontier.add_found(url, year)
            return f"own report for {year}"
        hub.foreign += not own and not rejected
        hub.rejected += rejected
        if lead.source and hub.disappoints:
            count = self.frontier.demote(lead.source, ("report", "pager", "year_column"), 2.0)
            return f"not the agency's; {count} links of its list lose promise: {hub.disappoints}"
        return "no report" if rejected else "another agency's report"


def _span(years: Iterable[int | None]) -> str:
    known = sorted({y for y in years if y})
    return f"{known[0]}-{known[-1]}" if len(known) > 1 else str(known[0]) if known else "year not said"

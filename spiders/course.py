"""The course of one crawl: which lead is next, what a page adds, what a verdict teaches, when to stop and why.

Knows nothing of Scrapy. Budgets are stated here and said in the log when they end the crawl.
"""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from gongkai.address import canonical
from gongkai.capture import Hints
from gongkai.clock import utc_now
from gongkai.site import AgencySite
from spiders.captures import hints_of
from spiders.families import family_links, more_pages
from spiders.frontier import Frontier, Known, Lead, RememberedHub
from spiders.gaps import likely_pages
from spiders.hubs import Hubs, lists_reports
from spiders.links import Link
from spiders.names import Names, name_of_site
from spiders.neighbours import Neighbours
from spiders.page import Page
from spiders.patterns import pattern_of
from spiders.revisit import Revisit
from spiders.roles import Role
from spiders.rows import Rows
from spiders.scoring import PROMISING, Promise, Scorer
from spiders.territory import Territory
from spiders.vocabulary import pages

FIRST_YEAR = 2008
"""The regulation is in force since 2008-05-01; the first reports are for that year."""
PATIENCE = 14
"""Requests spent on looking around for missing years since the last gain, once something was found."""
PATIENCE_WITHOUT_ANY = 32
"""Requests after which a site that showed no report is given up."""
_LIST_ROLES: tuple[Role, ...] = ("column", "year_column", "hub")
_TO_THE_END: tuple[Role, ...] = ("report", "pager", "shell", "hub", "script")
_LEAST = 1.0
_LEAST_WITH_SOME = 4.0
"""Pages of which nothing is known are asked for only while the site has shown no report at all."""
_LEADS_ON = 30.0
_REMEMBERED = 80.0
_REMEMBERED_ENTRIES = 300
_ENOUGH_COPIES = 4
_PATTERN_CAP = 8
_MOST_SITE_MAPS = 4
_MOST_DOORS = 3
_DOORSTEP_CHARS = 200


logger = logging.getLogger(__name__)


def expected_years() -> range:
    """2008 to the last complete year."""
    return range(FIRST_YEAR, utc_now().year)


class Course:
    def __init__(self, site: AgencySite, frontier: Frontier, allowed_hosts: Iterable[str] = (), *,
                 neighbours: Neighbours | None = None, recheck: bool = False) -> None:
        self.site = site
        self.frontier = frontier
        self.names = Names(site.agency, site.former_names)
        self.territory = Territory(site.url, allowed_hosts)
        self.ending = ""
        self.set_out = False
        """Whether the crawl goes beyond what it remembers of the site."""
        self._scorer = Scorer(self.territory, self.names)
        self._hubs = Hubs(frontier.own_by_list())
        self._fruitless = 0
        self._menu_seen = False
        self._patterns: Counter[str] = Counter()
        self._entries: dict[str, set[str]] = {}
        self._found = frontier.found()
        self._neighbours = neighbours or Neighbours(None)
        self.rows = Rows(frontier)
        self.revisit = Revisit(frontier, recheck=recheck)
        self.harvest: list[tuple[int, int]] = [(int(n), int(y)) for n, y in frontier.fact("harvest") or ()]
        """With the how-manieth request each year was first found."""
        self.looked: dict[str, int] = {}
        """Where reports that may be misplaced were looked for: the column's name and the pages read of it."""

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
        for url in self.frontier.fact("adopted") or ():
            self.territory.adopt(url)
        if self.frontier.resumed:
            self.revisit.active = bool(self.frontier.fact("by_memory"))
            self.set_out = not self.revisit.active
            return (f"resuming an unfinished crawl: {self.frontier.waiting()} addresses wait, "
                    f"{len(self.years)} years are found")
        if remembered := self.revisit.leads():
            self.frontier.set_fact("by_memory", True)
            self.frontier.add(remembered)
            return f"starting at {sum(lead.role == 'hub' for lead in remembered)} remembered lists"
        return self._set_out()

    def _set_out(self) -> str:
        """To the home page; where it is known whose reports are wanted, first to where the neighbours have theirs."""
        self.set_out = True
        self.frontier.set_fact("by_memory", False)
        self.frontier.add([Lead(self.site.url, 99.0, "home", "the site's address as given")])
        first = 99.2 if self.names.known else 98.8
        guesses = self._neighbours.guesses(self.site.url)
        self.frontier.add([Lead(url, first, "guess", f"{count} neighbouring sites list their reports there",
                                hints=Hints(own_part=True)) for url, count in guesses])
        return "starting where neighbouring sites keep their lists" if guesses else "starting at the home page"

    def site_maps(self, named: Iterable[str]) -> None:
        """The site maps that robots.txt names, or the usual place: where to look for years that no list gives."""
        urls = list(named)
        usual = canonical("/sitemap.xml", self.site.url)
        leads = [Lead(url, 18.0, "container", "a site map that robots.txt names") for url in urls[:_MOST_SITE_MAPS]]
        if not urls and usual:
            leads = [Lead(usual, 14.2, "container", "where site maps usually stand")]
        self.frontier.add(lead for lead in leads if self.territory.inside(lead.url))

    def next_lead(self) -> Lead | None:
        """The best lead worth its request; None, with `ending` saying why, when the crawl is over."""
        while True:
            lead = self.frontier.take()
            if self.revisit.active and (lead is None or lead.score < _REMEMBERED):
                if lead is not None:
                    self.frontier.release(lead)
                if self._memory_is_enough():
                    return None
                continue
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

    def _memory_is_enough(self) -> bool:
        """Every remembered list was read. Ends the crawl, or sets it out anew."""
        for known in self.revisit.strays():
            self._vouch(known)
        why = self.revisit.verdict(self.missing_years)
        self.revisit.active = False
        if why:
            logger.info("looking through the site again: %s", why)
            self._set_out()
            return False
        gaps = f"; {', '.join(map(str, self.missing_years))} were last looked for on {self.revisit.last_look()}"
        self.ending = "the remembered lists name no report that is not kept" + (gaps if self.missing_years else "")
        return True

    def _no_longer_wanted(self, lead: Lead) -> str:
        if lead.role == "report" and lead.year in self._found.values() and not self.revisit.active:
            copies = sum(1 for year in self._found.values() if year == lead.year)
            if lead.score <= PROMISING or copies >= _ENOUGH_COPIES:
                return "the year is found"
        if lead.role in ("hub", "guess", "script") or (lead.role == "home" and not self.missing_years):
            return ""
        if self._patterns[pattern_of(lead.url)] >= _PATTERN_CAP and lead.score < 80:
            return "enough pages of this pattern were asked in vain"
        if lead.role == "sibling" and self._menu_seen:
            return "the disclosure menu was seen on another page"
        return ""

    def _over(self, lead: Lead) -> str:
        if not self.missing_years and (lead.role not in _TO_THE_END or lead.score < 60):
            return f"all years {FIRST_YEAR}-{expected_years()[-1]} are found and their lists are read to the end"
        if lead.score < (_LEAST_WITH_SOME if self._found else _LEAST):
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
        if page.kind == "script":
            fresh = self.frontier.add(self.rows.script_read(lead, page))
            gave = [self.take_in(*waiting) for waiting in self.rows.redrawn()]
            self._fruitless += not fresh and not gave
            return "; ".join([f"a script: {len(fresh)} requests for rows read from it", *gave])
        if lead.role == "guess":
            if not page.is_report_column:
                return self.lost(lead, "no list of reports here")
            lead = replace(lead, role="column")
        self._arrive(lead, page)
        if lead.role in ("home", "shell"):
            self._learn_name(page.meta.get("sitename", ""), *page.titles)
        if page.kind in ("shell", "frames"):
            return self._pass_on(lead, page)
        if lead.role == "home" and (doors := self._doors(page)):
            self._pass_on(lead, replace(page, kind="shell", moves=doors))
        source = self._list_of(lead, page)
        if self._repeats(lead, page, source):
            return self.lost(lead, "the same entries again")
        proven = lead.role == "pager" and self._hubs.of(source).own > 0
        in_reports = proven or lead.role in _LIST_ROLES
        links = (*page.links, *family_links(page))
        weighed = [(link, self._scorer.weigh(link, page, in_reports=in_reports)) for link in links]
        named = [p for _, p in weighed if p.role == "report" and p.score >= 60]
        leads, vouched = self._unvouched(self._lead(lead, page, link, p, source) for link, p in weighed if p.score > 0)
        for known in self.revisit.came(lead, self._entries[source]):
            self._vouch(known)
        fresh = self.frontier.add(leads)
        reports = [f for f in fresh if f.role == "report" and f.score >= 60]
        if lead.role == "directory" and lead.source and len(reports) > 1:  # no need to read on in all agencies' list
            self.frontier.demote(lead.source, ("pager",), 2.0)
        columns = [f for f in fresh if f.role in ("column", "year_column") and f.score >= 80]
        stands = self.revisit.active and lead.role == "hub" and (vouched or not reports)
        turns = 0 if stands else self._turn(lead, page, source, [p for _, p in weighed], bool(named))
        is_list = lead.role in _LIST_ROLES or page.is_report_column
        drawn = bool(named or columns or vouched)
        leads_on = lead.role not in ("home", "shell") or any(p.score >= _LEADS_ON for _, p in weighed)
        rows = [] if drawn else self.frontier.add(self.rows.wanted(lead, page, is_list=is_list, leads_on=leads_on))
        for waiting in self.rows.redrawn():
            return self.take_in(*waiting)
        gained = bool(reports or columns or vouched)
        self._menu_seen = self._menu_seen or lead.role == "sibling"
        self._fruitless = 0 if gained else self._fruitless + 1
        if lead.role == "fallback" or (lead.role == "pager" and lead.score < PROMISING):
            self.looked[lead.hints.anchor] = self.looked.get(lead.hints.anchor, 0) + 1
        if gained:
            self._patterns[pattern_of(lead.url)] = 0
        return (f"{page.kind}: {len(links)} links, {len(reports)} new reports named"
                + (f" ({_span(r.year for r in reports)})" if reports else "")
                + (f", {vouched} as kept" if vouched else "")
                + (f", {len(columns)} columns to follow" if columns else "")
                + (f", {len(rows)} requests for rows or scripts" if rows else "")
                + (f", {turns} further pages" if turns else ""))

    def _unvouched(self, leads: Iterable[Lead]) -> tuple[list[Lead], int]:
        """What is new to us, and how many links stand in their list as they did when they were last asked for."""
        fresh, vouched = [], 0
        for lead in leads:
            known = self.revisit.vouches(lead)
            if known is None:
                fresh.append(lead)
                continue
            vouched += 1
            if known.own and known.role == "report":
                self._vouch(known)
        return fresh, vouched

    def _vouch(self, known: Known) -> None:
        if known.year:
            self.revisit.vouched.add(known.year)
            self._found.setdefault(known.url, known.year)
            self.frontier.add_found(known.url, known.year)

    def _repeats(self, lead: Lead, page: Page, source: str) -> bool:
        """Whether a further page of a list holds no entry that the list's pages before it did not: what a server sends
        that does not know the parameter it was asked with, or knows nothing."""
        entries = {link.url for link in page.links}
        if source not in self._entries:
            self._entries[source] = self.frontier.entries(source)
        before = self._entries[source]
        if lead.role != "pager" and source != lead.identity:  # a report's own page names its neighbours
            return False
        again = lead.role == "pager" and entries <= before
        before |= entries
        self.frontier.add_page(lead, source, entries, {link.url for link in page.links if not link.context.furniture})
        return again

    def looked_through(self) -> None:
        """The crawl has ended by its own decision, and memory was not enough for it."""
        self.revisit.looked_for(self.missing_years)
        self.revisit.unmet(self._found)

    def lists(self) -> list[RememberedHub]:
        """The lists that gave own reports in this crawl, as the next one will need them."""
        return [replace(hub, entries=tuple(self.frontier.first_entries(hub.identity)[:_REMEMBERED_ENTRIES]))
                for hub in self.frontier.sources()]

    def _list_of(self, lead: Lead, page: Page) -> str:
        """The list a page's links stand in: a further page belongs to the first, a report's neighbours to its list."""
        inherits = lead.role == "pager" or (lead.role == "report" and page.kind == "report")
        return lead.source if inherits and lead.source else lead.identity

    def _arrive(self, lead: Lead, page: Page) -> None:
        """A disclosure link that led to another host makes the part it led to ours."""
        if lead.role not in (*_LIST_ROLES, "container", "sibling", "directory", "shell"):
            return
        place = self.territory.place(page.url)
        linked = lead.role in ("directory", "container", "sibling") and (
            self.territory.place(lead.referrer or "") == "home" and self.territory.inside(lead.referrer or ""))
        if place in ("kin", "far") or (place == "adopted" and linked):
            self.territory.adopt(page.url)
            self.frontier.set_fact("adopted", [*(self.frontier.fact("adopted") or []), page.url])

    def _doors(self, page: Page) -> tuple[Link, ...]:
        """The ways in from a home page that is but a picture to be clicked."""
        inside = {link.url: link for link in page.links if self.territory.inside(link.url) and not link.is_file}
        small = page.loose_chars < _DOORSTEP_CHARS and len(page.links) <= _MOST_DOORS
        return tuple(inside.values()) if small else ()

    def _pass_on(self, lead: Lead, page: Page) -> str:
        """Shells and frames are hops: what they lead to stands for them."""
        frames = [link for link in page.links if link.how == "frame" and not pages().frame_noise.search(link.url)]
        targets = page.moves if page.kind == "shell" else frames
        score = min(99.0, max(lead.score, 50.0) + 0.25)
        leads = [replace(lead, url=link.url, score=score, referrer=page.url, depth=lead.depth + 1,
                         role=lead.role if lead.role != "home" else "shell",
                         why=f"{'moved on' if page.kind == 'shell' else 'a frame'} from {lead.url}")
                 for link in targets if self.territory.place(link.url) != "refused"]
        fresh = self.frontier.add(leads)
        self.frontier.add([self._lead(lead, page, link, self._scorer.weigh(link, page), lead.identity)
                           for link in page.links if link.how != "frame"])
        return f"{page.kind}: leads on to {', '.join(f.url for f in fresh) or 'nothing new'}"

    def _lead(self, lead: Lead, page: Page, link: Link, promise: Promise, source: str) -> Lead:
        score = promise.score
        worth = promise.role == "frame" and not pages().frame_noise.search(link.url)
        if worth and (lead.role in _LIST_ROLES or page.is_report_column):
            score = 70.0  # the list may be drawn in a frame of its own page
        role = lead.role if promise.role == "frame" else promise.role
        return Lead(link.url, score, role, promise.why, lead.depth + 1, page.url, source, promise.year, post=link.post,
                    hints=hints_of(link, page, own_part=any(map(self.territory.inside, (page.url, link.url)))))

    def _turn(self, lead: Lead, page: Page, source: str, promises: list[Promise], gave: bool) -> int:
        """Adds the further pages of a list as far as the list is worth it."""
        if page.kind == "report" or (lead.role == "report" and not gave):
            return 0
        if lead.role == "pager" and self._hubs.turned(source, gave):
            self.frontier.demote(source, ("pager",), 0.5)
            return 0
        further = [p for p in more_pages(page) if self.territory.place(p.url) != "refused"]
        scores = self._page_scores(lead, page, promises, gave, [p.number for p in further])
        here = lead.number or 1
        return len(self.frontier.add(
            Lead(p.url, score, "pager", f"page {max(p.number, here + 1)} of the list", lead.depth + 1, page.url, source,
                 None, max(p.number, here + 1), p.instead, p.post, lead.hints)
            for p, score in zip(further, scores, strict=True)))

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
        """The lead gave nothing (failed, missing, a repeat): tries its ways out, one by one, where it has some."""
        self._fruitless += 1
        self.revisit.lost(lead)
        if lead.role == "script":
            self.rows.script_lost(lead)
        for number, other in enumerate(lead.instead):
            instead = replace(lead, url=other.url, post=other.post, instead=lead.instead[number + 1:],
                              why=f"instead of {lead.url}")
            if self.frontier.add([instead]):
                return f"{why}; trying {other.url}"
        if lead.role == "pager" and lead.source:
            self._hubs.turned(lead.source, gave=False)
        return why

    # ---- what a verdict teaches ----------------------------------------------------------------------------------
    def learn(
        self, lead: Lead, url: str, *, year: int | None, own: bool, rejected: bool, requests: int = 0
    ) -> str:
        """A finding has settled: counts its year, or takes promise from the list that named it."""
        hub = self._hubs.of(lead.source or "")
        if own and year is not None and not rejected:
            hub.own += 1
            self._patterns[pattern_of(lead.url)] = 0
            if year not in self._found.values():
                self._fruitless = 0
                self.harvest.append((requests, year))
                self.frontier.set_fact("harvest", self.harvest)
            self._found[url] = year
            self.frontier.add_found(url, year, lead)
            self.revisit.stored(lead)
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

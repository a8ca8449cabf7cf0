"""Lists that a page announces and a script draws: the requests that bring their rows, read from the page or its
scripts.

Six of ten portals draw their lists this way, nearly always from data one request away. Nothing is run: what cannot be
read is left (see ``--browser``).
"""

from dataclasses import replace
from urllib.parse import urlsplit

from gongkai.address import identity
from spiders.chunks import chunks_in
from spiders.code import code_of
from spiders.families import rows_of
from spiders.frontier import Frontier, Lead
from spiders.idioms import Idioms
from spiders.page import Page, redrawn
from spiders.post import Asked

ROWS = 96.0
_MOST_ROWS = 4
_MOST_SCRIPTS = 3
_MOST_CHUNKS = 3
_MOST_LOADED = 20
_TELLING = ("list", "api", "config", "common", "app", "main", "site", "build", "index", "xxgk", "public", "data")
_FEW_ENTRIES = 3


class Rows:
    """Remembers which pages wait for a script, and how the site's scripts make addresses."""

    def __init__(self, frontier: Frontier) -> None:
        self._frontier = frontier
        self._waiting: dict[str, list[tuple[Lead, Page]]] = {}
        self._read: dict[str, str] = {}
        self._named: dict[tuple[str, str], tuple[str, ...]] = {}
        self._hopeless: list[Lead] = []
        self._redrawn: list[tuple[Lead, Page]] = []
        self.idioms = Idioms.of_data(frontier.fact("idioms"))
        """As this site's pages and scripts showed them."""

    def wanted(self, lead: Lead, page: Page, *, is_list: bool, leads_on: bool = True) -> list[Lead]:
        """Leads to the rows of a list that came without any, or else to the scripts that may say where they are.
        A menu or home page is taken for undrawn only when it holds next to nothing, or (`leads_on` false) when it has
        no way to where reports are found."""
        if page.kind in ("report", "file", "script") or page.data is not None or lead.role == "report":
            return []
        entries = {link.url for link in page.links if not link.context.furniture}
        if not is_list and leads_on and len(entries) > _FEW_ENTRIES:
            return []
        self._learn(page, page.scripts)
        if self._draws(lead, page):
            return []
        score = ROWS if is_list else min(lead.score, 90.0)
        scripts = self.unread(page)
        if asked := self.asked_by(page, whole=bool(scripts)):
            return _leads(lead, page, asked, score)
        return self._awaited(lead, page, scripts, score)

    def _awaited(self, lead: Lead, page: Page, scripts: list[str], score: float) -> list[Lead]:
        """Leads to scripts that a page waits for."""
        for url in scripts:
            self._waiting.setdefault(identity(url), []).append((lead, page))
        return [Lead(url, score - 1 - n, "script", "may say where the rows of the list are", lead.depth + 1, page.url,
                     hints=lead.hints) for n, url in enumerate(scripts)]

    def may_come(self, page: Page) -> bool:
        """Whether a page without rows names requests that may bring them, or scripts that may name such requests."""
        return bool(page.loads or rows_of(page))

    def script_read(self, lead: Lead, page: Page) -> list[Lead]:
        """A script came: the rows of the pages that wait for it, or those pages again where a former run asked for
        it."""
        self.read(lead.url, page)
        waiting = self._waiting.pop(lead.identity, [])
        return [new for before, undrawn in waiting for new in self._of_script(before, undrawn)]

    def read(self, url: str, page: Page) -> None:
        """Takes in a script that was asked for at `url`."""
        self._read[url] = self._read[page.url] = page.source
        self._learn(page, page.source)

    def unread(self, page: Page) -> list[str]:
        """The scripts of a page that may say what it asks for, the most telling first."""
        scripts = [url for url in self._scripts(page) if url not in self._read]
        scripts.sort(key=lambda url: -sum(word in urlsplit(url).path.lower() for word in _TELLING))
        return scripts[:_MOST_SCRIPTS]

    def redrawn(self) -> list[tuple[Lead, Page]]:
        """Pages whose rows stood in a script they load, or are opened by its functions, each once."""
        redrawn, self._redrawn = self._redrawn, []
        return redrawn

    def _draws(self, lead: Lead, page: Page) -> bool:
        if not (code := self._loaded(page)):
            return False
        drawn, before = redrawn(page, code, self.idioms), {link.url for link in page.links}
        menu = lead.role in ("home", "shell")  # whose menu may be what a script writes
        new = {link.url for link in drawn.links if link.url not in before and (menu or not link.context.furniture)
               and link.name not in (page.column, page.title)}
        if not new or (len(new) == 1 and self.asked_by(page)):
            return False
        self._redrawn.append((lead, drawn))
        return True

    def give_up(self, lead: Lead) -> None:
        self._hopeless.append(lead)

    def given_up(self) -> list[Lead]:
        """Pages whose rows no script tells of, each once: only a browser would draw them."""
        hopeless, self._hopeless = self._hopeless, []
        return hopeless

    def script_lost(self, lead: Lead) -> None:
        """A script did not come; the pages that wait for it wait for the others."""
        for before, undrawn in self._waiting.pop(lead.identity, []):
            self._of_script(before, undrawn)

    def _of_script(self, lead: Lead, page: Page) -> list[Lead]:
        if self._draws(lead, page):
            return []
        further = [url for url in self.unread(page) if url not in page.loads]
        if asked := self.asked_by(page, whole=bool(further)):
            return _leads(lead, page, asked, ROWS)
        if any(page is other for pages in self._waiting.values() for _, other in pages):
            return []
        if not further:
            self._hopeless.append(lead)
        return self._awaited(lead, page, further, ROWS)

    def asked_by(self, page: Page, *, whole: bool = False) -> tuple[Asked, ...]:
        """The requests that bring a page's rows or text, by its own code and that of its scripts as far as they were
        read; with `whole` those alone of which that code tells every part."""
        code = self._loaded(page)
        if code and (root := code_of(f"{page.scripts}\n{code}", page.url, page.source).document.route_root):
            self._keep(self.idioms.below(root))
        return rows_of(replace(page, scripts=f"{page.scripts}\n{code}") if code else page, whole=whole)[:_MOST_ROWS]

    def _loaded(self, page: Page) -> str:
        return "\n".join(self._read[url] for url in self._scripts(page) if url in self._read)

    def _scripts(self, page: Page) -> list[str]:
        """The scripts a page loads, and those that these load for it as far as they were read."""
        scripts = list(page.loads)
        for url in scripts:  # grows as it goes
            if url in self._read and len(scripts) < _MOST_LOADED:
                scripts += [one for one in self._chunks(url, page.url) if one not in scripts][:_MOST_CHUNKS]
        return scripts

    def _chunks(self, url: str, page_url: str) -> tuple[str, ...]:
        if (url, page_url) not in self._named:
            self._named[url, page_url] = chunks_in(code_of(self._read[url]), url, page_url)
        return self._named[url, page_url]

    def _learn(self, page: Page, scripts: str) -> None:
        self._keep(self.idioms.with_those_of(page.source, scripts, page.url))

    def _keep(self, new: Idioms) -> None:
        if new != self.idioms:
            self.idioms = new
            self._frontier.set_fact("idioms", new.as_data())


def _leads(lead: Lead, page: Page, asked: tuple[Asked, ...], score: float) -> list[Lead]:
    """What brings a list's rows stands for the list itself, and is tried in the order found."""
    role = lead.role if lead.role in ("column", "year_column", "hub", "container", "sibling") else "container"
    return [replace(lead, url=one.url, post=one.post, score=score - number, role=role, depth=lead.depth + 1,
                    referrer=page.url, why="brings the rows of the list", source=None, number=None, instead=())
            for number, one in enumerate(asked)]

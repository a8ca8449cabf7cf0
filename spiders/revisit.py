"""A site crawled before: start at the lists that gave reports, ask only for what is new in them, and look further only
when a list has moved, run dry, or a missing year was not looked for lately."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from gongkai.address import host_of, identity
from gongkai.capture import Hints
from gongkai.chinese import fold
from gongkai.clock import utc_now
from spiders.frontier import Frontier, Known, Lead
from spiders.unlisted import Unlisted
from spiders.vocabulary import anchors

LOOK_AGAIN_AFTER = timedelta(days=60)
"""Missing years are looked for anew, all over the site, when the last look is older than this."""
_SAME_LIST = 0.3
"""Share of a list's former entries that must still stand on its first page: lists grow, and other lists share a
menu."""
_HUB, _SAMPLE = 99.5, 98.0


class Revisit:
    """`active` while the crawl goes by its memory alone. With `recheck` every report is asked for again, with
    conditional requests; otherwise one in turn, because an edit under the same address shows in no list, or those that
    no list names any more."""

    def __init__(self, frontier: Frontier, *, recheck: bool = False) -> None:
        self._frontier = frontier
        self._known = frontier.known()
        self._hubs = frontier.hubs()
        self._recheck = recheck
        self._gave: dict[str, int] = dict(frontier.fact("gave") or {})
        self._lost: list[str] = []
        self._unlisted = Unlisted(frontier)
        self.active = bool(self._hubs)
        self.vouched: set[int] = set()

    def leads(self) -> list[Lead]:
        """The remembered lists, and what is asked again: reports that no list names any more, else in its turn one
        kept report, or the newest column of a year."""
        if not self.active:
            return []
        first = [Lead(hub.url, _HUB, "hub", f"gave {hub.years} years in the last crawl", post=hub.post,
                      hints=Hints(anchor=hub.name)) for hub in self._hubs]
        if gone := [self._known[name] for name in self._unlisted.due() if name in self._known]:
            return first + [_asked_again(known, "kept before, and no list names it any more") for known in gone]
        turn = self._in_turn()
        return first + ([_asked_again(turn, "kept before, asked again in its turn")] if turn else [])

    def _in_turn(self) -> Known | None:
        """What is asked again: every other time the newest, where edits are likeliest, else what was not asked for
        longest; rather of a list's own host, for another host would cost its robots.txt as well."""
        hosts = {host_of(hub.url) for hub in self._hubs}
        kept = [k for k in self._known.values() if k.year and (k.role == "year_column" or k.own)]
        near = [k for k in kept if host_of(k.url) in hosts] or kept
        if not near:
            return None
        newest = max(near, key=lambda k: (k.year or 0, k.role == "year_column", k.url))
        others = [k for k in near if k is not newest and k.role == "report"]
        if not others or any(k.asked_at >= newest.asked_at for k in others):
            return newest
        return min(others, key=lambda k: (k.asked_at, k.url))

    def vouches(self, lead: Lead) -> Known | None:
        """What is known of a link that stands in its list as it did before; None for what is new."""
        known = self._known.get(lead.identity)
        self._unlisted.named(lead.identity)
        if not self.active or self._recheck or known is None or lead.role not in ("report", "year_column"):
            return None
        now, before = fold(lead.hints.anchor), fold(known.name)
        return known if now == before or anchors().open_words.search(now) else None

    def came(self, lead: Lead, entries: set[str]) -> list[Known]:
        """A remembered list came. Returns the own reports it still vouches for: when its entries are those it had, what
        its further pages and columns of years held is taken to be as it was too."""
        if not self.active or lead.role != "hub":
            return []
        before = next((set(hub.entries) for hub in self._hubs if hub.identity == lead.identity), set())
        shared = len(entries & before)
        self._gave[lead.identity] = shared if shared >= _SAME_LIST * len(before) else 0
        self._frontier.set_fact("gave", self._gave)
        if self._gave[lead.identity]:
            self._unlisted.left(name for name in map(identity, before - entries) if self._is_own(name))
        return [] if self._recheck or not self._gave[lead.identity] else self._reports(lead.identity)

    def strays(self) -> list[Known]:
        """Own reports found outside any list of reports: nothing but asking for them again could vouch for them."""
        remembered = {hub.identity for hub in self._hubs}
        return (
            []
            if self._recheck
            else [known for hub in {k.hub for k in self._known.values()} - remembered for known in self._reports(hub)]
        )

    def _reports(self, hub: str) -> list[Known]:
        return [known for known in self._known.values() if known.own and known.role == "report" and known.hub == hub]

    def lost(self, lead: Lead) -> None:
        if lead.role == "hub":
            self._lost.append(lead.url)
        elif self._is_own(lead.identity):
            self._unlisted.in_vain(lead.identity)

    def stored(self, lead: Lead) -> None:
        self._unlisted.came(lead.identity)

    def unmet(self, met: Iterable[str]) -> None:
        """The site was looked through, and only these reports of its own were met."""
        there = {identity(url) for url in met}
        self._unlisted.left(name for name in self._known if name not in there and self._is_own(name))

    def _is_own(self, name: str) -> bool:
        known = self._known.get(name)
        return known is not None and known.own and known.role == "report"

    def verdict(self, missing: Iterable[int]) -> str:
        """Why the rest of the site must be looked through after all; empty when memory is enough."""
        if self._lost:
            return f"the list {self._lost[0]} is no longer there"
        if quiet := next((h.url for h in self._hubs if not self._gave.get(h.identity)), None):
            return f"the list {quiet} names no reports any more"
        looked = self._frontier.fact("looked") or {}
        at = looked.get("at")
        unlooked = sorted(set(missing) - set(looked.get("missing", ())))
        if unlooked:
            return f"{', '.join(map(str, unlooked))} missing and not looked for yet"
        if missing and at and utc_now() - datetime.fromisoformat(at) > LOOK_AGAIN_AFTER:
            return f"missing years were last looked for on {at[:10]}"
        return ""

    def looked_for(self, missing: Iterable[int]) -> None:
        """The whole site was looked through for these years, in vain."""
        self._frontier.set_fact("looked", {"at": utc_now().isoformat(), "missing": sorted(missing)})

    def last_look(self) -> str:
        return str((self._frontier.fact("looked") or {}).get("at", ""))[:10]


def _asked_again(known: Known, why: str) -> Lead:
    return Lead(known.url, _SAMPLE, known.role, why, year=known.year, hints=Hints(anchor=known.name, own_part=True))

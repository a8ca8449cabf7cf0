"""The durable best-first queue of one site's crawl: a page is done only when what it gave is stored.

One SQLite file a site. Leads go discovered → leased → settled; what was leased when the process died is discovered
again when the file is opened. (Scrapy's own JOBDIR resumed nothing after kill -9 in 5 of 5 runs, silently.)
"""

import json
import logging
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from gongkai.address import identity
from gongkai.capture import Hints
from gongkai.digest import sha256_hex
from spiders.post import Asked, Post, asked_identity
from spiders.roles import Role

_SCHEMA = """
CREATE TABLE IF NOT EXISTS leads (
    identity TEXT PRIMARY KEY, url TEXT NOT NULL, score REAL NOT NULL, role TEXT NOT NULL, why TEXT NOT NULL,
    depth INTEGER NOT NULL, place INTEGER NOT NULL, referrer TEXT, source TEXT, year INTEGER, number INTEGER,
    instead TEXT, post TEXT, hints TEXT NOT NULL, state TEXT NOT NULL, digest TEXT);
CREATE INDEX IF NOT EXISTS best ON leads (state, score DESC, depth, place);
CREATE TABLE IF NOT EXISTS found (
    identity TEXT PRIMARY KEY, url TEXT NOT NULL, year INTEGER NOT NULL, lead TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS pages (
    identity TEXT PRIMARY KEY, source TEXT NOT NULL, entries TEXT NOT NULL, own TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS hubs (
    identity TEXT PRIMARY KEY, url TEXT NOT NULL, post TEXT, name TEXT NOT NULL, years INTEGER NOT NULL,
    entries TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS known (
    identity TEXT PRIMARY KEY, url TEXT NOT NULL, role TEXT NOT NULL, name TEXT NOT NULL, year INTEGER, own INTEGER
    NOT NULL, hub TEXT NOT NULL, asked_at TEXT NOT NULL);
"""
_VERSION = 2
_FIELDS = "url, score, role, why, depth, referrer, source, year, number, instead, post, hints"
_MARKS = ", ".join("?" * len(_FIELDS.split(", ")))
_INSERT = f"INSERT INTO leads (identity, place, state, {_FIELDS})"


_NO_HINTS = Hints()
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lead:
    """A link worth asking for. `source` is the list it stood in (identity of the list's first page), `number` which
    page of that list it is; `instead` what to try, in order, when this one fails or repeats another page."""

    url: str
    score: float
    role: Role
    why: str
    depth: int = 0
    referrer: str | None = None
    source: str | None = None
    year: int | None = None
    number: int | None = None
    instead: tuple[Asked, ...] = ()
    post: Post | None = None
    hints: Hints = _NO_HINTS

    @property
    def identity(self) -> str:
        return asked_identity(self.url, self.post)


@dataclass(frozen=True)
class RememberedHub:
    """`entries` are the addresses its first page named when it was read last."""

    url: str
    name: str
    years: int
    post: Post | None = None
    entries: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        return asked_identity(self.url, self.post)


@dataclass(frozen=True)
class Known:
    """What a former crawl knows of an address named in a list: `name` as the list had it, `own` where it was a report
    of the agency for `year`; `hub` the identity of the list it was found through; `asked_at` in ISO form."""

    url: str
    role: Role
    name: str
    year: int | None
    own: bool
    hub: str
    asked_at: str


class Frontier:
    """Opens, resumes or starts anew: a finished crawl's leads are cleared, its hubs are kept."""

    def __init__(self, directory: str | Path | None, site: str) -> None:
        self.path = Path(directory) / f"{sha256_hex(identity(site))[:16]}.db" if directory else None
        if self.path:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        self._db = _opened(self.path)
        if self.fact("finished"):
            self._db.executescript(
                "BEGIN; DELETE FROM leads; DELETE FROM found; DELETE FROM pages; "
                "DELETE FROM facts WHERE name NOT IN ('agency', 'looked', 'adopted', 'unlisted'); COMMIT;")
        self.resumed = self._one("SELECT count(*) FROM leads") > 0
        self._place = int(self._one("SELECT coalesce(max(place), 0) FROM leads"))
        self._db.execute("UPDATE leads SET state = 'discovered' WHERE state IN ('leased', 'failed')")

    # ---- leads ---------------------------------------------------------------------------------------------------
    def add(self, leads: Iterable[Lead]) -> list[Lead]:
        """Takes in what is new and returns it; a lead known but not yet asked for rises to the better of its scores."""
        fresh = []
        with self._transaction():
            for lead in leads:
                if lead.score <= 0:
                    continue
                key = lead.identity
                known = self._db.execute("SELECT state, score FROM leads WHERE identity = ?", (key,)).fetchone()
                if known is None:
                    self._place += 1
                    values = (key, self._place, *_row(lead))
                    self._db.execute(f"{_INSERT} VALUES (?, ?, 'discovered', {_MARKS})", values)
                    fresh.append(lead)
                elif known[0] == "discovered" and lead.score > known[1]:
                    self._db.execute(
                        f"UPDATE leads SET ({_FIELDS}) = ({_MARKS}) WHERE identity = ?", (*_row(lead), key))
        return fresh

    def take(self) -> Lead | None:
        """The best lead, leased: highest score, then nearest to the home page, then first discovered."""
        row = self._db.execute(
            f"SELECT identity, {_FIELDS} FROM leads WHERE state = 'discovered' "
            "ORDER BY score DESC, depth, place LIMIT 1").fetchone()
        if row is None:
            return None
        self._db.execute("UPDATE leads SET state = 'leased' WHERE identity = ?", (row[0],))
        return _lead(row[1:])

    def settle(self, lead: Lead, digest: str | None = None, also: Iterable[str] = (), *, in_vain: bool = False) -> None:
        """The lead is done, and with it the addresses it answered from and the files that came along. `in_vain`: it
        gave an error or a repeat, which a later crawl may see otherwise."""
        with self._transaction():
            self._db.execute("UPDATE leads SET state = ?, digest = ? WHERE identity = ?",
                             ("in vain" if in_vain else "settled", digest, lead.identity))
            for url in also:
                self._place += 1
                self._db.execute(
                    f"{_INSERT} VALUES (?, ?, 'settled', {_MARKS}) "
                    "ON CONFLICT (identity) DO UPDATE SET state = 'settled'",
                    (identity(url), self._place, *_row(replace(lead, url=url, post=None))))

    def fail(self, lead: Lead) -> None:
        """What the lead gave could not be stored: not asked again in this crawl, discovered again in the next run."""
        self._db.execute("UPDATE leads SET state = 'failed' WHERE identity = ?", (lead.identity,))

    def release(self, lead: Lead) -> None:
        self._db.execute("UPDATE leads SET state = 'discovered' WHERE identity = ?", (lead.identity,))

    def postpone(self, lead: Lead) -> None:
        """Asked again later: behind what is promising now, before what is not."""
        self._place += 1
        self._db.execute("UPDATE leads SET state = 'discovered', score = min(score, 61), place = ? WHERE identity = ?",
                         (self._place, lead.identity))

    def again(self, lead: Lead) -> None:
        """Asked once more, in another way, as the next thing."""
        self._db.execute("UPDATE leads SET state = 'discovered', score = 97 WHERE identity = ?", (lead.identity,))

    def asked(self, url: str) -> bool:
        """Whether the address was asked for in this crawl (or is being asked for)."""
        return bool(self._one("SELECT count(*) FROM leads WHERE identity = ? AND state != 'discovered'", identity(url)))

    def repeats(self, digest: str, lead: Lead) -> bool:
        """Whether another page of this crawl had the very same bytes."""
        return bool(self._one("SELECT count(*) FROM leads WHERE digest = ? AND identity != ?", digest, lead.identity))

    def demote(self, source: str, roles: Iterable[Role], to: float) -> int:
        """Takes promise from what waits out of one list, because what came from there disappointed."""
        marks = tuple(roles)
        return self._db.execute(
            f"UPDATE leads SET score = min(score, ?) WHERE state = 'discovered' AND source = ? "
            f"AND role IN ({', '.join('?' * len(marks))})", (to, source, *marks)).rowcount

    def waiting(self, above: float = 0.0) -> int:
        return int(self._one("SELECT count(*) FROM leads WHERE state = 'discovered' AND score >= ?", above))

    # ---- what outlives a page ------------------------------------------------------------------------------------
    def add_found(self, url: str, year: int, lead: Lead | None = None) -> None:
        """`lead` is what was asked for where another address answered."""
        key = identity(url)
        asked = lead.identity if lead else key
        self._db.execute("INSERT OR REPLACE INTO found VALUES (?, ?, ?, ?)", (key, url, year, asked))

    def found(self) -> dict[str, int]:
        """Address → year of the agency's own reports settled in this crawl."""
        return dict(self._db.execute("SELECT url, year FROM found ORDER BY year, url"))

    def sources(self) -> list[RememberedHub]:
        """The lists the own reports stood in, those left out where a report had merely strayed to (notices, summaries).
        Where every year has a column of its own, the list of those columns."""
        years: dict[str, set[int]] = {}
        for source, year in self._db.execute(
                "SELECT leads.source, found.year FROM found JOIN leads USING (identity) WHERE leads.source NOT NULL"):
            years.setdefault(self._above(source), set()).add(year)
        of = "SELECT url, hints, post FROM leads WHERE identity = ? AND role != 'fallback'"
        rows = ((self._db.execute(of, (key,)).fetchone(), len(found)) for key, found in years.items())
        return sorted((RememberedHub(row[0], json.loads(row[1])["anchor"], count, _post(row[2]))
                       for row, count in rows if row),
                      key=lambda hub: (-hub.years, hub.url))

    def _above(self, source: str) -> str:
        row = self._db.execute("SELECT role, source FROM leads WHERE identity = ?", (source,)).fetchone()
        return str(row[1]) if row and row[0] == "year_column" and row[1] else source

    def own_by_list(self) -> dict[str, int]:
        """How many own reports each list gave in this crawl."""
        return dict(self._db.execute(
            "SELECT leads.source, count(*) FROM found JOIN leads ON leads.identity = found.lead "
            "WHERE leads.source NOT NULL GROUP BY leads.source"))

    def add_page(self, lead: Lead, source: str, entries: Iterable[str], own: Iterable[str]) -> None:
        """What a page of the list `source` names, for as long as this crawl lasts; `own` without the site's menus."""
        self._db.execute("INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?)", (
            lead.identity, source, json.dumps(sorted(entries)), json.dumps(sorted(own))))

    def entries(self, source: str) -> set[str]:
        """What the pages of a list named that are done with; a page that was being read when the crawl was cut off is
        read once more and must not look like a repeat of itself."""
        rows = self._db.execute("SELECT pages.entries FROM pages JOIN leads USING (identity) "
                                "WHERE pages.source = ? AND leads.state IN ('settled', 'in vain')", (source,))
        return {entry for row in rows for entry in json.loads(row[0])}

    def first_entries(self, source: str) -> list[str]:
        """What a list's first page named."""
        row = self._db.execute("SELECT own FROM pages WHERE identity = ?", (source,)).fetchone()
        return list(json.loads(row[0])) if row else []

    def fact(self, name: str) -> Any:
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def set_fact(self, name: str, value: Any) -> None:
        self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, json.dumps(value, ensure_ascii=False)))

    def hubs(self) -> list[RememberedHub]:
        """The lists that gave own reports in the last finished crawl, the richest first."""
        rows = self._db.execute("SELECT url, name, years, post, entries FROM hubs ORDER BY years DESC, url")
        return [RememberedHub(url, name, years, _post(post), tuple(json.loads(entries)))
                for url, name, years, post, entries in rows]

    def known(self) -> dict[str, Known]:
        """What former crawls asked for out of lists, by identity."""
        rows = self._db.execute("SELECT identity, url, role, name, year, own, hub, asked_at FROM known")
        return {key: Known(url, role, name, year, bool(own), hub, at)
                for key, url, role, name, year, own, hub, at in rows}

    def finish(self, hubs: Iterable[RememberedHub], asked_at: str, *, keep_former: bool = False) -> None:
        """The crawl has ended by its own decision; the next one starts at these hubs and asks only for what is new in
        them. Without hubs (nothing was found), or with `keep_former`, the former ones stay."""
        with self._transaction():
            if hubs := list(hubs):
                if not keep_former:
                    self._db.execute("DELETE FROM hubs")
                self._db.executemany("INSERT OR REPLACE INTO hubs VALUES (?, ?, ?, ?, ?, ?)", [
                    (h.identity, h.url, _post_text(h.post), h.name, h.years, json.dumps(h.entries)) for h in hubs])
            asked = self._db.execute(
                "SELECT DISTINCT leads.identity, leads.url, leads.role, json_extract(leads.hints, '$.anchor'), "
                "coalesce(found.year, leads.year), found.year NOT NULL, coalesce(leads.source, '') "
                "FROM leads LEFT JOIN found ON leads.identity IN (found.identity, found.lead) "
                "WHERE leads.state = 'settled' AND leads.role IN ('report', 'year_column') "
                "AND leads.digest NOT NULL").fetchall()
            for *what, source in asked:
                before = self._db.execute("SELECT hub FROM known WHERE identity = ?", what[:1]).fetchone()
                hub = self._above(source) if source else before[0] if before else ""
                self._db.execute("INSERT OR REPLACE INTO known VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*what, hub, asked_at))
            self._db.execute("DELETE FROM pages")
            self.set_fact("finished", True)

    def close(self) -> None:
        self._db.close()

    def _one(self, query: str, *values: Any) -> Any:
        return self._db.execute(query, values).fetchone()[0]

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._db)


def is_finished(path: Path) -> bool:
    """Whether the crawl that wrote this file last ended by its own decision. Raises sqlite3.Error."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
        return db.execute("SELECT value FROM facts WHERE name = 'finished'").fetchone() == ("true",)


def _opened(path: Path | None) -> sqlite3.Connection:
    """A damaged file is put aside: it holds no finding, only what there is to ask, and the home page knows that."""
    try:
        return _connected(path)
    except sqlite3.OperationalError:  # a full disk, a lock: no word about what is in the file
        raise
    except sqlite3.DatabaseError as problem:
        if path is None:
            raise
        logger.warning("%s is damaged (%s) and put aside; the crawl starts at the home page", path, problem)
        path.replace(path.with_suffix(".damaged"))
        for beside in ("-wal", "-shm"):
            path.with_name(path.name + beside).unlink(missing_ok=True)
        return _connected(path)


def _connected(path: Path | None) -> sqlite3.Connection:
    db = sqlite3.connect(path or ":memory:", isolation_level=None, timeout=10)
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")  # enough against kill -9; a power cut costs the last pages' marks
        if int(db.execute("PRAGMA user_version").fetchone()[0]) < _VERSION:  # of an older program: only what is to ask
            db.executescript("".join(f"DROP TABLE IF EXISTS {name};" for name in ("leads", "found", "facts", "hubs")))
            db.execute(f"PRAGMA user_version = {_VERSION}")
        db.executescript(_SCHEMA)
    except sqlite3.Error:
        db.close()
        raise
    return db


class _Transaction:
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        self._db.execute("ROLLBACK" if kind else "COMMIT")


def _row(lead: Lead) -> tuple[Any, ...]:
    return (lead.url, lead.score, lead.role, lead.why, lead.depth, lead.referrer, lead.source, lead.year, lead.number,
            json.dumps([asdict(other) for other in lead.instead]) if lead.instead else None, _post_text(lead.post),
            json.dumps(asdict(lead.hints), ensure_ascii=False))


def _lead(row: tuple[Any, ...]) -> Lead:
    fields = dict(zip(_FIELDS.split(", "), row, strict=True))
    others = (Asked(o["url"], Post(**o["post"]) if o["post"] else None) for o in json.loads(fields["instead"] or "[]"))
    return Lead(**{**fields, "instead": tuple(others), "post": _post(fields["post"]),
                   "hints": Hints(**json.loads(fields["hints"]))})


def _post_text(post: Post | None) -> str | None:
    return json.dumps(asdict(post), ensure_ascii=False) if post else None


def _post(text: str | None) -> Post | None:
    return Post(**json.loads(text)) if text else None

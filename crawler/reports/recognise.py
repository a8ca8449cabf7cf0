"""Is it a report, and if not, what: title, words of the text and figures of the tables against the look-alikes."""

import re
from dataclasses import dataclass
from typing import Any

from crawler.reports.material import Material, PrintedTitle
from gongkai.chinese import fold
from gongkai.report import Evidence
from gongkai.title import read_title
from gongkai.vocabularies import vocabulary

_WORDS: dict[str, Any] = vocabulary("crawler.reports", "vocabulary/recognise.yaml")
_SIGNALS = [(s["name"], s["where"], float(s["weight"]), re.compile(s["pattern"])) for s in _WORDS["signals"]]
_OTHERS = [(o["kind"], int(o["least"]), float(o["beats"]), bool(o.get("factless")), re.compile(o["pattern"]))
           for o in _WORDS["others"]]
_FACTS = frozenset(_WORDS["facts"])
_CORRECTION = re.compile(str(_WORDS["correction"]))
_HALF, _ACCEPT, _SURE = (float(_WORDS[level]) for level in ("half", "accept", "sure"))
_SOFT = frozenset({"list_page", "news", "work_summary", "statistics", "unknown"})
"""Kinds a title may name although the report itself stands below it (a column's name, a summary of old days)."""
_ASKS = frozenset({"notice", "form_template", "work_plan"})
"""Kinds that tell others what a report must hold: they print its every heading, and nothing that was done."""
_PLAIN = ("university_report", "website_report", "work_plan")
_WEAK = ("text", "anchor", "column")
"""Sources of titles that may belong to something else on the page."""
_COLUMNS = ("columnname", "columntype")
_SEARCHED = 60_000
_THIN = 220


@dataclass(frozen=True)
class Figures:
    """What the statutory tables hold: `found` tables, `filled` when any cell has a figure."""

    found: int = 0
    filled: bool = False


@dataclass(frozen=True)
class Recognition:
    kind: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class _Signals:
    """What the words of a text say for a report: the sum, the names of the signals, and whether any tells a fact."""

    score: float
    names: tuple[str, ...]

    @property
    def factual(self) -> bool:
        return not _FACTS.isdisjoint(self.names)


def recognise(material: Material, figures: Figures, *, extras: int = 0, readable: bool = True) -> Recognition:
    """The kind of a document. `extras` counts the files and images the page offers, `readable` tells whether its
    bytes could be read: a title alone is believed where the body is only 见附件, pictures, or unreadable."""
    signals = _signals(material, figures)
    score = signals.score
    evidence = [Evidence("kind", "annual_report", "content", f"{score:.1f}: {' '.join(signals.names)}",
                         min(score / 10, 1.0), chosen=False)]
    title, look_alike = material.title(), _look_alike(material)
    for printed in (title, look_alike):
        if printed is not None:
            evidence.append(Evidence("kind", printed.reading.kind, printed.source, printed.text[:120], 0.9, False))
    thin = _is_thin(material) and (extras > 0 or not readable)
    if title is not None and not _believed(title, material, score, thin=thin):
        title = None
    kind = _decide(material, figures, signals, title, look_alike, thin=thin)
    return Recognition(kind, (*evidence, Evidence("kind", kind, "decision", "", 1.0)))


def _believed(title: PrintedTitle, material: Material, score: float, *, thin: bool) -> bool:
    """A title that is a line of the text, the link or the list's heads, or that of a word about a report's mistakes,
    needs a text that reads like a report, or a body that is nothing but its file; and then no heading of the page may
    speak of something else."""
    if title.source not in _WEAK and not _CORRECTION.search(fold(title.text)):
        return True
    heading = any(t.source not in (*_WEAK, "title", "label") and t.reading.kind == "unknown" and not t.reading.year
                  and len(t.text) >= 8 for t in material.titles)
    return score >= _HALF or (thin and not heading)


def _decide(material: Material, figures: Figures, signals: _Signals, title: PrintedTitle | None,
            look_alike: PrintedTitle | None, *, thin: bool) -> str:
    dated = title is not None and title.reading.year is not None
    if not dated and _is_form(material, figures):
        return "form_template"
    if _lists_reports(material) and signals.score < (_HALF if dated else _SURE):
        return "list_page"
    other = _other(material, signals)
    if title is not None and not _outranked(title, look_alike, signals):
        return _under_title(other, signals.score, thin=thin)
    return _untitled(other, signals, look_alike)


def _under_title(other: str | None, score: float, *, thin: bool) -> str:
    """A document titled as a report: only a text that plainly is something else speaks against its title."""
    if other in _PLAIN and score < _SURE:
        return str(other)
    return "notice" if other == "notice" and not thin and score < _ACCEPT else "annual_report"


def _untitled(other: str | None, signals: _Signals, look_alike: PrintedTitle | None) -> str:
    """A document whose title is lost or names something else: its own words must carry it."""
    kind = look_alike.reading.kind if look_alike else None
    hard = kind is not None and kind not in _SOFT
    asks = kind in _ASKS and not signals.factual
    if look_alike is not None and hard and (look_alike.source not in _WEAK or asks):
        return str(kind)
    doubted = look_alike is not None and (hard or look_alike.source not in _WEAK)
    if other is None and signals.score >= (_SURE if doubted else _ACCEPT):
        return "annual_report"
    return kind or other or "other"


def _outranked(title: PrintedTitle, look_alike: PrintedTitle | None, signals: _Signals) -> bool:
    """Whether another title speaks against the one that names a report: the page's own heading outranks a line of its
    text or the link it was reached by, as long as the text does not read like a report."""
    if look_alike is None or look_alike.reading.kind in _SOFT:
        return False
    return title.source in (*_WEAK, "label") and look_alike.source not in _WEAK and signals.score < _SURE


def _signals(material: Material, figures: Figures) -> _Signals:
    text = material.text[:_SEARCHED]
    columns = (material.hints.column, material.hints.list_heading, *map(material.metadata.get, _COLUMNS))
    places = {"head": material.head.replace("\n", ""), "text": text, "url": (material.url or "")[:500].lower(),
              "column": " ".join(filter(None, columns))}
    score, names = 0.0, list[str]()
    for name, where, weight, pattern in _SIGNALS:
        if where == "lines":
            hit = any(pattern.match(line) for line in material.lines[:1500] if len(line) < 200)
        else:
            hit = pattern.search(places[where]) is not None
        if hit:
            score += weight
            names.append(name)
    if figures.found and figures.filled:
        score += 2.0 * figures.found
        names.append("tables")
    return _Signals(score, tuple(names))


def _look_alike(material: Material) -> PrintedTitle | None:
    """The first title that names something else; columns' names count only when nothing better stands there."""
    named = [t for t in material.titles if t.reading.kind not in ("annual_report", "unknown")]
    hard = [t for t in named if t.reading.kind not in _SOFT]
    return next(iter(hard or named), None)


def _other(material: Material, signals: _Signals) -> str | None:
    text = material.text[:_SEARCHED]
    for kind, least, beats, factless, pattern in _OTHERS:
        if (signals.score < beats or (factless and not signals.factual)) and len(pattern.findall(text)) >= least:
            return kind
    return None


def _is_form(material: Material, figures: Figures) -> bool:
    """The blank form, re-posted on hundreds of sites: tables without one figure and no text of anybody's own."""
    if re.search(_WORDS["placeholder"], material.head) and not figures.filled:
        return True
    if not figures.found or figures.filled or figures.found < 2:
        return False
    return not re.search(r"20\d\d年[^。]{0,80}[^\d年月日第]\d+(?:余)?(?:条|件|次|项|篇|个)", material.text[:_SEARCHED])


def _is_thin(material: Material) -> bool:
    """Whether the body says nothing but the title and where the file is."""
    titles = {t.text for t in material.titles}
    own = [line for line, raw in zip(material.lines, material.raw, strict=True)
           if raw.strip() not in titles and not re.search(_WORDS["attached"], line) and len(line) > 12]
    return sum(map(len, own)) < _THIN


def _lists_reports(material: Material) -> bool:
    """Whether the text is a list: three or more lines that are titles of reports of different years or agencies."""
    named = set()
    for line in material.lines[:400]:
        if len(line) <= 70:
            reading = read_title(line)
            if reading.kind == "annual_report" and (reading.year or reading.agency):
                named.add((reading.year, reading.agency))
    return len(named) >= 3 and len({y for y, _ in named} | {a for _, a in named}) >= 3

"""Whose report it is: every place that names the agency, weighed; the place in front when it was left out."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from crawler.reports.dates import dates_in
from crawler.reports.material import Material
from crawler.reports.names import ORGANS, AgencyName, read_name, same_body
from gongkai.report import Evidence
from gongkai.vocabularies import vocabulary

_WORDS: dict[str, Any] = vocabulary("crawler.reports", "vocabulary/agency.yaml")
_PATTERNS = [(rule["source"], float(rule["confidence"]), re.compile(rule["pattern"], re.M))
             for rule in _WORDS["patterns"]]
_NO_NAME = re.compile(_WORDS["no_name"])
_EDGE = re.compile(_WORDS["edge"])
_DESK = re.compile(ORGANS["desk"])
_META = ("发布机构", "发文机关", "发文机构", "公开主体", "发布单位", "contentsource", "信息来源", "来源", "author",
         "publisher")
_SITE_TAIL = re.compile(r"(?:门户网站|政府网站|官方网站|网站|官网|政府网)$")
STRONG = ("title", "anchor", "preamble", "editor", "signature", "contact")
"""Sources that speak of the report itself; the others speak of the page it stands on."""


@dataclass(frozen=True)
class Named:
    """One printing of a name and how far its place in the document makes it the reporting agency's."""

    name: AgencyName
    source: str
    quote: str
    confidence: float

    def evidence(self, chosen: bool = False) -> Evidence:
        return Evidence("agency", self.name.printed, self.source, self.quote[:120], self.confidence, chosen)


def agency_candidates(material: Material) -> list[Named]:
    """All printings found, best first."""
    found = [*_from_titles(material), *_from_text(material), *_from_signature(material), *_from_page(material)]
    fits = _fits_voice(material)
    found = [n for n in found if n.source in STRONG or fits(n.name)]
    if not any(n.source in STRONG for n in found):
        found += _from_voice(material)
    return sorted(found, key=lambda named: -named.confidence)


def choose_agency(candidates: list[Named]) -> Named | None:
    """The best supported body, in its fullest printing; further sources add a little to the best of its own."""
    if not candidates:
        return None
    groups: list[list[Named]] = []
    for named in candidates:
        group = next((g for g in groups if same_body(g[0].name.printed, named.name.printed)), None)
        if group is None:
            groups.append([named])
        else:
            group.append(named)
    best = max(groups, key=lambda g: g[0].confidence + 0.04 * len({n.source for n in g[1:]}))
    return fullest(best)


def fullest(group: list[Named]) -> Named:
    """The printing with most of its place, in the words of the best source."""
    widest = max(group, key=lambda n: (len(n.name.place.tokens), n.confidence))
    return replace(group[0], name=widest.name) if widest.name.place.tokens else group[0]


def _clean(printed: str) -> str:
    previous = ""
    while printed != previous:
        previous, printed = printed, _EDGE.sub("", printed)
    return printed


def _named(printed: str, source: str, quote: str, confidence: float, *, place_alone: bool = False) -> Iterator[Named]:
    """The printing as a candidate, when it is an agency's name at all."""
    printed = _clean(printed)
    if not 2 <= len(printed) <= 45 or _NO_NAME.search(printed):
        return
    name = read_name(printed)
    if name.place.generic and not name.body:
        return
    if name.is_organ or name.is_township or (place_alone and name.is_place_only) or name.is_functional:
        yield Named(name, source, quote, confidence)


def _from_titles(material: Material) -> Iterator[Named]:
    for title in material.titles:
        reading = title.reading
        if reading.kind == "annual_report" and reading.agency:
            source, weight = ("anchor", 0.9) if title.source in ("anchor", "column") else ("title", 0.95)
            yield from _titled(reading.agency, source, title.text, weight)


def _titled(agency: str, source: str, title: str, confidence: float) -> Iterator[Named]:
    """A title's own name needs no organ's ending when it begins with a place (上海市2022年…)."""
    name = read_name(agency)
    if not _NO_NAME.search(agency) and (name.place.tokens or name.is_organ or name.is_township or name.is_functional):
        yield Named(name, source, title, confidence)


def _fits_voice(material: Material) -> Callable[[AgencyName], bool]:
    """Whether a name can be that of a body which calls itself 我局; true for all when it never speaks of itself."""
    voice = _voice(material)
    if voice is None:
        return lambda name: True
    ending = re.compile(_WORDS["voices"][voice])
    return lambda name: ending.search(name.body or name.printed) is not None


def _voice(material: Material) -> str | None:
    """How the body speaks of itself most: 局 for 我局."""
    voices = Counter(m["a"] or m["b"] for m in re.finditer(_WORDS["voice"], material.text[:20_000]))
    return voices.most_common(1)[0][0] if voices else None


def _from_text(material: Material) -> Iterator[Named]:
    opening = material.head[:4000]
    for source, confidence, pattern in _PATTERNS:
        for found in list(pattern.finditer(opening))[:6]:
            printed = found["a"]
            if source == "contact":
                printed = _DESK.sub("", printed)
            if source == "editor" and re.search(_WORDS["roll_up"], found.group()):
                printed = re.sub(r"(?:人民)?政府(?:办公室|办公厅|办)$", "人民政府", printed)
            yield from _named(printed, source, found.group(), confidence, place_alone=source in ("preamble", "text"))


def _from_signature(material: Material) -> Iterator[Named]:
    lines = material.lines
    for i in range(len(lines) - 1, max(len(lines) * 3 // 5, len(lines) - 40) - 1, -1):
        day = next(dates_in(lines[i]), None) if len(lines[i]) <= 60 else None
        if day is None:
            continue
        above = lines[i - 1] if i and len(lines[i - 1]) <= 45 else ""
        yield from _named(lines[i][:day[2]].strip("(:|") or above, "signature", lines[i], 0.85)


def _from_page(material: Material) -> Iterator[Named]:
    for key in _META:
        if value := material.metadata.get(key, ""):
            yield from _named(read_name(value).printed, "meta", f"{key} {value}", 0.5)
    site = material.hints.site_name or material.metadata.get("sitename", "")
    if site:
        yield from _named(_SITE_TAIL.sub("", read_name(site).printed), "site", site, 0.3)


def _from_voice(material: Material) -> Iterator[Named]:
    """我镇 without a name: the township the text speaks of most."""
    ends = {"镇": "镇", "乡": "乡", "街": "街道"}.get(_voice(material) or "")
    if ends is None:
        return
    times: dict[str, int] = {}
    named = rf"(?<![一-龥])(?:在|由|与|是|对|中共)?([一-龥]{{2,4}}?{ends})(?!长|级|村|域|容|企)"
    for found in re.finditer(named, material.text[:40_000]):
        if not re.search(_WORDS["no_township"], found[1]):
            times[found[1]] = times.get(found[1], 0) + 1
    if times:
        best = max(times, key=lambda name: times[name])
        yield from _named(best, "text", f"{best} ×{times[best]}", 0.4)

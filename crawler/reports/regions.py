"""Places of GB/T 2260 (21st-century names): which place a name or a text speaks of, and its code.

`vocabulary/regions.csv` holds code, name, the name without suffix and its pinyin (hosts spell places that way).
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from gongkai.address import host_of
from gongkai.site import level_of
from gongkai.vocabularies import vocabulary

_FOLDER = resources.files("crawler.reports").joinpath("vocabulary")
PLACES: dict[str, Any] = vocabulary("crawler.reports", "vocabulary/places.yaml")
_SUFFIXES = "省市县区州盟旗"
_MUNICIPALITIES = ("11", "12", "31", "50")


@dataclass(frozen=True)
class Region:
    code: str
    name: str
    core: str
    pinyin: str

    @property
    def level(self) -> str:
        """province, prefecture or county; a county-level city under its province is a county."""
        return level_of(self.code)

    @property
    def parents(self) -> tuple[str, ...]:
        """Codes of the places it lies in, widest first."""
        wide = [self.code[:2] + "0000", self.code[:4] + "00"]
        return tuple(code for code in wide if code != self.code and code in by_code())

    def within(self, other: "Region") -> bool:
        return other.code in self.parents

    @property
    def full_name(self) -> str:
        """With the city before a district (厦门市同安区), because districts of one name stand in many cities."""
        above = by_code()[self.parents[-1]] if self.parents else None
        in_city = self.name.endswith("区") and self.level == "county" and above
        return above.name + self.name if above and in_city else self.name


@lru_cache(maxsize=1)
def by_code() -> dict[str, Region]:
    rows = csv.DictReader(_FOLDER.joinpath("regions.csv").read_text(encoding="utf-8").splitlines())
    return {row["code"]: Region(**row) for row in rows}


@dataclass(frozen=True)
class _Surfaces:
    """How places are printed: `full` for names with their suffix, `bare` for names without."""

    full: dict[str, tuple[Region, ...]]
    bare: dict[str, tuple[Region, ...]]
    lengths: dict[str, tuple[int, ...]]
    """First two characters of a name → the lengths names so beginning have, longest first."""


@lru_cache(maxsize=1)
def _surfaces() -> _Surfaces:
    full: dict[str, list[Region]] = {}
    bare: dict[str, list[Region]] = {}
    for region in by_code().values():
        full.setdefault(region.name, []).append(region)
        if "自治" in region.name:
            full.setdefault(region.core + region.name[-1], []).append(region)
        if region.name.endswith("地区"):
            full.setdefault(region.core + "行署", []).append(region)
        if region.core != region.name and len(region.core) > 1:
            bare.setdefault(region.core, []).append(region)
        for alias in PLACES["aliases"].get(region.code, ()):
            (full if alias[-1] in _SUFFIXES else bare).setdefault(alias, []).append(region)
    lengths: dict[str, set[int]] = {}
    for name in (*full, *bare):
        lengths.setdefault(name[:2], set()).add(len(name))
    return _Surfaces({k: tuple(v) for k, v in full.items()}, {k: tuple(v) for k, v in bare.items()},
                     {k: tuple(sorted(v, reverse=True)) for k, v in lengths.items()})


@lru_cache(maxsize=1)
def _first_characters() -> re.Pattern[str]:
    return re.compile(f"[{''.join(sorted({re.escape(two[0]) for two in _surfaces().lengths}))}]")


def _at(text: str, start: int, *, bare: bool) -> tuple[int, tuple[Region, ...]]:
    """The longest place name that begins at `start`: its length and the places that bear it."""
    surfaces = _surfaces()
    for length in surfaces.lengths.get(text[start:start + 2], ()):
        piece = text[start:start + length]
        if found := surfaces.full.get(piece):
            return length, found
        if bare and (found := surfaces.bare.get(piece)) and piece not in PLACES["words"]:
            after = text[start + length:start + length + 1]
            if after and after in "镇乡街路村桥苏":  # 青龙镇, 东风路街道: a township that shares a county's name
                continue
            if after and after in _SUFFIXES[1:4] and not text.startswith(("市场", "市政", "区域"), start + length):
                return length + 1, found  # 章丘市 before it became 章丘区: the place under another suffix
            return length, found
    return 0, ()


def _agree(found: tuple[Region, ...], parents: tuple[Region, ...]) -> tuple[Region, ...]:
    """The places of one name that lie in the places named before; all of them when nothing was named."""
    if not parents:
        return found
    return tuple(r for r in found if any(r.within(p) for p in parents))


@dataclass(frozen=True)
class Place:
    """A place as printed at the head of a name: `tokens` its steps without suffix (厦门, 同安), `regions` what it may
    be, `generic` the 市 or 县 of a name that leaves the place to the reader."""

    tokens: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    printed: str = ""
    generic: str = ""

    @property
    def region(self) -> Region | None:
        return self.regions[0] if len(self.regions) == 1 else None


@lru_cache(maxsize=4096)
def split_place(name: str) -> tuple[Place, str]:
    """The place an agency's (folded) name begins with, and the rest: 厦门市同安区 + 城市管理局, 市 + 环保局."""
    position = 0
    tokens: list[str] = []
    regions: tuple[Region, ...] = ()
    while position < len(name):
        length, found = _at(name, position, bare=True)
        agreed = _agree(found, regions)
        if not agreed or (not tokens and _is_word(name, position, length)):
            break
        tokens.append(agreed[0].core)
        regions = agreed
        position += length
    if len(regions) > 1 and (widest := _widest(regions)):
        regions = widest
    if not tokens:
        tokens, position = _unlisted(name)
    elif position < len(name):
        county = re.match(r"[一-龥]{2,3}?(?:区(?!域)|县(?!级))", name[position:])
        if county and not re.search(PLACES["functional"], county.group()) and regions[0].level != "county":
            tokens.append(county.group()[:-1])  # a district the list does not know yet
            position += county.end()
            regions = ()
    rest = name[position:]
    generic = "" if tokens else next(iter(re.findall(PLACES["generic"], rest)), "")
    return Place(tuple(tokens), regions, name[:position], generic), rest[len(generic):]


def _widest(regions: tuple[Region, ...]) -> tuple[Region, ...]:
    """Of places that share a bare name the widest, when it is one (吉林 is the province before it is the city)."""
    for level in ("province", "prefecture"):
        if wide := tuple(r for r in regions if r.level == level):
            return wide
    return ()


def _is_word(name: str, position: int, length: int) -> bool:
    """A name such as 城区 or 公安 at the head of 城区管理局, 公安局 is a word and no place."""
    return name[position:position + length] in PLACES["words"]


def _unlisted(name: str) -> tuple[list[str], int]:
    found = re.match(str(PLACES["unlisted"]), name)
    if not found or not found.end():
        return [], 0
    parts = [part for part in found.groups() if part]
    return [re.sub(r"(?:自治区|自治州|自治县|地区|省|市|区|县|旗|盟)$", "", part) for part in parts], found.end()


def mentions(text: str) -> Iterator[tuple[int, Region]]:
    """Places a text names in full, a chain (福建省厦门市同安区) giving its last link; ambiguous ones are left out."""
    position, begins = 0, _surfaces().lengths
    # Few places of a text begin like a name: told in one pass, as a step for each character is a tenth of a reading.
    for start in [found.start() for found in _first_characters().finditer(text)]:
        if start < position or text[start:start + 2] not in begins:
            continue
        position = start
        regions: tuple[Region, ...] = ()
        while text[position:position + 2] in begins:
            length, found = _at(text, position, bare=False)
            agreed = _agree(found, regions)
            if not agreed:
                break
            regions, position = agreed, position + length
        if len(regions) == 1:
            yield start, regions[0]


def _spellings(region: Region) -> frozenset[str]:
    """Its name in full (suqian, luchengqu), and behind its province's initials (ahshitai)."""
    joined = region.pinyin.replace(" ", "")
    above = [_initials(by_code()[code]) for code in region.parents]
    return frozenset({joined, joined + "qu", joined + "xian", joined + "shi", *(short + joined for short in above)})


def _abbreviations(region: Region) -> frozenset[str]:
    """Its initials behind those of its parents (kmcg for 昆明呈贡, ahqy for 安徽青阳)."""
    return frozenset(_initials(by_code()[code]) + _initials(region) for code in region.parents)


def _initials(region: Region) -> str:
    return "".join(syllable[0] for syllable in region.pinyin.split())


@lru_cache(maxsize=1)
def _by_spelling() -> tuple[dict[str, tuple[Region, ...]], dict[str, tuple[Region, ...]]]:
    """Places by full spelling (six letters or more: shorter ones collide) and by abbreviation (four or more)."""
    full: dict[str, list[Region]] = {}
    short: dict[str, list[Region]] = {}
    for region in by_code().values():
        for spelling in _spellings(region) if len(region.pinyin.replace(" ", "")) >= 6 else ():
            full.setdefault(spelling, []).append(region)
        for spelling in _abbreviations(region):
            if len(spelling) >= 4:
                short.setdefault(spelling, []).append(region)
    return {k: tuple(v) for k, v in full.items()}, {k: tuple(v) for k, v in short.items()}


def _labels(url: str | None) -> tuple[list[str], str]:
    """The labels of a .gov.cn host, and the last of them: only that one is abbreviated to a place (kmcg.gov.cn), those
    before it abbreviate departments (sthj.suqian.gov.cn)."""
    host = host_of(url or "")
    labels = host.removesuffix(".gov.cn").split(".") if host.endswith(".gov.cn") else []
    return labels, labels[-1] if labels else ""


def host_supports(url: str | None, region: Region) -> bool:
    """Whether the host spells the place: in full (suqian), or as initials alone or behind its parents' (kmcg)."""
    labels, last = _labels(url)
    own = _initials(region)
    return (any(label in _spellings(region) for label in labels)
            or last in _abbreviations(region) | {own, own + "s", own + "x", own + "q"})


def from_host(url: str | None) -> tuple[Region, ...]:
    """The places a host spells, or the place whose own label it is (hlj.gov.cn, dl.gov.cn)."""
    labels, last = _labels(url)
    if own := PLACES["hosts"].get(last):
        return (by_code()[own],)
    full, short = _by_spelling()
    return tuple(dict.fromkeys([*(r for label in labels for r in full.get(label, ())), *short.get(last, ())]))


def most_specific(found: Iterable[Region]) -> Region | None:
    """The narrowest of places that lie in one another; None when they do not."""
    narrow = sorted(set(found), key=lambda r: -len(r.parents))
    if narrow and all(r == narrow[0] or narrow[0].within(r) for r in narrow):
        return narrow[0]
    return None

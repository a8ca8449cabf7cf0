"""Names of agencies: short and full, with and without their place; when two of them name one body."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from crawler.reports.regions import PLACES, Place, Region, split_place
from gongkai.chinese import fold
from gongkai.vocabularies import vocabulary

ORGANS: dict[str, Any] = vocabulary("crawler.reports", "vocabulary/organs.yaml")
_SHORT = [(re.compile(short), full) for short, full in ORGANS["short"]]
_ORGAN = re.compile(ORGANS["organ"])
_TOWNSHIP, _FUNCTIONAL = re.compile(PLACES["township"]), re.compile(PLACES["functional"])
_LONGEST = 60


@dataclass(frozen=True)
class AgencyName:
    """A printed name taken apart. `body` is the organ in full words without its place; empty when only a place stands
    there, as in 上海市2022年…: then the government is meant."""

    printed: str
    place: Place
    body: str

    @property
    def is_organ(self) -> bool:
        return bool(self.body) and _ORGAN.search(self.body) is not None

    @property
    def is_place_only(self) -> bool:
        return not self.body and bool(self.place.tokens)

    @property
    def is_township(self) -> bool:
        return _TOWNSHIP.match(self.body) is not None and not self.is_functional

    @property
    def is_functional(self) -> bool:
        return _FUNCTIONAL.search(self.body) is not None

    @property
    def is_government(self) -> bool:
        return self.is_place_only or self.body in ("人民政府", "行政公署")

    @property
    def key(self) -> str:
        """What two printings of one organ share, place aside."""
        body = re.sub(r"\([^()]*\)$|机关$|本级$|本部$|行政机关$", "", self.body or "人民政府")
        body = body.replace("人民政府", "政府").replace("行政公署", "政府").replace("管理委员会", "管委会")
        if self.is_township:
            body = re.sub(r"(?:街道办事处|街道|(?<=街)道?办事处)$", "街道", re.sub(r"政府$|办事处$", "", body))
        return re.sub(r"[和与、及]|中华人民共和国", "", body)


@lru_cache(maxsize=8192)
def read_name(printed: str) -> AgencyName:
    """Takes a printed agency name apart; its short forms are written out (城管局 becomes 城市管理局)."""
    name = re.sub(r"^(?:中华人民共和国)(?=..)", "", fold(printed[:_LONGEST])).strip("《》:,、.")
    place, body = split_place(name)
    for short, full in _SHORT:
        body = short.sub(full, body)
    return AgencyName(name, place, body)


def vertical_place(name: AgencyName) -> Place:
    """The place inside the name of a local office of a central organ (国家税务总局厦门市税务局)."""
    head = re.match(PLACES["vertical"], name.body)
    return split_place(name.body[head.end():])[0] if head and not name.place.tokens else name.place


def full_name(name: AgencyName, region: Region | None) -> str:
    """The name with its place in front and its organ in full: 市环保局 of 宿迁 becomes 宿迁市环境保护局."""
    printed, body = name.place.printed, name.body
    region = (name.place.region or region) if body.endswith("分局") else region
    # A county that became a city (撤县设市) prints its new rank before any list knows it, and its old one ever after.
    other_rank = region is not None and printed[:-1] == region.full_name[:-1] and printed != region.full_name
    if region is not None and not vertical_only(name) and not (name.is_functional and printed) and not other_rank:
        printed = region.full_name
    if not body or body in ("机关", "本级"):
        body = "人民政府"
    elif name.is_township and body.endswith(("镇", "乡", "苏木")):
        body += "人民政府"
    elif name.is_township and body.endswith("街道"):
        body += "办事处"
    return printed + body


def vertical_only(name: AgencyName) -> bool:
    """Whether the name needs no place in front: an organ of the state, or a local office that begins with one."""
    return not name.place.tokens and re.search(PLACES["central"], name.body) is not None


def same_body(one: str, other: str) -> bool:
    """Whether two names are printings of one body: organ equal, and neither's place contradicts the other's.

    A name that leaves out the upper place (同安区城市管理局), its suffix (云岫城管局) or all of it (市城管局) is the
    same body; an office of the government (政府办公室) and the government are two, and so are a bureau and its 分局.
    """
    a, b = _with_bare_place(read_name(one), read_name(other))
    if a.key != b.key:
        return False
    wide, narrow = sorted((a.place, b.place), key=lambda place: len(place.tokens), reverse=True)
    if narrow.tokens:
        return wide.tokens[-len(narrow.tokens):] == narrow.tokens
    return not (narrow.generic and wide.printed) or wide.printed[-1] == narrow.generic[-1]


def _with_bare_place(a: AgencyName, b: AgencyName) -> tuple[AgencyName, AgencyName]:
    """A place the list does not know may lack its suffix (云岫城管局): the other name helps to read it."""
    return _helped(a, b.place), _helped(b, a.place)


def _helped(name: AgencyName, place: Place) -> AgencyName:
    if name.place.tokens or not place.tokens:
        return name
    for start in range(len(place.tokens)):
        head = "".join(place.tokens[start:])
        if name.printed.startswith(head) and len(name.printed) > len(head):
            rest = read_name(place.printed + name.printed[len(head):])
            return AgencyName(name.printed, Place(place.tokens[start:], (), place.printed), rest.body)
    return name

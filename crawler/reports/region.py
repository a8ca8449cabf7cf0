"""Where an agency stands: the place of its name, or the place its page, address and host agree on."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from crawler.reports.material import Material
from crawler.reports.names import AgencyName, vertical_only, vertical_place
from crawler.reports.regions import (
    Place,
    Region,
    by_code,
    from_host,
    host_supports,
    mentions,
    most_specific,
    split_place,
)
from gongkai.chinese import fold
from gongkai.site import AgencySite

_GENERIC_LEVEL = {"省": ("province",), "自治区": ("province",), "市": ("prefecture", "county", "province"),
                  "自治州": ("prefecture",), "州": ("prefecture",), "盟": ("prefecture",), "县": ("county",),
                  "区": ("county",), "旗": ("county",)}
_SITE_NAMES = ("sitename", "网站名称", "发布机构", "发文机关", "发文机构", "contentsource", "信息来源", "来源")
_NEEDED = 2.0
"""Support a place must have before it completes a name that leaves it out."""


@dataclass(frozen=True)
class Surroundings:
    """Places the document's surroundings speak of, with how much each is supported."""

    support: dict[Region, float]

    def best(self, fits: Iterable[Region]) -> Region | None:
        ranked = sorted(((self.support.get(r, 0.0), r.code) for r in fits), reverse=True)
        if not ranked or ranked[0][0] < _NEEDED or (len(ranked) > 1 and ranked[1][0] == ranked[0][0]):
            return None
        return by_code()[ranked[0][1]]


def surroundings(material: Material, address: str | None, site: AgencySite | None) -> Surroundings:
    """Weighs the site's own row first, then page metadata, the contact's address, the opening text and the host."""
    support: dict[Region, float] = {}

    def add(regions: Iterable[Region], weight: float) -> None:
        for region in regions:
            support[region] = support.get(region, 0.0) + weight

    if site is not None:
        add(_of_site(site), 6.0)
    for key in _SITE_NAMES:
        add(_head_places(material.metadata.get(key, "")), 3.0)
    add(_head_places(material.hints.site_name), 3.0)
    add(_head_places(address or ""), 3.0)
    for text, most, weight in ((material.head[:3000], 3, 1.0), (material.text[:60_000], 4, 0.5)):
        for region, times in Counter(region for _, region in mentions(text)).items():
            add([region], min(times, most) * weight)
    add(_of_host(material, support), 2.0)
    add([r for r in support if host_supports(material.url, r)], 3.0)
    return Surroundings(support)


def _of_host(material: Material, support: dict[Region, float]) -> tuple[Region, ...]:
    """Places the host spells; of several spelled alike those whose parent the text names (weishan: 微山 under 济宁)."""
    spelled = from_host(material.url)
    if len(spelled) == 1:
        return spelled
    text = material.text[:10_000]
    return tuple(r for r in spelled if r in support or any(
        by_code()[code] in support or by_code()[code].core in text for code in r.parents))


def _of_site(site: AgencySite) -> tuple[Region, ...]:
    if site.region_code and site.region_code in by_code():
        return (by_code()[site.region_code],)
    return _head_places(site.agency or "")


def _head_places(text: str) -> tuple[Region, ...]:
    place = split_place(fold(text))[0] if text else Place()
    return (place.region,) if place.region else ()


def locate(name: AgencyName | None, around: Surroundings) -> Region | None:
    """The place of an agency: named outright, one of several of that name, or left to the surroundings.

    None where the words do not decide: a code that may be wrong is worse than none.
    """
    if name is None:
        return None
    place = vertical_place(name)
    if place.region is not None:
        return _branch(name, place.region) or _narrowed(name, place.region, around)
    if place.regions:
        return _one_of(place.regions, around)
    return None if place.tokens or vertical_only(name) else _left_out(name, around)


def _left_out(name: AgencyName, around: Surroundings) -> Region | None:
    """The place of a name without any (市环保局, 高楼乡人民政府): a township lies in a county, or else is not told."""
    if generic := name.place.generic:
        levels = _GENERIC_LEVEL[generic]
        return around.best(r for r in around.support if r.level in levels and _ends_like(r, generic))
    counties = [r for r in around.support if r.level == "county"]
    return around.best(counties if name.is_township else around.support)


def _ends_like(region: Region, generic: str) -> bool:
    return region.name.endswith(generic[-1]) or generic == "自治区"


def _one_of(regions: tuple[Region, ...], around: Surroundings) -> Region | None:
    """Same-named places: the one whose parent (or itself) the surroundings name."""
    parents = {r: sum(around.support.get(by_code()[code], 0.0) for code in r.parents) + around.support.get(r, 0.0)
               for r in regions}
    best = max(parents.values())
    winners = [r for r, weight in parents.items() if weight == best]
    return winners[0] if best >= 1.0 and len(winners) == 1 else None


def _branch(name: AgencyName, region: Region) -> Region | None:
    """The district of a branch: 上海市公安局普陀分局 sits in 普陀区."""
    if not name.body.endswith("分局"):
        return None
    below = [r for r in by_code().values() if r.within(region) and r.core + "分局" == name.body[-len(r.core) - 2:]]
    return most_specific(below)


def _narrowed(name: AgencyName, region: Region, around: Surroundings) -> Region:
    """A township named with its prefecture only: the county comes from the surroundings when it lies there."""
    if name.is_township and region.level != "county":
        below = [r for r in around.support if r.within(region) and r.level == "county"]
        return around.best(below) or region
    return region


def admin_level(name: AgencyName | None, region: Region | None) -> str | None:
    """central, province, prefecture, county, township or functional_area; None when nothing tells."""
    if name is None:
        return None
    if name.is_functional:
        return "functional_area"
    if name.is_township:
        return "township"
    if region is not None:
        return "county" if region.level == "prefecture" and region.code[2:4] == "90" else region.level
    if name.place.tokens:
        return _level_of_unlisted(name.place)
    return "central" if _is_central(name) else None


def _is_central(name: AgencyName) -> bool:
    return not name.place.generic and vertical_only(name)


def _level_of_unlisted(place: Place) -> str | None:
    last = place.printed[-1]
    if last in "区县旗":
        return "county"
    return {"市": "prefecture", "州": "prefecture", "盟": "prefecture", "省": "province"}.get(last)

"""The sites shipped with Gongkai: portals of governments and agencies known by name. ``tools/known_sites.py`` makes the
list; every row is a home page to begin at, none a promise that it answers today."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

from gongkai.site import AgencySite, region_prefix

COLUMNS = ("url", "agency", "region_code", "admin_level", "kind")
LEVELS = ("central", "province", "prefecture", "county")
KINDS = ("portal", "ministry", "agency")


@dataclass(frozen=True)
class KnownSite:
    """`kind`: portal of a whole government, site of a central organ (ministry) or of a local one (agency)."""

    site: AgencySite
    admin_level: str
    kind: str


def known_sites(*, region: str | None = None, agency: str | None = None, level: str | None = None,
                kind: str | None = None) -> Iterator[KnownSite]:
    """The list in its order, by region and name; `region` is a code or its beginning, `agency` a part of the name."""
    text = resources.files("crawler.sites").joinpath("known.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        known = KnownSite(
            AgencySite(row["url"], row["agency"], row["region_code"] or None), row["admin_level"], row["kind"]
        )
        if (
            (region is None or row["region_code"].startswith(region_prefix(region)))
            and (agency is None or agency in row["agency"])
            and level in (None, known.admin_level)
            and kind in (None, known.kind)
        ):
            yield known

"""Makes crawler/sites/known.csv, the list of sites shipped with Gongkai, from two workbooks of government addresses:

    python -m tools.known_sites CENTRAL.xlsx LOCAL.xlsx > new.csv && mv new.csv crawler/sites/known.csv

Without workbooks the rows shipped now are taken as they stand, so that a change to known_sites.yaml is enough.

CENTRAL has the columns Organ, Url; LOCAL has Province, City/district, Url, in English. Decisions that no rule makes
stand in known_sites.yaml beside this file. How a row is cleaned:

* the address becomes its site's home page, ``scheme://host/``: index pages, columns and queries are dropped, a
  misspelt scheme and a host's last dot or blank mended; what is outside .gov.cn or a bare number is left out;
* a place in pinyin is looked up within its province among the divisions of GB/T 2260: the prefecture of that name, else
  the one county; the agency is its government (行政公署 for 地区 and 盟);
* whatever is doubtful is left out, and said on stderr: two places of one name, one address under two names, a name
  that no organ would have.
"""

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import yaml
from openpyxl import load_workbook

from crawler.reports.regions import Region, by_code
from crawler.sites.known import COLUMNS, known_sites
from crawler.sites.plausible import names_organ
from gongkai.address import canonical, host_of
from gongkai.site import level_of

DECIDED: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))


@dataclass(frozen=True)
class Row:
    url: str
    agency: str
    region_code: str
    admin_level: str
    kind: str


def main(*workbooks: str) -> None:
    begun = [*_central(workbooks[0]), *_local(workbooks[1])] if workbooks else [*_shipped()]
    made = [*begun, *_found_elsewhere()]
    hosts = Counter(_host(row) for row in made)
    names = Counter((row.agency, row.region_code) for row in made)
    kept = []
    for row in made:
        if hosts[_host(row)] > 1 or names[row.agency, row.region_code] > 1:
            _left_out(row.agency, row.url, "its address or its name stands twice")
        else:
            kept.append(row)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(astuple, sorted(kept, key=lambda row: (row.region_code, row.agency))))
    print(f"{len(kept)} sites", file=sys.stderr)  # noqa: T201


def _central(workbook: str) -> Iterator[Row]:
    for organ, address in _cells(workbook, 2):
        home, wrong = home_page(address)
        name = DECIDED["names"].get(organ, organ)
        wrong = _decided(organ, home) or wrong or (None if names_organ(name) else "no organ's name")
        if wrong or home is None:
            _left_out(organ, address, wrong)
        else:
            yield Row(home, name, "", "central", "ministry")


def _local(workbook: str) -> Iterator[Row]:
    for province, city, address in _cells(workbook, 3):
        home, wrong = home_page(address)
        wrong = _decided(f"{province}/{city}", home) or wrong
        region = None if wrong else _region(province, city)
        if wrong or home is None or region is None:
            _left_out(f"{province}/{city}", address, wrong or "no place, or more than one, has that name")
        else:
            yield _portal(home, region)


def _shipped() -> Iterator[Row]:
    elsewhere = {*DECIDED["portals"].values(), *DECIDED["agencies"]}
    for known in known_sites():
        site = known.site
        if wrong := _decided(site.agency or "", site.url):
            _left_out(site.agency or "", site.url, wrong)
        elif host_of(site.url) not in elsewhere:
            yield Row(site.url, site.agency or "", site.region_code or "", known.admin_level, known.kind)


def _found_elsewhere() -> Iterator[Row]:
    for code, host in DECIDED["portals"].items():
        yield _portal(f"http://{host}/", by_code()[code])
    for host, (agency, code) in DECIDED["agencies"].items():
        yield Row(f"http://{host}/", agency, code, level_of(code), "agency")


def _portal(home: str, region: Region) -> Row:
    government = "行政公署" if region.name.endswith(("地区", "盟")) else "人民政府"
    return Row(home, region.full_name + government, region.code, region.level, "portal")


def home_page(address: str) -> tuple[str | None, str | None]:
    """The home page of an address as people write them, and what speaks against it."""
    mended = re.sub(r"^h+t+ps?(?=:)", lambda m: "https" if m.group().endswith("s") else "http", address.strip())
    host = host_of(canonical(mended) or "").rstrip(". ")
    if not host.endswith(".gov.cn"):
        return None, "outside .gov.cn"
    return canonical(f"{mended.split(':', 1)[0]}://{host}/"), None


def _region(province: str, city: str) -> Region | None:
    code = DECIDED["provinces"].get(province) or next(
        (r.code for r in by_code().values() if r.level == "province" and _joined(r) == province.lower()), None
    )
    if code is None:
        return None
    if re.search("(provincial|municipal) government", city):
        return by_code()[code]
    if stated := DECIDED["places"].get(f"{province}/{city}"):
        return by_code()[stated]
    asked = re.sub(r"[^a-z]", "", city.lower().removesuffix("new area"))
    found = [r for r in by_code().values() if r.code[:2] == code[:2] and r.code != code and _joined(r) == asked]
    wide = [r for r in found if r.level == "prefecture"] or found
    return wide[0] if len(wide) == 1 else None


def _joined(region: Region) -> str:
    return region.pinyin.replace(" ", "")


def _host(row: Row) -> str:
    return host_of(row.url).removeprefix("www.")


def _decided(key: str, home: str | None) -> str | None:
    return DECIDED["left_out"].get(key) or DECIDED["left_out"].get(host_of(home or ""))


def _left_out(name: str, address: str, why: str | None) -> None:
    print(f"left out: {name} {address}: {why}", file=sys.stderr)  # noqa: T201


def _cells(workbook: str, width: int) -> Iterator[tuple[str, ...]]:
    sheet = load_workbook(workbook, read_only=True).worksheets[0]
    for row in sheet.iter_rows(min_row=2, max_col=width, values_only=True):
        if all(row):
            yield tuple(str(cell).strip() for cell in row)


if __name__ == "__main__":
    if len(sys.argv) not in (1, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])

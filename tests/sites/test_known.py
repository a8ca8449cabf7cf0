"""The list of sites shipped with Gongkai: every row can be followed as it stands."""

import csv
import subprocess
import sys
from importlib import resources

from crawler.fetching.policy import EgressPolicy
from crawler.reports.regions import by_code
from crawler.sites.known import COLUMNS, KINDS, LEVELS, known_sites
from crawler.sites.plausible import names_organ
from gongkai.address import canonical, host_of
from gongkai.site import level_of
from tests.command import REPOSITORY


def test_every_row_is_a_home_page_under_gov_cn_with_the_full_name_of_an_organ() -> None:
    policy = EgressPolicy()
    for known in known_sites():
        site = known.site
        assert canonical(site.url) == site.url and site.url.count("/") == 3, site
        assert policy.refusal(site.url) is None, site
        assert names_organ(site.agency or ""), site
        assert known.admin_level in LEVELS and known.kind in KINDS, site


def test_every_row_stands_in_a_division_of_its_level_and_central_organs_in_none() -> None:
    for known in known_sites():
        code = known.site.region_code
        assert (code is None) == (known.admin_level == "central") == (known.kind == "ministry"), known
        if code is None:
            continue
        assert level_of(code) == known.admin_level, known
        region = by_code()[code]
        if known.kind == "portal":
            assert (known.site.agency or "").startswith(region.full_name), known


def test_no_site_and_no_agency_stands_twice_and_the_rows_are_in_order() -> None:
    known = list(known_sites())
    hosts = [host_of(k.site.url).removeprefix("www.") for k in known]
    assert len(known) > 300 and len(set(hosts)) == len(hosts)
    order = [(k.site.region_code or "", k.site.agency) for k in known]
    assert order == sorted(set(order))


def test_the_file_has_its_columns_and_nothing_else() -> None:
    text = resources.files("crawler.sites").joinpath("known.csv").read_text("utf-8")
    rows = list(csv.reader(text.splitlines()))
    assert tuple(rows[0]) == COLUMNS and {len(row) for row in rows} == {len(COLUMNS)}


def test_listing_sites_loads_no_scrapy() -> None:
    program = ("import sys; sys.argv = ['gongkai', 'sites', 'list', '--known', '--region', '35']\n"
               "import crawler.cli, atexit\n"
               "atexit.register(lambda: print('scrapy' in sys.modules, 'twisted' in sys.modules))\n"
               "crawler.cli.main()")
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False False", done.stdout + done.stderr

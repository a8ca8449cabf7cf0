"""Each site family knows the pages of its own invented site, and takes no other system's pages for its own."""

from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from scrapy.http import HtmlResponse

import spiders.families
from spiders.families import about, all_families, family_of, more_pages
from spiders.page import Page, read_page
from tests.worlds import FAMILIES, INVENTIONS, load, variants
from tests.worlds.engine import Site
from tests.worlds.parts import Request

PART_OF = {"xxgksearch": "hanweb"}
"""Worlds of a mechanism that belongs to another family."""
ALSO_MADE_BY = {"gkmlpt": "nfcms", "igs": "trs"}
"""Sites whose articles really come from another system: gkmlpt is a module beside NFCMS, IGS one beside TRS pages."""
KNOWN = {family.name: family for family in all_families()}


@cache
def pages(name: str) -> tuple[Page, ...]:
    """Its home page, its entry, the first page of each column, and reports."""
    world = load(name)
    urls = [world.home, world.entry, *map(world.list_url, world.columns.values()), *(r.url for r in world.own[:3])]
    return tuple(page for url in urls if (page := read(world, url)) is not None)


def read(world: Site, url: str) -> Page | None:
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"referer": world.home, "cookie": "wzws=1"}
    answer = world.answer(Request("GET", parts.netloc, path, headers))
    if answer.status != 200 or "html" not in answer.kind:
        return None
    given = {"Content-Type": answer.kind}
    return read_page(HtmlResponse(url, body=answer.data(world.charset), headers=given))


def variants_of(world: str) -> list[str]:
    return [name for name in variants() if name.partition(":")[0] == world]


def test_every_family_file_is_named_as_its_family_says_what_it_is_and_has_a_world() -> None:
    room = Path(spiders.families.__file__).parent
    files = {path.stem for path in room.glob("*.py") if "\nFAMILY = " in path.read_text("utf-8")}
    assert files == KNOWN.keys() <= set(FAMILIES)
    assert set(FAMILIES) == KNOWN.keys() | PART_OF.keys(), "a world without the family that reads it"
    for known in all_families():
        assert known.title and len(about(known)) > 20, known.name


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_a_family_is_recognised_on_lists_and_on_reports_of_its_own_site(name: str) -> None:
    for world in variants_of(name):
        took = [family_of(page) for page in pages(world)]
        assert KNOWN[name] in took, f"no page of the world {world} is recognised; fill in the fingerprint"
        assert took.count(KNOWN[name]) >= len(took) / 2, f"{world}: {[t and t.name for t in took]}"


@pytest.mark.parametrize("name", [world for name in FAMILIES for world in variants_of(name)])
def test_no_other_family_is_surer_of_a_page_than_the_one_that_made_it(name: str) -> None:
    plain = name.partition(":")[0]
    right = KNOWN[PART_OF.get(plain, plain)]
    for page in pages(name):
        for other in KNOWN.values():
            if other is not right and other.name != ALSO_MADE_BY.get(plain):
                assert other.recognise(page) <= right.recognise(page), f"{other.name} takes {page.url}"


@pytest.mark.parametrize("name", INVENTIONS)
def test_systems_nobody_knows_are_claimed_by_no_family(name: str) -> None:
    assert [(known.name, page.url) for page in pages(name) if (known := family_of(page))] == []


@pytest.mark.parametrize("name", ["nfcms", "npages", "opaque", "php:empire", "php:phpcms", "aspnet:query", "hzcms"])
def test_the_first_page_of_a_list_names_all_the_others_in_order(name: str) -> None:
    world = load(name)
    for column in (world.reports, world.columns["news"]):
        last = world.pages(column)
        page = read(world, world.list_url(column))
        assert page is not None and last > 2
        told = [(more.url, more.number) for more in more_pages(page)]
        made = [(world.list_url(column, k), k) for k in range(2, last + 1)]
        assert [number for _, number in told] == [number for _, number in made]
        for (url, _), (wanted, _) in zip(told, made, strict=True):
            shown = read(world, url)
            assert shown is not None and shown.digest == (read(world, wanted) or page).digest, f"{url} is not {wanted}"


def test_any_page_of_an_xp_unit_tells_where_its_reports_are() -> None:
    world = load("xp")
    page = read(world, world.list_url(world.columns["news"]))
    assert page is not None
    unlinked = HtmlResponse(page.url, body=page.source.replace("sgknb", "szn").encode("gbk"), encoding="gbk")
    (link,) = KNOWN["xp"].links(read_page(unlinked))
    assert link.url == world.list_url(world.reports) and "年度报告" in link.text
    assert KNOWN["xp"].links(read(world, world.list_url(world.reports)) or page) == ()

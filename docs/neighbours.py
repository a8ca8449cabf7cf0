"""Invented agencies beside the crawled sample, for pictures: a dozen cities in a few provinces, one with its counties,
with years that are missing, late or changed. Their reports are kept as a crawl keeps them, their sites are followed,
and two of these refuse or do not answer."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from crawler.jobs.rhythm import Rhythm
from gongkai.capture import FetchRecord
from gongkai.clock import utc_now
from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import Archive
from tests.factories import finding

_CITIES = (("云溪市", "350200"), ("青岚区", "350203"), ("石浦区", "350205"), ("临江区", "350206"), ("松陵市", "350100"),
           ("南渡市", "320500"), ("平野市", "410100"), ("西岭市", "510100"), ("白川市", "610100"), ("东屿市", "330200"),
           ("北原市", "210100"), ("长洲市", "440300"), ("红谷市", "360100"), ("沙城市", "650100"))
_BODIES = ("人民政府", "城市管理局", "教育局", "卫生健康局")
_YEARS = range(2012, 2026)
_REFUSES_SINCE = 2021
_REFUSING = {"石浦区教育局": ("blocked", "challenge", "status 412, a challenge page of 1830 bytes"),
             "南渡市城市管理局": ("unreachable", "timeout", "no answer within 60 seconds")}


def settle(archive: Path) -> None:
    """Each agency's site with one crawl; those that refuse gave the older years before."""
    chance = random.Random(11)
    with Archive.open(Settings(archive=str(archive))) as opened:
        sites = []
        for place, (city, region) in enumerate(_CITIES):
            for at, body in enumerate(_BODIES):
                site = AgencySite(f"http://b{at}.c{place}.gov.cn/", city + body, region)
                sites.append(site)
                _crawl(opened, site, _reports(chance, 0.55 + 0.44 * chance.random()))
        for site in sites:
            if site.agency in _REFUSING:
                outcome, kind, detail = _REFUSING[site.agency]
                for _ in range(3):
                    log = opened.begin_crawl(site)
                    log.record(FetchRecord(site.url, utc_now(), 412 if kind == "challenge" else None, kind,
                                           reason="the site's address as given", detail=detail))
                    log.finish({
                        "outcome": outcome, "reports": 0, "requests": 2, "explanation":
                        f"0 of {len(_YEARS)} years found; {site.url}: {detail}",
                        "incidents": [{"url": site.url, "kind": kind, "detail": detail}]})
        opened.add_sites(sites, reason="neighbours of the sample agency", source="docs.neighbours", by="docs")


def follow_newest(archive: Path) -> None:
    """The site of the newest crawl is followed, too; and every site has the date of its next one."""
    settings = Settings(archive=str(archive))
    with Archive.open(settings) as opened:
        crawl, = opened.browse.crawls(limit=1)
        opened.add_sites([AgencySite(crawl.site, crawl.agency or "", "350200")], reason="the sample agency",
                         source="docs.neighbours", by="docs")
        rhythm = Rhythm.of(settings)
        opened.timetable.decide(rhythm.due(run, utc_now()) for run in opened.timetable.sites())


def _crawl(archive: Archive, site: AgencySite, reports: Iterator[tuple[int, date, list[int]]]) -> None:
    log, years = archive.begin_crawl(site), list[int]()
    log.record(FetchRecord(site.url, utc_now(), 200, "fetched", reason="the site's address as given",
                           size_bytes=40_960))
    for year, day, received in reports:
        if site.agency in _REFUSING and year > _REFUSES_SINCE:
            continue
        years.append(year)
        log.record(FetchRecord(f"{site.url}zfxxgknb/{year}/t{year}.html", utc_now(), 200, "fetched",
                               reason=f"names the report for {year}", size_bytes=20_480))
        for minutes, figure in enumerate(received):
            url = f"{site.url}zfxxgknb/{year}/t{year}.html"
            archive.keep(*finding(year, figure, url=url, site=site, agency=site.agency, region=site.region_code,
                                  published=day, minutes=minutes), crawl_id=log.crawl_id)
    missing = sorted(set(range(years[0], _YEARS.stop)) - set(years)) if years else []
    log.finish({"outcome": "incomplete" if missing else "complete", "reports": len(years), "new": len(years),
                "changed": 0, "years": years, "missing_years": missing, "requests": len(years) + 6})


def _reports(chance: random.Random, care: float) -> Iterator[tuple[int, date, list[int]]]:
    """Years that are there, with the day of publication and the figure of each state; later years are better kept."""
    for year in _YEARS:
        if chance.random() > care * (0.62 + 0.03 * (year - _YEARS.start)):
            continue
        received = chance.randint(3, 90)
        late = chance.random() < 0.12
        day = date(year + 1, 1, 4) + timedelta(days=chance.randint(30, 110) if late and year < 2025
                                               else chance.randint(0, 25))
        yield year, day, [received, received + 1] if year < 2021 and chance.random() < 0.05 else [received]

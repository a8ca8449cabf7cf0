"""Invented agencies beside the crawled sample, for pictures: a dozen cities in a few provinces, one with its counties,
with years that are missing, late or changed. Their reports are kept as a crawl keeps them."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import Archive
from tests.factories import finding

_CITIES = (("云溪市", "350200"), ("青岚区", "350203"), ("石浦区", "350205"), ("临江区", "350206"), ("松陵市", "350100"),
           ("南渡市", "320500"), ("平野市", "410100"), ("西岭市", "510100"), ("白川市", "610100"), ("东屿市", "330200"),
           ("北原市", "210100"), ("长洲市", "440300"), ("红谷市", "360100"), ("沙城市", "650100"))
_BODIES = ("人民政府", "城市管理局", "教育局", "卫生健康局")
_YEARS = range(2012, 2026)


def settle(archive: Path) -> None:
    chance = random.Random(11)
    with Archive.open(Settings(archive=str(archive))) as opened:
        log = opened.begin_crawl(AgencySite("http://www.example.gov.cn/", "云溪市人民政府", "350200"))
        kept = 0
        for place, (city, region) in enumerate(_CITIES):
            for at, body in enumerate(_BODIES):
                site = AgencySite(f"http://b{at}.c{place}.gov.cn/", city + body, region)
                for year, day, received in _reports(chance, 0.55 + 0.44 * chance.random()):
                    url = f"{site.url}zfxxgknb/{year}/t{year}.html"
                    for minutes, figure in enumerate(received):
                        opened.keep(*finding(year, figure, url=url, site=site, agency=site.agency, region=region,
                                             published=day, minutes=minutes), crawl_id=log.crawl_id)
                        kept += 1
        log.finish({"outcome": "complete", "reports": kept})


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

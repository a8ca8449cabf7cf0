"""What ``scrapy crawl agency -a …`` may be given, read or refused with a word for a person."""

from gongkai.address import canonical
from gongkai.errors import ConfigurationError
from gongkai.settings import Settings


def home_page(site: str | None) -> str:
    url = canonical(site or "") or (canonical(f"http://{site}") if site and "://" not in site else None)
    if url is None:
        raise ConfigurationError(
            f"site: {site!r} is not an address; expected the agency's home page, "
            "for example -a site=http://www.example.gov.cn/")
    return url


def budget(given: int | str | None) -> int:
    if given is None or given == "":
        return int(Settings.model_fields["max_requests"].default)
    if not str(given).isdigit() or int(given) < 1:
        raise ConfigurationError(f"max_requests: {given!r} is no number of requests; expected 1 or more, such as 300")
    return int(given)

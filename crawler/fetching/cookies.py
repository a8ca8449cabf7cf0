"""Cookies within a crawl, without the request nobody ordered."""

from scrapy.downloadermiddlewares import cookies
from tldextract import TLDExtract


class CookiesMiddleware(cookies.CookiesMiddleware):
    """Scrapy's, judging cookie domains by the list of public suffixes that came with the package.

    Scrapy's own fetches a fresh list from publicsuffix.org at the first cookie: past every guard, blocking the crawl,
    and for nothing, since ``gov.cn`` has been on the list from its beginning.
    """

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        cookies._split_domain = TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)

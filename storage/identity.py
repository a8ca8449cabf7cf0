"""The names things keep for ever: documents, agencies, reports, captures."""

from gongkai.address import identity
from gongkai.chinese import fold
from gongkai.digest import sha256_hex


def document_id(url: str) -> str:
    return sha256_hex(identity(url))[:32]


def address_name(url: str) -> str:
    """What two spellings of an address share; the address itself where it is none that can be asked."""
    try:
        return identity(url)
    except ValueError:
        return url


def agency_id(filed_under: str, region_code: str | None) -> str:
    return sha256_hex(f"agency\n{fold(filed_under)}\n{region_code or ''}")[:16]


def report_id(agency: str | None, year: int | None, document: str) -> str:
    """(agency, year) names a report. Where either is unknown the document stands alone, so that nothing is merged
    on a guess."""
    if agency is None or year is None:
        return sha256_hex(f"report\n{document}")[:20]
    return sha256_hex(f"report\n{agency}\n{year}")[:20]


def capture_id(crawl: str, document: str, role: str, url: str, fetched_at: str, status: int, raw_sha256: str) -> str:
    """One fetch of one crawl as part of one document: recording it twice gives one row."""
    return sha256_hex("\n".join(("capture", crawl, document, role, url, fetched_at, str(status), raw_sha256)))[:32]


def site_id(url: str) -> str:
    """http and https, with and without an index page: one site."""
    return sha256_hex(f"site\n{identity(url)}")[:16]

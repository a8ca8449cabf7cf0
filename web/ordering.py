"""An order to crawl a site, from a form or from JSON: checked by the rules of sites, written into the catalog. Whoever
carries it out passes the same egress guard as any crawl."""

from gongkai.errors import ConfigurationError
from gongkai.settings import Settings
from storage import Archive, Order
from web.desk import Desk


def order(desk: Desk, url: str, *, agency: str, region_code: str, recheck: bool, by: str) -> Order:
    """Written, and seen as it stands. The desk's `check_site` refuses what may not or cannot be crawled. What
    the pages read with cannot write: the archive is opened anew for it."""
    if desk.check_site is None:
        raise ConfigurationError("this server takes no orders (--no-crawls); use gongkai crawl")
    site = desk.check_site(url, desk.settings, agency=agency, region_code=region_code)
    with _writing(desk.settings) as archive:
        order_id = archive.timetable.order(site, why="ordered on the web", by=by, priority=10, recheck=recheck)
    return desk.archive.timetable.see(order_id)


def cancel(desk: Desk, order_id: str, *, by: str) -> Order:
    desk.archive.timetable.see(order_id)
    with _writing(desk.settings) as archive:
        archive.timetable.cancel(order_id, why=f"cancelled by {by}")
    return desk.archive.timetable.see(order_id)


def _writing(settings: Settings) -> Archive:
    return Archive.open(settings, create=False)

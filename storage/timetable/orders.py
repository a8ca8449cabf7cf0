"""Orders going in, seen and cancelled."""

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from gongkai.address import canonical, place_of
from gongkai.clock import stamp
from gongkai.errors import ConfigurationError, NotFoundError
from gongkai.site import AgencySite
from storage.catalog.schema import crawl_leases, crawl_orders, sites
from storage.identity import site_id
from storage.timetable.records import Order, OrderState

_OPEN: tuple[OrderState, ...] = ("waiting",)


def new_order(site: AgencySite, now: datetime, *, priority: int, why: str, by: str, recheck: bool,
              max_requests: int | None) -> dict[str, Any]:
    address = canonical(site.url)
    if address is None:
        raise ConfigurationError(f"{site.url!r} is not a web address; expected an agency's home page such as "
                                 "http://cgj.xm.gov.cn/")
    return {"order_id": f"{now:%Y%m%dT%H%M%S}.{now.microsecond:06d}Z-{secrets.token_hex(4)}",
            "site_id": site_id(address), "host": place_of(address), "url": address,
            "agency": site.agency, "region_code": site.region_code, "former_names": list(site.former_names),
            "recheck": recheck, "max_requests": max_requests, "priority": priority, "why": why, "by": by,
            "state": "waiting", "ordered_at": stamp(now), "not_before": None, "started_at": None, "finished_at": None,
            "attempts": 0, "runner": None, "crawl_id": None, "summary": {}, "reason": ""}


def enter_order(connection: Connection, row: dict[str, Any]) -> str:
    """Its id; that of the one that waits for the same site already, which then has the higher of both priorities and
    the wider of both wishes."""
    waiting = connection.execute(select(crawl_orders).where(
        crawl_orders.c.site_id == row["site_id"], crawl_orders.c.state.in_(_OPEN))).first()
    if waiting is None:
        connection.execute(insert(crawl_orders), row)
        return str(row["order_id"])
    connection.execute(update(crawl_orders).where(crawl_orders.c.order_id == waiting.order_id).values(
        priority=max(waiting.priority, row["priority"]), recheck=waiting.recheck or row["recheck"],
        agency=waiting.agency or row["agency"], region_code=waiting.region_code or row["region_code"],
        max_requests=_wider(waiting.max_requests, row["max_requests"])))
    return str(waiting.order_id)


def _wider(one: int | None, other: int | None) -> int | None:
    """None is the setting's number."""
    return None if one is None or other is None else max(one, other)


def orders(connection: Connection, *, states: Sequence[OrderState] | None, site: str | None, limit: int | None,
           after: str | None) -> Iterator[Order]:
    """Newest first."""
    asked = _asked().order_by(crawl_orders.c.order_id.desc()).limit(limit)
    if states is not None:
        asked = asked.where(crawl_orders.c.state.in_(states))
    if site is not None:
        asked = asked.where(crawl_orders.c.site_id == site)
    if after is not None:
        asked = asked.where(crawl_orders.c.order_id < after)
    return map(_order, connection.execute(asked).all())


def order_named(connection: Connection, order_id: str) -> Order:
    row = connection.execute(_asked().where(crawl_orders.c.order_id == order_id)).first()
    if row is None:
        raise NotFoundError(f"no crawl order {order_id!r}; gongkai schedule show --orders lists them")
    return _order(row)


def cancel(connection: Connection, order_id: str, why: str, now: datetime) -> Order:
    """One that waits is over; one that runs is told to stop; one that ended stays as it is."""
    found = order_named(connection, order_id)
    if found.state == "waiting":
        connection.execute(update(crawl_orders).where(crawl_orders.c.order_id == order_id).values(
            state="cancelled", finished_at=stamp(now), reason=why))
    elif found.state == "running":
        connection.execute(update(crawl_leases).where(crawl_leases.c.order_id == order_id).values(
            stop=why or "cancelled"))
    return order_named(connection, order_id)


def next_waiting(connection: Connection, now: str, only: str | None) -> Row[Any] | None:
    """The order whose turn it is, its host being free."""
    asked = select(crawl_orders).where(
        crawl_orders.c.state == "waiting", crawl_orders.c.host.not_in(select(crawl_leases.c.host)),
        crawl_orders.c.not_before.is_(None) | (crawl_orders.c.not_before <= now))
    if only is not None:
        asked = asked.where((crawl_orders.c.order_id == only) | (crawl_orders.c.site_id == only))
    return connection.execute(asked.order_by(crawl_orders.c.priority.desc(), crawl_orders.c.order_id).limit(1)).first()


def _asked() -> Select[Any]:
    """With what the registry knows of the site, where the order left it open."""
    known = [sites.c.agency.label("known_agency"), sites.c.region_code.label("known_region"),
             sites.c.former_names.label("known_names")]
    return select(crawl_orders, crawl_leases.c.progress, crawl_leases.c.crawl_id.label("running_crawl"), *known
                  ).outerjoin(crawl_leases, crawl_leases.c.order_id == crawl_orders.c.order_id
                              ).outerjoin(sites, sites.c.site_id == crawl_orders.c.site_id)


def site_of_order(row: Row[Any]) -> AgencySite:
    return AgencySite(row.url, row.agency or row.known_agency or None, row.region_code or row.known_region or None,
                      tuple(row.former_names or row.known_names or ()))


def _order(row: Row[Any]) -> Order:
    return Order(
        order_id=row.order_id, site=site_of_order(row), site_id=row.site_id, host=row.host, state=row.state,
        priority=row.priority, why=row.why, by=row.by, recheck=row.recheck, max_requests=row.max_requests,
        ordered_at=row.ordered_at, not_before=row.not_before, started_at=row.started_at, finished_at=row.finished_at,
        attempts=row.attempts, runner=row.runner, crawl_id=row.running_crawl or row.crawl_id,
        summary=row.summary or {}, reason=row.reason, progress=row.progress or {})

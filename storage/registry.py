"""The registry of sites: which agencies on which sites this archive follows.

Every change is one immutable event object, however many rows it touches; each row in it is the whole row as it stands
afterwards. So the newest event that names a site decides, whatever order events are read in, and the table `sites` can
always be made again.
"""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from gongkai.chinese import fold
from gongkai.clock import stamp, utc_now
from gongkai.digest import sha256_hex
from gongkai.errors import DamageError
from gongkai.site import AgencySite, level_of
from storage.gazetteer import AgencyState
from storage.identity import agency_id, site_id
from storage.layout import event_key
from storage.objects import ObjectStore

SCHEMA = "gongkai/registry/1"
_ID_TIME = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True)
class SiteState:
    """One row as it stands after an event."""

    action: Literal["added", "changed", "retired"]
    site: AgencySite
    source: str = ""

    @property
    def site_id(self) -> str:
        return site_id(self.site.url)

    @property
    def retired(self) -> bool:
        return self.action == "retired"


@dataclass(frozen=True)
class RegistryEvent:
    """Who changed what, when and why: sites, or what is said of agencies. `source` names where the rows came from: a
    file, a command, a proposal."""

    event_id: str
    at: str
    by: str
    reason: str
    source: str
    rows: tuple[SiteState, ...]
    agencies: tuple[AgencyState, ...] = ()
    event_sha256: str = ""
    schema: str = SCHEMA


_ADAPTER = TypeAdapter(RegistryEvent)


def new_event(rows: Iterable[SiteState], *, by: str, reason: str, source: str, newest: str | None,
              agencies: Iterable[AgencyState] = ()) -> RegistryEvent:
    """`newest` is the latest event known: a clock set back must not make a change look older than what it changes."""
    now = utc_now()
    if newest is not None:
        last = datetime.strptime(newest.rpartition("-")[0], _ID_TIME).replace(tzinfo=UTC)
        now = max(now, last + timedelta(microseconds=1))
    event = RegistryEvent(f"{now.strftime(_ID_TIME)}-{secrets.token_hex(4)}", stamp(now), by, reason, source,
                          tuple(rows), tuple(agencies))
    return replace(event, event_sha256=_own_digest(_ADAPTER.dump_python(event, mode="json")))


def put_event(objects: ObjectStore, event: RegistryEvent) -> None:
    text = json.dumps(_ADAPTER.dump_python(event, mode="json"), ensure_ascii=False, sort_keys=True, indent=1)
    objects.put(event_key(event.event_id), (text + "\n").encode(errors="backslashreplace"), "application/json")


def load_event(event_id: str, data: bytes) -> RegistryEvent:
    """Raises DamageError for what is not the event its name promises."""
    try:
        fields = json.loads(data)
        event = _ADAPTER.validate_python(fields)
        for row in event.rows:
            assert row.site_id
    except (ValueError, ValidationError, TypeError) as problem:
        raise DamageError(f"it is no registry event ({str(problem).splitlines()[0]})") from None
    if event.event_sha256 != _own_digest(fields):
        raise DamageError("it was altered: its digest is not that of what it says")
    if event.event_id != event_id:
        raise DamageError(f"it was altered: it says it is event {event.event_id}")
    return event


def event_row(event: RegistryEvent) -> dict[str, Any]:
    return {"event_id": event.event_id, "at": event.at, "by": event.by, "reason": event.reason,
            "source": event.source, "rows": len(event.rows) + len(event.agencies), "event_sha256": event.event_sha256}


def site_rows(event: RegistryEvent) -> list[dict[str, Any]]:
    """What the event says of each site, as the catalog's rows; `added_at` is right for a site it is the first of."""
    return [_site_row(event, state) for state in event.rows]


def newer(known: Mapping[str, Any] | None, row: Mapping[str, Any]) -> dict[str, Any]:
    """Of two rows of one site the one that stands; which of them was met first makes no difference."""
    if known is None:
        return dict(row)
    chosen = row if row["event_id"] >= known["event_id"] else known
    return {**chosen, "added_at": min(known["added_at"], row["added_at"])}


def _site_row(event: RegistryEvent, state: SiteState) -> dict[str, Any]:
    site = state.site
    known = bool(site.agency and site.region_code)
    return {
        "site_id": state.site_id, "url": site.url, "agency": site.agency or "",
        "folded": "\n".join(fold(name) for name in (site.agency, *site.former_names) if name),
        "agency_id": agency_id(site.agency or "", site.region_code) if known else "",
        "region_code": site.region_code or "", "admin_level": level_of(site.region_code) if site.region_code else None,
        "former_names": list(site.former_names), "schedule": site.schedule, "retired": state.retired,
        "added_at": event.at, "changed_at": event.at, "source": state.source or event.source,
        "event_id": event.event_id}


def _own_digest(fields: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in fields.items() if key != "event_sha256"}
    return sha256_hex(json.dumps(rest, sort_keys=True, separators=(",", ":")))

"""Tells a human what needs one, by POST, once for each trouble until it changes. In a thread of its own: a receiver
that is slow or away delays nothing and is tried again with the next round."""

import hashlib
import hmac
import json
import logging
import threading
import urllib.error
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException
from typing import Any

from gongkai.clock import stamp, utc_now
from gongkai.errors import StorageError
from gongkai.settings import Settings
from storage import Archive, Trouble
from storage.timetable.troubles import Told

logger = logging.getLogger(__name__)

SIGNATURE, MOMENT = "X-Gongkai-Signature", "X-Gongkai-Timestamp"
_EVERY_S = 60.0
_TIMEOUT_S = 10.0
_TRIES = 3
_FIRST_WAIT_S = 1.0
_CLAIM_S = 120.0
"""Longer than all tries together take."""
_AT_ONCE = 200


class Webhook:
    def __init__(self, settings: Settings, archive: Archive, stop: threading.Event | None = None) -> None:
        """Does nothing without `webhook_url`. `stop` ends a wait between two tries."""
        self._settings, self._archive = settings, archive
        self._stop = stop or threading.Event()

    def keep_telling(self) -> None:
        """Every minute, until `stop` is set."""
        while self._settings.webhook_url and not self._stop.is_set():
            try:
                self.tell()
            except StorageError as problem:
                logger.warning("what needs a human is not known now: %s", problem)
            self._stop.wait(_EVERY_S)

    def tell(self) -> bool:
        """One round; whether everything reached the receiver."""
        if not self._settings.webhook_url:
            return True
        fresh, over = self._archive.timetable.claim_troubles(self._archive.condition().troubles, utc_now(), _CLAIM_S)
        reached = True
        for start in range(0, max(len(fresh), len(over)), _AT_ONCE):
            some, ended = fresh[start:start + _AT_ONCE], over[start:start + _AT_ONCE]
            if self._posted(message(self._settings.archive, some, ended)):
                self._archive.timetable.troubles_told(some, ended, utc_now())
            else:
                reached = False
        return reached

    def _posted(self, told: dict[str, Any]) -> bool:
        body = json.dumps(told, ensure_ascii=False).encode()
        wait = _FIRST_WAIT_S
        for attempt in range(1, _TRIES + 1):
            problem = self._post(body)
            if problem is None:
                return True
            logger.warning("webhook: %s (try %d of %d)", problem, attempt, _TRIES)
            if attempt < _TRIES and self._stop.wait(wait):
                return False
            wait *= 3
        return False

    def _post(self, body: bytes) -> str | None:
        """What went wrong; None when the receiver took it."""
        assert self._settings.webhook_url is not None
        now = stamp(utc_now())
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Gongkai", MOMENT: now}
        if self._settings.webhook_secret:
            headers[SIGNATURE] = signature(self._settings.webhook_secret, now, body)
        request = urllib.request.Request(self._settings.webhook_url, body, headers, method="POST")
        try:
            with _OPENER.open(request, timeout=_TIMEOUT_S):
                return None
        except urllib.error.HTTPError as problem:
            return f"the receiver answered {problem.code}"
        except (OSError, HTTPException, ValueError) as problem:
            return f"the receiver cannot be reached ({getattr(problem, 'reason', problem)})"


def signature(secret: str, moment: str, body: bytes) -> str:
    """``sha256=`` and the HMAC in hex of the time stamp, a full stop and the body, as the receiver computes it."""
    return "sha256=" + hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def message(archive: str, fresh: Sequence[Trouble], over: Sequence[Told]) -> dict[str, Any]:
    return {"schema": "gongkai/troubles/1", "archive": archive, "at": stamp(utc_now()),
            "troubles": [trouble.as_json() for trouble in fresh], "over": [told.as_json() for told in over]}


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A signed message goes where the setting says, nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)

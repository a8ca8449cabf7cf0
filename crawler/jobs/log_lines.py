"""How a line of a log is written: for a person, or as one JSON object for whatever collects logs."""

import json
import logging
import time
from datetime import UTC, datetime
from typing import Any

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_OBJECTS = frozenset(("spider",))
"""What Scrapy hands along: as text an address in memory, another one each run."""


def formatter(style: str) -> logging.Formatter:
    return JsonLines() if style == "json" else _human()


def _human() -> logging.Formatter:
    made = logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", "%Y-%m-%dT%H:%M:%SZ")
    made.converter = time.gmtime
    return made


class JsonLines(logging.Formatter):
    """`at`, `level`, `logger`, `message`, and whatever the record brought besides."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
            "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        line |= {name: value for name, value in vars(record).items() if name not in _OWN | _OBJECTS}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)

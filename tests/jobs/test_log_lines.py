"""Lines of a log for what collects logs."""

import json
import logging
import sys
from pathlib import Path

from crawler.jobs.log_lines import formatter


def record(message: str, *args: object, problem: bool = False, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("gongkai.schedule", logging.WARNING, __file__, 1, message, args,
                             sys.exc_info() if problem else None)
    vars(made).update(more)
    return made


def test_a_json_line_is_one_line_with_what_the_record_brought() -> None:
    made = record("结束 %s\n第二行", "http://a.gov.cn/", event="ended", log=Path("/x"), spider=object())
    line = formatter("json").format(made)
    assert "\n" not in line
    told = json.loads(line)
    assert told.pop("at").endswith("Z")
    assert told == {"level": "WARNING", "logger": "gongkai.schedule", "message": "结束 http://a.gov.cn/\n第二行",
                    "event": "ended", "log": "/x"}


def test_a_traceback_stays_in_its_line_and_people_get_plain_text() -> None:
    try:
        raise ValueError("what it was")
    except ValueError:
        made = record("broke", problem=True)
    line = formatter("json").format(made)
    assert "\n" not in line and "what it was" in json.loads(line)["traceback"]
    assert formatter("human").format(record("plain")).endswith("Z WARNING plain")

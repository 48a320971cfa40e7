"""The log of every process: one JSON object a line, with the id of the request, and with nobody's name in it.

What people type and who they are reaches a log by two ways: as arguments of a message and in the words of an
exception. Neither is written. Our own loggers say plain words and put values under names that are listed here; of
everybody else's messages only the template is kept; of an exception its class, its places in the code and, from the
database, the number of the error and the name of the constraint.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")

OURS = "sangyu"
FACTS = ("method", "route", "status", "ms", "user")
FRAMES_MAX = 30
# A telephone, a document or a card number is a long row of digits; ids of ours are broken up by hyphens and letters.
LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z-])\+?\d{7,}[0-9Xx]?(?![0-9A-Za-z-])")


class JsonLines(logging.Formatter):
    """Write a record as one line of JSON that holds no personal data.

    Shape: `at` (UTC), `level`, `logger`, `says`, then `request_id`, the facts of a request and `error` where known.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "says": _says(record),
        }
        if current := getattr(record, "request_id", "") or request_id.get():
            line["request_id"] = current
        line |= {name: getattr(record, name) for name in FACTS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _told(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def _says(record: logging.LogRecord) -> str:
    ours = record.name == OURS or record.name.startswith(f"{OURS}.")
    return LONG_NUMBER.sub("…", record.getMessage() if ours else str(record.msg))


def _told(error: BaseException) -> dict[str, Any]:
    """Describe an exception, and what it came from, without its words."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_MAX:]
    told: dict[str, Any] = {
        "class": f"{type(error).__module__}.{type(error).__qualname__}",
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if code := getattr(error, "sqlstate", None):
        told["sqlstate"] = code
        constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
        told |= {"constraint": constraint} if constraint else {}
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        told["because"] = _told(before)
    return told


def configuration(*, form: str, level: str) -> dict[str, Any]:
    """Answer Django's LOGGING: to stderr, as JSON lines (`json`) or for a person at a terminal (`plain`).

    Where lines are plain the words of exceptions stand in them: that is for a demo, whose people are made up.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLines}, "plain": {"format": "%(levelname)s %(name)s: %(message)s"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": form}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers would write a second time; the statements it can log are full of values.
            "django": {"handlers": [], "level": "INFO" if level == "DEBUG" else level, "propagate": True},
            "django.db.backends": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "asyncio": {"handlers": [], "level": "WARNING", "propagate": True},
        },
    }

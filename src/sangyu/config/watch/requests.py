"""Every request has an id, which goes with it into the log, onto the page of an error and back to the caller."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from sangyu.config.watch.logs import request_id
from sangyu.config.watch.probes import PROBES
from sangyu.kit.ids import new_id

# What a proxy or a tracer makes: 32 hexadecimal digits or more. Nothing shorter, which could be somebody's number.
ID = re.compile(r"[0-9a-fA-F-]{32,64}")
SERVER_ERROR = 500

log = logging.getLogger("sangyu.request")


class Requests:
    """Give each request its id and leave one line about it: method, route, status, milliseconds, user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-Id", "")
        token = request_id.set(given if ID.fullmatch(given) else str(new_id()))
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = request_id.get()
            took_ms = round((time.perf_counter() - began) * 1000, 1)
            level = logging.ERROR if response.status_code >= SERVER_ERROR else logging.INFO
            level = logging.DEBUG if _is_humdrum(request) else level
            facts = _facts(request, response, took_ms)
            log.log(level, "%(method)s %(route)s %(status)s, %(ms)s ms", facts, extra=facts)
            return response
        finally:
            request_id.reset(token)


def _is_humdrum(request: HttpRequest) -> bool:
    """Tell what is asked every few seconds, or with every page, and says nothing about anybody's work."""
    return request.path in PROBES or request.path.startswith(settings.STATIC_URL)


def _facts(request: HttpRequest, response: HttpResponseBase, took_ms: float) -> dict[str, object]:
    """Say what was asked without the address, whose words and numbers may be somebody's."""
    found = request.resolver_match
    user = getattr(request, "_cached_user", None)  # set once a session was looked up: the log never causes a query
    facts: dict[str, object] = {
        "method": request.method,
        "route": (found.view_name or found.route) if found else request.path if request.path in PROBES else "-",
        "status": response.status_code,
        "ms": took_ms,
    }
    if user is not None and user.pk is not None:
        facts["user"] = str(user.pk)
    return facts

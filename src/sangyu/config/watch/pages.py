"""What a person sees when an address leads nowhere or the house itself fails: a page in words, and a number to name."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from psycopg.errors import DiskFull

from sangyu.config.watch.logs import request_id

RETRY_AFTER_S = "5"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that nothing is at this address; who may not see a thing is told the same."""
    return _page("base/not_found.html", 404)


def broken(request: HttpRequest) -> HttpResponse:
    """Say that it is our fault, what became of the work, and the number under which the log tells the rest.

    A database that does not answer, or has no room left, is told as what it is: it passes, so pressing again helps.
    """
    fault = sys.exc_info()[1]
    if isinstance(fault, OperationalError | InterfaceError):
        response = _page("base/outage.html", 503, disk_full=isinstance(fault.__cause__, DiskFull))
        response["Retry-After"] = RETRY_AFTER_S
        return response
    return _page("base/broken.html", 500)


def _page(template: str, status: int, **facts: object) -> HttpResponse:
    # Without the request: what fills a page for a viewer asks the database, which may be what has failed.
    text = loader.get_template(template).render({"request_id": request_id.get(), **facts})
    return HttpResponse(text, status=status, headers={"Cache-Control": "no-store"})

"""What a person sees when an address leads nowhere or the house itself fails: a page in words, and a number to name."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import loader

from sangyu.config.watch.logs import request_id


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that nothing is at this address; who may not see a thing is told the same."""
    return _page("base/not_found.html", 404)


def broken(request: HttpRequest) -> HttpResponse:
    """Say that it is our fault, what became of the work, and the number under which the log tells the rest."""
    return _page("base/broken.html", 500)


def _page(template: str, status: int) -> HttpResponse:
    # Without the request: what fills a page for a viewer asks the database, which may be what has failed.
    text = loader.get_template(template).render({"request_id": request_id.get()})
    return HttpResponse(text, status=status, headers={"Cache-Control": "no-store"})

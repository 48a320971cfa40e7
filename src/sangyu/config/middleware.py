"""What every answer carries and how every refusal is shown."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound, Refusal

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class ContentSecurity:
    """Let pages load scripts and styles from this house only, none written into the page, and keep no copy of them.

    Outside a demo the browser is told to come back encrypted only, whoever ends the encryption in front of us.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("Permissions-Policy", "geolocation=(self), camera=(self)")
        response.setdefault("Cache-Control", "no-store")  # a shared desk's browser keeps nobody's page
        if not settings.DEMO:
            response.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        return response


class Refusals:
    """Show a refusal that a desk did not catch as a page of its own: what, why, what next."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn a Refusal into 404, 403 or 409 with its sentence; anything else is not ours to explain."""
        if not isinstance(error, Refusal):
            return None
        status = 404 if isinstance(error, NotFound) else 403 if isinstance(error, NotAllowed) else 409
        return render(request, "base/refusal.html", {"refusal": error}, status=status)

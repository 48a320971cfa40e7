"""Three addresses for machines that watch the house; they need no sign-in and answer before anything else is asked.

`/healthz` says that this process answers, and asks nobody. `/readyz` says whether it can do its work. `/metrics` tells
the series, and only to this machine or to whoever brings the token: a stranger finds nothing there.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from hmac import compare_digest

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from sangyu.config.watch import ready, series

NEVER_KEPT = {"Cache-Control": "no-store"}
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


class Probes:
    """Answer the probes ahead of sessions and host names, since a probe has neither."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = PROBES.get(request.path)
        if answer is None:
            return self.get_response(request)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        return answer(request) or self.get_response(request)


def _healthz(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain", headers=NEVER_KEPT)


def _readyz(_request: HttpRequest) -> HttpResponse:
    """Refuse while pages cannot be served. A clock that is late is told and no reason to send nobody here."""
    found = ready.examine()
    able = found["database"] == found["tables"] == "ok"
    answer = JsonResponse({"ready": able, **found}, status=200 if able else 503, headers=NEVER_KEPT)
    answer._has_been_logged = True  # type: ignore[attr-defined]  # Django would call it an error, every few seconds
    return answer


def _metrics(request: HttpRequest) -> HttpResponse | None:
    if not _may_read(request):
        return None
    return HttpResponse(series.text(), content_type=PROMETHEUS, headers=NEVER_KEPT)


def _may_read(request: HttpRequest) -> bool:
    """Let in who asks from this machine itself, not through its proxy, or who brings the token."""
    token: str = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    if token and compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


PROBES: dict[str, Callable[[HttpRequest], HttpResponse | None]] = {
    "/healthz": _healthz,
    "/readyz": _readyz,
    "/metrics": _metrics,
}

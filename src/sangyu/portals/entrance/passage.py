"""What stands between the front door and every desk: the own password, the second factor, and the empty chair."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.actions import Site
from sangyu.access.models import User
from sangyu.access.queries import LOOK_UP_ROLES, STRONG_ROLES, Role
from sangyu.portals.clock import now

BACKEND = "django.contrib.auth.backends.ModelBackend"
DESK_AGE = timedelta(hours=8)
POCKET_AGE = timedelta(days=30)
POCKET_ROLES = frozenset({Role.WORKER})
NOTED_EVERY = timedelta(minutes=1)
DEVICE_LENGTH_MAX = 120

PROVED = "proved"  # the session's key: the second factor was used since signing in
PASSWORD_DUE = "password_due"  # why the password must be changed before anything else
# What somebody may open who still has to change a password or to show a factor.
OPEN_ROUTES = frozenset(
    {"sign-in", "sign-out", "second-factor", "account-password", "app-add", "passkey-add", "factor-add", "set_language"}
)
# Machines show a key with every request and have no session to look at.
MACHINES = frozenset({"api", "exchange"})
# Masked facts are looked at here; whoever may do so needs the factor for it, whatever their role.
LOOK_UP_ROUTES = frozenset({"look-up-document"})


def real_now() -> datetime:
    """Return the time of the world: sessions and authenticator apps follow it, whatever a demo plays."""
    return timezone.now()


def address_of(request: HttpRequest) -> str:
    """Return the caller's address, past as many proxies as are our own."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    n = settings.TRUSTED_PROXIES
    return hops[-n] if 0 < n <= len(hops) else str(request.META.get("REMOTE_ADDR", ""))


def site_of(request: HttpRequest) -> Site:
    """Return the house as a passkey knows it."""
    return Site(host=request.get_host().partition(":")[0], title=_("桑榆"))


def let_in(request: HttpRequest, user: User, *, proved: bool) -> None:
    """Begin a session under a new key: eight hours at a desk, thirty days in a carer's pocket."""
    login(request, user, backend=BACKEND)
    real_at = real_now()
    in_the_pocket = user.roles and user.roles <= POCKET_ROLES
    request.session.set_expiry(real_at + (POCKET_AGE if in_the_pocket else DESK_AGE))
    request.session["here"] = {
        "begun_at": real_at.isoformat(),
        "address": address_of(request)[:45],
        "device": request.headers.get("User-Agent", "")[:DEVICE_LENGTH_MAX],
    }
    request.session[PROVED] = proved
    standing = access_read.password_standing(user, at=now())
    if standing.because:
        request.session[PASSWORD_DUE] = standing.because
    elif standing.days_left is not None:
        messages.warning(request, _("密码还有%(n)d天到期，请尽早更换。") % {"n": standing.days_left + 1})
    access.forget_expired_sessions(real_at=real_at)


def now_proved(request: HttpRequest) -> None:
    """Note that the second factor was used since signing in, and give the session a new key."""
    request.session.cycle_key()
    request.session[PROVED] = True


class Passage:
    """Send back who has to change a password, to show a second factor, or has left the chair for too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Let a request through, or answer with the way to what is missing."""
        match = request.resolver_match
        if match is None or MACHINES & set(match.namespaces) or not isinstance(request.user, User):
            return None
        if self._left(request):
            return self._show_out(request)
        if match.view_name in OPEN_ROUTES:
            return None
        if request.session.get(PASSWORD_DUE):
            return _to(request, "account-password")
        if must_prove(request, match.view_name):
            return _to(request, "second-factor" if access_read.has_factor(request.user) else "factor-add")
        return None

    def _left(self, request: HttpRequest) -> bool:
        """Tell whether a chair of money has been empty for too long; note that it is not."""
        real_at, seen_at = real_now(), getattr(request.session, "seen_at", None)
        if seen_at is None:
            return False
        if settings.IDLE_MINUTES and seen_at < real_at - timedelta(minutes=settings.IDLE_MINUTES):
            return bool(request.user.roles & STRONG_ROLES)
        # A page that refreshes itself is nobody's hand.
        by_hand = request.method != "GET" or "HX-Request" not in request.headers
        if by_hand and seen_at < real_at - NOTED_EVERY:
            access.note_seen(session_key=request.session.session_key, real_at=real_at, every=NOTED_EVERY)
        return False

    def _show_out(self, request: HttpRequest) -> HttpResponse:
        logout(request)
        messages.info(request, _("%(n)d分钟没有操作，已自动退出。请重新登录。") % {"n": settings.IDLE_MINUTES})
        return _to(request, "sign-in")


def must_prove(request: HttpRequest, route: str) -> bool:
    """Tell whether this request needs a second factor and none was used since signing in."""
    if not settings.SECOND_FACTOR or request.session.get(PROVED):
        return False
    roles = request.user.roles
    return bool(roles & STRONG_ROLES) or (route in LOOK_UP_ROUTES and bool(roles & LOOK_UP_ROLES))


def _to(request: HttpRequest, route: str) -> HttpResponse:
    """Lead on, and back to where somebody was going if that was a page."""
    address = reverse(route)
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(address)
    if request.method == "GET":
        address += "?" + urlencode({"next": request.get_full_path()})
    return redirect(address)

"""The frame of the audit bench: who may sit here, and its pages.

Nothing on this desk writes but the auditor's own samples and findings.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.access.queries import Role, ensure_role
from sangyu.portals.components.frame import Desk, Tab

READERS = (Role.AUDITOR, Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.FINANCE, Role.APPROVER)
BENCH = (Role.AUDITOR, Role.BUREAU, Role.DEPUTY, Role.HEAD)


def seat(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in who may follow a fen."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        ensure_role(request.user, *READERS)
        return view(request, *args, **kwargs)

    return login_required(guarded)


def bench(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in who may see a sample; only the auditor draws one and notes findings."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        ensure_role(request.user, *BENCH)
        return view(request, *args, **kwargs)

    return login_required(guarded)


def context(request: HttpRequest, here: str, **more: Any) -> dict[str, Any]:
    """Return what every page of this desk needs, and what the page adds."""
    pages = [("audit:search", _("一分钱"), "g t", "search")]
    if request.user.roles & set(BENCH):
        pages.append(("audit:bench", _("抽样"), "g s", "list"))
        pages.append(("audit:roots", _("账簿"), "g b", "shield"))
        pages.append(("bureau:report", _("报告"), "g r", "print"))
    pages.append(("finance:months", _("账期"), "g m", "calendar"))
    desk = Desk(
        name=_("审计台"),
        programme=request.user.programme.name,
        home_url=reverse("audit:search"),
        nav=[Tab(label, reverse(route), active=here == route, key=key, icon=icon) for route, label, key, icon in pages],
    )
    may_find = Role.AUDITOR in request.user.roles
    return {"desk": desk, "viewer": request.user, "may_find": may_find, **more}

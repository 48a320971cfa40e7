"""The frame round every page of the desk, and the room for those who belong here only."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.portals.components.frame import Desk, Tab
from sangyu.portals.live.address import live_url


def for_enterprise(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Admit the managers of an enterprise."""

    @wraps(view)
    def admitted(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        ensure_role(request.user, Role.ENTERPRISE)
        return view(request, *args, **kwargs)

    return login_required(admitted)


def frame(viewer: User, here: str, *, waiting: int | None = None) -> dict[str, object]:
    """Return what every page of the desk hands to its template."""
    return {
        "viewer": viewer,
        "desk": Desk(
            name=_("企业工作台"),
            programme=viewer.organisation.name,
            home_url=reverse("provider:inbox"),
            nav=[
                Tab(
                    _("工单"), reverse("provider:inbox"), active=here == "inbox", key="g h", icon="list", count=waiting
                ),
                Tab(_("人员"), reverse("provider:workers"), active=here == "workers", key="g r", icon="users"),
                Tab(_("证照"), reverse("provider:licences"), active=here == "licences", key="g z", icon="shield"),
                Tab(_("报酬"), reverse("provider:pay"), active=here == "pay", key="g b", icon="wallet"),
                Tab(_("异常"), reverse("provider:incidents"), active=here == "incidents", key="g y", icon="alert"),
                Tab(_("考核"), reverse("provider:appraisals"), active=here == "appraisals", key="g k", icon="star"),
                Tab(
                    _("结算单"), reverse("provider:statements"), active=here == "statements", key="g s", icon="receipt"
                ),
            ],
            live_url=live_url("enterprise") if here == "inbox" else "",
            live_events=("enterprise",),
        ),
    }

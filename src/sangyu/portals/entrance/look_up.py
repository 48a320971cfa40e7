"""Look at a masked fact of an elder: for a reason, once, and written down."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sangyu.access import queries as access_read
from sangyu.access.queries import Role
from sangyu.access.rules.look_ups import MOST
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.components.frame import Desk
from sangyu.portals.entrance.forms import ReasonForm
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read

BEIJING = ZoneInfo("Asia/Shanghai")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def document(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show the document number of an elder against a reason; the page shows it once and keeps nothing."""
    access_read.ensure_role(request.user, *access_read.LOOK_UP_ROLES)
    elder = registry_read.get_elder(request.user, elder_id)
    at, form, number, wrong = now(), ReasonForm(request.POST or None), "", ""
    if request.method == "POST" and form.is_valid():
        try:
            number = registry.look_up_document(
                elder_id=elder.pk, reason=form.cleaned_data["reason"], by=request.user, at=at
            )
        except NotFound:
            raise
        except Refusal as refusal:
            wrong = str(refusal)
    context = {
        "desk": Desk(name=_("查看证件号码"), programme=str(request.user.programme), home_url="/"),
        "viewer": request.user,
        "elder": elder,
        "back": _back(request, elder.pk),
        "card": registry_read.card(request.user, elder, at.astimezone(BEIJING).date()),
        "form": form,
        "number": number,
        "wrong": wrong,
        "n": access_read.look_ups_within_the_hour(request.user, at=at),
        "most": MOST,
    }
    return render(request, "entrance/look_up.html", context, status=422 if wrong or form.errors else 200)


def _back(request: HttpRequest, elder_id: UUID) -> str:
    """Return where somebody came from: the clerk from the elder's page, everybody else from the own desk."""
    at_window = Role.COMMUNITY in request.user.roles
    return reverse("community:elder", args=[elder_id]) if at_window else reverse("home")

"""The frame round every page of the till, who may sit there, and which canteen it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.access.models import Role
from sangyu.access.queries import ensure_role
from sangyu.kit.errors import Refusal
from sangyu.portals.components.frame import Desk, Tab
from sangyu.providers import queries as providers_read

CHOSEN = "till.canteen"


class NoCanteen(Refusal):
    """The viewer sits at no till."""


def for_cashiers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Admit cashiers."""
    return _for(view, Role.TILL)


def for_the_canteen(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Admit cashiers and the managers of their enterprise."""
    return _for(view, Role.TILL, Role.ENTERPRISE)


def _for(view: Callable[..., HttpResponse], *roles: str) -> Callable[..., HttpResponse]:
    @wraps(view)
    def admitted(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        ensure_role(request.user, *roles)
        return view(request, *args, **kwargs)

    return login_required(admitted)


def canteens_of(request: HttpRequest) -> list:
    """Return the canteens of the viewer: those of the own tills, or all of the own enterprise for its manager."""
    if Role.TILL in request.user.roles:
        return providers_read.own_canteens(request.user)
    return list(providers_read.canteens(request.user))


def canteen_of(request: HttpRequest):
    """Return the canteen at work: the one in the address, else the one chosen last, else the first.

    Raises: NoCanteen.
    """
    own = canteens_of(request)
    if not own:
        raise NoCanteen(_("您的账号还没有安排餐厅收银台。请联系企业管理员或虚拟养老院开通。"))
    wanted = request.GET.get("canteen") or request.session.get(CHOSEN)
    chosen = next((canteen for canteen in own if str(canteen.pk) == wanted), own[0])
    if request.session.get(CHOSEN) != str(chosen.pk) and len(own) > 1:
        request.session[CHOSEN] = str(chosen.pk)
    return chosen


def frame(request: HttpRequest, here: str, canteen) -> dict[str, object]:
    """Return what every page of the till hands to its template."""
    sells = Role.TILL in request.user.roles
    tabs = [Tab(_("收银"), reverse("till:desk"), active=here == "desk", key="g h", icon="bowl")] if sells else []
    return {
        "viewer": request.user,
        "canteen": canteen,
        "canteens": [(str(own.pk), own.name) for own in canteens_of(request)],
        "desk": Desk(
            name=_("收银台"),
            programme=canteen.enterprise.short_name,
            home_url=reverse("till:desk") if sells else reverse("till:this-month"),
            nav=[
                *tabs,
                Tab(_("日结"), reverse("till:today"), active=here == "day", key="F8", icon="receipt"),
                Tab(_("本月"), reverse("till:this-month"), active=here == "month", key="g m", icon="calendar"),
            ],
        ),
    }

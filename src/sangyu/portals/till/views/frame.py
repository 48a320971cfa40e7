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
PRICERS = frozenset({Role.BUREAU, Role.DISPATCHER})
SERVING = (Role.TILL, Role.ENTERPRISE, Role.AGENT, Role.SUPERVISOR, Role.DISPATCHER, Role.COMMUNITY, Role.BUREAU)


class NoCanteen(Refusal):
    """The viewer sits at no till."""


def for_cashiers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Admit cashiers."""
    return _for(view, Role.TILL)


def for_the_canteen(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Admit cashiers and the managers of their enterprise."""
    return _for(view, Role.TILL, Role.ENTERPRISE)


def for_whom_prices_matter(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Admit the canteen, and the operator who lays its prices down."""
    return _for(view, Role.TILL, Role.ENTERPRISE, *PRICERS)


def for_everybody_who_serves(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Admit whoever an elder may ask what there is to eat."""
    return _for(view, *SERVING)


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
    if not own and PRICERS & request.user.roles:
        raise NoCanteen(_("本区还没有开办餐厅，不能定餐价。请先由服务中心登记餐厅。"))
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
    at_home = sells or Role.ENTERPRISE in request.user.roles
    pages = [
        *([("desk", "till:desk", _("收银"), "g h", "bowl")] if sells else []),
        *([("day", "till:today", _("日结"), "F8", "receipt")] if at_home else []),
        *([("month", "till:this-month", _("本月"), "g m", "calendar")] if at_home else []),
        *([("menu", "till:todays-menu", _("菜单"), "g c", "list")] if at_home else []),
        ("prices", "till:prices", _("餐价"), "g p", "wallet"),
    ]
    home = "till:desk" if sells else "till:this-month" if at_home else "till:prices"
    return {
        "viewer": request.user,
        "canteen": canteen,
        "canteens": [(str(own.pk), own.name) for own in canteens_of(request)],
        "desk": Desk(
            name=_("收银台") if at_home else _("餐厅"),
            programme=canteen.enterprise.short_name if at_home else request.user.programme.name,
            home_url=reverse(home),
            nav=[
                Tab(label, reverse(route), active=here == name, key=key, icon=icon)
                for name, route, label, key, icon in pages
            ],
        ),
    }


def plain_frame(request: HttpRequest) -> dict[str, object]:
    """Return what a page hands to its template that belongs to no canteen."""
    return {
        "viewer": request.user,
        "desk": Desk(
            name=_("餐厅"),
            programme=request.user.programme.name,
            home_url=reverse("home"),
            nav=[Tab(_("今天吃什么"), reverse("till:board"), active=True, key="g c", icon="bowl")],
        ),
    }

"""The frame round every page of the window, and the door for community clerks."""

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


def for_clerks(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Admit community clerks."""

    @wraps(view)
    def admitted(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        ensure_role(request.user, Role.COMMUNITY)
        return view(request, *args, **kwargs)

    return login_required(admitted)


def for_clerks_and_bureau(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Admit community clerks and the bureau, whose word on two records may be the second one."""

    @wraps(view)
    def admitted(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        ensure_role(request.user, Role.COMMUNITY, Role.BUREAU)
        return view(request, *args, **kwargs)

    return login_required(admitted)


def frame(viewer: User, here: str) -> dict[str, object]:
    """Return what every page of the window hands to its template."""
    duplicates = Tab(
        _("疑似重复"), reverse("community:duplicates"), active=here == "duplicates", key="g d", icon="users"
    )
    if Role.COMMUNITY not in viewer.roles:
        return {
            "viewer": viewer,
            "desk": Desk(
                name=_("疑似重复"), programme=viewer.organisation.name, home_url=reverse("home"), nav=[duplicates]
            ),
        }
    home = reverse("community:elders")
    return {
        "viewer": viewer,
        "desk": Desk(
            name=_("社区窗口"),
            programme=viewer.organisation.name,
            home_url=home,
            nav=[
                Tab(_("老人"), home, active=here == "elders", key="g h", icon="users"),
                Tab(_("登记入院"), reverse("community:register"), active=here == "register", key="g n", icon="plus"),
                Tab(_("批量导入"), reverse("intake:batches"), key="g b", icon="upload"),
                Tab(_("名册差异"), reverse("matching:differences"), key="g m", icon="check"),
                Tab(_("申请"), reverse("applications:list"), key="g a", icon="list"),
                duplicates,
                Tab(_("推荐团队"), reverse("community:teams"), active=here == "teams", key="g t", icon="home"),
            ],
        ),
    }

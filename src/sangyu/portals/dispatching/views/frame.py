"""The frame round every page of the desk, and how candidates are laid out for the panel of reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch.rules import RULES
from sangyu.portals.components.frame import Desk, Tab
from sangyu.portals.live.address import live_url
from sangyu.visits import queries as visits_read


def for_dispatchers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Admit dispatchers and shift leaders."""

    @wraps(view)
    def admitted(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        ensure_role(request.user, Role.DISPATCHER, Role.SUPERVISOR)
        return view(request, *args, **kwargs)

    return login_required(admitted)


def for_members(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Admit whoever looks after the enterprises: dispatchers look, shift leaders and the bureau act."""

    @wraps(view)
    def admitted(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        ensure_role(request.user, Role.DISPATCHER, Role.SUPERVISOR, Role.BUREAU)
        return view(request, *args, **kwargs)

    return login_required(admitted)


def acts_on_members(viewer: User) -> bool:
    """Tell whether the viewer may admit, suspend and let go; who may not sees no buttons."""
    return bool(viewer.roles & {Role.SUPERVISOR, Role.BUREAU})


def frame(viewer: User, *, here: str = "", live: bool = False) -> dict[str, object]:
    """Return what every page of the desk hands to its template."""
    home = reverse("dispatching:board")
    members = Tab(_("加盟企业"), reverse("dispatching:enterprises"), active=here == "members", key="g e", icon="home")
    catalogue = Tab(_("服务目录"), reverse("dispatching:catalogue"), active=here == "catalogue", key="g c", icon="list")
    dispatching = bool(viewer.roles & {Role.DISPATCHER, Role.SUPERVISOR})
    texts = Tab(_("短信"), reverse("texting:texts"), key="g m", icon="bell")
    own = [
        Tab(_("派单板"), home, active=here == "board", key="g h", icon="list"),
        Tab(
            _("改期提议"),
            reverse("dispatching:proposals"),
            active=here == "proposals",
            count=dispatch_read.open_proposal_count(viewer) or None,
            key="g t",
            icon="calendar",
        ),
        Tab(
            _("上门异常"),
            reverse("dispatching:incidents"),
            active=here == "incidents",
            key="g y",
            icon="alert",
            count=visits_read.incidents_open_count(viewer) or None,
        ),
    ]
    return {
        "viewer": viewer,
        "desk": Desk(
            name=_("调度台"),
            programme=viewer.programme.name,
            home_url=home if dispatching else members.url,
            nav=[*own, members, catalogue, texts] if dispatching else [members, catalogue],
            live_url=live_url("orders", "safety") if live else "",
            live_events=("orders", "safety"),
        ),
    }


TERMS = {
    "wanted": gettext_lazy("指名"),
    "distance": gettext_lazy("距离"),
    "load": gettext_lazy("余量"),
    "score": gettext_lazy("考核"),
    "centre": gettext_lazy("本街道照料中心"),
}


def reasons(
    rows: Sequence[object], *, chosen: UUID | None = None, names: Mapping[UUID, str] | None = None
) -> list[dict[str, object]]:
    """Lay out verdicts (or the stored candidates of a dispatch) for `c-why`: terms as bars, or the rule that failed."""
    return [
        {
            "name": (names or {}).get(row.enterprise_id) or row.name,
            "value": row.enterprise_id,
            "chosen": row.enterprise_id == chosen,
            "failed": bool(row.failed),
            "score": "" if row.score is None else f"{row.score // 10}.{row.score % 10}",
            "note": _("未通过：%s") % RULES[row.failed] if row.failed else "",
            "reason": row.figure,
            "parts": [
                {
                    "label": label,
                    "value": row.terms[name] // 10,
                    "text": f"{row.terms[name] // 10}.{row.terms[name] % 10}",
                }
                for name, label in TERMS.items()
                if name in row.terms
            ]
            + _share(row.terms),
        }
        for row in rows
    ]


def _share(terms: Mapping[str, int]) -> list[dict[str, object]]:
    """Lay out the share of the area, which is stored as a rating (fewer orders so far, higher), as the share it is."""
    if "share" not in terms:
        return []
    share_pm = 1000 - terms["share"]
    return [
        {"label": _("本街道份额"), "value": share_pm // 10, "text": _("占%(n)s%%") % {"n": share_pm // 10}},
    ]


def tally(counts: Mapping[str, int]) -> list[str]:
    """Say how many enterprises were left and how many each rule turned away, in the order of the rules."""
    left = [_("可派 %s 家") % counts["ELIGIBLE"]] if counts.get("ELIGIBLE") else []
    return left + [
        _("未过“%(rule)s” %(n)s 家") % {"rule": rule, "n": counts[code]}
        for code, rule in RULES.items()
        if counts.get(code)
    ]

"""The strip's buttons: understand what the visitor wants to see, do one thing, and lead them to where it shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from procrastinate.exceptions import AlreadyEnqueued

from sangyu.access.models import Role, User
from sangyu.city.stage import closing, progress, refusals, roles, tasks, tour, walk
from sangyu.city.stage.context import STOP
from sangyu.city.stage.standing import standing
from sangyu.kit.errors import Refusal
from sangyu.portals.clock import can_move, now
from sangyu.portals.components.frame import Desk, Tab
from sangyu.portals.entrance.desks import doors

View = Callable[..., HttpResponse]
BACKEND = "django.contrib.auth.backends.ModelBackend"
STEPS = [
    {"label": gettext_lazy("今天的单收尾"), "note": gettext_lazy("已派人的做完，没派人的取消")},
    {"label": gettext_lazy("回访补齐"), "note": gettext_lazy("每天按比例抽，抽中的都打")},
    {"label": gettext_lazy("考核"), "note": gettext_lazy("打分、公示、异议、裁定、定稿")},
    {"label": gettext_lazy("出单对账"), "note": gettext_lazy("应付减核减，企业确认、报发票号")},
    {"label": gettext_lazy("四人签"), "note": gettext_lazy("经办、审核、分管领导、局长")},
    {"label": gettext_lazy("付款与回单"), "note": gettext_lazy("占用转拨付，账簿重算")},
]
UNKNOWN_NUMBER = "13000000000"  # a number that nobody of the city has


def on_stage(view: View) -> View:
    """Answer 404 wherever no stage stands: outside a demo these addresses do not exist."""

    @wraps(view)
    def asked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not settings.STAGE:
            raise Http404
        return view(request, *args, **kwargs)

    return asked


@on_stage
@require_POST
def ring(request: HttpRequest) -> HttpResponse:
    """Let the telephone ring, as the exchange would say it, and show the agent's desk."""
    who = request.POST.get("who", "tour")
    walk.ring(_base(request), _number(who))
    if Role.AGENT not in _roles(request):
        _sign_in(request, roles.somebody(Role.AGENT))
    return redirect("hotline:desk")


def _number(who: str) -> str:
    if who == "withheld":
        return ""
    if who == "unknown":
        return UNKNOWN_NUMBER
    if who == "shared":
        return tour.shared_phone(roles.somebody(Role.AGENT).programme_id) or tour.story().phone
    return tour.story().phone


@on_stage
@require_POST
def become(request: HttpRequest) -> HttpResponse:
    """Sit down at another desk in one click."""
    person = roles.somebody(request.POST.get("role", ""))
    _sign_in(request, person)
    open_doors = doors(person.roles)
    return redirect(open_doors[0].url if open_doors else "home")


@on_stage
@require_GET
def tour_page(request: HttpRequest) -> HttpResponse:
    """Show the ten stops."""
    return _page(request, "stage/tour.html", "tour", {"tale": tour.story(), "all_stops": tour.STOPS.values()})


@on_stage
@require_POST
def stop(request: HttpRequest, n: int) -> HttpResponse:
    """Go to a stop: sign in as the one who sits there, and open the page."""
    here = tour.STOPS.get(n)
    if here is None:
        raise Http404
    tale = tour.story()
    person = roles.somebody(here.role)
    _sign_in(request, person)
    request.session[STOP] = n
    return redirect(here.url(tale, person))


@on_stage
@require_POST
def step(request: HttpRequest, n: int) -> HttpResponse:
    """Take the step of a stop for the visitor, and show the page again."""
    if n not in tour.STOPS:
        raise Http404
    try:
        walk.take_step(n, tour.story(), base_url=_base(request), at=now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(_back(request))
    return stop(request, n)


@on_stage
@require_POST
def leave_tour(request: HttpRequest) -> HttpResponse:
    """Put the tour away and stay on the page."""
    request.session.pop(STOP, None)
    return redirect(_back(request))


@on_stage
@require_GET
def month(request: HttpRequest) -> HttpResponse:
    """Show what closing the month does, or how far it has come."""
    told = progress.read()
    context: dict[str, object] = {"told": told, "can_move": can_move(), "month": "", "refusal": "", "steps": STEPS}
    try:
        context["month"] = str(closing.month_to_close(standing()[0]))
    except Refusal as refusal:
        context["refusal"] = str(refusal)
    if request.headers.get("HX-Request"):
        return render(request, "stage/_told.html", context)
    return _page(request, "stage/month.html", "month", context)


@on_stage
@require_POST
def close_month(request: HttpRequest) -> HttpResponse:
    """Ask the job worker to close the present month; asking twice closes it once."""
    wanted = str(closing.month_to_close(standing()[0]))
    told = progress.read()
    if told is None or not told.running:
        progress.begin(wanted, now())
    try:
        tasks.close_the_month.defer(month=wanted)
    except AlreadyEnqueued:
        messages.info(request, _("这个月正在结算，请看下面的进度。"))
    return redirect("stage:month")


@on_stage
@require_GET
def refusals_page(request: HttpRequest) -> HttpResponse:
    """Show the four attempts."""
    return _page(request, "stage/refusals.html", "refusals", {"attempts": refusals.ATTEMPTS})


@on_stage
@require_POST
def refuse(request: HttpRequest, name: str) -> HttpResponse:
    """Make an attempt and show what the house said."""
    attempt = refusals.ATTEMPTS.get(name)
    if attempt is None:
        raise Http404
    answer = attempt.make(standing()[1], tour.story(), at=now())
    if request.headers.get("HX-Request"):
        return render(request, "stage/_answer.html", {"answer": answer})
    return _page(
        request, "stage/refusals.html", "refusals", {"attempts": refusals.ATTEMPTS, "made": name, "answer": answer}
    )


def _page(request: HttpRequest, template: str, here: str, context: dict[str, object]) -> HttpResponse:
    nav = [
        Tab(_("十站导览"), reverse("stage:tour"), active=here == "tour"),
        Tab(_("四个拒绝"), reverse("stage:refusals"), active=here == "refusals"),
        Tab(_("月末结算"), reverse("stage:month"), active=here == "month"),
    ]
    desk = Desk(name=_("演示台"), nav=nav, home_url=reverse("stage:tour"))
    viewer = request.user if request.user.is_authenticated else None
    return render(request, template, {"desk": desk, "viewer": viewer, **context})


def _sign_in(request: HttpRequest, person: User) -> None:
    """Sign somebody in and keep the place in the tour."""
    if request.user.pk == person.pk:
        return
    standing_at = request.session.get(STOP)
    login(request, person, backend=BACKEND)
    if standing_at is not None:
        request.session[STOP] = standing_at


def _roles(request: HttpRequest) -> frozenset[str]:
    return request.user.roles if isinstance(request.user, User) else frozenset()


def _base(request: HttpRequest) -> str:
    # The demo's own server, by the address at which the visitor reaches it.
    return request.build_absolute_uri("/")


def _back(request: HttpRequest) -> str:
    target = request.POST.get("here", "")
    allowed = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if allowed and urlsplit(target).path != request.path else reverse("stage:tour")

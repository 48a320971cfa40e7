"""The people of the enterprise: what they may do, which certificates run out, who is safety officer and first-aider."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sangyu.access.models import User
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.point import Crs, Point
from sangyu.portals.clock import now
from sangyu.portals.provider.forms import CertificateForm, LeaveForm, VillagesForm, WorkerForm
from sangyu.portals.provider.views.frame import for_enterprise, frame
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers.actions import Paper

BEIJING = ZoneInfo("Asia/Shanghai")


@for_enterprise
@require_GET
def workers(request: HttpRequest) -> HttpResponse:
    """List who works here, with certificates and the days they still hold, and who the officers are."""
    on = now().astimezone(BEIJING).date()
    firm = providers_read.own_enterprise(request.user)
    people = list(providers_read.workers(request.user).filter(enterprise=firm))
    held = providers_read.certificates(request.user, people)
    trained = providers_read.trained_officers([firm.pk], on)[firm.pk]
    named = providers_read.officers(request.user, firm)
    return render(
        request,
        "provider/workers.html",
        {
            **frame(request.user, "workers"),
            "people": [
                {
                    "worker": person,
                    "papers": [{"row": row, "days": (row.valid_until - on).days} for row in held.get(person.pk, [])],
                }
                for person in people
            ],
            "officers": [
                {"label": label, "names": [person.name for person in named[duty]], "trained": trained[duty]}
                for duty, label in (("safety_officer", _("安全员")), ("first_aider", _("急救员")))
            ],
            "expiring": [row for row in providers_read.expiring(request.user, on) if row.worker is not None],
        },
    )


@for_enterprise
@require_GET
def worker(request: HttpRequest, worker_id: UUID) -> HttpResponse:
    """Show one worker: certificates, a place for a new one, and the way out."""
    return _worker(request, worker_id)


@for_enterprise
@require_POST
def add_certificate(request: HttpRequest, worker_id: UUID) -> HttpResponse:
    """Add a certificate, new or renewed; the old ones stay on file."""
    form = CertificateForm(request.POST)
    if form.is_valid():
        try:
            added = providers.renew_certificate(
                worker_id=worker_id, paper=Paper(**form.cleaned_data), by=request.user, at=now()
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("已登记%(kind)s。") % {"kind": added.kind})
            return redirect("provider:worker", worker_id)
    return _worker(request, worker_id, adding=form)


@for_enterprise
@require_POST
def villages(request: HttpRequest, worker_id: UUID) -> HttpResponse:
    """Say which villages or communities a worker looks after."""
    form = VillagesForm(request.POST, places=_places(request.user))
    if form.is_valid():
        held = providers.look_after(
            worker_id=worker_id, area_codes=form.cleaned_data["areas"], by=request.user, at=now()
        )
        messages.success(request, _("负责的村（社区）已登记，共%(n)s个。") % {"n": len(held)})
        return redirect("provider:worker", worker_id)
    return _worker(request, worker_id, placing=form)


@for_enterprise
@require_POST
def let_go(request: HttpRequest, worker_id: UUID) -> HttpResponse:
    """Note that a worker has left; visits still to come wait for another name."""
    form = LeaveForm(request.POST)
    if form.is_valid():
        try:
            gone = providers.let_go(worker_id=worker_id, by=request.user, at=now(), **form.cleaned_data)
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(name)s已登记离职，还没上门的工单请换人。") % {"name": gone.name})
            return redirect("provider:workers")
    return _worker(request, worker_id, leaving=form)


@for_enterprise
@require_http_methods(["GET", "POST"])
def take_on(request: HttpRequest) -> HttpResponse:
    """Enter somebody new, based where the enterprise is."""
    firm = providers_read.own_enterprise(request.user)
    form = WorkerForm(request.POST or None, skills=_skills(request.user))
    if form.is_valid():
        try:
            entered = providers.take_on(
                enterprise=firm,
                place=Point(lng=firm.lng, lat=firm.lat, crs=Crs.WGS84, source="ENTERPRISE"),
                by=request.user,
                at=now(),
                **form.cleaned_data,
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("已登记%(name)s，请补上证书。") % {"name": entered.name})
            return redirect("provider:worker", entered.pk)
    shown = {**frame(request.user, "workers"), "form": form}
    return render(request, "provider/take_on.html", shown, status=422 if form.errors else 200)


def _places(viewer: User) -> list[tuple[str, str]]:
    on = now().astimezone(BEIJING).date()
    places = providers_read.contracted_communities(viewer, providers_read.own_enterprise(viewer), on)
    return [(place.code, f"{place.parent.name if place.parent else ''} {place.name}".strip()) for place in places]


def _worker(
    request: HttpRequest,
    worker_id: UUID,
    *,
    adding: CertificateForm | None = None,
    leaving: LeaveForm | None = None,
    placing: VillagesForm | None = None,
) -> HttpResponse:
    on = now().astimezone(BEIJING).date()
    person = providers_read.workers(request.user).filter(pk=worker_id).first()
    if person is None:
        raise NotFound(_("没有找到这位服务人员，可能已离职。"))
    held = providers_read.certificates(request.user, [person]).get(person.pk, [])
    stands = providers_read.areas_of([person])[person.pk]
    shown: dict[str, Any] = {
        **frame(request.user, "workers"),
        "worker": person,
        "papers": [{"row": row, "days": (row.valid_until - on).days} for row in held],
        "areas": [name for _code, name in stands],
        "placing": placing
        or VillagesForm(places=_places(request.user), initial={"areas": [code for code, _name in stands]}),
        "adding": adding or CertificateForm(),
        "leaving": leaving or LeaveForm(initial={"left_on": on}),
    }
    return render(request, "provider/worker.html", shown, status=422 if adding or leaving or placing else 200)


def _skills(viewer: User) -> list[str]:
    """The skills that the catalogue asks for, in its order."""
    asked = providers_read.items(viewer).exclude(skill="").values_list("skill", flat=True)
    return list(dict.fromkeys(asked))

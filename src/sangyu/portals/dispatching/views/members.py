"""The member enterprises: how each stands, what runs out, what it has in hand, and the steps in and out."""

from __future__ import annotations

from collections import Counter
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sangyu.dispatch import actions as dispatch
from sangyu.dispatch import queries as dispatch_read
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.components.frame import Tab
from sangyu.portals.dispatching.forms import ConfirmForm, StandingForm
from sangyu.portals.dispatching.standing import STEPS, TONES, open_steps
from sangyu.portals.dispatching.views.frame import acts_on_members, for_members, frame
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read

BEIJING = ZoneInfo("Asia/Shanghai")
STATES = ("ADMITTED", "APPLICANT", "SUSPENDED", "EXITED")


def today() -> date:
    """Return the civil day at the desk."""
    return now().astimezone(BEIJING).date()


@for_members
@require_GET
def enterprises(request: HttpRequest) -> HttpResponse:
    """List the enterprises of one state with their warnings, load and last score."""
    viewer, on = request.user, today()
    firms = list(providers_read.enterprises(viewer))
    state = request.GET.get("state") if request.GET.get("state") in STATES else "ADMITTED"
    wanted = request.GET.get("q", "").strip()
    kind, origin = request.GET.get("kind", ""), request.GET.get("origin", "")
    warnings: dict[UUID, list[providers_read.Expiring]] = {}
    for paper in providers_read.expiring(viewer, on):
        warnings.setdefault(paper.enterprise.pk, []).append(paper)
    lacking = {firm.pk: missing for firm, missing in providers_read.without_officers(viewer, on)}
    load = dispatch_read.sent_by_enterprise(viewer, on)
    scores = providers_read.last_scores(viewer)
    counts = Counter(firm.state for firm in firms)
    labels = {firm.state: firm.get_state_display() for firm in firms}
    rows = [
        {
            "firm": firm,
            "firm_papers": [paper for paper in warnings.get(firm.pk, []) if paper.worker is None],
            "people_papers": len([paper for paper in warnings.get(firm.pk, []) if paper.worker is not None]),
            "lacking": lacking.get(firm.pk, []),
            "load": load.get(firm.pk, 0),
            "score": scores.get(firm.pk),
        }
        for firm in firms
        if firm.state == state
        and (not wanted or wanted in firm.name or wanted in firm.short_name)
        and kind in ("", firm.kind)
        and origin in ("", firm.origin)
    ]
    rows.sort(key=lambda row: (not (row["firm_papers"] or row["lacking"]), row["firm"].name))
    return render(
        request,
        "dispatching/enterprises.html",
        {
            **frame(viewer, here="members"),
            "rows": rows,
            "state": state,
            "wanted": wanted,
            "tabs": [
                Tab(labels.get(code, _label(code)), f"?state={code}", active=code == state, count=counts[code])
                for code in STATES
            ],
            "kinds": _counted(firms, state, "kind", providers_read.EnterpriseKind.choices),
            "origins": _counted(firms, state, "origin", providers_read.Origin.choices),
            "kind": kind,
            "origin": origin,
            "acts": acts_on_members(viewer),
        },
    )


def _counted(firms: list, state: str, name: str, choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Offer the values of a column with how many enterprises of a state have each."""
    counts = Counter(getattr(firm, name) for firm in firms if firm.state == state)
    return [(code, f"{label}（{counts[code]}）") for code, label in choices]


def _label(code: str) -> str:
    return {"ADMITTED": _("已加盟"), "APPLICANT": _("申请中"), "SUSPENDED": _("暂停"), "EXITED": _("已退出")}[code]


@for_members
@require_GET
def enterprise(request: HttpRequest, enterprise_id: UUID) -> HttpResponse:
    """Show one enterprise: standing, papers, people, and what it has in hand."""
    viewer, on = request.user, today()
    firm = providers_read.get_enterprise(viewer, enterprise_id)
    people = list(providers_read.workers(viewer).filter(enterprise=firm))
    held = providers_read.certificates(viewer, people)
    warnings = [paper for paper in providers_read.expiring(viewer, on) if paper.enterprise.pk == firm.pk]
    licences = providers_read.licences(viewer, firm)
    newest = {licence.kind: licence.pk for licence in reversed(licences)}
    checks = providers_read.licence_checks(viewer, firm)
    trained = providers_read.trained_officers([firm.pk], on)[firm.pk]
    closed = dispatch_read.close_out_of(viewer, firm) if firm.state in ("SUSPENDED", "EXITED") else None
    return render(
        request,
        "dispatching/enterprise.html",
        {
            **frame(viewer, here="members"),
            "firm": firm,
            "tone": TONES[firm.state],
            "warnings": [paper for paper in warnings if paper.worker is None],
            "licences": [
                (row, (row.valid_until - on).days, newest[row.kind] == row.pk, checks.get(row.pk)) for row in licences
            ],
            "contracts": [
                (terms, (terms.contract.valid_until - on).days) for terms in providers_read.contracts(viewer, firm)
            ],
            "people": [
                (worker, [(row, (row.valid_until - on).days) for row in held.get(worker.pk, [])]) for worker in people
            ],
            "officers": [
                (duty_label(duty), workers, trained[duty])
                for duty, workers in providers_read.officers(viewer, firm).items()
            ],
            "history": [
                {
                    "label": row.get_state_display(),
                    "at": row.at,
                    "who": row.by.display_name,
                    "note": "，".join(filter(None, (row.reason, row.document))),
                    "state": "done",
                }
                for row in providers_read.standings(viewer, firm)
            ],
            "evaluations": providers_read.evaluations(viewer, firm),
            "load": dispatch_read.sent_by_enterprise(viewer, on).get(firm.pk, 0),
            "score": providers_read.last_scores(viewer).get(firm.pk),
            "in_hand": dispatch_read.in_hand(viewer, firm),
            "closed": closed,
            "steps": open_steps(firm.state) if acts_on_members(viewer) else [],
            "acts": acts_on_members(viewer),
        },
    )


def duty_label(duty: str) -> str:
    """Name a duty of an officer."""
    return {"safety_officer": _("安全员"), "first_aider": _("急救员")}[duty]


@for_members
@require_http_methods(["GET", "POST"])
def stand(request: HttpRequest, enterprise_id: UUID, step: str) -> HttpResponse:
    """Take one step of admission or exit; before an exit it shows every order that will go elsewhere."""
    viewer = request.user
    firm = providers_read.get_enterprise(viewer, enterprise_id)
    if step not in STEPS or not acts_on_members(viewer):
        raise Http404
    form = (StandingForm if STEPS[step].asks else ConfirmForm)(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        words = {"enterprise_id": firm.pk, "by": viewer, "at": now(), **form.cleaned_data}
        try:
            _take(step, words)
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(name)s：%(step)s已办理。") % {"name": firm.name, "step": STEPS[step].label})
            return redirect("dispatching:enterprise", firm.pk)
    return render(
        request,
        "dispatching/stand.html",
        {
            **frame(viewer, here="members"),
            "firm": firm,
            "step": STEPS[step],
            "form": form,
            "wrong": form if form.errors else None,
            "going": dispatch_read.to_send_anew(viewer, firm) if STEPS[step].sends_anew else [],
            "finishing": dispatch_read.in_hand(viewer, firm, ["IN_SERVICE"]) if STEPS[step].sends_anew else [],
            "back": reverse("dispatching:enterprise", args=[firm.pk]),
        },
        status=422 if form.errors else 200,
    )


def _take(step: str, words: dict[str, object]) -> None:
    if step == "admit":
        providers.admit_applicant(**words)
    elif step == "suspend":
        providers.suspend(**words)
    elif step == "resume":
        providers.resume(**words)
    elif step == "take-back":
        dispatch.take_back(enterprise_id=words["enterprise_id"], by=words["by"], at=words["at"])
    else:
        dispatch.close_out(**words)

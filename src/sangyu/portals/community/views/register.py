"""A registration in two looks: what was typed with what follows from it, then the final word."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from sangyu.access import queries as access_read
from sangyu.access.models import User
from sangyu.adoption.steps import decide_step
from sangyu.hotline import queries as hotline_read
from sangyu.kit.age import age_on
from sangyu.kit.errors import NotFound, Refusal
from sangyu.policy.decision import Decision
from sangyu.portals.clock import now
from sangyu.portals.community.forms import FAMILY_ROWS, RegisterForm
from sangyu.portals.community.views.frame import for_clerks, frame
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.actions import Kin
from sangyu.registry.models import Sex

BEIJING = ZoneInfo("Asia/Shanghai")
KIN = tuple(f"kin_{n}_{part}" for n in FAMILY_ROWS for part in ("name", "relation", "phone"))
UUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


@for_clerks
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Take a registration: typed, then checked, then confirmed; a refusal keeps everything that was typed."""
    communities = [(area.code, area.name) for area in access_read.communities(request.user)]
    if request.method == "GET":
        initial = {"community_code": communities[0][0]} if len(communities) == 1 else {}
        initial |= _asked(request)
        return _typed(request, RegisterForm(communities=communities, initial=initial))
    form = RegisterForm(request.POST, communities=communities)
    if not form.is_valid() or request.POST.get("step") == "edit":
        return _typed(request, form)
    if request.POST.get("step") != "confirm":
        return _checked(request, form)
    given = form.cleaned_data
    try:
        elder = registry.register(
            by=request.user,
            at=now(),
            name=given["name"],
            document_number=given["document_number"],
            document_kind=form.document.kind,
            birth_on=form.born,
            sex=form.known_sex,
            community_code=given["community_code"],
            address=given["address"],
            phones=form.phones,
            hukou_in_area=given["hukou_in_area"],
            hukou_place=given["hukou_place"],
            family=[Kin(**row) for row in form.family],
            place=form.place,
            habits=given["habits"],
            warnings=given["warnings"],
        )
    except NotFound:
        raise
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _typed(request, form)
    messages.success(request, _("已登记入院"), extra_tags=f"draft-done:{_draft(request)}")
    return redirect("community:registered", elder.pk)


@for_clerks
@require_GET
def registered(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show the registration number and the rule that allowed it."""
    elder = registry_read.get_elder(request.user, elder_id)
    return render(
        request,
        "community/registered.html",
        {**frame(request.user, "register"), "elder": elder, "decision": Decision.from_json(elder.decision)},
    )


def _asked(request: HttpRequest) -> dict[str, str]:
    """Return what somebody who asked on the telephone said; the address names only the request, no person."""
    wanted = request.GET.get("asked", "")
    for row in hotline_read.registration_requests(request.user) if wanted else ():
        if str(row.pk) == wanted:
            return {
                "name": row.name,
                "phone": row.phone,
                "community_code": row.community_id,
                "address": row.address,
            }
    return {}


def _draft(request: HttpRequest) -> str:
    """Name the draft: a telephone request has its own, so that a half-typed other elder does not cover it."""
    wanted = request.GET.get("asked", "")
    return f"register-{wanted}" if UUID_TEXT.fullmatch(wanted) else "register"


PARTS = (
    ("identity", gettext_lazy("身份"), ("name", "document_number", "document_kind", "birth_on", "sex")),
    ("home", gettext_lazy("住址和户籍"), ("community_code", "address", "hukou_in_area", "hukou_place")),
    ("contacts", gettext_lazy("电话和家属"), ("phone", "phone_2", *KIN)),
    ("door", gettext_lazy("上门要知道的"), ("habits", "warnings")),
)


def _steps(form: RegisterForm) -> list[dict[str, Any]]:
    """Return the parts of a registration as a list of tasks, with those that are wrong after a try."""
    states = [
        "todo" if not form.is_bound else "failed" if any(name in form.errors for name in names) else "done"
        for _part, _label, names in PARTS
    ]
    steps = [
        {"label": label, "state": state, "url": f"#part-{part}"}
        for (part, label, _names), state in zip(PARTS, states, strict=True)
    ]
    return [*steps, {"label": _("核对"), "state": "todo", "url": ""}]


def _typed(request: HttpRequest, form: RegisterForm) -> HttpResponse:
    wrong = form.is_bound and bool(form.errors)
    return render(
        request,
        "community/register.html",
        {
            **frame(request.user, "register"),
            "form": form,
            "wrong": wrong,
            "steps": _steps(form),
            "draft": _draft(request),
        },
        status=422 if wrong else 200,
    )


def _checked(request: HttpRequest, form: RegisterForm) -> HttpResponse:
    on = now().astimezone(BEIJING).date()
    given = form.cleaned_data
    try:
        decision = _foreseen(request.user, form, on)
    except Refusal as refusal:
        form.add_error("document_number", str(refusal))
        return _typed(request, form)
    return render(
        request,
        "community/check.html",
        {
            **frame(request.user, "register"),
            "form": form,
            "kind": dict(registry_read.DOCUMENT_KINDS)[form.document.kind],
            "born": form.born,
            "sex": dict(Sex.choices)[form.known_sex],
            "age": age_on(form.born, on),
            "alike": registry_read.possible_duplicates(
                request.user, name=given["name"], birth_on=form.born, phones=form.phones
            ),
            "community": dict(form.fields["community_code"].choices)[given["community_code"]],
            "decision": decision,
        },
    )


def _foreseen(viewer: User, form: RegisterForm, on: date) -> Decision:
    """Say before the final word what it will be; the verb decides again."""
    there = registry_read.registered_as(viewer, form.document.number, form.document.kind)
    if there is not None:
        raise registry.AlreadyRegistered(
            _("该证件已登记：%(name)s，%(community)s，%(day)s登记，编号%(number)s。请直接打开原档案。")
            % {
                "name": there.name,
                "community": there.community.name,
                "day": there.registered_at.astimezone(BEIJING).date(),
                "number": there.registration_number,
            }
        )
    decision = decide_step(
        viewer.programme_id,
        "registration",
        {
            "birth_date": form.born.isoformat(),
            "lives_in_area": True,
            "hukou_in_area": form.cleaned_data["hukou_in_area"],
        },
        on,
    )
    if not decision.eligible:
        raise registry.NotEligible(f"{form.cleaned_data['name']}：{decision.because}。")
    return decision

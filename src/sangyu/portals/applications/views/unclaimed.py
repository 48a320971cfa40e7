"""Who is entitled and has not applied: the lists, one click that applies, who is not willing, and the exported list."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sangyu.access.models import Role
from sangyu.applications import actions as applications
from sangyu.applications import queries as applications_read
from sangyu.applications.models import Channel
from sangyu.applications.queries import Tally
from sangyu.kit.age import age_on
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.applications.forms import HandOutForm, ReasonForm
from sangyu.portals.applications.frame import context, seat, who_approves, who_takes
from sangyu.portals.applications.views.window import BEIJING
from sangyu.portals.clock import now
from sangyu.portals.components.frame import Tab

PAGE = 50
LACKING = "lacking"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@seat
@require_GET
def unclaimed(request: HttpRequest) -> HttpResponse:
    """List who may have a thing and has not applied, by community; who only lacks a fact stands apart."""
    return _show(request)


def _show(request: HttpRequest, *, refused: str = "") -> HttpResponse:
    today = now().astimezone(BEIJING).date()
    told = applications_read.tallies(request.user)
    asked = request.GET
    chosen = next((one for one in told if one.survey.kind == asked.get("kind")), None) or _first(told)
    lacking = asked.get("of") == LACKING
    area = asked.get("area", "") if chosen and asked.get("area") in chosen.communities else ""
    shown: dict[str, Any] = {
        "told": told,
        "chosen": chosen,
        "lacking": lacking,
        "area": area,
        "refused": refused,
        "today": today,
        "may_survey": Role.BUREAU in request.user.roles,
    }
    if chosen is not None:
        kind = chosen.survey.kind
        same = {"kind": kind, "of": LACKING if lacking else "", "area": area}
        every = applications_read.unclaimed(request.user, kind=kind, lacking=lacking, area_code=area)
        after = _uuid(asked.get("after", ""))
        found = list(applications_read.behind(every, after)[: PAGE + 1])
        shown |= {
            "rows": [(row, age_on(row.elder.birth_on, today)) for row in found[:PAGE]],
            "kinds": [
                Tab(one.survey.title, _at({"kind": one.survey.kind}), one is chosen, one.entitled or None)
                for one in told
            ],
            "tabs": [
                Tab(_("符合条件"), _at(same | {"of": ""}), not lacking, chosen.entitled),
                Tab(_("还缺情况"), _at(same | {"of": LACKING}), lacking, chosen.lacking),
            ],
            "areas": [
                (code, f"{name}（{(lacks if lacking else yes)}）")
                for code, (name, yes, lacks) in chosen.communities.items()
                if (lacks if lacking else yes) or code == area
            ],
            "next": _at(same | {"after": str(found[PAGE - 1].pk)}) if len(found) > PAGE else "",
            "first": _at(same) if after else "",
            "sheet": reverse("applications:hand-out") + "?" + urlencode(same),
        }
    return render(
        request,
        "applications/unclaimed.html",
        context(request, "unclaimed", **shown),
        status=409 if refused else 200,
    )


def _first(told: list[Tally]) -> Tally | None:
    """Choose what somebody can be told of; where there is nothing to tell, the first."""
    return next((one for one in told if one.entitled), next(iter(told), None))


def _at(asked: dict[str, str]) -> str:
    said = {key: value for key, value in asked.items() if value}
    return reverse("applications:unclaimed") + (f"?{urlencode(said)}" if said else "")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@who_takes
@require_POST
def begin(request: HttpRequest, unclaimed_id: UUID) -> HttpResponse:
    """Apply for an elder of the list with everything filled in; the steps of the city's text begin as always."""
    line = applications_read.get_unclaimed(request.user, unclaimed_id)
    try:
        made = applications.apply(
            elder_id=line.elder_id,
            kind=line.kind,
            applicant=line.elder.name,
            relation="本人",
            channel=Channel.OFFERED,
            by=request.user,
            at=now(),
            key=str(line.pk),
        )
    except NotFound:
        raise
    except Refusal as refusal:
        return _show(request, refused=f"{line.elder.name}：{refusal}")
    messages.success(request, _("已受理：%s") % made.number)
    return redirect("applications:case", made.pk)


@who_takes
@require_http_methods(["GET", "POST"])
def waive(request: HttpRequest, unclaimed_id: UUID) -> HttpResponse:
    """Note that an elder does not want what was offered, with the reason."""
    line = applications_read.get_unclaimed(request.user, unclaimed_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            applications.waive(elder_id=line.elder_id, kind=line.kind, by=request.user, at=now(), **form.cleaned_data)
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, _("已记下：%s不申请。") % line.elder.name)
            return redirect(_at({"kind": line.kind}))
    title = next((one.title for one in applications_read.surveys(request.user) if one.kind == line.kind), "")
    shown = {"line": line, "title": title, "form": form, "back": _at({"kind": line.kind})}
    status = 422 if form.errors else 200
    return render(request, "applications/waive.html", context(request, "unclaimed", **shown), status=status)


@who_approves
@require_POST
def survey(request: HttpRequest) -> HttpResponse:
    """Look at everybody anew."""
    try:
        n = applications.survey(programme_id=request.user.programme_id, by=request.user, at=now())
    except Refusal as refusal:
        return _show(request, refused=str(refusal))
    messages.success(request, _("已核对，名单上 %(n)s 条。") % {"n": n})
    return redirect("applications:unclaimed")


@who_takes
@require_http_methods(["GET", "POST"])
def hand_out(request: HttpRequest) -> HttpResponse:
    """Hand the list out as a sheet, for a reason."""
    told = {one.survey.kind: one for one in applications_read.tallies(request.user)}
    areas = {code: name for one in told.values() for code, (name, _yes, _lacks) in one.communities.items()}
    form = HandOutForm(
        request.POST or None,
        initial={name: request.GET.get(name, "") for name in ("kind", "of", "area")},
        kinds=[(code, one.survey.title) for code, one in told.items()],
        areas=sorted(areas.items()),
    )
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, now()
        try:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "sheet.xlsx"
                applications.hand_out(
                    kind=given["kind"],
                    lacking=given["of"] == LACKING,
                    area_code=given["area"],
                    reason=given["reason"],
                    path=path,
                    by=request.user,
                    at=at,
                )
                # What is open when its folder goes can still be read to its end.
                answer = FileResponse(path.open("rb"), content_type=XLSX)
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("reason", str(refusal))
        else:
            name = f"应享未享_{told[given['kind']].survey.title}_{at.astimezone(BEIJING):%Y%m%d}.xlsx"
            answer["Content-Disposition"] = f"attachment; filename=\"sheet.xlsx\"; filename*=UTF-8''{quote(name)}"
            answer["Cache-Control"] = "no-store"
            return answer
    status = 422 if form.errors else 200
    return render(request, "applications/hand_out.html", context(request, "unclaimed", form=form), status=status)

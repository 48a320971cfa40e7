"""Registers handed in, what differs, and the page of an elder who has died."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sangyu.access.models import Role
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.month import Month
from sangyu.matching import actions as matching
from sangyu.matching import queries as matching_read
from sangyu.matching.models import Act, BatchStage, OutcomeKind
from sangyu.orders import actions as orders
from sangyu.portals.clock import now
from sangyu.portals.components.frame import Tab
from sangyu.portals.matching.closing import closing_of
from sangyu.portals.matching.forms import (
    BirthForm,
    HandInForm,
    OptionalReasonForm,
    PurposeForm,
    ReasonForm,
    ReportForm,
    SettleForm,
)
from sangyu.portals.matching.frame import (
    context,
    who_closes,
    who_hands_in,
    who_looks_up,
    who_reads_registers,
    who_sees_differences,
    who_settles,
)
from sangyu.portals.matching.turning import turns
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read

BEIJING = ZoneInfo("Asia/Shanghai")
MONTHS = 6
PAGE = 50
SAMPLE = 10
CHUNK = 1 << 20


def _today() -> date:
    return now().astimezone(BEIJING).date()


def _back(month: Month, count: int) -> list[Month]:
    found = [month]
    while len(found) < count:
        found.append(found[-1].previous())
    return found


@who_reads_registers
@require_GET
def registers(request: HttpRequest) -> HttpResponse:
    """Show which register came for which month, and what waits."""
    months = _back(Month.of(_today()), MONTHS)
    latest = matching_read.latest_batches(request.user, months)
    open_rows = matching_read.differences(request.user).filter(is_open=True)
    shown = {
        "months": months,
        "rows": [
            (register, [(month, latest.get((register.code, str(month)))) for month in months])
            for register in matching_read.registers()
        ],
        "counts": matching_read.counts(open_rows),
    }
    return render(request, "matching/registers.html", context(request, "registers", **shown))


@who_hands_in
@require_http_methods(["GET", "POST"])
def hand_in(request: HttpRequest) -> HttpResponse:
    """Hand a register in; nothing changes until somebody has looked at it."""
    asked = {"register": request.GET.get("register", ""), "month": request.GET.get("month", "")}
    last = {"month": str(Month.of(_today()).previous()), "purpose": _("每月核对待遇资格")}
    given = last | {key: value for key, value in asked.items() if value}
    form = HandInForm(request.POST or None, request.FILES or None, initial=given)
    if form.is_valid():
        said = form.cleaned_data
        try:
            made = _handed_in(request, said)
        except Refusal as refusal:
            form.add_error("content", str(refusal))
        else:
            return redirect("matching:batch", made.pk)
    shown = {"form": form, "declared": matching_read.registers()}
    status = 422 if form.errors else 200
    return render(request, "matching/hand_in.html", context(request, "registers", **shown), status=status)


def _handed_in(request: HttpRequest, said: dict[str, Any]) -> Any:
    content: UploadedFile = said["content"]
    with NamedTemporaryFile() as file:
        for chunk in content.chunks(CHUNK):
            file.write(chunk)
        file.flush()
        return matching.hand_in(
            register=said["register"],
            month=said["month"],
            purpose=said["purpose"],
            path=Path(file.name),
            file_name=content.name or "",
            by=request.user,
            at=now(),
        )


@who_reads_registers
@require_GET
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Show one register: its figures, what is odd about it, how it was read, and what differs."""
    return _batch(request, batch_id)


def _batch(request: HttpRequest, batch_id: UUID, *, refused: str = "", **forms: Any) -> HttpResponse:
    found = matching_read.get_batch(request.user, batch_id)
    differing = matching_read.differences(request.user).filter(batch=found)
    shown = {
        "batch": found,
        "declared": matching_read.register(found.register),
        "waits": found.stage == BatchStage.READ,
        "ruling": matching_read.ruling_of(found),
        "entries": matching_read.entries_of(found, limit=SAMPLE),
        "counts": matching_read.counts(differing),
        "agreeing": found.matched - (found.differing or 0),
        "unknown": found.lines - found.matched,
        "refused": refused,
        "comparing": ReasonForm() if found.doubts else OptionalReasonForm(),
        "discarding": ReasonForm(prefix="discard"),
        **forms,
    }
    status = 409 if refused else 422 if forms else 200
    return render(request, "matching/batch.html", context(request, "registers", **shown), status=status)


@who_hands_in
@require_POST
def compare(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Have a register compared."""
    found = matching_read.get_batch(request.user, batch_id)
    form = (ReasonForm if found.doubts else OptionalReasonForm)(request.POST)
    if not form.is_valid():
        return _batch(request, batch_id, comparing=form)
    try:
        matching.compare(batch_id=batch_id, reason=form.cleaned_data["reason"], by=request.user, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        return _batch(request, batch_id, refused=str(refusal))
    count = matching_read.differences(request.user).filter(batch=found).count()
    messages.success(request, _("已比对，%(n)s 条差异。") % {"n": count})
    return redirect("matching:batch", batch_id)


@who_hands_in
@require_POST
def discard(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Set a register aside."""
    form = ReasonForm(request.POST, prefix="discard")
    if not form.is_valid():
        return _batch(request, batch_id, discarding=form)
    try:
        matching.discard(batch_id=batch_id, reason=form.cleaned_data["reason"], by=request.user, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        return _batch(request, batch_id, refused=str(refusal))
    messages.success(request, _("已作废。"))
    return redirect("matching:batch", batch_id)


@who_sees_differences
@require_GET
def differences(request: HttpRequest) -> HttpResponse:
    """List what differs, one kind at a time."""
    return _differences(request)


def _differences(request: HttpRequest, *, refused: str = "") -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    rows = matching_read.differences(request.user)
    of_batch = _uuid(asked.get("batch", ""))
    if of_batch is not None:
        rows = rows.filter(batch_id=of_batch)
    settled = asked.get("settled") == "1"
    counts = matching_read.counts(rows)
    left = {row.kind: row.all - row.open if settled else row.open for row in counts}
    kind = asked.get("kind", "")
    if kind not in left:
        kind = next((code for code, count in left.items() if count), next(iter(left), ""))
    same = {"batch": str(of_batch) if of_batch else "", "settled": "1" if settled else ""}
    after = _uuid(asked.get("after", ""))
    wanted = rows.filter(kind=kind, is_open=not settled).order_by("pk")
    found = list((wanted.filter(pk__gt=after) if after else wanted)[: PAGE + 1])
    page = found[:PAGE]
    shown = {
        "rows": page,
        "outcomes": matching_read.outcomes_of(page) if settled else {},
        "kind": kind,
        "settled": settled,
        "same": same,
        "refused": refused,
        "tabs": [
            Tab(row.label, _at(same | {"kind": row.kind}), active=row.kind == kind, count=left[row.kind] or None)
            for row in counts
        ],
        "other": _at(same | {"kind": kind, "settled": "" if settled else "1"}),
        "next": _at(same | {"kind": kind, "after": str(page[-1].pk)}) if len(found) > PAGE else "",
        "first": _at(same | {"kind": kind}) if after else "",
        "plain": any(row.plain and row.is_open for row in page),
    }
    status = 409 if refused else 200
    return render(request, "matching/differences.html", context(request, "differences", **shown), status=status)


def _at(asked: dict[str, str]) -> str:
    said = {key: value for key, value in asked.items() if value}
    return reverse("matching:differences") + (f"?{urlencode(said)}" if said else "")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@who_settles
@require_POST
def settle_plain(request: HttpRequest) -> HttpResponse:
    """Do what is suggested for the differences that were ticked."""
    ticked = [pk for text in request.POST.getlist("difference") if (pk := _uuid(text))]
    if not ticked:
        return _differences(request, refused=_("还没有选。请勾选要照办的，再按一次。"))
    try:
        made = matching.settle_plain(difference_ids=ticked, by=request.user, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        return _differences(request, refused=str(refusal))
    orders.cancel_after_death(by=request.user, at=now())
    messages.success(request, _("已照办 %(n)s 条。") % {"n": len(made)})
    kept = {key: request.POST.get(key, "") for key in ("kind", "batch")}
    return redirect(_at(kept))


@who_sees_differences
@require_GET
def difference(request: HttpRequest, difference_id: UUID) -> HttpResponse:
    """Show one difference, and what else differs about the elder."""
    return _difference(request, difference_id)


def _difference(
    request: HttpRequest, difference_id: UUID, *, refused: str = "", form: SettleForm | None = None, **more: Any
) -> HttpResponse:
    found = matching_read.get_difference(request.user, difference_id)
    outcome = matching_read.outcomes_of([found]).get(found.pk)
    shown = {
        "row": found,
        "elder": found.elder,
        "declared": matching_read.register(found.register),
        "outcome": outcome,
        "others": [row for row in matching_read.open_about(request.user, found.elder_id) if row.pk != found.pk],
        "may_apply": found.act != Act.CHECK,
        "looks": found.act in matching.LOOKED_AT,
        "of_hukou": found.act == Act.CHANGE_HUKOU,
        "leaves": found.act == Act.CHANGE_HUKOU and found.elder.hukou_in_area,
        "birth": BirthForm() if outcome and found.act == Act.CORRECT_BIRTH else None,
        "is_clerk": Role.COMMUNITY in request.user.roles,
        "refused": refused,
        "form": form or SettleForm(),
        **more,
    }
    status = more.get("status") or (409 if refused else 422 if form and form.errors else 200)
    return render(request, "matching/difference.html", context(request, "differences", **shown), status=status)


@who_settles
@require_POST
def settle(request: HttpRequest, difference_id: UUID) -> HttpResponse:
    """Settle one difference."""
    found = matching_read.get_difference(request.user, difference_id)
    form = SettleForm(request.POST)
    if not form.is_valid():
        return _difference(request, difference_id, form=form)
    act = partial(matching.settle, difference_id=difference_id, by=request.user, at=now(), **form.cleaned_data)
    first_look = form.cleaned_data["outcome"] == OutcomeKind.APPLIED and found.act in matching.LOOKED_AT
    try:
        if first_look and "seen" not in request.POST:
            turned = turns(request.user, found.elder_id, act, _today())
            return _difference(request, difference_id, form=form, turned=turned, looked=True)
        made = act()
    except NotFound:
        raise
    except Refusal as refusal:
        return _difference(request, difference_id, refused=str(refusal), form=form)
    if made.kind == OutcomeKind.APPLIED and found.act == Act.RECORD_DEATH:
        orders.cancel_after_death(elder_id=found.elder_id, by=request.user, at=now())
        return redirect("matching:closing", found.elder_id)
    messages.success(request, _("已办：%s。") % made.get_kind_display())
    return redirect(_at({"kind": found.kind}))


@who_settles
@require_POST
def correct_birth(request: HttpRequest, difference_id: UUID) -> HttpResponse:
    """Put a day of birth right that was put right wrongly: only another correction takes one back."""
    found = matching_read.get_difference(request.user, difference_id)
    form = BirthForm(request.POST)
    if form.is_valid():
        try:
            registry.correct_birth(elder_id=found.elder_id, by=request.user, at=now(), **form.cleaned_data)
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("birth_on", str(refusal))
        else:
            messages.success(request, _("已更正出生日期。"))
            return redirect("matching:difference", difference_id)
    return _difference(request, difference_id, birth=form, status=422)


@who_looks_up
@require_http_methods(["GET", "POST"])
def words(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show what the registers say of one elder, to whoever says what for."""
    elder = registry_read.get_elder(request.user, elder_id)
    form, found = PurposeForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            found = matching.look_up(elder_id=elder.pk, reason=reason, by=request.user, at=now())
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("reason", str(refusal))
    shown = {"elder": elder, "form": form, "words": found, "is_clerk": Role.COMMUNITY in request.user.roles}
    status = 422 if form.errors else 200
    return render(request, "matching/words.html", context(request, "differences", **shown), status=status)


@who_closes
@require_http_methods(["GET", "POST"])
def closing(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Hear of a death, stop everything at once, and show what was stopped and what was paid after that day."""
    elder = registry_read.get_elder(request.user, elder_id)
    form = ReportForm(request.POST or None, latest_on=_today())
    if request.method == "POST" and form.is_valid():
        said = {key: form.cleaned_data[key] for key in ("told_by", "relation", "died_on")}
        try:
            matching.report_death(elder_id=elder.pk, by=request.user, at=now(), **said)
            orders.cancel_after_death(elder_id=elder.pk, by=request.user, at=now())
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("died_on", str(refusal))
        else:
            return redirect("matching:closing", elder.pk)
    shown = {
        "elder": elder,
        "form": form,
        "closing": closing_of(request.user, elder, elder.died_on),
        "reports": matching_read.death_reports(request.user, elder.pk),
        "may_report": bool(request.user.roles & set(matching.REPORTERS)),
        "is_clerk": Role.COMMUNITY in request.user.roles,
        "takes_calls": bool(request.user.roles & {Role.AGENT, Role.SUPERVISOR}),
    }
    status = 422 if form.errors else 200
    return render(request, "matching/closing.html", context(request, "closing", **shown), status=status)

"""At the bedside: today's visits, the sheet item by item, the signature, and the decision of a third person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from sangyu.assessment import actions as assessment
from sangyu.assessment import queries as assessment_read
from sangyu.assessment.models import Appointment, Part, Stage
from sangyu.assessment.rules import EVIDENCE_MAX, Answers, Item, Option, Scale, in_words
from sangyu.files import queries as files_read
from sangyu.files.rules import SIZE_MAX
from sangyu.kit.age import age_on
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.assessor.forms import DraftForm, EvidenceForm, ParticularsForm, PasswordForm, SignForm
from sangyu.portals.assessor.frame import at_the_bedside, context, who_reads_sheets
from sangyu.portals.clock import now
from sangyu.registry import queries as registry_read

BEIJING = ZoneInfo("Asia/Shanghai")
DONE_SHOWN = 20
WORKER = Path(__file__).resolve().parents[1] / "static" / "assessor" / "worker.js"


@dataclass(frozen=True)
class Card:
    """One item as it is shown: what can be chosen, and what was chosen so far."""

    item: Item
    group: str
    chosen: int | None

    @property
    def answer(self) -> Option | None:
        """The option that was chosen."""
        return None if self.chosen is None else self.item.option(self.chosen)


def cards(scale: Scale, answers: Answers) -> list[Card]:
    """Return the items of a scale in their order, each with what was chosen."""
    return [Card(item, scale.group_of[item.group].label, answers.get(item.code)) for item in scale.items]


def _today() -> date:
    return now().astimezone(BEIJING).date()


@at_the_bedside
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """List where the viewer is sent: what is due first, what is decided by them, what is signed."""
    due = assessment_read.own_due(request.user)
    on = _today()
    shown = {
        "on": on,
        "today": [row for row in due if row.visit_at.astimezone(BEIJING).date() <= on],
        "later": [row for row in due if row.visit_at.astimezone(BEIJING).date() > on],
        "done": assessment_read.own_signed(request.user, DONE_SHOWN),
    }
    return render(request, "assessor/today.html", context(request, "today", **shown))


@at_the_bedside
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Hand out the worker that shows what the tablet took along; its address is the place it is responsible for."""
    return HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")


@at_the_bedside
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Show a sheet one item a card; a post keeps what was chosen so far, however often it is sent."""
    appointment = assessment_read.own_appointment(request.user, appointment_id)
    if request.method == "POST":
        return _save(request, appointment)
    if appointment.part == Part.THIRD:
        return redirect("assessor:decide", appointment.pk)
    if assessment_read.sheet_of(appointment) is not None or appointment.assessment.stage != Stage.APPOINTED:
        return redirect("assessor:case", appointment.assessment_id)
    return _show_sheet(request, appointment)


def _save(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    form = DraftForm(request.POST)
    in_the_page = request.headers.get("Accept") == "application/json"
    if not form.is_valid():
        return _said(request, appointment, _("评估表的序号不对，请刷新页面。"), in_the_page=in_the_page)
    try:
        kept = assessment.save_draft(
            appointment_id=appointment.pk,
            answers=form.answers,
            particulars=form.particulars,
            base=form.cleaned_data["base"],
            n=form.cleaned_data["n"],
            by=request.user,
            at=now(),
        )
    except NotFound:
        raise
    except Refusal as refusal:
        return _said(request, appointment, str(refusal), in_the_page=in_the_page)
    if in_the_page:
        return JsonResponse({"n": kept.draft.n, "taken": kept.taken})
    if not kept.taken:
        return _said(request, appointment, _("这份评估表在别处又改过，没有存上。请核对后再选。"), in_the_page=False)
    return redirect("assessor:sign", appointment.pk)


def _said(request: HttpRequest, appointment: Appointment, words: str, *, in_the_page: bool) -> HttpResponse:
    if in_the_page:
        return JsonResponse({"refused": words}, status=409)
    messages.error(request, words)
    return redirect("assessor:sheet", appointment.pk)


def _show_sheet(
    request: HttpRequest, appointment: Appointment, *, picturing: EvidenceForm | None = None
) -> HttpResponse:
    draft = assessment_read.draft_of(appointment)
    scale = assessment_read.scale_of(appointment.assessment)
    elder = appointment.assessment.elder
    pictures = assessment_read.evidence_of(appointment)
    asked = assessment_read.asked_on(appointment.assessment, appointment.part)
    said = draft.particulars if draft else assessment_read.kept_from_before(appointment.assessment)
    shown = {
        "appointment": appointment,
        "elder": elder,
        "age": age_on(elder.birth_on, _today()),
        "phones": registry_read.contacts_of(elder.pk),
        "scale": scale,
        "cards": cards(scale, draft.answers if draft else {}),
        "beside": ParticularsForm(asked, said) if asked else None,
        "n": draft.n if draft else 0,
        "evidence": pictures,
        "picturing": picturing,
        "photos_left": max(0, EVIDENCE_MAX - len(pictures)),
        "photo_bytes_max": SIZE_MAX,
    }
    status = 422 if picturing else 200
    return render(request, "assessor/sheet.html", context(request, "today", **shown), status=status)


@at_the_bedside
@require_POST
def add_evidence(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Add a photo or a PDF beside an item: the one that is open, or what a tablet hands in afterwards."""
    appointment = assessment_read.own_appointment(request.user, appointment_id)
    in_the_page = request.headers.get("Accept") == "application/json"
    form = EvidenceForm(request.POST, request.FILES)
    if form.is_valid():
        told = form.cleaned_data
        try:
            made = assessment.add_evidence(
                appointment_id=appointment.pk,
                item=told["item"],
                content=told["content"].read(),
                sha256=told["sha256"],
                taken_at=told["taken_at"],
                by=request.user,
                at=now(),
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("content", str(refusal))
        else:
            if in_the_page:
                return JsonResponse({"kept": made.sha256})
            back = redirect("assessor:sheet", appointment.pk)
            back["Location"] += f"#{told['item']}"
            return back
    if in_the_page:
        return JsonResponse({"refused": str(next(iter(form.errors.values()))[0])}, status=409)
    return _show_sheet(request, appointment, picturing=form)


@who_reads_sheets
@require_safe
def evidence(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """Hand out a photo or a paper: one's own, and others' once both sheets are signed."""
    kept = assessment_read.evidence(request.user, evidence_id).file
    answer = HttpResponse(files_read.path_of(kept).read_bytes(), content_type=kept.media_type)
    how = "inline" if kept.media_type == "image/jpeg" else "attachment"
    answer["Content-Disposition"] = f'{how}; filename="{kept.sha256[:12]}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return answer


@sensitive_post_parameters("password")
@at_the_bedside
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Show everything that was chosen, and sign it."""
    appointment = assessment_read.own_appointment(request.user, appointment_id)
    if appointment.part == Part.THIRD or assessment_read.sheet_of(appointment) is not None:
        return redirect("assessor:sheet", appointment.pk)
    draft = assessment_read.draft_of(appointment)
    form = SignForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            assessment.sign(
                appointment_id=appointment.pk,
                n=said["n"],
                password=said["password"],
                informant=said["informant"],
                informant_relation=said["informant_relation"],
                informant_phone=said["informant_phone"],
                sealed_at=said["sealed_at"],
                by=request.user,
                at=now(),
                address=request.META.get("REMOTE_ADDR", ""),
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("已签字。"))
            return redirect("assessor:case", appointment.assessment_id)
    scale = assessment_read.scale_of(appointment.assessment)
    chosen = cards(scale, draft.answers if draft else {})
    asked = assessment_read.asked_on(appointment.assessment, appointment.part)
    beside = draft.particulars if draft else {}
    shown = {
        "appointment": appointment,
        "elder": appointment.assessment.elder,
        "cards": chosen,
        "beside": [(one, in_words(one, beside[one.code])) for one in asked if one.code in beside],
        "beside_open": len(asked) - len(beside),
        "contacts": registry_read.contacts_of(appointment.assessment.elder_id),
        "missing": [card for card in chosen if card.chosen is None],
        "n": draft.n if draft else 0,  # of what this page shows, also after a refusal
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "assessor/sign.html", context(request, "today", **shown), status=status)


@sensitive_post_parameters("password")
@at_the_bedside
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Show only the items on which two sheets differ, without saying whose is whose, and decide them."""
    appointment = assessment_read.own_appointment(request.user, appointment_id)
    differing = assessment_read.differing_items(appointment.assessment)
    if appointment.part != Part.THIRD or appointment.assessment.stage != Stage.DIFFERING or not differing:
        return redirect("assessor:case", appointment.assessment_id)
    form = PasswordForm(request.POST or None)
    chosen = DraftForm(request.POST).answers
    if form.is_valid():
        try:
            assessment.adjudicate(
                appointment_id=appointment.pk,
                answers=chosen,
                password=form.cleaned_data["password"],
                by=request.user,
                at=now(),
                address=request.META.get("REMOTE_ADDR", ""),
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("已裁定并签字。"))
            return redirect("assessor:case", appointment.assessment_id)
    scale = assessment_read.scale_of(appointment.assessment)
    pair = assessment_read.signed_pair(appointment.assessment)
    assert pair is not None  # two sheets that differ are signed
    rows = [
        (card, {sheet.answers[card.item.code] for sheet in pair})
        for card in cards(scale, chosen)
        if card.item.code in differing
    ]
    shown = {"appointment": appointment, "elder": appointment.assessment.elder, "rows": rows, "form": form}
    status = 422 if form.errors else 200
    return render(request, "assessor/decide.html", context(request, "today", **shown), status=status)

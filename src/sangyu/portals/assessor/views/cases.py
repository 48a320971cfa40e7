"""At the table: every assessment and how far it is, what became of one, and what bureau and community do with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sangyu.access.models import Role, User
from sangyu.assessment import actions as assessment
from sangyu.assessment import queries as assessment_read
from sangyu.assessment.models import Assessment, Stage
from sangyu.assessment.rules.fhir import Told, bundle
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.assessor.forms import (
    AppointForm,
    BodyForm,
    DisputeForm,
    PracticeForm,
    ThirdForm,
    WhoForm,
    WithdrawForm,
)
from sangyu.portals.assessor.frame import at_the_table, context, who_reads_sheets, who_sends
from sangyu.portals.assessor.paper import paper_of, replaced_words
from sangyu.portals.assessor.views.visits import BEIJING, cards
from sangyu.portals.clock import now
from sangyu.portals.components import paging
from sangyu.portals.components.frame import Tab
from sangyu.portals.finance.papers import as_pdf
from sangyu.registry import queries as registry_read

PAGE = 50
DUE_SOON = timedelta(days=30)
SAID = {
    "conclude": gettext_lazy("已出结论。"),
    "certify": gettext_lazy("已发证明。"),
    "call-in": gettext_lazy("已请裁定人。"),
    "review": gettext_lazy("已安排复评。"),
    "withdraw": gettext_lazy("已撤回。"),
    "dispute": gettext_lazy("已登记异议。"),
}


@at_the_table
@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """List the assessments that the viewer may know of, by elder and how far they are; and whose level ends soon."""
    asked = request.GET.get("stage", "")
    stage = asked if asked in Stage.values else ""
    text = request.GET.get("q", "").strip()
    after = paging.after(request)
    rows = assessment_read.assessments_about(request.user, text).order_by("-at", "-id")
    found = list((rows.filter(stage=stage) if stage else rows)[after : after + PAGE + 1])
    first_page = not (stage or text or after)
    until = now().astimezone(BEIJING).date() + DUE_SOON
    due = list(assessment_read.due(request.user, until)[: PAGE + 1]) if first_page else []
    same = {key: value for key, value in (("q", text), ("stage", stage)) if value}
    to_review = list(assessment_read.to_review(request.user)[: PAGE + 1]) if first_page else []
    shown = {
        "to_review": to_review[:PAGE],
        "to_review_shown": PAGE if len(to_review) > PAGE else 0,
        "text": text,
        "stage": stage,
        "rows": found[:PAGE],
        "next": _at(same, after + PAGE) if len(found) > PAGE else "",
        "previous": _at(same, max(0, after - PAGE)) if after else "",
        "tabs": [
            Tab(_("全部"), _at(same | {"stage": ""}), active=not stage),
            *(Tab(str(one.label), _at(same | {"stage": one.value}), active=stage == one) for one in Stage),
        ],
        "due": due[:PAGE],
        "due_shown": PAGE if len(due) > PAGE else 0,
        "until": until,
    }
    return render(request, "assessor/cases.html", context(request, "cases", **shown))


def _at(asked: dict[str, str], after: int = 0) -> str:
    """Return the address of this list for what was asked, from a line on."""
    return "?" + urlencode({key: value for key, value in {**asked, "after": after or ""}.items() if value})


@at_the_table
@require_GET
def case(request: HttpRequest, assessment_id: UUID) -> HttpResponse:
    """Show what became of one assessment: who was sent, what they signed, the level with its reasons."""
    return _show(request, assessment_id)


@at_the_table
@require_POST
def act(request: HttpRequest, assessment_id: UUID, what: str) -> HttpResponse:
    """Do one thing with an assessment; what is refused is said on its page."""
    verb = VERBS.get(what)
    if verb is None:
        raise Http404
    found = assessment_read.get_assessment(request.user, assessment_id)
    form = verb[0](request, found) if verb[0] else None
    if form is not None and not form.is_valid():
        return _show(request, assessment_id, **{what.replace("-", "_"): form})
    try:
        made = verb[1](request, found, form)
    except NotFound:
        raise
    except Refusal as refusal:
        return _show(request, assessment_id, refused=str(refusal))
    messages.success(request, SAID[what])
    return redirect("assessor:case", made.pk if isinstance(made, Assessment) else assessment_id)


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"by": request.user, "at": now()}


def _third_form(request: HttpRequest, found: Assessment, data: Any = None) -> ThirdForm:
    return ThirdForm(data, viewer=request.user, sent=assessment_read.before_review(found))


def _review_form(request: HttpRequest, found: Assessment, data: Any = None) -> WhoForm:
    return WhoForm(data, viewer=request.user, sent=assessment_read.assessor_ids(found))


Verb = tuple[Callable[..., Any] | None, Callable[..., Any]]
VERBS: dict[str, Verb] = {
    "conclude": (None, lambda request, it, form: assessment.conclude(assessment_id=it.pk, **_who(request))),
    "certify": (None, lambda request, it, form: assessment.certify(assessment_id=it.pk, **_who(request))),
    "call-in": (
        lambda request, it: _third_form(request, it, request.POST),
        lambda request, it, form: assessment.call_in(
            assessment_id=it.pk, assessor_id=UUID(form.cleaned_data["third"]), **_who(request)
        ),
    ),
    "review": (
        lambda request, it: _review_form(request, it, request.POST),
        lambda request, it, form: assessment.review(assessment_id=it.pk, sent=form.sent, **_who(request)),
    ),
    "withdraw": (
        lambda request, it: WithdrawForm(request.POST),
        lambda request, it, form: assessment.withdraw(assessment_id=it.pk, **form.cleaned_data, **_who(request)),
    ),
    "dispute": (
        lambda request, it: DisputeForm(request.POST),
        lambda request, it, form: assessment.dispute(assessment_id=it.pk, **form.cleaned_data, **_who(request)),
    ),
}


def _show(request: HttpRequest, assessment_id: UUID, *, refused: str = "", **forms: Any) -> HttpResponse:
    viewer = request.user
    found = assessment_read.case(viewer, assessment_id)
    it = found.assessment
    reads = _reads(viewer, it)
    sheets = assessment_read.sheets(viewer, it.pk)
    counted = assessment_read.counted_answers(it) if reads else None
    own = next((row for row in found.appointments if row.assessor_id == viewer.pk), None)
    sends = Role.BUREAU in viewer.roles
    told = found.conclusion
    today = now().astimezone(BEIJING).date()
    scale = assessment_read.scale_of(it)
    may_call_in = sends and it.stage == Stage.DIFFERING and not found.has_third
    may_review = sends and found.dispute is not None and found.review is None
    shown = {
        "case": found,
        "it": it,
        "elder": it.elder,
        "scale": scale,
        "people": [(row, found.signed_at.get(row.pk)) for row in found.appointments],
        "own": own
        if own and own.pk not in found.signed_at and it.stage in (Stage.APPOINTED, Stage.DIFFERING)
        else None,
        "result": told.result if told else (r.to_json() if reads and (r := assessment_read.result_of(it)) else None),
        "cards": [
            (
                card,
                [
                    card.item.option(sheet.answers[card.item.code])
                    for sheet in sheets
                    if card.item.code in sheet.answers
                ],
            )
            for card in cards(scale, counted)
        ]
        if counted
        else [],
        "evidence": [
            (row, found.part_of[row.appointment_id], scale.item_of[row.item].label)
            for row in assessment_read.evidence_among(viewer, it.pk)
        ],
        "beside": [one for one in assessment_read.particulars(it) if one.words] if counted else [],
        "replaced": replaced_words(found) if found.replaced_on else "",
        "refused": refused,
        "reads": reads,
        "may_conclude": sends and it.stage == Stage.SIGNED,
        "may_call_in": may_call_in,
        "may_withdraw": sends and told is None and found.withdrawal is None,
        "may_certify": sends and told is not None and not (found.certificate or found.dispute or found.replaced_on),
        "may_dispute": told is not None
        and found.dispute is None
        and it.review_of_id is None
        and today < told.disputable_until
        and bool(viewer.roles & {Role.BUREAU, Role.COMMUNITY}),
        "may_review": may_review,
        "withdraw": WithdrawForm(),
        "dispute": DisputeForm(),
        **({"call_in": _third_form(request, it)} if may_call_in and "call_in" not in forms else {}),
        **({"review": _review_form(request, it)} if may_review and "review" not in forms else {}),
        **forms,
    }
    status = 409 if refused else 422 if forms else 200
    return render(request, "assessor/case.html", context(request, "cases", **shown), status=status)


def _reads(viewer: User, it: Assessment) -> bool:
    """Whether the viewer reads sheets once they are signed: who oversees, and who was sent there."""
    return bool(viewer.roles & assessment_read.READERS) or viewer.pk in assessment_read.assessor_ids(it)


@at_the_table
@require_GET
def report(request: HttpRequest, assessment_id: UUID) -> HttpResponse:
    """Hand out the report of a concluded assessment as PDF; what each item was answered only to who reads sheets.

    Raises: NotFound, before the conclusion.
    """
    found = assessment_read.case(request.user, assessment_id)
    if found.conclusion is None:
        raise NotFound(_("还没有出结论，没有报告可以打印。"))
    it = found.assessment
    reads = _reads(request.user, it)
    beside = assessment_read.particulars(it) if reads else []
    paper = paper_of(found, assessment_read.scale_of(it), beside, with_items=reads)
    answer = HttpResponse(as_pdf(paper), content_type="application/pdf")
    name = quote(f"{paper.title}-{it.elder.name}.pdf")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer


@who_reads_sheets
@require_GET
def fhir(request: HttpRequest, assessment_id: UUID) -> HttpResponse:
    """Hand out a concluded assessment for other systems, as an HL7 FHIR R4B bundle without names.

    Raises: NotFound, before the conclusion.
    """
    found = assessment_read.case(request.user, assessment_id)
    told = found.conclusion
    if told is None:
        raise NotFound(_("还没有出结论，没有报告可以打印。"))
    it = found.assessment
    last_on = (found.replaced_on or told.valid_until) - timedelta(days=1)
    replaced = replaced_words(found) if found.replaced_on else ""
    beside = {one.particular.code: one.value or one.words for one in assessment_read.particulars(it)}
    said = Told(it.pk, it.elder_id, told.at, told.valid_from, last_on, told.result, replaced, beside)
    content = bundle(assessment_read.scale_of(it), told.answers, said)
    answer = JsonResponse(content, json_dumps_params={"ensure_ascii": False})
    answer["Content-Type"] = "application/fhir+json; fhirVersion=4.3"
    answer["Content-Disposition"] = f'attachment; filename="assessment-{it.pk}.json"'
    return answer


@who_sends
@require_http_methods(["GET", "POST"])
def appoint(request: HttpRequest) -> HttpResponse:
    """Find an elder and send two assessors."""
    find = request.GET.get("find", "").strip()
    chosen = request.GET.get("elder", "")
    try:
        elder = registry_read.get_elder(request.user, UUID(chosen)) if chosen else None
    except ValueError as bad:
        raise NotFound(_("没有找到这位老人，可能不在您负责的范围内。")) from bad
    form = AppointForm(request.POST or None, viewer=request.user, initial={"kind": "FIRST"}) if elder else None
    if elder is not None and form is not None and form.is_valid():
        try:
            made = assessment.appoint(
                elder_id=elder.pk,
                scale=form.cleaned_data["scale"],
                kind=form.cleaned_data["kind"],
                reason=form.cleaned_data["reason"],
                sent=form.sent,
                key=request.POST.get("key") or str(uuid4()),
                **_who(request),
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("已安排评估。"))
            return redirect("assessor:case", made.pk)
    shown = {
        "find": find,
        "found": registry_read.search(request.user, find) if find and elder is None else [],
        "elder": elder,
        "form": form,
        "levels": assessment_read.conclusions_of(request.user, elder.pk) if elder else [],
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "assessor/appoint.html", context(request, "cases", **shown), status=status)


@who_sends
@require_http_methods(["GET", "POST"])
def practice(request: HttpRequest) -> HttpResponse:
    """Show and lay down how the district assesses."""
    form = PracticeForm(request.POST or None)
    if form.is_valid():
        try:
            assessment.set_practice(**form.said, **_who(request))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("已登记评估办法。"))
            return redirect("assessor:practice")
    return _show_practice(request, form)


@who_sends
@require_POST
def admit(request: HttpRequest) -> HttpResponse:
    """Admit a body whose people assess."""
    form = BodyForm(request.POST)
    if form.is_valid():
        try:
            assessment.admit_body(name=form.cleaned_data["name"], **_who(request))
        except Refusal as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("已登记评估机构。"))
            return redirect("assessor:practice")
    return _show_practice(request, PracticeForm(), form)


def _show_practice(request: HttpRequest, form: PracticeForm, body: BodyForm | None = None) -> HttpResponse:
    shown = {
        "form": form,
        "body": body or BodyForm(),
        "bodies": assessment_read.bodies(request.user),
        "rows": assessment_read.practices(request.user),
        "scales": [assessment_read.packed_scale(code) for code in assessment_read.scale_codes()],
    }
    status = 422 if form.errors or body else 200
    return render(request, "assessor/practice.html", context(request, "practice", **shown), status=status)

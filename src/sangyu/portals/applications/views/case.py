"""One application: its rail and time line, and everything that is done with it one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from sangyu.access.models import Role
from sangyu.applications import actions as applications
from sangyu.applications import queries as applications_read
from sangyu.applications.actions.common import SEATS
from sangyu.applications.models import Application, State, StepCode
from sangyu.applications.queries import Reached
from sangyu.files import queries as files_read
from sangyu.files.models import File
from sangyu.kit.age import age_on
from sangyu.kit.errors import NotFound, Refusal
from sangyu.policy.stages import CLASSIFY
from sangyu.portals.applications import reading
from sangyu.portals.applications.forms import (
    AnswerForm,
    AppealForm,
    ArrangeForm,
    CallBackForm,
    ChooseForm,
    ClassifyForm,
    ObjectForm,
    PaperForm,
    ReasonForm,
    ReviewForm,
    SignForm,
)
from sangyu.portals.applications.frame import context, seat
from sangyu.portals.applications.paper import agreement_paper, item_label
from sangyu.portals.applications.views.window import BEIJING, facts_form
from sangyu.portals.clock import now
from sangyu.portals.finance.papers import as_pdf

SAID = {
    "paper": gettext_lazy("材料已收。"),
    "classify": gettext_lazy("类别已记。"),
    "review": gettext_lazy("审议结果已记。"),
    "post": gettext_lazy("已公示。"),
    "object": gettext_lazy("异议已登记。"),
    "answer-objection": gettext_lazy("异议已答复。"),
    "resubmit": gettext_lazy("补正已交。"),
    "withdraw": gettext_lazy("已撤回。"),
    "send-back": gettext_lazy("已退回补正。"),
    "appeal": gettext_lazy("申诉已登记。"),
    "answer-appeal": gettext_lazy("申诉已答复。"),
    "choose": gettext_lazy("项目已定。"),
    "draw-up": gettext_lazy("协议已拟好。"),
    "sign": gettext_lazy("签字已存。"),
    "arrange": gettext_lazy("已记安排。"),
    "call-back": gettext_lazy("回访已记，申请办结。"),
}


@seat
@require_GET
def case(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Show one application with everything that was done, and what is to be done now."""
    return _show(request, application_id)


@seat
@require_POST
def act(request: HttpRequest, application_id: UUID, what: str) -> HttpResponse:
    """Do one thing with an application; what is refused is said on its page."""
    if what not in SAID:
        raise Http404
    it = applications_read.get_application(request.user, application_id)
    form = _form(request, it, what, request.POST)
    told = what != "resubmit" or _asked(request, it)[1].is_valid()  # a day typed wrongly is not "nobody knows"
    if form is not None and not (form.is_valid() and told):
        return _show(request, application_id, **{what.replace("-", "_"): form})
    try:
        VERBS[what](it, form, {"by": request.user, "at": now()}, request)
    except NotFound:
        raise
    except Refusal as refusal:
        return _show(request, application_id, refused=str(refusal))
    messages.success(request, SAID[what])
    return redirect("applications:case", application_id)


def _read(form: Any) -> bytes:
    return bytes(form.cleaned_data["content"].read())


Verb = Callable[[Application, Any, dict[str, Any], HttpRequest], Any]
VERBS: dict[str, Verb] = {
    "paper": lambda it, form, who, _request: applications.add_paper(
        application_id=it.pk, title=form.cleaned_data["title"], content=_read(form), **who
    ),
    "classify": lambda it, form, who, _request: applications.classify(application_id=it.pk, **form.cleaned_data, **who),
    "review": lambda it, form, who, _request: applications.review(application_id=it.pk, **form.cleaned_data, **who),
    "post": lambda it, form, who, _request: applications.post(application_ids=[it.pk], **who),
    "object": lambda it, form, who, request: applications.object_to(
        application_id=it.pk, key=request.POST.get("key") or str(it.pk), **form.cleaned_data, **who
    ),
    "answer-objection": lambda it, form, who, _request: applications.answer_objection(
        objection_id=form.cleaned_data["what"],
        upheld=form.cleaned_data["upheld"],
        reason=form.cleaned_data["reason"],
        **who,
    ),
    "resubmit": lambda it, form, who, request: applications.resubmit(
        application_id=it.pk, said=form.cleaned_data["reason"], declared=_declared(request, it), **who
    ),
    "withdraw": lambda it, form, who, _request: applications.withdraw(
        application_id=it.pk, reason=form.cleaned_data["reason"], **who
    ),
    "send-back": lambda it, form, who, _request: applications.send_back(
        application_id=it.pk, lacking=form.cleaned_data["reason"], **who
    ),
    "appeal": lambda it, form, who, _request: applications.appeal(application_id=it.pk, **form.cleaned_data, **who),
    "answer-appeal": lambda it, form, who, _request: applications.answer_appeal(
        appeal_id=form.cleaned_data["what"],
        upheld=form.cleaned_data["upheld"],
        reason=form.cleaned_data["reason"],
        **who,
    ),
    "choose": lambda it, form, who, _request: applications.choose(
        application_id=it.pk, item_ids=form.item_ids, said=form.cleaned_data["said"], **who
    ),
    "draw-up": lambda it, form, who, request: applications.draw_up(
        application_id=it.pk, content=as_pdf(agreement_paper(applications_read.reached(request.user, it.pk))), **who
    ),
    "sign": lambda it, form, who, _request: applications.sign(
        application_id=it.pk,
        sha256=form.cleaned_data["sha256"],
        party=form.cleaned_data["party"],
        name=form.cleaned_data["name"],
        content=_read(form),
        **who,
    ),
    "arrange": lambda it, form, who, _request: applications.arrange(application_id=it.pk, **form.cleaned_data, **who),
    "call-back": lambda it, form, who, _request: applications.call_back(
        application_id=it.pk, **form.cleaned_data, **who
    ),
}


PLAIN: dict[str, Any] = {
    "resubmit": ReasonForm,
    "withdraw": ReasonForm,
    "send-back": ReasonForm,
    "classify": ClassifyForm,
    "object": ObjectForm,
    "answer-objection": AnswerForm,
    "answer-appeal": AnswerForm,
    "appeal": AppealForm,
    "call-back": CallBackForm,
}


def _form(request: HttpRequest, it: Application, what: str, data: Any = None, **initial: Any) -> Any:
    """Make the form of a verb, with ids of its own; None for one that asks nothing."""
    today = now().astimezone(BEIJING).date()
    own: dict[str, Any] = {"auto_id": f"{what}_%s"}
    if what == "review":
        return ReviewForm(
            data, initial={"held_on": today, **applications_read.last_meeting(request.user, today)}, **own
        )
    if what == "arrange":
        return ArrangeForm(data, initial={"first_on": today}, **own)
    if what == "choose":
        offered = applications.menu(it, by=request.user, on=today)
        choices = [
            (str(one.item.pk), item_label(one.item.name, one.quote.price_fen, one.quote.elder_fen))
            for one in offered
            if one.quote is not None
        ]
        return ChooseForm(data, offered=choices, **own)
    if what == "sign":
        drawn = applications_read.agreement_of(it)
        sha256 = drawn.sha256 if drawn else ""
        return SignForm(data, request.FILES if data else None, initial={"sha256": sha256}, **own)
    if what == "paper":
        return PaperForm(data, request.FILES if data else None, **own)
    return PLAIN[what](data, initial=initial, **own) if what in PLAIN else None


def _asked(request: HttpRequest, it: Application) -> tuple[list[str], Any]:
    """Return the names and the form of the facts that the kind's rule may ask for and nobody knows."""
    today = now().astimezone(BEIJING).date()
    kind = applications_read.kind_of(it)
    known = applications_read.facts_about(it.elder, it.kind, it.declared, today, but=it.pk)
    rule, wanted = applications_read.wanted_of(it.programme_id, kind.rule, known, today)
    names = [fact.name for fact in wanted]
    return names, facts_form(names, rule, request, today)


def _declared(request: HttpRequest, it: Application) -> dict[str, Any]:
    _names, form = _asked(request, it)
    form.full_clean()  # `act` saw that it is valid
    return {name: value for name, value in form.asked().items() if name != "on"}


def _show(request: HttpRequest, application_id: UUID, *, refused: str = "", **forms: Any) -> HttpResponse:
    viewer, today = request.user, now().astimezone(BEIJING).date()
    found = applications_read.reached(viewer, application_id)
    it = found.application
    offers = _offers(request, found)
    open_objection = next((row.what for row in found.objections if row.answer is None), None)
    answered = open_objection if "answer-objection" in offers else found.appeal and found.appeal.what
    initial = {"what": answered.pk} if answered else {}
    made = {what.replace("-", "_"): _form(request, it, what, **initial) for what in offers}
    names, asked = _asked(request, it) if "resubmit" in offers else ([], None)
    if "classify" in offers:
        made["classify"], made["foreseen"] = _classify_form(request, found)
    shown = {
        "found": found,
        "it": it,
        "elder": it.elder,
        "age": age_on(it.elder.birth_on, today),
        "rail": reading.rail(found),
        "facts": reading.timeline(found),
        "decision": reading.decision_of(found),
        "evidence": reading.evidence_of(found),
        "tone": reading.TONES[State(it.state)],
        "late": reading.is_late(it.due_on, today),
        "papers": applications_read.papers(it),
        "offers": {what.replace("-", "_") for what in offers},
        "open_objection": open_objection,
        "names": names,
        "asked": asked,
        "refused": refused,
        **made,
        **forms,
    }
    status = 409 if refused else 422 if forms else 200
    return render(request, "applications/case.html", context(request, "list", **shown), status=status)


def _classify_form(request: HttpRequest, found: Reached) -> tuple[ClassifyForm, Any]:
    """The classes that the rule's ground allows today, and what the rule says."""
    today = now().astimezone(BEIJING).date()
    it = found.application
    foreseen = applications_read.foresee(request.user, it.elder_id, it.kind, today, it.declared)
    allowed = found.kind.classes_on(foreseen.decision.ground) if foreseen.decision.eligible else ()
    initial = {"service_class": it.service_class}
    return ClassifyForm(allowed=allowed, initial=initial, auto_id="classify_%s"), foreseen


def _offers(request: HttpRequest, found: Reached) -> list[str]:
    """Name what the viewer may do with the application now."""
    it, roles = found.application, request.user.roles
    takes, decides = bool(roles & {Role.COMMUNITY, Role.BUREAU}), Role.BUREAU in roles
    offers: list[str] = []
    under_way = it.state in (State.OPEN, State.RETURNED)
    if takes and under_way:
        offers.append("paper")
        if found.award is None or it.elder.died_on is not None:
            offers.append("withdraw")
    if takes and it.state == State.RETURNED:
        offers.append("resubmit")
    if it.state == State.OPEN:
        step = found.kind.step(it.step.lower())
        sits = step is not None and SEATS[step.who] in roles
        offers += _of_step(found) if sits else []
        if found.award is None and takes and it.step != StepCode.APPROVE:
            offers.append("send-back")
        if takes and it.posted:
            offers.append("object")
        if decides and found.has_open_objection:
            offers.append("answer-objection")
    if it.state == State.REFUSED:
        if takes and found.appeal is None:
            offers.append("appeal")
        elif found.appeal and found.appeal.answer is None and roles & {Role.BUREAU, Role.DEPUTY, Role.HEAD}:
            offers.append("answer-appeal")
    return offers


def _of_step(found: Reached) -> list[str]:
    """Name what the step that is due asks of whoever sits there."""
    step = found.application.step
    if step == StepCode.NOTICE:
        return [] if found.application.posted else ["post"]
    if step == StepCode.AGREE:
        return ["draw-up", "sign"] if found.agreement else ["draw-up"]
    own = {
        StepCode.CLASSIFY: CLASSIFY,
        StepCode.REVIEW: "review",
        StepCode.CHOOSE: "choose",
        StepCode.ARRANGE: "arrange",
        StepCode.CALL_BACK: "call-back",
    }
    return [own[StepCode(step)]] if step in own else []


@seat
@require_GET
def paper(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """Hand out a paper of an application that the viewer may see."""
    return handed_out(applications_read.paper(request.user, paper_id).file)


@seat
@require_GET
def agreement(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Hand out the agreement as it was drawn up last.

    Raises: NotFound, before it is.
    """
    drawn = applications_read.agreement_of(applications_read.get_application(request.user, application_id))
    if drawn is None:
        raise NotFound(_("协议还没有拟。请先在申请页面拟协议。"))
    return handed_out(drawn.file)


def handed_out(kept: File) -> HttpResponse:
    """Answer with the bytes of a file, so that no browser runs anything in it."""
    answer = HttpResponse(files_read.path_of(kept).read_bytes(), content_type=kept.media_type)
    how = "inline" if kept.media_type == "image/jpeg" else "attachment"
    ending = "jpg" if kept.media_type == "image/jpeg" else "pdf"
    answer["Content-Disposition"] = f'{how}; filename="{kept.sha256[:12]}.{ending}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return answer

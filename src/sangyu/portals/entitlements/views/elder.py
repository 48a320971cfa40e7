"""What one elder may have, what is left of it, and the slip that tells her."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.adoption.queries import NothingAdopted
from sangyu.allowances import actions as allowances
from sangyu.allowances import queries as allowances_read
from sangyu.benefits import actions as benefits
from sangyu.benefits import queries as benefits_read
from sangyu.benefits.queries import Answer
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.month import Month
from sangyu.portals.clock import now
from sangyu.portals.components.forms import DeskForm
from sangyu.portals.entitlements.forms import (
    AccountForm,
    CallOffForm,
    CostForm,
    DrawForm,
    GiveBackForm,
    HandOverForm,
    SetAsideForm,
    StateForm,
)
from sangyu.portals.entitlements.frame import beside_the_elder, elder_context, who_states
from sangyu.portals.entitlements.paper import as_pdf, call_of, title_of
from sangyu.portals.entitlements.slips import slip_of
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder

BEIJING = ZoneInfo("Asia/Shanghai")


@beside_the_elder
@require_GET
def entitlements(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Answer 'what may she have?': yes first, then what comes later, what is not known, and what she may not."""
    return show(request, _elder(request, elder_id))


@who_states
@require_POST
def state(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Write down a fact that the tables ask for, and show what they say now."""
    elder = _elder(request, elder_id)
    name = request.POST.get("name", "")
    try:
        form = StateForm(request.POST, fact=name, auto_id=ids(name))
    except KeyError as unknown:
        raise Http404(f"no fact {name!r}") from unknown
    if form.is_valid():
        typed = form.cleaned_data
        try:
            benefits.state(
                elder_id=elder.pk,
                name=name,
                value=typed["value"],
                evidence=typed["evidence"],
                valid_from=typed["valid_from"],
                by=request.user,
                at=now(),
                key=typed["key"],
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("已登记：%(what)s。") % {"what": form.fact.label})
            return redirect("entitlements:elder", elder_id=elder.pk)
    return show(request, elder, wrong=form, status=422)


@who_states
@require_POST
def set_account(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Write down to which account the elder is paid."""
    elder = _elder(request, elder_id)
    form = AccountForm(request.POST)
    if form.is_valid():
        try:
            allowances.set_account(elder_id=elder.pk, by=request.user, at=now(), **form.cleaned_data)
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("收款账户已登记，下一次发放起使用。"))
            return redirect("entitlements:elder", elder_id=elder.pk)
    return show(request, elder, account_form=form, wrong=form, status=422)


@beside_the_elder
@require_GET
def slip(request: HttpRequest, elder_id: UUID, month: str) -> HttpResponse:
    """Show the month slip in large print."""
    elder = _elder(request, elder_id)
    found = slip_of(request.user, elder, _month(month), _today())
    page = elder_context(
        request,
        elder=elder,
        slip=found,
        title=title_of(found),
        call=call_of(found),
        previous=found.month.previous(),
        next=found.month.next() if found.month < Month.of(_today()) else None,
    )
    return render(request, "entitlements/slip.html", page)


@beside_the_elder
@require_GET
def slip_paper(request: HttpRequest, elder_id: UUID, month: str) -> HttpResponse:
    """Give the month slip as one page to print."""
    elder = _elder(request, elder_id)
    found = slip_of(request.user, elder, _month(month), _today())
    programme = request.user.programme
    answer = HttpResponse(as_pdf(found, programme.name, programme.hotline_number), content_type="application/pdf")
    answer["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(f'{title_of(found)}.pdf')}"
    return answer


def show(
    request: HttpRequest,
    elder: Elder,
    *,
    wrong: DeskForm | None = None,
    account_form: AccountForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show what an elder may have and has, with the forms for what may be written down; `wrong` is one that failed."""
    today = _today()
    try:
        answered = benefits_read.entitlements(request.user, elder, today)
        left = benefits_read.left_of(request.user, elder, today)
    except NothingAdopted:
        answered, left = [], []
    groups = [(answer, [one for one in answered if one.answer == answer]) for answer in Answer]
    page = elder_context(
        request,
        elder=elder,
        card=registry_read.card(request.user, elder, today),
        today=today,
        groups=[(answer, rows) for answer, rows in groups if rows],
        left=left,
        account=allowances_read.account_of(request.user, elder),
        month=Month.of(today),
        wrong=wrong,
        account_form=account_form or AccountForm(initial={"holder": elder.name, "key": str(uuid4())}),
    )
    page["forms"] = _forms(page, answered, wrong)
    page["hands"] = _hands(page, answered, wrong)
    page["unbilled"] = _unbilled(request, page, answered, wrong)
    return render(request, "entitlements/elder.html", page, status=status)


def _forms(page: dict[str, Any], answered: list[benefits_read.Entitlement], wrong: Any) -> dict[str, StateForm]:
    """Make one form for each fact that is missing; nothing for whoever may not record any."""
    if not page["may_state"]:
        return {}
    forms = {}
    for one in answered:
        if one.statable and one.missing not in forms:
            is_wrong = isinstance(wrong, StateForm) and wrong.fact.name == one.missing
            fresh = {"name": one.missing, "valid_from": page["today"], "key": str(uuid4())}
            forms[one.missing] = (
                wrong if is_wrong else StateForm(fact=one.missing, initial=fresh, auto_id=ids(one.missing))
            )
    return forms


def _hands(page: dict[str, Any], answered: list[benefits_read.Entitlement], wrong: Any) -> dict[str, DeskForm]:
    """Make the forms of what is given by hand. Shape: code of the benefit, or verb and id of a row -> form."""
    if not page["may_state"]:
        return {}
    today, made = page["today"], {}

    def form(kind: type[DeskForm], name: str, first: dict[str, Any]) -> None:
        of = str(first.get("of") or first["code"])
        typed = isinstance(wrong, kind) and of in (wrong.data.get("of"), wrong.data.get("code"))
        made[name] = wrong if typed else kind(initial=first, auto_id=ids(of))

    for one in answered:
        code, holding = one.benefit.code, one.holding
        if holding is None:
            continue
        fresh = {"code": code, "key": str(uuid4()), "from_on": today, "handed_on": today}
        if one.benefit.unit == "days" and (holding.left or (one.answer == Answer.YES and holding.granted is None)):
            form(SetAsideForm, code, fresh)
        elif one.benefit.unit == "pieces" and not holding.standing and one.answer == Answer.YES:
            form(HandOverForm, code, fresh)
        for stay in holding.open_stays:
            of = stay.booking.pk
            form(DrawForm, f"draw-{of}", {"of": of, "days": stay.booking.days})
            form(CallOffForm, f"call-off-{of}", {"of": of})
        for piece in holding.standing:
            of = piece.hand_over.pk
            form(GiveBackForm, f"give-back-{of}", {"of": of, "given_back_on": today})
    return made


def _unbilled(
    request: HttpRequest, page: dict[str, Any], answered: list[benefits_read.Entitlement], wrong: Any
) -> list[tuple[benefits_read.Stay, CostForm]]:
    """Return the stays, of earlier years too, whose bill has not come, each with the form for it."""
    billed = {one.benefit.code for one in answered if one.benefit.cost}
    if not (billed and page["may_state"]):
        return []
    found = []
    for stay in benefits_read.stays(request.user, page["elder"]):
        if stay.booking.code in billed and stay.end and stay.end.days and stay.cost is None:
            of = str(stay.booking.pk)
            typed = isinstance(wrong, CostForm) and wrong.data.get("of") == of
            found.append((stay, wrong if typed else CostForm(initial={"of": of}, auto_id=ids(of))))
    return found


def ids(fact: str) -> str:
    """Several things may be written down on one page, each by a form of its own."""
    return f"id-{fact}-%s"


def _elder(request: HttpRequest, elder_id: UUID) -> Elder:
    return registry_read.get_elder(request.user, elder_id)


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except Refusal as wrong:
        raise Http404(str(wrong)) from wrong


def _today() -> date:
    return now().astimezone(BEIJING).date()

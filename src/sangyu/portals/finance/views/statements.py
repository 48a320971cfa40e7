"""One enterprise's statement: its lines, its objection, what is taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.components import paging
from sangyu.portals.finance.forms import AnswerForm, TakeBackForm, WaiveForm, WithdrawForm
from sangyu.portals.finance.frame import context, seat
from sangyu.portals.finance.views.months import run_or_404, show
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read

LINES = 50


@seat
@require_GET
def statement(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """Show a statement with its lines, `LINES` at a time."""
    return _show(request, statement_id)


@seat
@require_POST
def take_back(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """Note that a paid line was wrong, so that the open month takes the difference back."""
    found = settlement_read.get_statement(request.user, statement_id)
    form = TakeBackForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        line = next(iter(settlement_read.lines(request.user, found, after=given["n"] - 1, limit=1)), None)
        if line is None or line.n != given["n"]:
            form.add_error("n", _("结算单没有这一行，请按明细里的序号填写。"))
        else:
            try:
                settlement.take_back(
                    line_id=line.pk, amount_fen=given["amount"], reason=given["reason"], by=request.user, at=now()
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("差额已登记，在下一个未审批的账期扣回；本月结算不变。"))
                return redirect("finance:statement", statement_id=found.pk)
    return _show(request, found.pk, take_back_form=form, status=422)


@seat
@require_POST
def waive(request: HttpRequest, correction_id: UUID) -> HttpResponse:
    """Let a correction go, as somebody else than who noted it."""
    month = request.POST.get("month", "")
    run_or_404(request, month)
    form = WaiveForm(request.POST)
    if not form.is_valid():
        return show(request, month, wrong=form, status=422)
    try:
        settlement.waive(correction_id=correction_id, reason=form.cleaned_data["reason"], by=request.user, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        return show(request, month, refusal=refusal, status=422)
    messages.success(request, _("已免除，不再扣回。"))
    return redirect("finance:month", month=month)


@seat
@require_POST
def answer(request: HttpRequest, objection_id: UUID) -> HttpResponse:
    """Answer an objection without changing the statement."""
    objection = settlement_read.get_objection(request.user, objection_id)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _show(request, objection.statement_id, answer_form=form, status=422)
    try:
        settlement.answer(objection_id=objection.pk, text=form.cleaned_data["text"], by=request.user, at=now())
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _show(request, objection.statement_id, answer_form=form, status=422)
    messages.success(request, _("答复已发给企业。"))
    return redirect("finance:statement", statement_id=objection.statement_id)


@seat
@require_POST
def withdraw(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """Take a statement back, so that the next draw makes its next revision."""
    found = settlement_read.get_statement(request.user, statement_id)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _show(request, found.pk, withdraw_form=form, status=422)
    try:
        settlement.withdraw(statement_id=found.pk, reason=form.cleaned_data["reason"], by=request.user, at=now())
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _show(request, found.pk, withdraw_form=form, status=422)
    messages.success(request, _("结算单已撤回，重新出单后生成新版本。"))
    return redirect("finance:month", month=found.run.month)


def _show(
    request: HttpRequest,
    statement_id: UUID,
    *,
    answer_form: AnswerForm | None = None,
    withdraw_form: WithdrawForm | None = None,
    take_back_form: TakeBackForm | None = None,
    status: int = 200,
) -> HttpResponse:
    found = settlement_read.get_statement(request.user, statement_id)
    first = paging.after(request)
    lines = settlement_read.lines(request.user, found, after=first, limit=LINES)
    page: dict[str, Any] = {
        "statement": found,
        "standing": settlement_read.standings(request.user, [found])[0],
        "lines": lines,
        "more": bool(lines) and lines[-1].n < found.orders + found.meals,
        "differences": settlement_read.differences(request.user, found),
        "first": first,
        "count": found.orders + found.meals,
        "answer_form": answer_form or AnswerForm(),
        "withdraw_form": withdraw_form or WithdrawForm(),
        "take_back_form": take_back_form or TakeBackForm(),
        "wrong": answer_form or withdraw_form or take_back_form,
        "signed": settlement_read.signed(found.run_id),
        "paid": settlement_read.file_of(request.user, found.run) is not None,
    }
    return render(request, "finance/statement.html", context(request, "finance:months", **page), status=status)

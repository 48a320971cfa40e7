"""One enterprise's statement: its lines, its objection, its printed sheet."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.kit.errors import Refusal
from sangyu.portals.clock import now
from sangyu.portals.finance.forms import AnswerForm, WithdrawForm
from sangyu.portals.finance.frame import context, seat
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read

LINES = 50


@seat
@require_GET
def statement(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """Show a statement with its lines, `LINES` at a time."""
    return _show(request, statement_id)


@seat
@require_GET
def paper(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """Show the sheet that is printed, signed and sealed."""
    found = settlement_read.get_statement(request.user, statement_id)
    page = context(
        request,
        "finance:months",
        statement=found,
        standing=settlement_read.standings(request.user, [found])[0],
        approval=settlement_read.approval_of(request.user, found.run),
        items=settlement_read.item_sums(request.user, found),
        count=found.orders + found.meals,
        printed_at=now(),
        signers=[_("经办"), _("审核"), _("分管领导"), _("企业确认（盖章）")],
    )
    return render(request, "finance/paper.html", page)


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
    status: int = 200,
) -> HttpResponse:
    found = settlement_read.get_statement(request.user, statement_id)
    after = request.GET.get("after", "")
    first = int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0
    lines = settlement_read.lines(request.user, found, after=first, limit=LINES)
    page: dict[str, Any] = {
        "statement": found,
        "standing": settlement_read.standings(request.user, [found])[0],
        "lines": lines,
        "more": bool(lines) and lines[-1].n < found.orders + found.meals,
        "first": first,
        "count": found.orders + found.meals,
        "answer_form": answer_form or AnswerForm(),
        "withdraw_form": withdraw_form or WithdrawForm(),
        "wrong": answer_form or withdraw_form,
        "approval": settlement_read.approval_of(request.user, found.run),
    }
    return render(request, "finance/statement.html", context(request, "finance:months", **page), status=status)

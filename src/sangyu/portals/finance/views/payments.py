"""The payment file out, the bank's answer in."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.finance import bank
from sangyu.portals.finance.forms import PayForm, ReturnForm
from sangyu.portals.finance.frame import seat
from sangyu.portals.finance.views.months import run_or_404, show
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read


@seat
@require_POST
def pay(request: HttpRequest, month: str) -> HttpResponse:
    """Post what is owed and write the request to the treasury; a repeat shows the file that stands."""
    run = run_or_404(request, month)
    form, encoding = _wish(request)
    try:
        file = settlement.pay(run_id=run.pk, by=request.user, at=now(), form=form, encoding=encoding)
    except Refusal as refusal:
        return show(request, month, refusal=refusal, status=422)
    messages.success(request, _("付款文件已生成：%(n)d笔。") % {"n": file.payments})
    return redirect("finance:month", month=month)


@seat
@require_POST
def release(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """Let a refused payment go to the account that the enterprise has now."""
    month = request.POST.get("month", "")
    run_or_404(request, month)
    try:
        settlement.release(payment_id=payment_id, by=request.user, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        return show(request, month, refusal=refusal, status=422)
    messages.success(request, _("已放行，经办人可以重新拨付。"))
    return redirect("finance:month", month=month)


@seat
@require_POST
def pay_again(request: HttpRequest, month: str) -> HttpResponse:
    """Ask once more for the refused payments that are released."""
    run = run_or_404(request, month)
    form, encoding = _wish(request)
    refused = settlement_read.refused(request.user, run)
    ready = [row.payment.pk for row in refused if row.release]
    try:
        # With nothing released all of them are asked for, so that the refusal names what must come first.
        wanted = ready or [row.payment.pk for row in refused]
        file = settlement.pay_again(payment_ids=wanted, by=request.user, at=now(), form=form, encoding=encoding)
    except Refusal as refusal:
        return show(request, month, refusal=refusal, status=422)
    messages.success(request, _("已重新申请拨付：%(n)d笔，使用新的支付编号。") % {"n": file.payments})
    return redirect("finance:month", month=month)


def _wish(request: HttpRequest) -> tuple[str, str]:
    """Read the form and the characters; a bare button means the default of both."""
    form = PayForm(request.POST)
    if form.is_valid():
        return form.cleaned_data["form"], form.cleaned_data["encoding"]
    return str(PayForm.base_fields["form"].initial), str(PayForm.base_fields["encoding"].initial)


@seat
@require_GET
def download(request: HttpRequest, month: str, n: int) -> HttpResponse:
    """Hand out a payment file, byte for byte."""
    file = _file(request, month, n)
    answer = HttpResponse(bytes(file.content), content_type=f"text/csv; charset={file.encoding}")
    answer["Content-Disposition"] = f"attachment; filename=\"payment-{month}.csv\"; filename*=UTF-8''{quote(file.name)}"
    answer["X-Content-SHA256"] = file.sha256
    return answer


@seat
@require_POST
def take_return(request: HttpRequest, month: str) -> HttpResponse:
    """Read the bank's return file."""
    form = ReturnForm(request.POST, request.FILES)
    if not form.is_valid():
        return show(request, month, return_form=form, status=422)
    return _take(request, month, form.cleaned_data["file"].read())


@seat
@require_POST
def simulate_return(request: HttpRequest, month: str) -> HttpResponse:
    """Let the demo's bank answer the newest payment file; `failed` names a payment that bounces."""
    files = settlement_read.files_of(request.user, run_or_404(request, month))
    if not settings.DEMO or not files:
        raise Http404(month)
    file = files[-1]
    failed = [number for number in request.POST.getlist("failed") if number]
    return _take(request, month, bank.answer(bytes(file.content), encoding=file.encoding, failed=failed))


def _file(request: HttpRequest, month: str, n: int) -> Any:
    files = settlement_read.files_of(request.user, run_or_404(request, month))
    if not 0 < n <= len(files):
        raise Http404(month)
    return files[n - 1]


def _take(request: HttpRequest, month: str, content: bytes) -> HttpResponse:
    run = run_or_404(request, month)
    try:
        answered = settlement.take_return(run_id=run.pk, content=content, by=request.user, at=now())
    except Refusal as refusal:
        return show(request, month, refusal=refusal, status=422)
    messages.success(request, _("回单已读入：新增%(n)d笔结果。") % {"n": answered})
    return redirect("finance:month", month=month)

"""The payment file out, the bank's answer in."""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.kit.errors import Refusal
from sangyu.portals.clock import now
from sangyu.portals.finance import bank
from sangyu.portals.finance.forms import ReturnForm
from sangyu.portals.finance.frame import seat
from sangyu.portals.finance.views.months import run_or_404, show
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read


@seat
@require_POST
def pay(request: HttpRequest, month: str) -> HttpResponse:
    """Post what is owed and write the bank file; a repeat shows the file that stands."""
    run = run_or_404(request, month)
    try:
        file = settlement.pay(run_id=run.pk, by=request.user, at=now())
    except Refusal as refusal:
        return show(request, month, refusal=refusal, status=422)
    messages.success(request, _("付款文件已生成：%(n)d笔。") % {"n": file.payments})
    return redirect("finance:month", month=month)


@seat
@require_GET
def download(request: HttpRequest, month: str) -> HttpResponse:
    """Hand out the payment file, byte for byte."""
    file = settlement_read.file_of(request.user, run_or_404(request, month))
    if file is None:
        raise Http404(month)
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
    """Let the demo's bank answer the payment file; `failed` names a payment that bounces."""
    file = settlement_read.file_of(request.user, run_or_404(request, month))
    if not settings.DEMO or file is None:
        raise Http404(month)
    failed = [number for number in request.POST.getlist("failed") if number]
    return _take(request, month, bank.answer(bytes(file.content), encoding=file.encoding, failed=failed))


def _take(request: HttpRequest, month: str, content: bytes) -> HttpResponse:
    run = run_or_404(request, month)
    try:
        answered = settlement.take_return(run_id=run.pk, content=content, by=request.user, at=now())
    except Refusal as refusal:
        return show(request, month, refusal=refusal, status=422)
    messages.success(request, _("回单已读入：新增%(n)d笔结果。") % {"n": answered})
    return redirect("finance:month", month=month)

"""Monthly runs in the settlement room: reckon, look at what differs, approve, pay, read the bank's answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from sangyu.adoption.queries import NothingAdopted
from sangyu.allowances import actions as allowances
from sangyu.allowances import queries as allowances_read
from sangyu.benefits import queries as benefits_read
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.month import Month
from sangyu.portals.clock import now
from sangyu.portals.components.frame import Tab
from sangyu.portals.entitlements.forms import AccountForm, DrawUpForm, RecoverForm, ReturnForm
from sangyu.portals.entitlements.frame import in_the_settlement_room, money_context

BEIJING = ZoneInfo("Asia/Shanghai")
PAGE = 50
FIRST_YEAR = 2000
LABELS = {  # in the order of the tabs
    "NEW": gettext_lazy("新增"),
    "CHANGED": gettext_lazy("变动"),
    "ENDED": gettext_lazy("停发"),
    "BACK_PAID": gettext_lazy("补发"),
    "TAKEN_BACK": gettext_lazy("扣回"),
    "UNDECIDED": gettext_lazy("缺情况"),
    "SAME": gettext_lazy("不变"),
}


@in_the_settlement_room
@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    """Show what is given by runs, and the runs, the newest first."""
    return _list(request)


@in_the_settlement_room
@require_GET
def stays(request: HttpRequest) -> HttpResponse:
    """Show the short stays of a year: people, days, cost, and who pays which part."""
    this = now().astimezone(BEIJING).year
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdecimal() and FIRST_YEAR <= int(asked) <= this else this
    page = money_context(
        request,
        rows=benefits_read.stays_of_year(request.user, year),
        year=year,
        earlier=year - 1 if year > FIRST_YEAR else None,
        later=year + 1 if year < this else None,
    )
    return render(request, "entitlements/stays.html", page)


@in_the_settlement_room
@require_POST
def draw_up(request: HttpRequest) -> HttpResponse:
    """Reckon a month as a dry run, and show what it says."""
    form = DrawUpForm(request.POST)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            run = allowances.draw_up(code=typed["code"], month=typed["month"], by=request.user, at=now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("已核算%(n)d人，还没有入账。请另一位同事审批。") % {"n": run.persons})
            return redirect("entitlements:run", run_id=run.pk)
    return _list(request, wrong=form, status=422)


@in_the_settlement_room
@require_POST
def set_account(request: HttpRequest) -> HttpResponse:
    """Write down the account of whoever is paid for everybody."""
    form, code = AccountForm(request.POST), request.POST.get("code", "")
    if form.is_valid():
        try:
            allowances.set_account(code=code, by=request.user, at=now(), **form.cleaned_data)
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("收款账户已登记，下一次付款起使用。"))
            return redirect("entitlements:runs")
    return _list(request, wrong=form, status=422)


@in_the_settlement_room
@require_GET
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Show what a run says, one kind of change at a time."""
    return _show(request, run_id)


@in_the_settlement_room
@require_POST
def approve(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Book a run by a second person's word."""
    try:
        approval = allowances.approve(run_id=run_id, by=request.user, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        return _show(request, run_id, refusal=refusal, status=422)
    messages.success(request, _("已审批入账：%(n)d人。") % {"n": approval.run.persons})
    return redirect("entitlements:run", run_id=run_id)


@in_the_settlement_room
@require_POST
def pay(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Write the file for the bank; a repeat shows the one that stands."""
    try:
        file = allowances.pay(run_id=run_id, by=request.user, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        return _show(request, run_id, refusal=refusal, status=422)
    messages.success(request, _("付款文件已生成：%(n)d笔。") % {"n": file.payments})
    return redirect("entitlements:run", run_id=run_id)


@in_the_settlement_room
@require_GET
def download(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Give the payment file as it was written."""
    found = allowances_read.get_run(request.user, run_id)
    file, content = allowances_read.get_file(request.user, found.run)
    answer = HttpResponse(content, content_type="text/csv; charset=gb18030")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
    return answer


@in_the_settlement_room
@require_POST
def take_return(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Read the bank's answer."""
    form = ReturnForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, run_id, wrong=form, status=422)
    try:
        content = form.cleaned_data["file"].read()
        answered = allowances.take_return(run_id=run_id, content=content, by=request.user, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        return _show(request, run_id, refusal=refusal, status=422)
    messages.success(request, _("已读入回单：%(n)d笔。") % {"n": answered})
    return redirect("entitlements:run", run_id=run_id)


@in_the_settlement_room
@require_POST
def recover(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Book money that somebody gave back."""
    form = RecoverForm(request.POST)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            allowances.recover(
                run_id=run_id,
                elder_id=typed["elder"],
                amount_fen=typed["amount"],
                document=typed["document"],
                by=request.user,
                at=now(),
                key=typed["key"],
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("已登记退回。"))
            return redirect("entitlements:run", run_id=run_id)
    return _show(request, run_id, wrong=form, status=422)


def _list(request: HttpRequest, *, wrong: Any = None, status: int = 200) -> HttpResponse:
    today = now().astimezone(BEIJING).date()
    try:
        offered = allowances_read.schemes(request.user, today)
    except NothingAdopted:
        offered = []
    month = Month.of(today)
    page = money_context(
        request,
        offered=offered,
        rows=allowances_read.runs(request.user),
        wrong=wrong,
        key=str(uuid4()),
        collective=[one for one in offered if one.scheme and one.benefit.payee != "elder"],
        month=month,
    )
    return render(request, "entitlements/runs.html", page, status=status)


def _show(
    request: HttpRequest, run_id: UUID, *, refusal: Refusal | None = None, wrong: Any = None, status: int = 200
) -> HttpResponse:
    found = allowances_read.get_run(request.user, run_id)
    counted = allowances_read.counts(request.user, found.run)
    first = next((change for change, (n, _sum) in counted.items() if n), "NEW")
    change = request.GET.get("change") or first
    if change not in counted:
        raise Http404(f"no change {change!r}")
    here = reverse("entitlements:run", args=[run_id])
    rows = allowances_read.lines(
        request.user, found.run, change, after=_after(request.GET.get("after", "")), limit=PAGE + 1
    )
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    onward = f"{here}?change={change}&after={last.pk}~{quote(last.elder.sort_key)}" if last else ""
    shown = found.approval is not None
    page = money_context(
        request,
        it=found,
        tabs=[
            Tab(LABELS[one], f"{here}?change={one}", active=one == change, count=n)
            for one, (n, _sum) in counted.items()
        ],
        sum_fen=counted[change][1],
        change=change,
        rows=rows[:PAGE],
        next=onward,
        refusal=refusal,
        wrong=wrong,
        return_form=ReturnForm(),
        claims=[
            (one, RecoverForm(initial={"elder": one.elder.pk, "key": str(uuid4())}, auto_id=f"id-{one.elder.pk}-%s"))
            for one in (allowances_read.claims(request.user, found.run.scheme, limit=50) if shown else [])
        ],
        without_account=allowances_read.without_account(request.user, found.run.scheme, limit=50) if shown else [],
        bounced=allowances_read.bounced(request.user, found.run) if found.bounced else [],
    )
    return render(request, "entitlements/run.html", page, status=status)


def _after(text: str) -> tuple[str, UUID] | None:
    line, _tilde, key = text.partition("~")
    try:
        return (key, UUID(line)) if line else None
    except ValueError as broken:
        raise Http404(str(broken)) from broken

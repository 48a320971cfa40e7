"""The months of a year, and one month from its appraisals to the bank's answer."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.access.queries import Role
from sangyu.budget import queries as budget_read
from sangyu.kit.errors import Refusal
from sangyu.kit.month import Month
from sangyu.portals.clock import now
from sangyu.portals.components.forms import DeskForm
from sangyu.portals.finance.figures import Fund
from sangyu.portals.finance.forms import DeclineForm, ExplainForm, PayForm, ReturnForm
from sangyu.portals.finance.frame import context, seat
from sangyu.portals.finance.rail import exceptions, rail
from sangyu.providers import queries as providers_read
from sangyu.quality import queries as quality_read
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read

BEIJING = ZoneInfo("Asia/Shanghai")


@seat
@require_GET
def months(request: HttpRequest) -> HttpResponse:
    """Show a year's money in four figures and its months down to now."""
    today = now().astimezone(BEIJING).date()
    year = _year(request.GET.get("year"), today.year)
    sums = settlement_read.month_sums(request.user, year)
    last = today.month if year == today.year else 12 if year < today.year else 0
    rows = [{"month": Month(year, n), "sums": sums.get(str(Month(year, n)))} for n in range(last, 0, -1)]
    funds = [
        Fund(fund, title, budget_read.position(request.user, fund, Month(year, 1).first_day))
        for fund, title in budget_read.fund_titles(request.user, today).items()
    ]
    page = context(request, "finance:months", year=year, this_year=today.year, rows=rows, funds=funds)
    return render(request, "finance/months.html", page)


@seat
@require_GET
def month(request: HttpRequest, month: str) -> HttpResponse:
    """Show one month: the rail, the totals, every statement and what was left out."""
    return show(request, month)


@seat
@require_POST
def draw_up(request: HttpRequest, month: str) -> HttpResponse:
    """Draw up the statements of a month for every charge that stands on none."""
    try:
        run = settlement.draw_up(month=parsed(month), by=request.user, at=now())
    except Refusal as refusal:
        return show(request, month, refusal=refusal, status=422)
    totals = settlement_read.totals(request.user, run)
    messages.success(request, _("%(month)s已出单：%(n)d份结算单。") % {"month": month, "n": totals.statements})
    return redirect("finance:month", month=month)


@seat
@require_POST
def approve(request: HttpRequest, month: str) -> HttpResponse:
    """Sign the step of a month that is due."""
    run = run_or_404(request, month)
    try:
        settlement.approve(run_id=run.pk, by=request.user, at=now())
    except Refusal as refusal:
        return show(request, month, refusal=refusal, status=422)
    due = settlement_read.due_step(request.user, run)
    if due is None:
        messages.success(request, _("%(month)s结算各步都已签字，可以拨付。") % {"month": month})
    else:
        messages.success(request, _("已签字。接下来由“%(step)s”签字。") % {"step": due.label})
    return redirect("finance:month", month=month)


@seat
@require_POST
def decline(request: HttpRequest, month: str) -> HttpResponse:
    """Send a month back to its maker."""
    run = run_or_404(request, month)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return show(request, month, wrong=form, status=422)
    try:
        settlement.decline(run_id=run.pk, reason=form.cleaned_data["reason"], by=request.user, at=now())
    except Refusal as refusal:
        return show(request, month, refusal=refusal, status=422)
    messages.success(request, _("已退回经办人，签字作废，结算单可以撤回重出。"))
    return redirect("finance:month", month=month)


@seat
@require_POST
def explain(request: HttpRequest, month: str) -> HttpResponse:
    """Say why an enterprise's sum is far from last month's."""
    run = run_or_404(request, month)
    form = ExplainForm(request.POST)
    if not form.is_valid():
        return show(request, month, wrong=form, status=422)
    given = form.cleaned_data
    try:
        settlement.explain(
            run_id=run.pk, enterprise_id=given["enterprise"], text=given["text"], by=request.user, at=now()
        )
    except Refusal as refusal:
        return show(request, month, refusal=refusal, status=422)
    messages.success(request, _("说明已记入，审批人会看到。"))
    return redirect("finance:month", month=month)


def show(
    request: HttpRequest,
    text: str,
    *,
    refusal: Refusal | None = None,
    return_form: ReturnForm | None = None,
    wrong: DeskForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a month, with what was refused on top."""
    shown = parsed(text)
    run = settlement_read.get_run(request.user, str(shown))
    sheets = quality_read.sheets(request.user, str(shown))
    today = now().astimezone(BEIJING).date()
    page: dict[str, Any] = {
        "month": shown,
        "previous": shown.previous(),
        "next": shown.next(),
        "over": shown.next().first_day <= today,
        "run": run,
        "sheets": len(sheets),
        "score_sheets": sheets,
        "final_sheets": sum(1 for sheet in sheets if sheet.final),
        "refusal": refusal,
        "return_form": return_form or ReturnForm(),
        "wrong": wrong,
        "decline_form": DeclineForm(),
        "rulings": [(sheet, line) for sheet in sheets for line in sheet.lines if line.ruling and line.ruling.upheld],
        "demo": settings.DEMO,
    }
    if run is not None:
        page |= _run(request, run)
    page["steps"] = rail(page)
    page["exceptions"] = exceptions(page)
    return render(request, "finance/month.html", context(request, "finance:months", **page), status=status)


def _run(request: HttpRequest, run: Any) -> dict[str, Any]:
    viewer = request.user
    standings = settlement_read.standings(
        viewer, list(settlement_read.statements(viewer).filter(run=run).order_by("-net_fen", "enterprise__name"))
    )
    file = settlement_read.file_of(viewer, run)
    returned = [row.returned for row in standings if row.returned]
    due = settlement_read.due_step(viewer, run)
    before = settlement_read.net_before(viewer, run)
    totals, ledger = settlement_read.totals(viewer, run), settlement_read.ledger_sums(viewer, run)
    return {
        "signatures": settlement_read.signatures(viewer, run),
        "signed": settlement_read.signed(run.pk),
        "due": due,
        "my_turn": due is not None and due.role in viewer.roles,
        "may_recall": due is None and file is None and Role.HEAD in viewer.roles,
        "decline": settlement_read.decline_of(viewer, run),
        "swings": settlement_read.swings(viewer, run),
        "before": before,
        "corrections": settlement_read.corrections(viewer, run),
        "files": settlement_read.files_of(viewer, run),
        **_refused(viewer, run),
        "pay_form": PayForm(),
        "standings": standings,
        "totals": totals,
        "ledger": ledger,
        # What is taken back is posted in full and then moved back, so the posted sum is still higher by it.
        "posted_due_fen": totals.net_fen + totals.taken_back_fen,
        "withheld": settlement_read.withheld_in(viewer, run),
        "withdrawals": settlement_read.withdrawals(viewer, run),
        "approval": settlement_read.approval_of(viewer, run),
        "file": file,
        "payments": settlement_read.payments(viewer, file) if file else [],
        "confirmed": sum(1 for row in standings if row.confirmation),
        "objections": [row for row in standings if row.objection and not row.answer and not row.confirmation],
        "answered": len(returned),
        "failed": [row for row in standings if row.returned and not row.returned.paid],
        "same_person": run.drawn_by_id == viewer.pk,
    }


def _refused(viewer: Any, run: Any) -> dict[str, Any]:
    """Lay beside what the bank refused the last word on the account of each enterprise, if it was ever changed."""
    refused = settlement_read.refused(viewer, run)
    changes = providers_read.account_changes(viewer, [row.payment.statement.enterprise_id for row in refused])
    return {"refused": [(row, next(iter(changes[row.payment.statement.enterprise_id]), None)) for row in refused]}


def run_or_404(request: HttpRequest, month: str) -> Any:
    """Return the run of a month, or answer 404."""
    run = settlement_read.get_run(request.user, str(parsed(month)))
    if run is None:
        raise Http404(month)
    return run


def parsed(text: str) -> Month:
    """Read a month of the address."""
    try:
        return Month.parse(text)
    except Refusal as wrong:
        raise Http404(text) from wrong


def _year(text: str | None, this_year: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) == 4 else this_year

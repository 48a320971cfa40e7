"""The month of the enterprise: every point lost with its evidence, every fen with its line."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.calendar import queries as calendar_read
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.components import paging
from sangyu.portals.provider.forms import ConfirmForm, ObjectForm, ObjectToLinesForm
from sangyu.portals.provider.views.frame import for_enterprise, frame
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read

LINES = 50
RECORDS = 100


@for_enterprise
@require_GET
def appraisals(request: HttpRequest) -> HttpResponse:
    """List the appraisals of the last months."""
    at = now()
    rows = [
        {"sheet": sheet, "open": sheet.may_object(at), "left": quality_read.left_to_object(sheet, at)}
        for sheet in quality_read.own_sheets(request.user)
    ]
    return render(request, "provider/appraisals.html", {**frame(request.user, "appraisals"), "rows": rows})


@for_enterprise
@require_GET
def appraisal(request: HttpRequest, appraisal_id: UUID) -> HttpResponse:
    """Show the sheet of a month, with a form for each item while there is time to object."""
    return _appraisal(request, appraisal_id)


def _appraisal(
    request: HttpRequest, appraisal_id: UUID, *, item_id: UUID | None = None, form: ObjectForm | None = None
) -> HttpResponse:
    sheet = quality_read.get_sheet(request.user, appraisal_id)
    at = now()
    left = quality_read.left_to_object(sheet, at)
    groups: dict[str, list[dict[str, object]]] = {}
    for line in sheet.lines:
        groups.setdefault(line.item.get_dimension_display(), []).append(
            {
                "line": line,
                "form": form if line.item.pk == item_id else None,
            }
        )
    return render(
        request,
        "provider/appraisal.html",
        {
            **frame(request.user, "appraisals"),
            "sheet": sheet,
            "groups": [
                {
                    "name": name,
                    "rows": rows,
                    "score": sum(row["line"].score_tenths or 0 for row in rows),
                    "full": sum(row["line"].item.full_tenths for row in rows),
                }
                for name, rows in groups.items()
            ],
            "open": sheet.may_object(at),
            "left": left,
            "uncertain": calendar_read.uncertain(sheet.last_day)
            if left and not left.certain and sheet.last_day
            else "",
            "lost_tenths": sum(line.item.full_tenths - (line.score_tenths or 0) for line in sheet.lines if line.lost),
            "form": form,
        },
        status=422 if form else 200,
    )


@for_enterprise
@require_GET
def behind(request: HttpRequest, appraisal_id: UUID, item_id: UUID) -> HttpResponse:
    """List the records behind a computed item, what cost points first."""
    item = quality_read.get_item(request.user, item_id)
    sheet = quality_read.get_sheet(request.user, appraisal_id)
    if item.appraisal_id != sheet.appraisal.pk:
        raise NotFound("没有找到这项考核。")
    page = Paginator(quality_read.records_behind(request.user, item), RECORDS).get_page(request.GET.get("page"))
    return render(
        request,
        "provider/behind.html",
        {**frame(request.user, "appraisals"), "item": item, "sheet": sheet, "page": page},
    )


@for_enterprise
@require_POST
def object_to_item(request: HttpRequest, appraisal_id: UUID, item_id: UUID) -> HttpResponse:
    """Disagree with one item."""
    form = ObjectForm(request.POST, auto_id=f"{item_id}_%s")
    if form.is_valid():
        try:
            quality.object_to(item_id=item_id, text=form.cleaned_data["text"], by=request.user, at=now())
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("异议已提交，质量管理中心会答复。"))
            return redirect("provider:appraisal", appraisal_id)
    return _appraisal(request, appraisal_id, item_id=item_id, form=form)


@for_enterprise
@require_GET
def statements(request: HttpRequest) -> HttpResponse:
    """List the statements of the last two years."""
    rows = settlement_read.standings(request.user, list(settlement_read.statements(request.user)[:24]))
    return render(request, "provider/statements.html", {**frame(request.user, "statements"), "standings": rows})


@for_enterprise
@require_GET
def statement(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """Show one statement with its lines."""
    return _statement(request, statement_id)


def _statement(
    request: HttpRequest,
    statement_id: UUID,
    *,
    confirming: ConfirmForm | None = None,
    objecting: ObjectToLinesForm | None = None,
) -> HttpResponse:
    held = settlement_read.get_statement(request.user, statement_id)
    after = paging.after(request)
    lines = settlement_read.lines(request.user, held, after=after, limit=LINES + 1)
    more, lines = len(lines) > LINES, lines[:LINES]
    return render(
        request,
        "provider/statement.html",
        {
            **frame(request.user, "statements"),
            "statement": held,
            "standing": settlement_read.standings(request.user, [held])[0],
            "because": held.decision.get("because", ""),
            "source": held.decision.get("source", {}),
            "lines": lines,
            "differences": settlement_read.differences(request.user, held),
            "before_differences_fen": held.gross_fen - held.deducted_fen,
            "after": after,
            "more": lines[-1].n if more else None,
            "confirming": confirming or ConfirmForm(),
            "objecting": objecting or ObjectToLinesForm(),
            "wrong": confirming or objecting,
        },
        status=422 if confirming or objecting else 200,
    )


@for_enterprise
@require_POST
def confirm(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """Agree with the statement and name the invoice."""
    form = ConfirmForm(request.POST)
    if form.is_valid():
        try:
            settlement.confirm(
                statement_id=statement_id,
                invoice_number=form.cleaned_data["invoice_number"],
                by=request.user,
                at=now(),
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("已确认对账。"))
            return redirect("provider:statement", statement_id)
    return _statement(request, statement_id, confirming=form)


@for_enterprise
@require_POST
def object_to_statement(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """Disagree with the statement."""
    form = ObjectToLinesForm(request.POST)
    if form.is_valid():
        try:
            settlement.object_to(
                statement_id=statement_id,
                lines=form.cleaned_data["lines"],
                text=form.cleaned_data["text"],
                by=request.user,
                at=now(),
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("异议已提交，财务会答复。"))
            return redirect("provider:statement", statement_id)
    return _statement(request, statement_id, objecting=form)

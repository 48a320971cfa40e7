"""The month's appraisals: draft, objections and rulings, final."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.kit.errors import Refusal
from sangyu.kit.month import Month
from sangyu.portals.clock import now
from sangyu.portals.quality.forms import RulingForm
from sangyu.portals.quality.frame import context, seat
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality import rules

BEIJING = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Row:
    """An enterprise's sheet as a line of the month."""

    sheet: quality_read.Sheet
    scores_tenths: dict[str, int]

    @property
    def total_tenths(self) -> int | None:
        """The total, once it is final."""
        return self.sheet.final.total_tenths if self.sheet.final else None


@seat
@require_GET
def latest(request: HttpRequest) -> HttpResponse:
    """Go to the month that has just ended, the one to be appraised."""
    return redirect("quality:appraisal-month", month=str(Month.of(now().astimezone(BEIJING).date()).previous()))


@seat
@require_GET
def month(request: HttpRequest, month: str) -> HttpResponse:
    """List the enterprises of a month with four scores each."""
    return _month(request, month)


@seat
@require_POST
def draft(request: HttpRequest, month: str) -> HttpResponse:
    """Draft the appraisals of a month for every enterprise that has none."""
    try:
        made = quality.appraise(month=_parsed(month), by=request.user, at=now())
    except Refusal as refusal:
        return _month(request, month, refusal=refusal, status=422)
    messages.success(request, _("已生成%(n)d家企业的考核草稿，异议期3天。") % {"n": len(made)})
    return redirect("quality:appraisal-month", month=month)


@seat
@require_GET
def sheet(request: HttpRequest, appraisal_id: UUID) -> HttpResponse:
    """Show every item of one enterprise's sheet with what it rests on."""
    return _sheet(request, appraisal_id)


@seat
@require_POST
def rule(request: HttpRequest, objection_id: UUID) -> HttpResponse:
    """Answer an objection on a sheet."""
    appraisal_id = quality_read.get_objection(request.user, objection_id).item.appraisal_id
    form = RulingForm(request.POST, prefix=str(objection_id))
    if not form.is_valid():
        return _sheet(request, appraisal_id, ruling=form, status=422)
    given = form.cleaned_data
    try:
        quality.rule(
            objection_id=objection_id,
            upheld=given["upheld"] == "yes",
            score_tenths=given["score"],
            reason=given["reason"],
            by=request.user,
            at=now(),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _sheet(request, appraisal_id, ruling=form, status=422)
    messages.success(request, _("裁定已记入考核表，企业可以看到。"))
    return redirect("quality:sheet", appraisal_id=appraisal_id)


@seat
@require_POST
def finalise(request: HttpRequest, appraisal_id: UUID) -> HttpResponse:
    """Make one sheet final."""
    quality_read.get_sheet(request.user, appraisal_id)
    try:
        final = quality.finalise(appraisal_id=appraisal_id, by=request.user, at=now())
    except Refusal as refusal:
        return _sheet(request, appraisal_id, refusal=refusal, status=422)
    messages.success(request, _("考核已定稿，总分%(total)s分。") % {"total": f"{final.total_tenths / 10:.1f}"})
    return redirect("quality:sheet", appraisal_id=appraisal_id)


def _month(request: HttpRequest, text: str, *, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    shown = _parsed(text)
    sheets = quality_read.sheets(request.user, str(shown))
    rows = [Row(sheet, _scores(sheet)) for sheet in sheets]
    page = context(
        request,
        "appraisals",
        month=shown,
        previous=shown.previous(),
        next=shown.next(),
        rows=rows,
        final=sum(1 for row in rows if row.sheet.final),
        waiting=sum(row.sheet.waiting for row in rows),
        over=shown.next().first_day <= now().astimezone(BEIJING).date(),
        refusal=refusal,
    )
    return render(request, "quality/appraisals.html", page, status=status)


def _sheet(
    request: HttpRequest,
    appraisal_id: UUID,
    *,
    ruling: RulingForm | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    found = quality_read.get_sheet(request.user, appraisal_id)
    scores = _scores(found)
    groups: list[dict[str, Any]] = []
    for line in found.lines:
        if not groups or groups[-1]["code"] != line.item.dimension:
            label = line.item.get_dimension_display()
            groups.append({"code": line.item.dimension, "label": label, "score_tenths": scores[line.item.dimension]})
            groups[-1]["lines"] = []
        form = None
        if line.objection and not line.ruling:
            prefix = str(line.objection.pk)
            form = ruling if ruling is not None and ruling.prefix == prefix else RulingForm(prefix=prefix)
        groups[-1]["lines"].append({"line": line, "form": form})
    page = context(
        request,
        "appraisals",
        sheet=found,
        groups=groups,
        may_object=now() < found.appraisal.object_until,
        ruling=ruling,
        refusal=refusal,
    )
    return render(request, "quality/sheet.html", page, status=status)


def _scores(sheet: quality_read.Sheet) -> dict[str, int]:
    return rules.dimension_scores([(line.item.dimension, line.score_tenths) for line in sheet.lines])


def _parsed(text: str) -> Month:
    try:
        return Month.parse(text)
    except Refusal as wrong:
        raise Http404(text) from wrong

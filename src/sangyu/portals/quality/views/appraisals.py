"""The month's appraisals: draft, scores by hand, release, objections and rulings, final."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.calendar import queries as calendar_read
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.month import Month
from sangyu.portals.clock import now
from sangyu.portals.quality.forms import RulingForm, ScoreForm
from sangyu.portals.quality.frame import context, seat
from sangyu.portals.quality.workbook import Points, download, moment, workbook
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality import rules
from sangyu.quality.queries import Sheet

BEIJING = ZoneInfo("Asia/Shanghai")
RECORDS = 100


@dataclass(frozen=True)
class Row:
    """An enterprise's sheet as a line of the month."""

    sheet: Sheet
    stage: str

    @property
    def scores_tenths(self) -> dict[str, int | None]:
        return self.sheet.scores_tenths


def stage_of(sheet: Sheet, at: datetime) -> str:
    """Say where a sheet stands. Shape: TO_SCORE, COMPLETE, OBJECTIONS, TO_RULE, TO_FINALISE or FINAL."""
    if sheet.final:
        return "FINAL"
    if sheet.empty:
        return "TO_SCORE"
    if sheet.release is None:
        return "COMPLETE"
    if sheet.waiting:
        return "TO_RULE"
    return "OBJECTIONS" if sheet.may_object(at) else "TO_FINALISE"


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
    messages.success(request, _("已生成%(n)d家企业的考核草稿，手工项评完后下发企业。") % {"n": len(made)})
    return redirect("quality:appraisal-month", month=month)


@seat
@require_POST
def release_month(request: HttpRequest, month: str) -> HttpResponse:
    """Publish every complete sheet of a month."""
    try:
        made = quality.release_month(month=_parsed(month), by=request.user, at=now())
    except Refusal as refusal:
        return _month(request, month, refusal=refusal, status=422)
    messages.success(request, _("已下发%(n)d家企业；还有空项的没有下发。") % {"n": len(made)})
    return redirect("quality:appraisal-month", month=month)


@seat
@require_GET
def month_list(request: HttpRequest, month: str) -> HttpResponse:
    """Give the month as a workbook."""
    shown, at = _parsed(month), now()
    head = ["企业", "企业建设", "服务规范", "服务质量", "员工管理", "总分", "状态", "下发", "异议截止", "定稿"]
    rows = []
    for sheet in quality_read.sheets(request.user, str(shown)):
        sides = [Points.of_tenths(sheet.scores_tenths[side]) for side in rules.DIMENSIONS]
        release, final = sheet.release, sheet.final
        rows.append(
            [
                sheet.appraisal.enterprise.name,
                *sides,
                Points.of_tenths(final.total_tenths) if final else _unfinished(sheet),
                str(LABELS[stage_of(sheet, at)]),
                moment(release.at if release else None),
                moment(release.object_until if release else None),
                moment(final.at if final else None),
            ]
        )
    notes = [f"{request.user.programme.name}　导出时间 {moment(at)}　导出人 {request.user.display_name}"]
    return download(workbook("月考核", f"{shown}月考核", notes, head, rows), f"appraisals-{shown}.xlsx")


LABELS = {
    "TO_SCORE": "待手工评分",
    "COMPLETE": "待下发",
    "OBJECTIONS": "异议期内",
    "TO_RULE": "异议待裁定",
    "TO_FINALISE": "待定稿",
    "FINAL": "已定稿",
}


def _unfinished(sheet: Sheet) -> str:
    return f"还有{len(sheet.empty)}项未评" if sheet.empty else "未定稿"


@seat
@require_GET
def sheet(request: HttpRequest, appraisal_id: UUID) -> HttpResponse:
    """Show every item of one enterprise's sheet with what it rests on."""
    return _sheet(request, appraisal_id)


@seat
@require_GET
def behind(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """List the records behind a computed item, what cost points first."""
    item = quality_read.get_item(request.user, item_id)
    sheet = quality_read.get_sheet(request.user, item.appraisal_id)
    page = Paginator(quality_read.records_behind(request.user, item), RECORDS).get_page(request.GET.get("page"))
    return render(request, "quality/behind.html", context(request, "appraisals", item=item, sheet=sheet, page=page))


@seat
@require_POST
def score(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Give an item its score by hand, and go on to the next empty one."""
    item = quality_read.get_item(request.user, item_id)
    form = ScoreForm(request.POST, prefix=str(item_id))
    if not form.is_valid():
        return _sheet(request, item.appraisal_id, typed=form, status=422)
    given = form.cleaned_data
    try:
        quality.score_by_hand(
            item_id=item_id,
            score_tenths=given["score"],
            evidence=given["evidence"],
            check_number=given["check_number"],
            by=request.user,
            at=now(),
        )
    except NotFound:
        raise
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _sheet(request, item.appraisal_id, typed=form, status=422)
    return redirect("quality:sheet", appraisal_id=item.appraisal_id)


@seat
@require_POST
def release(request: HttpRequest, appraisal_id: UUID) -> HttpResponse:
    """Publish one sheet to its enterprise."""
    quality_read.get_sheet(request.user, appraisal_id)
    try:
        row = quality.release(appraisal_id=appraisal_id, by=request.user, at=now())
    except Refusal as refusal:
        return _sheet(request, appraisal_id, refusal=refusal, status=422)
    last = (row.object_until - timedelta(seconds=1)).astimezone(BEIJING)
    messages.success(
        request,
        _("已下发企业。异议期%(n)d个工作日，到%(last)s。") % {"n": row.working_days, "last": f"{last:%m月%d日}"},
    )
    return redirect("quality:sheet", appraisal_id=appraisal_id)


@seat
@require_POST
def rule(request: HttpRequest, objection_id: UUID) -> HttpResponse:
    """Answer an objection on a sheet."""
    appraisal_id = quality_read.get_objection(request.user, objection_id).item.appraisal_id
    form = RulingForm(request.POST, prefix=str(objection_id))
    if not form.is_valid():
        return _sheet(request, appraisal_id, typed=form, status=422)
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
        return _sheet(request, appraisal_id, typed=form, status=422)
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
    shown, at = _parsed(text), now()
    rows = [Row(sheet, stage_of(sheet, at)) for sheet in quality_read.sheets(request.user, str(shown))]
    page = context(
        request,
        "appraisals",
        month=shown,
        previous=shown.previous(),
        next=shown.next(),
        rows=rows,
        final=sum(1 for row in rows if row.sheet.final),
        empty=sum(1 for row in rows if row.sheet.empty),
        complete=sum(1 for row in rows if row.stage == "COMPLETE"),
        waiting=sum(row.sheet.waiting for row in rows),
        over=shown.next().first_day <= at.astimezone(BEIJING).date(),
        refusal=refusal,
    )
    return render(request, "quality/appraisals.html", page, status=status)


def _sheet(
    request: HttpRequest,
    appraisal_id: UUID,
    *,
    typed: ScoreForm | RulingForm | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    found, at = quality_read.get_sheet(request.user, appraisal_id), now()
    scores = found.scores_tenths
    first_empty = found.empty[0].pk if found.empty else None
    groups: list[dict[str, Any]] = []
    for line in found.lines:
        if not groups or groups[-1]["code"] != line.item.dimension:
            label = line.item.get_dimension_display()
            groups.append({"code": line.item.dimension, "label": label, "score_tenths": scores[line.item.dimension]})
            groups[-1]["lines"] = []
        groups[-1]["lines"].append({"line": line, "form": _form(line, found, typed, first_empty)})
    month, left = Month.parse(found.appraisal.month), quality_read.left_to_object(found, at)
    behind = quality_read.articles_behind(request.user, month.first_day)
    for group in groups:
        for row in group["lines"]:
            row["articles"] = behind.get(row["line"].item.code, [])
    page = context(
        request,
        "appraisals",
        sheet=found,
        standing=stage_of(found, at),
        rail=_rail(found, at),
        groups=groups,
        checks=_checks_of(request, found, month),
        upheld=_upheld(request, found, month),
        left=left,
        uncertain=calendar_read.uncertain(found.last_day) if left and not left.certain and found.last_day else "",
        typed=typed,
        refusal=refusal,
    )
    return render(request, "quality/sheet.html", page, status=status)


def _form(
    line: quality_read.Line, sheet: Sheet, typed: ScoreForm | RulingForm | None, first_empty: UUID | None
) -> ScoreForm | RulingForm | None:
    """Give the form that a line asks for now: a ruling on an objection, or a score while the sheet is a draft."""
    if line.objection and not line.ruling:
        prefix = str(line.objection.pk)
        return typed if typed is not None and typed.prefix == prefix else RulingForm(prefix=prefix)
    if not line.by_hand or sheet.release is not None:
        return None
    prefix, hand = str(line.item.pk), line.hand
    if typed is not None and typed.prefix == prefix:
        return typed
    initial = {}
    if hand is not None:
        number = hand.check_seen.number if hand.check_seen else ""
        initial = {"score": f"{hand.score_tenths / 10:g}", "evidence": hand.evidence, "check_number": number}
    form = ScoreForm(prefix=prefix, initial=initial)
    if typed is None and line.item.pk == first_empty:
        form.fields["score"].widget.attrs["autofocus"] = True
    return form


def _rail(sheet: Sheet, at: datetime) -> list[dict[str, str]]:
    """The way of a sheet from draft to final, for `c-steps`."""
    order = ["TO_SCORE", "COMPLETE", "OBJECTIONS", "TO_FINALISE", "FINAL"]
    stage = {"TO_RULE": "OBJECTIONS"}.get(stage_of(sheet, at), stage_of(sheet, at))
    here = order.index(stage)
    labels = [_("手工评分"), _("下发企业"), _("异议与裁定"), _("定稿")]
    notes = [
        _("还有%(n)d项未评") % {"n": len(sheet.empty)} if sheet.empty else "",
        moment(sheet.release.at if sheet.release else None),
        _("%(n)d项待裁定") % {"n": sheet.waiting} if sheet.waiting else "",
        moment(sheet.final.at if sheet.final else None),
    ]
    return [
        {"label": label, "note": note, "state": "done" if n < here else ("now" if n == here else "todo")}
        for n, (label, note) in enumerate(zip(labels, notes, strict=True))
    ]


def _checks_of(request: HttpRequest, sheet: Sheet, month: Month) -> list[quality_read.Check]:
    rows = quality_read.checks(request.user, enterprise_id=sheet.appraisal.enterprise_id)
    return [row for row in rows if row.result and month.contains(row.result.at.astimezone(BEIJING).date())]


def _upheld(request: HttpRequest, sheet: Sheet, month: Month) -> list[quality_read.Case]:
    begins_at, ends_at = (
        datetime.combine(day, datetime.min.time(), BEIJING) for day in (month.first_day, month.next().first_day)
    )
    return quality_read.upheld(request.user, sheet.appraisal.enterprise_id, begins_at, ends_at)


def _parsed(text: str) -> Month:
    try:
        return Month.parse(text)
    except Refusal as wrong:
        raise Http404(text) from wrong

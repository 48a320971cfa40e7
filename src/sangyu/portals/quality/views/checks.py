"""The weekly checks: the list of a week, what was found, and what is still to be put right; how the cycle stands."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.quality.forms import CheckForm, WordsForm
from sangyu.portals.quality.frame import context, seat
from sangyu.portals.quality.workbook import download, moment, workbook
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.queries import Category, Check, CycleTask
from sangyu.quality.rules import CORRECTION_DAYS

BEIJING = ZoneInfo("Asia/Shanghai")
WEEKS = 6
LABELS = {"TO_CHECK": "待检查", "IN_ORDER": "符合要求", "TO_CORRECT": "待整改", "CORRECTED": "已整改"}


@seat
@require_GET
def weeks(request: HttpRequest) -> HttpResponse:
    """Show how the cycle stands, the findings that are open, and the lists of the last weeks."""
    return _weeks(request)


@seat
@require_POST
def open_tasks(request: HttpRequest) -> HttpResponse:
    """Make the tasks whose time has come; the clock does it every morning."""
    at = now()
    try:
        made = quality.open_cycle(
            programme_id=request.user.programme_id, on=at.astimezone(BEIJING).date(), by=request.user, at=at
        )
    except Refusal as refusal:
        return _weeks(request, refusal=refusal, status=422)
    messages.success(request, _("已生成%(n)d项周期任务。") % {"n": len(made)})
    return redirect("quality:checks")


@seat
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, check_id: UUID) -> HttpResponse:
    """Show one check, or write down what was found."""
    if request.method == "GET":
        return _check(request, check_id)
    form = CheckForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            quality.record_check(
                check_id=check_id,
                in_order=given["in_order"] == "yes",
                findings=given["findings"],
                bodies=given["bodies"],
                correct_by_on=given["correct_by_on"],
                by=request.user,
                at=now(),
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("检查结果已记下。"))
            return redirect("quality:checks")
    return _check(request, check_id, found=form, status=422)


@seat
@require_POST
def close(request: HttpRequest, check_id: UUID) -> HttpResponse:
    """Close a check whose finding was put right."""
    form = WordsForm(request.POST)
    if form.is_valid():
        try:
            quality.close_check(check_id=check_id, text=form.cleaned_data["text"], by=request.user, at=now())
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("已销号。"))
            return redirect("quality:checks")
    return _check(request, check_id, corrected=form, status=422)


@seat
@require_GET
def week_list(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Give the list of a week as a workbook."""
    task = quality_read.get_task_of_cycle(request.user, task_id)
    head = [
        "编号",
        "企业",
        "电话",
        "结果",
        "查了什么、看到什么",
        "同行监管单位",
        "整改期限",
        "整改情况",
        "检查人",
        "时间",
    ]
    rows = [_row(check) for check in quality_read.checks(request.user, task=task)]
    notes = [
        f"从{len(task.drawn_from)}家加盟企业中抽取，种子 {task.seed}（按 SHA-256 由小到大取）",
        f"导出时间 {moment(now())}　导出人 {request.user.display_name}",
    ]
    return download(workbook("周抽查", f"{task.period}周抽查", notes, head, rows), f"checks-{task.period}.xlsx")


def _row(check: Check) -> list[str]:
    result, correction = check.result, check.correction
    return [
        check.row.number,
        check.row.enterprise.name,
        check.row.enterprise.phone,
        LABELS[check.stage],
        result.findings if result else "",
        result.bodies if result else "",
        f"{result.correct_by_on}" if result and result.correct_by_on else "",
        correction.text if correction else "",
        result.by.display_name if result else "",
        moment(result.at if result else None),
    ]


def _weeks(request: HttpRequest, *, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    today = now().astimezone(BEIJING).date()
    lists = []
    for task in quality_read.tasks_of_cycle(request.user, Category.WEEK)[:WEEKS]:
        rows = quality_read.checks(request.user, task=task)
        lists.append(
            {"task": task, "last": task.ends_on - timedelta(days=1), "checks": rows, "same": _same(task, rows)}
        )
    findings = [{"check": row, "overdue": row.overdue(today)} for row in quality_read.open_findings(request.user)]
    page = context(
        request,
        "checks",
        rhythms=quality_read.cycle(request.user, today),
        findings=findings,
        lists=lists,
        refusal=refusal,
    )
    return render(request, "quality/checks.html", page, status=status)


def _same(task: CycleTask, rows: list[Check]) -> bool:
    """Tell whether the list comes out the same when it is drawn again."""
    return quality_read.redraw_week(task) == [row.row.enterprise_id for row in sorted(rows, key=lambda row: row.row.n)]


def _check(
    request: HttpRequest,
    check_id: UUID,
    *,
    found: CheckForm | None = None,
    corrected: WordsForm | None = None,
    status: int = 200,
) -> HttpResponse:
    row, today = quality_read.get_check(request.user, check_id), now().astimezone(BEIJING).date()
    deadline = today + timedelta(days=CORRECTION_DAYS)
    page = context(
        request,
        "checks",
        check=row,
        overdue=row.overdue(today),
        form=found or CheckForm(initial={"correct_by_on": deadline}),
        correction_form=corrected or WordsForm(),
        wrong=found or corrected,
    )
    return render(request, "quality/check.html", page, status=status)

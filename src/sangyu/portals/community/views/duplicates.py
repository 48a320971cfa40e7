"""Records that may be one person: side by side, judged by two people, merged and parted."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from procrastinate.exceptions import AlreadyEnqueued

from sangyu.access.models import User
from sangyu.allowances import merging
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.names import fold, mask_phone
from sangyu.portals.clock import now
from sangyu.portals.community import tasks
from sangyu.portals.community.family_forms import PartForm, RulingForm
from sangyu.portals.community.views.frame import for_clerks_and_bureau, frame
from sangyu.portals.components.templatetags.sangyu import beijing_date
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder
from sangyu.registry.queries import CaseShown

BEIJING = ZoneInfo("Asia/Shanghai")
ROWS = 30
COMPARED = 8  # of the lines that are shown; two records never have one number


@for_clerks_and_bureau
@require_GET
def duplicates(request: HttpRequest) -> HttpResponse:
    """List the open cases, the surest first."""
    found = registry_read.duplicate_cases(request.user, after=_key(request.GET.get("after", "")), limit=ROWS + 1)
    more, found = len(found) > ROWS, found[:ROWS]
    last = found[-1].case if found else None
    return render(
        request,
        "community/duplicates.html",
        {
            **frame(request.user, "duplicates"),
            "cases": found,
            "next": "?" + urlencode({"after": f"{last.score_pm}_{last.pk}"}) if more and last else "",
            "first": "?" if request.GET.get("after") else "",
            "searched": registry_read.last_search(request.user),
        },
    )


@for_clerks_and_bureau
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Ask the job worker to look for records that may be one person; in a city that takes minutes."""
    asked = tasks.find_duplicates.configure(queueing_lock=f"find_duplicates:{request.user.pk}")
    try:
        with transaction.atomic():
            asked.defer(user_id=str(request.user.pk))
    except AlreadyEnqueued:
        messages.info(request, _("已经在等着查找了，请稍后刷新。"))
    else:
        messages.success(request, _("开始查找了，您可以先办别的；找到的会列在这一页。"))
    return redirect("community:duplicates")


@for_clerks_and_bureau
@require_http_methods(["GET", "POST"])
def duplicate(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show two records side by side, and take the word on them."""
    shown = registry_read.get_duplicate_case(request.user, case_id)
    form = RulingForm(request.POST or None, records=_records(shown), initial=_first(shown))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            merging.rule_duplicate(
                case_id=case_id,
                verdict=given["verdict"],
                survivor_id=UUID(given["keep"]) if given["verdict"] == "SAME" else None,
                reason=given["why"],
                by=request.user,
                at=now(),
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("why", str(refusal))
        else:
            after = registry_read.get_duplicate_case(request.user, case_id)
            messages.success(request, _after(after))
            return redirect("community:duplicate", case_id) if after.merge else redirect("community:duplicates")
    return _case(request, shown, form=form)


@for_clerks_and_bureau
@require_POST
def part(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Part two records that were merged by mistake."""
    shown = registry_read.get_duplicate_case(request.user, case_id)
    if shown.merge is None:
        raise NotFound(_("这两份档案没有合并。"))
    form = PartForm(request.POST)
    if form.is_valid():
        why = form.cleaned_data["parted_because"]
        try:
            merging.unmerge(merge_id=shown.merge.pk, reason=why, by=request.user, at=now())
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("parted_because", str(refusal))
        else:
            messages.success(request, _("已撤销合并，两份档案各自恢复。"))
            return redirect("community:duplicate", case_id)
    return _case(request, shown, parting=form)


def _case(
    request: HttpRequest, shown: CaseShown, *, form: RulingForm | None = None, parting: PartForm | None = None
) -> HttpResponse:
    wrong = next((one for one in (form, parting) if one is not None and one.is_bound), None)
    viewer = request.user
    seen = set(registry_read.elders(viewer).filter(pk__in=[shown.case.one_id, shown.case.other_id]))
    return render(
        request,
        "community/duplicate.html",
        {
            **frame(viewer, "duplicates"),
            "shown": shown,
            "lines": _lines(viewer, shown.case.one, shown.case.other),
            "sides": [{"elder": elder, "may_open": elder in seen} for elder in (shown.case.one, shown.case.other)],
            "own_word": shown.waits_for is not None and shown.waits_for.by_id == viewer.pk,
            "form": form or RulingForm(records=_records(shown), initial=_first(shown)),
            "parting": parting or PartForm(),
            "wrong": wrong,
        },
        status=422 if wrong else 200,
    )


def _lines(viewer: User, one: Elder, other: Elder) -> list[dict[str, Any]]:
    """Return what is compared, line by line, and whether it differs."""
    on = now().astimezone(BEIJING).date()

    def told(elder: Elder) -> list[tuple[str, str]]:
        paper = registry_read.masked_document(elder.pk)
        phones = [mask_phone(row.phone) for row in registry_read.own_contacts(elder.pk)]
        held = [row.get_code_display() for row in registry_read.own_identities(elder.pk, on)]
        return [
            (_("姓名"), elder.name),
            (_("性别"), elder.get_sex_display()),
            (_("出生日期"), beijing_date(elder.birth_on, "year")),
            (_("证件"), paper),
            (_("社区"), elder.community.name),
            (_("住址"), elder.address),
            (_("电话"), "、".join(phones)),
            (_("身份"), "、".join(held) or _("没有认定")),
            (_("登记编号"), elder.registration_number),
            (_("登记日期"), beijing_date(elder.registered_at.astimezone(BEIJING).date(), "year")),
        ]

    return [
        {"label": label, "one": mine, "other": theirs, "differs": n < COMPARED and fold(mine) != fold(theirs)}
        for n, ((label, mine), (_label, theirs)) in enumerate(zip(told(one), told(other), strict=True))
    ]


def _records(shown: CaseShown) -> list[tuple[str, str]]:
    pairs = ((_("左边"), shown.case.one), (_("右边"), shown.case.other))
    return [(str(elder.pk), f"{side} {elder.registration_number}") for side, elder in pairs]


def _first(shown: CaseShown) -> dict[str, str]:
    waits = shown.waits_for
    return {"keep": str(waits.survivor_id if waits else shown.case.one_id), "verdict": ""}


def _after(shown: CaseShown) -> str:
    if shown.merge is not None:
        return _("已合并。要撤销，可在这一页办理。")
    return _("已提出合并，须另一个人复核后才生效。") if shown.waits_for else _("已记为两个人，不再提示。")


def _key(text: str) -> tuple[int, UUID] | None:
    score, _sign, pk = text.partition("_")
    try:
        return int(score), UUID(pk)
    except ValueError:
        return None

"""Elders found by any of their data together, and a word that the data of one were checked."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sangyu.access import queries as access_read
from sangyu.kit.age import age_on
from sangyu.portals.clock import now
from sangyu.portals.community.forms import ConfirmForm, DescribeForm, FindForm
from sangyu.portals.community.views.elders import key_of
from sangyu.portals.community.views.frame import for_clerks, frame
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read

BEIJING = ZoneInfo("Asia/Shanghai")
ROWS = 30


@for_clerks
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Show the fields, and whoever is all that is asked for; numbers are posted, so that no address keeps one."""
    on = now().astimezone(BEIJING).date()
    communities = [(area.code, area.name) for area in access_read.communities(request.user)]
    form = FindForm(request.POST or None, communities=communities)
    page: dict[str, Any] = {**frame(request.user, "elders"), "form": form}
    if not form.is_valid():
        return render(request, "community/find.html", page, status=422 if form.errors else 200)
    after = key_of(request.POST.get("after", ""))
    try:
        rows = registry_read.found(request.user, form.wanted, on, after=after, limit=ROWS + 1)
    except registry_read.NothingWanted as refusal:
        form.add_error(None, str(refusal))
        return render(request, "community/find.html", page, status=422)
    more, rows = len(rows) > ROWS, rows[:ROWS]
    page |= {
        "found": True,
        "rows": [{"elder": elder, "age": age_on(elder.birth_on, on)} for elder in rows],
        "n": registry_read.found_count(request.user, form.wanted, on),
        "n_max": registry_read.COUNTED_MAX,
        "next": f"{rows[-1].pk}_{rows[-1].sort_key}" if more else "",
    }
    return render(request, "community/find.html", page)


@for_clerks
@require_POST
def confirm(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Note that an elder's data were checked and are right."""
    form = ConfirmForm(request.POST)
    how = form.cleaned_data["how"] if form.is_valid() else ""
    elder = registry.confirm(elder_id=elder_id, how=how, by=request.user, at=now())
    messages.success(request, _("已记下：%(name)s的档案今天核实过。") % {"name": elder.name})
    return redirect("community:elder", elder_id)


@for_clerks
@require_POST
def describe(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Write down how an elder is and what they like."""
    form = DescribeForm(request.POST)
    if form.is_valid():
        registry.describe(elder_id=elder_id, by=request.user, at=now(), **form.cleaned_data)
        messages.success(request, _("已记下健康和兴趣。"))
    else:
        messages.error(request, _("没有记下：每项最多200个字，请写短一些。"))
    return redirect("community:elder", elder_id)

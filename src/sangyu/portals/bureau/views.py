"""The bureau's pages: this morning, the rows behind every number, the analysis, the report of any day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.access import queries as access_read
from sangyu.access.models import User
from sangyu.insight import actions as insight
from sangyu.insight import queries as insight_read
from sangyu.insight.rules import AlreadyFrozen, BadLens
from sangyu.kit.errors import Refusal
from sangyu.portals.bureau.frame import context, seat
from sangyu.portals.bureau.labels import chosen, options
from sangyu.portals.bureau.workbook import MEDIA_TYPE, workbook_of
from sangyu.portals.clock import now
from sangyu.portals.components.frame import Tab
from sangyu.providers import queries as providers_read

BEIJING = ZoneInfo("Asia/Shanghai")
ANALYSIS_DAYS = 30
ALL = "all"


def _today() -> date:
    return now().astimezone(BEIJING).date()


@seat
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show this morning: to-dos, four numbers, the budget, and the rules that fired."""
    at = now()
    return render(
        request, "bureau/home.html", context(request, "bureau:home", today=insight_read.today(request.user, at))
    )


@seat
@require_GET
def exceptions(request: HttpRequest) -> HttpResponse:
    """Show every rule that looks for exceptions, with what it looks for and how many it found."""
    found = insight_read.today(request.user, now())
    return render(request, "bureau/exceptions.html", context(request, "bureau:exceptions", today=found))


@seat
@require_GET
def rows(request: HttpRequest, code: str) -> HttpResponse:
    """Show the rows of a number, as many as the number says, page by page."""
    figure = insight_read.figure_of(code)
    at = now()
    query = request.GET.dict()
    after = query.pop("after", "")
    lens = insight_read.read_lens(query, at=at, of_now=figure.of_now)
    page = insight_read.page_of(request.user, code, lens, after=after)
    # An address keeps its filters when the next page is turned; only the place in the list changes.
    kept = {name: value for name, value in query.items() if value}
    more: dict[str, Any] = {
        "figure": figure,
        "rows": page.rows,
        "total": insight_read.total(request.user, code, lens),
        "lens": lens,
        "at": at,
        "chosen": chosen(request.user, figure, kept),
        "options": options(request.user, figure),
        "kept": kept,
        "first": reverse("bureau:rows", args=[code]) + (f"?{urlencode(kept)}" if kept else "") if after else "",
        "next": "?" + urlencode({**kept, "after": page.after}) if page.after else "",
        "row_template": f"bureau/rows/{figure.kind}.html",
    }
    return render(request, "bureau/rows.html", context(request, _home_of(code), **more))


def _home_of(code: str) -> str:
    if code in insight_read.EXCEPTIONS:
        return "bureau:exceptions"
    return "bureau:home" if insight_read.figure_of(code).of_now else "bureau:report"


@seat
@require_GET
def analysis(request: HttpRequest) -> HttpResponse:
    """Show the orders of a stretch of days by class, street, enterprise and time."""
    today = _today()
    on, since = today, today - timedelta(days=ANALYSIS_DAYS - 1)
    wrong = ""
    try:
        lens = insight_read.read_lens(
            {"on": request.GET.get("on", ""), "since": request.GET.get("since", "") or since.isoformat()}, at=now()
        )
        on, since = lens.on, lens.since.astimezone(BEIJING).date() if lens.since else since
    except Refusal as refusal:
        wrong = str(refusal)
    scope = request.GET.get("of", "")
    if scope == ALL:
        found = insight_read.analysis_of_all(request.user, since, on)
    else:
        found = insight_read.analysis(_reader(request.user, scope), since, on)
        found = insight_read.unlinked(found) if scope else found
    page = context(
        request,
        "bureau:analysis",
        analysis=found,
        wrong=wrong,
        today=today,
        **_scopes(request, {"since": since, "on": on}),
    )
    return render(request, "bureau/analysis.html", page, status=422 if wrong else 200)


@seat
@require_GET
def groups(request: HttpRequest) -> HttpResponse:
    """Show how many elders are what on a day, by street or by the communities of one street."""
    on, wrong, found = _today(), "", None
    family, street = request.GET.get("family"), request.GET.get("street", "")
    try:
        on = insight_read.read_lens({"on": request.GET.get("on", "")}, at=now()).on
        found = insight_read.pivot(request.user, on, family=family, street=street)
    except Refusal as refusal:
        wrong = str(refusal)
        found = insight_read.pivot(request.user, on)
    kept = {"on": on.isoformat(), **({"street": street} if street else {})}
    families = [
        Tab(insight_read.FAMILIES[one], "?" + urlencode({**kept, "family": one}), active=one == found.family)
        for one in found.families
    ]
    where = next((area for area in access_read.subdistricts(request.user) if area.code == street), None)
    page = context(request, "bureau:analysis", pivot=found, families=families, where=where, on=on, wrong=wrong)
    return render(request, "bureau/groups.html", page, status=422 if wrong else 200)


@seat
@require_GET
def delivery(request: HttpRequest) -> HttpResponse:
    """Show what was ordered, delivered and said of it in a stretch of days, cut one way."""
    today, wrong = _today(), ""
    asked = {name: request.GET.get(name, "") for name in ("since", "on", "by", "enterprise")}
    since, on = today.replace(day=1), today
    by = asked["by"] or next(iter(insight_read.DELIVERY_WAYS))
    try:
        lens = insight_read.read_lens({"on": asked["on"], "since": asked["since"] or since.isoformat()}, at=now())
        on, since = lens.on, lens.since.astimezone(BEIJING).date() if lens.since else since
        found = insight_read.delivery(request.user, since, on, by=by, enterprise=asked["enterprise"])
    except Refusal as refusal:
        wrong = str(refusal)
        by = next(iter(insight_read.DELIVERY_WAYS))
        since, on = today.replace(day=1), today
        found = insight_read.delivery(request.user, since, on, by=by)
    kept = {"since": since.isoformat(), "on": on.isoformat()}
    if asked["enterprise"] and not wrong:
        kept["enterprise"] = asked["enterprise"]
    page = {
        "delivery": found,
        "columns": insight_read.DELIVERY_COLUMNS,
        "ways": [
            Tab(label, "?" + urlencode({**kept, "by": way}), active=way == found.by)
            for way, label in insight_read.DELIVERY_WAYS.items()
        ],
        "way": insight_read.DELIVERY_WAYS[found.by],
        "enterprises": [(str(row.pk), row.short_name) for row in providers_read.enterprises(request.user)],
        "enterprise": kept.get("enterprise", ""),
        "on": on,
        "today": today,
        "wrong": wrong,
    }
    return render(
        request, "bureau/delivery.html", context(request, "bureau:analysis", **page), status=422 if wrong else 200
    )


@seat
@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """Show the report of a day as it was known at its end."""
    return _report(request)


@seat
@require_POST
def freeze(request: HttpRequest) -> HttpResponse:
    """Freeze the report of a day that is over."""
    try:
        lens = insight_read.read_lens({"on": request.POST.get("on", "")}, at=now())
        kept = insight.freeze(on=lens.on, by=request.user, at=now())
    except (AlreadyFrozen, BadLens) as refusal:
        return _report(request, wrong=str(refusal))
    messages.success(request, _("%(on)s的报告已定格，今后随时可以核对。") % {"on": kept.on})
    return redirect(f"{reverse('bureau:report')}?on={kept.on}")


def _report(request: HttpRequest, *, wrong: str = "") -> HttpResponse:
    today = _today()
    on = today
    try:
        on = insight_read.read_lens({"on": request.GET.get("on", "") or request.POST.get("on", "")}, at=now()).on
    except Refusal as refusal:
        wrong = wrong or str(refusal)
    scope = request.GET.get("of", "")
    if scope == ALL:
        found = insight_read.report_of_all(request.user, on)
    else:
        found = insight_read.report(_reader(request.user, scope), on)
        found = insight_read.unlinked(found) if scope else found
    kept = None if scope else insight_read.frozen(request.user, on)
    page = context(
        request,
        "bureau:report",
        report=found,
        on=on,
        today=today,
        over=on < today,
        frozen=kept,
        differs=insight_read.unlike(found, kept) if kept else [],
        kept_reports=insight_read.frozen_reports(request.user),
        wrong=wrong,
        **_scopes(request, {"on": on}),
    )
    return render(request, "bureau/report.html", page, status=422 if wrong else 200)


def _reader(viewer: User, scope: str) -> User:
    """Return the viewer, or the viewer as a reader of one of the own districts."""
    return access_read.reading(viewer, scope) if scope else viewer


def _scopes(request: HttpRequest, kept: dict[str, date]) -> dict[str, Any]:
    """Return what a city can look at: its own programme, each of its districts, all of them together."""
    below, scope = access_read.districts(request.user), request.GET.get("of", "")
    if not below:
        return {"scopes": [], "scope": scope}
    own = request.user.programme.name
    named = [("", _("本级：%s") % own), *((row.slug, row.name) for row in below), (ALL, _("合计"))]
    query = {name: day.isoformat() for name, day in kept.items()}
    return {
        "scope": scope,
        "scopes": [
            Tab(label, "?" + urlencode({**({"of": slug} if slug else {}), **query}), active=slug == scope)
            for slug, label in named
        ],
    }


@seat
@require_GET
def workbook(request: HttpRequest) -> HttpResponse:
    """Hand out the report of a day as a workbook; the same day gives the same bytes, to a district and its city."""
    on = insight_read.read_lens({"on": request.GET.get("on", "")}, at=now()).on
    scope = request.GET.get("of", "")
    if scope == ALL:
        found, name = insight_read.report_of_all(request.user, on), request.user.programme.name
    else:
        reader = _reader(request.user, scope)
        found, name = insight_read.report(reader, on), reader.programme.name
    answer = HttpResponse(workbook_of(found, programme=name), content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="report-{on}.xlsx"'
    answer["X-Report-SHA256"] = found.sha256
    return answer

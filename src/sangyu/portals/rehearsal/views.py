"""The rehearsal as the bureau looks at it: what a change would cost, for whom, and who stands at its edges."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from sangyu.adoption import queries as adoption_read
from sangyu.insight.queries import rehearsal
from sangyu.kit.errors import NotFound
from sangyu.policy import PolicyError
from sangyu.portals.clock import now
from sangyu.portals.components import paging
from sangyu.portals.finance.papers import as_pdf
from sangyu.portals.rehearsal import actions, runs
from sangyu.portals.rehearsal.asked import Asked, of, of_draft, of_figure
from sangyu.portals.rehearsal.charts import bars, edge_rows, every_month
from sangyu.portals.rehearsal.frame import context, seat, seat_of_the_bureau
from sangyu.portals.rehearsal.runs import Made, kept, made, run_of
from sangyu.portals.rehearsal.sheet import sheet_of
from sangyu.registry import queries as registry_read

BEIJING = ZoneInfo("Asia/Shanghai")
PAGE = 50
RUNS_SHOWN = 20
PERIODS = (3, 6, 12, 24)


@seat
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """List the drafts, and offer to try one figure otherwise."""
    return _home(request)


def _home(request: HttpRequest, wrong: str = "") -> HttpResponse:
    adopted = adoption_read.in_force(request.user.programme_id, _today())
    found = rehearsal.figures(adoption_read.pack_of(adopted), adopted.parameters, _today())
    chosen = next((one for one in found if one.key == request.GET.get("figure")), None)
    page = context(
        request,
        "rehearsal:home",
        drafts=list(adoption_read.drafts(request.user)[:PAGE]),
        runs=list(runs.runs(request.user).defer("found", "said")[:RUNS_SHOWN]),
        figures=[(one.key, f"{one.group} · {one.label}（{one.now}{one.unit}）") for one in found],
        chosen=chosen,
        typed=request.GET.get("to", ""),
        wrong=wrong,
        adopted=adopted,
    )
    return render(request, "rehearsal/home.html", page, status=422 if wrong else 200)


@seat
@require_GET
def draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Show what a draft would do."""
    address = reverse("rehearsal:draft", args=[draft_id])
    return _made(request, lambda: _draft(request, draft_id), lambda told: _result(request, told, address))


@seat
@require_GET
def figure(request: HttpRequest) -> HttpResponse:
    """Show what one changed figure would do; the figure stands in the address, so that it can be passed on."""
    address = reverse("rehearsal:figure")
    return _made(request, lambda: _figure(request), lambda told: _result(request, told, address))


@seat
@require_GET
def draft_people(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """List the elders whom a draft moves, masked."""
    address = reverse("rehearsal:draft", args=[draft_id])
    return _made(request, lambda: _draft(request, draft_id), lambda told: _people(request, told, address))


@seat
@require_GET
def figure_people(request: HttpRequest) -> HttpResponse:
    """List the elders whom a changed figure moves, masked."""
    address = reverse("rehearsal:figure")
    return _made(request, lambda: _figure(request), lambda told: _people(request, told, address))


@seat
@require_GET
def draft_sheet(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Hand out the rehearsal of a draft as a sheet to print."""
    return _made(request, lambda: _draft(request, draft_id), lambda told: _sheet(request, told))


@seat
@require_GET
def figure_sheet(request: HttpRequest) -> HttpResponse:
    """Hand out the rehearsal of a changed figure as a sheet to print."""
    return _made(request, lambda: _figure(request), lambda told: _sheet(request, told))


@seat_of_the_bureau
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Keep a rehearsal: at once if it is small, else by the worker; its page says how far it has come."""
    question = {name: request.POST[name] for name in ("draft", "figure", "to") if request.POST.get(name)}
    months = _months(request.POST.get("months"))
    try:
        asked = of(request.user, question, _today())
    except (rehearsal.NoFigure, NotFound) as refusal:
        return _home(request, str(refusal))
    small = runs.size(request.user, asked, months=months, today=_today()) <= runs.AT_ONCE_MAX
    begun = actions.start(request.user, question, asked, months=months, at=now(), at_once=small)
    return redirect("rehearsal:run", begun.pk)


@seat
@require_GET
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Show a kept rehearsal, or how far it has come."""
    found = run_of(request.user, run_id)
    if found.ended_at is None or found.fault:
        return render(request, "rehearsal/waiting.html", context(request, "rehearsal:home", run=found))
    return _result(request, kept(found), reverse("rehearsal:run", args=[run_id]))


@seat
@require_GET
def progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Say how far a rehearsal has come; once it has ended its page is shown anew."""
    found = run_of(request.user, run_id)
    if found.ended_at is not None:
        return HttpResponseClientRefresh()
    return render(request, "rehearsal/_progress.html", {"run": found})


@seat
@require_GET
def run_people(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """List the elders whom a kept rehearsal moves, masked."""
    return _people(request, _ended(request, run_id), reverse("rehearsal:run", args=[run_id]))


@seat
@require_GET
def run_sheet(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Hand out a kept rehearsal as a sheet to print."""
    return _sheet(request, _ended(request, run_id))


def _ended(request: HttpRequest, run_id: UUID) -> Made:
    found = run_of(request.user, run_id)
    if found.ended_at is None or found.fault:
        raise Http404(run_id)
    return kept(found)


def _today() -> date:
    return now().astimezone(BEIJING).date()


def _figure(request: HttpRequest) -> Asked:
    return of_figure(request.user, request.GET.get("figure", ""), request.GET.get("to", ""), _today())


def _months(text: str | None) -> int:
    return next((n for n in PERIODS if str(n) == text), rehearsal.MONTHS)


def _draft(request: HttpRequest, draft_id: UUID) -> Asked:
    return of_draft(request.user, draft_id, _today())


def _made(request: HttpRequest, ask: Callable[[], Asked], show: Callable[[Made], HttpResponse]) -> HttpResponse:
    """Rehearse what an address asks and show it; what is too large to wait for is offered to the worker instead."""
    months = _months(request.GET.get("months"))
    try:
        asked = ask()
        if runs.size(request.user, asked, months=months, today=_today()) > runs.AT_ONCE_MAX:
            return _offered(request, asked)
        return show(made(request.user, asked, months=months, at=now(), today=_today()))
    except rehearsal.NoFigure as refusal:
        return _home(request, str(refusal))
    except PolicyError as error:
        return _home(request, _("这样改以后规则不能判定：%(error)s。请改好规则包再试算。") % {"error": error})


def _offered(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Offer to let the worker make a rehearsal for which nobody waits before a page."""
    question = _question(request, asked.said.draft)
    same = runs.runs(request.user).filter(asked={name: text for name, text in question.items() if name != "months"})
    page = context(
        request,
        "rehearsal:home",
        said=asked.said,
        question=question.items(),
        at_once=runs.AT_ONCE_MAX,
        runs=list(same.defer("found", "said")[:RUNS_SHOWN]),
        **_periods(request),
    )
    return render(request, "rehearsal/offered.html", page)


def _periods(request: HttpRequest) -> dict[str, Any]:
    return {
        "period": str(_months(request.GET.get("months"))),
        "periods": [(str(n), _("最近%(n)s个月") % {"n": n}) for n in PERIODS],
    }


def _question(request: HttpRequest, draft_id: UUID | None) -> dict[str, str]:
    """Return the fields that ask the same question again."""
    return _kept(request) | ({"draft": str(draft_id)} if draft_id else {})


def _result(request: HttpRequest, told: Made, address: str) -> HttpResponse:
    found, same = told.found, _kept(request)
    lists = {key: _list_url(address, same, key) for key, listed in found.lists.items() if listed}
    page = context(
        request,
        "rehearsal:home",
        said=told.said,
        told=told,
        found=found,
        money=found.money,
        months=bars(every_month(found.money.months, found.since, found.until)) if found.money else [],
        streets=bars(found.money.streets) if found.money else [],
        offers=bars(found.money.by_offer) if found.money else [],
        programmes=bars(found.programmes),
        standings=[(one, [(move, lists.get(one.key(move), "")) for move in one.moves]) for one in found.standings],
        edges=edge_rows(found.edges),
        gainers_url=lists.get(rehearsal.GAINERS, ""),
        losers_url=lists.get(rehearsal.LOSERS, ""),
        sheet_url=f"{address}sheet/" + (f"?{urlencode(same)}" if same else ""),
        back_url=reverse("rehearsal:home") + (f"?{urlencode(same)}" if same.get("figure") else ""),
        kept=[(name, value) for name, value in same.items() if name != "months"],
        question=_question(request, told.said.draft).items(),
        **_periods(request),
    )
    return render(request, "rehearsal/rehearsal.html", page)


def _kept(request: HttpRequest) -> dict[str, str]:
    """Return what an address has to keep so that it asks the same question."""
    return {name: request.GET[name] for name in ("figure", "to", "months") if request.GET.get(name)}


def _list_url(address: str, kept: dict[str, str], key: str) -> str:
    return f"{address}people/?{urlencode({**kept, 'list': key})}"


def _people(request: HttpRequest, told: Made, address: str) -> HttpResponse:
    key = request.GET.get("list", "")
    listed = told.found.lists.get(key)
    if listed is None:
        raise Http404(key)
    after = paging.after(request)
    shown = listed[after : after + PAGE]
    elders = {one.pk: one for one in registry_read.elders(request.user).filter(pk__in=[one.elder_id for one in shown])}
    same = _kept(request)
    more: dict[str, Any] = {
        "told": told,
        "title": _list_title(told, key),
        "is_money": key in (rehearsal.GAINERS, rehearsal.LOSERS),
        "rows": [(elders[one.elder_id], one.more_fen) for one in shown if one.elder_id in elders],
        "first": after + 1,
        "total": len(listed),
        "capped": len(listed) >= rehearsal.LIST_MAX,
        "back_url": address + (f"?{urlencode(same)}" if same else ""),
        "next": f"?{urlencode({**same, 'list': key, 'after': after + PAGE})}" if after + PAGE < len(listed) else "",
        "previous": f"?{urlencode({**same, 'list': key, 'after': max(0, after - PAGE)})}" if after else "",
    }
    return render(request, "rehearsal/people.html", context(request, "rehearsal:home", **more))


def _list_title(told: Made, key: str) -> str:
    if key in (rehearsal.GAINERS, rehearsal.LOSERS):
        return _("受益的老人") if key == rehearsal.GAINERS else _("受损的老人")
    one, move = next((one, move) for one in told.found.standings for move in one.moves if one.key(move) == key)
    return f"{one.title}：{move.before} → {move.after}"


def _sheet(request: HttpRequest, told: Made) -> HttpResponse:
    paper = sheet_of(told, by=request.user)
    answer = HttpResponse(as_pdf(paper), content_type="application/pdf")
    name = quote(f"试算表-{told.found.on}.pdf")
    answer["Content-Disposition"] = f"inline; filename=\"rehearsal.pdf\"; filename*=UTF-8''{name}"
    return answer

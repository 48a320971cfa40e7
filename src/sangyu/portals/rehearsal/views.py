"""The rehearsal as the bureau looks at it: what a change would cost, for whom, and who stands at its edges."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sangyu.adoption import queries as adoption_read
from sangyu.insight.queries import rehearsal
from sangyu.policy import PolicyError
from sangyu.portals.clock import now
from sangyu.portals.components import paging
from sangyu.portals.finance.papers import as_pdf
from sangyu.portals.rehearsal.asked import Asked, Made, made, of_draft, of_figure
from sangyu.portals.rehearsal.charts import bars, edge_rows, every_month
from sangyu.portals.rehearsal.frame import context, seat
from sangyu.portals.rehearsal.sheet import sheet_of
from sangyu.registry import queries as registry_read

BEIJING = ZoneInfo("Asia/Shanghai")
PAGE = 50
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
    return _shown(
        request, lambda: of_draft(request.user, draft_id, _today()), reverse("rehearsal:draft", args=[draft_id])
    )


@seat
@require_GET
def figure(request: HttpRequest) -> HttpResponse:
    """Show what one changed figure would do; the figure stands in the address, so that it can be passed on."""
    return _shown(request, lambda: _figure(request), reverse("rehearsal:figure"))


@seat
@require_GET
def draft_people(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """List the elders whom a draft moves, masked."""
    asked = of_draft(request.user, draft_id, _today())
    return _people(request, asked, reverse("rehearsal:draft", args=[draft_id]))


@seat
@require_GET
def figure_people(request: HttpRequest) -> HttpResponse:
    """List the elders whom a changed figure moves, masked."""
    return _people(request, _figure(request), reverse("rehearsal:figure"))


@seat
@require_GET
def draft_sheet(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Hand out the rehearsal of a draft as a sheet to print."""
    return _sheet(request, of_draft(request.user, draft_id, _today()))


@seat
@require_GET
def figure_sheet(request: HttpRequest) -> HttpResponse:
    """Hand out the rehearsal of a changed figure as a sheet to print."""
    return _sheet(request, _figure(request))


def _today() -> date:
    return now().astimezone(BEIJING).date()


def _figure(request: HttpRequest) -> Asked:
    return of_figure(request.user, request.GET.get("figure", ""), request.GET.get("to", ""), _today())


def _months(request: HttpRequest) -> int:
    return next((n for n in PERIODS if str(n) == request.GET.get("months")), rehearsal.MONTHS)


def _made(request: HttpRequest, asked: Asked) -> Made:
    return made(request.user, asked, months=_months(request), at=now(), today=_today())


def _shown(request: HttpRequest, ask: Callable[[], Asked], address: str) -> HttpResponse:
    try:
        asked = ask()
        told = _made(request, asked)
    except rehearsal.NoFigure as refusal:
        return _home(request, str(refusal))
    except PolicyError as error:
        return _home(request, _("这样改以后规则不能判定：%(error)s。请改好规则包再试算。") % {"error": error})
    found, kept = told.found, _kept(request)
    page = context(
        request,
        "rehearsal:home",
        asked=asked,
        told=told,
        found=found,
        money=found.money,
        months=bars(every_month(found.money.months, found.since, found.until)) if found.money else [],
        streets=bars(found.money.streets) if found.money else [],
        offers=bars(found.money.by_offer) if found.money else [],
        standings=[
            (one, [(move, _list_url(address, kept, one.key(move))) for move in one.moves]) for one in found.standings
        ],
        edges=edge_rows(found.edges),
        gainers_url=_list_url(address, kept, rehearsal.GAINERS),
        losers_url=_list_url(address, kept, rehearsal.LOSERS),
        sheet_url=f"{address}sheet/?{urlencode(kept)}",
        back_url=reverse("rehearsal:home") + (f"?{urlencode(kept)}" if asked.draft is None else ""),
        kept=[(name, value) for name, value in kept.items() if name != "months"],
        period=str(_months(request)),
        periods=[(str(n), _("最近%(n)s个月") % {"n": n}) for n in PERIODS],
    )
    return render(request, "rehearsal/rehearsal.html", page)


def _kept(request: HttpRequest) -> dict[str, str]:
    """Return what an address has to keep so that it asks the same question."""
    return {name: request.GET[name] for name in ("figure", "to", "months") if request.GET.get(name)}


def _list_url(address: str, kept: dict[str, str], key: str) -> str:
    return f"{address}people/?{urlencode({**kept, 'list': key})}"


def _people(request: HttpRequest, asked: Asked, address: str) -> HttpResponse:
    told = _made(request, asked)
    key = request.GET.get("list", "")
    listed = told.found.lists.get(key)
    if listed is None:
        raise Http404(key)
    after = paging.after(request)
    shown = listed[after : after + PAGE]
    elders = {one.pk: one for one in registry_read.elders(request.user).filter(pk__in=[one.elder_id for one in shown])}
    kept = _kept(request)
    more: dict[str, Any] = {
        "asked": asked,
        "told": told,
        "title": _list_title(told, key),
        "is_money": key in (rehearsal.GAINERS, rehearsal.LOSERS),
        "rows": [(elders[one.elder_id], one.more_fen) for one in shown if one.elder_id in elders],
        "first": after + 1,
        "total": len(listed),
        "capped": len(listed) >= rehearsal.LIST_MAX,
        "back_url": address + (f"?{urlencode(kept)}" if kept else ""),
        "next": f"?{urlencode({**kept, 'list': key, 'after': after + PAGE})}" if after + PAGE < len(listed) else "",
        "previous": f"?{urlencode({**kept, 'list': key, 'after': max(0, after - PAGE)})}" if after else "",
    }
    return render(request, "rehearsal/people.html", context(request, "rehearsal:home", **more))


def _list_title(told: Made, key: str) -> str:
    if key in (rehearsal.GAINERS, rehearsal.LOSERS):
        return _("受益的老人") if key == rehearsal.GAINERS else _("受损的老人")
    one, move = next((one, move) for one in told.found.standings for move in one.moves if one.key(move) == key)
    return f"{one.title}：{move.before} → {move.after}"


def _sheet(request: HttpRequest, asked: Asked) -> HttpResponse:
    told = _made(request, asked)
    paper = sheet_of(asked, told, by=request.user)
    answer = HttpResponse(as_pdf(paper), content_type="application/pdf")
    name = quote(f"试算表-{asked.on}.pdf")
    answer["Content-Disposition"] = f"inline; filename=\"rehearsal.pdf\"; filename*=UTF-8''{name}"
    return answer

"""The ranking of a quarter and the election of a year, on the page and as workbooks."""

from __future__ import annotations

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.month import Month
from sangyu.portals.clock import now
from sangyu.portals.quality.forms import DecisionForm
from sangyu.portals.quality.frame import context, seat
from sangyu.portals.quality.workbook import Points, download, moment, workbook
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.queries import Ranking, Standing
from sangyu.quality.rules import TIES, Quarter

BEIJING = ZoneInfo("Asia/Shanghai")


def _today() -> date:
    return now().astimezone(BEIJING).date()


@seat
@require_GET
def latest(request: HttpRequest) -> HttpResponse:
    """Go to the quarter that runs."""
    return redirect("quality:quarter", quarter=str(Quarter.of(_today())))


@seat
@require_GET
def quarter(request: HttpRequest, quarter: str) -> HttpResponse:
    """Show the ranking of a quarter: frozen, or as it stands so far."""
    return _quarter(request, quarter)


@seat
@require_POST
def freeze(request: HttpRequest, quarter: str) -> HttpResponse:
    """Freeze the ranking of a quarter."""
    try:
        quality.rank(quarter=_parsed(quarter), by=request.user, at=now())
    except Refusal as refusal:
        return _quarter(request, quarter, refusal=refusal, status=422)
    messages.success(request, _("%(quarter)s已定榜，名次不再变动。") % {"quarter": quarter})
    return redirect("quality:quarter", quarter=quarter)


@seat
@require_GET
def quarter_list(request: HttpRequest, quarter: str) -> HttpResponse:
    """Give the ranking of a quarter as a workbook."""
    shown = _parsed(quarter)
    frozen, standings = _standings(request, shown)
    head = ["名次", "企业", *[str(month) for month in shown.months], "平均分", "服务质量平均分", "缺月"]
    rows = [
        [
            row.place.place,
            row.enterprise.name,
            *[Points.of_tenths(row.place.scores[str(month)]) for month in shown.months],
            Points(row.place.mean_hundredths),
            Points(row.place.quality_hundredths),
            "、".join(row.place.missing),
        ]
        for row in standings
    ]
    state = f"定榜 {moment(frozen.at)} {frozen.by.display_name}" if frozen else "截至目前的名次，尚未定榜"
    notes = [state, TIES, f"导出时间 {moment(now())}　导出人 {request.user.display_name}"]
    return download(workbook("季排名", f"{shown}季排名", notes, head, rows), f"ranking-{shown}.xlsx")


@seat
@require_GET
def this_year(request: HttpRequest) -> HttpResponse:
    """Go to the election of the year that runs."""
    return redirect("quality:year", year=_today().year)


@seat
@require_GET
def year(request: HttpRequest, year: int) -> HttpResponse:
    """Show the election of a year."""
    return _year(request, year)


@seat
@require_POST
def propose(request: HttpRequest, year: int) -> HttpResponse:
    """Propose the nominees of a year."""
    try:
        quality.open_election(year=_ensure_year(year), by=request.user, at=now())
    except Refusal as refusal:
        return _year(request, year, refusal=refusal, status=422)
    messages.success(request, _("候选名单已提出，请另一位质量管理员或民政局逐家评定。"))
    return redirect("quality:year", year=year)


@seat
@require_POST
def decide(request: HttpRequest, nominee_id: UUID) -> HttpResponse:
    """Decide on a nominee."""
    year = quality_read.get_nominee(request.user, nominee_id).election.year
    form = DecisionForm(request.POST, prefix=str(nominee_id))
    if form.is_valid():
        given = form.cleaned_data
        try:
            quality.elect(
                nominee_id=nominee_id,
                elected=given["elected"] == "yes",
                reason=given["reason"],
                by=request.user,
                at=now(),
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("评定已记下。"))
            return redirect("quality:year", year=year)
    return _year(request, year, typed=form, status=422)


@seat
@require_GET
def year_list(request: HttpRequest, year: int) -> HttpResponse:
    """Give the election of a year as a workbook."""
    election = quality_read.election_of(request.user, _ensure_year(year))
    if election is None:
        raise Http404(str(year))
    quarters = [str(Quarter(year, n)) for n in range(1, 5)]
    head = ["年名次", "企业", "年平均分", *[f"{quarter}名次" for quarter in quarters], "评定", "理由", "评定人", "时间"]
    rows = []
    for row in quality_read.candidates(election):
        nominee, decision = row.nominee, row.decision
        rows.append(
            [
                nominee.place,
                nominee.enterprise.name,
                Points(nominee.mean_hundredths),
                *[nominee.quarter_places.get(quarter) for quarter in quarters],
                "待评定" if decision is None else ("优秀" if decision.elected else "不评"),
                decision.reason if decision else "",
                decision.by.display_name if decision else "",
                moment(decision.at if decision else None),
            ]
        )
    notes = [
        f"候选：全年十二个月都有考核得分的企业，按年平均分取前三成；当年排名企业{election.ranked}家",
        f"提名 {moment(election.at)} {election.by.display_name}　导出时间 {moment(now())}",
    ]
    return download(workbook("年评选", f"{year}年评选", notes, head, rows), f"election-{year}.xlsx")


def _standings(request: HttpRequest, shown: Quarter) -> tuple[Ranking | None, list[Standing]]:
    frozen = quality_read.ranking_of(request.user, shown)
    if frozen is not None:
        return frozen, quality_read.ranking_rows(frozen)
    return None, quality_read.standings(request.user, shown.months)


def _quarter(request: HttpRequest, text: str, *, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    shown = _parsed(text)
    frozen, standings = _standings(request, shown)
    months = [str(month) for month in shown.months]
    page = context(
        request,
        "ranking",
        quarter=shown,
        months=months,
        previous=shown.previous(),
        next=shown.next(),
        frozen=frozen,
        rows=[{"row": row, "scores": [row.place.scores[month] for month in months]} for row in standings],
        over=shown.ends_on <= _today(),
        ties=TIES,
        refusal=refusal,
    )
    return render(request, "quality/ranking.html", page, status=status)


def _year(
    request: HttpRequest,
    year: int,
    *,
    typed: DecisionForm | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    election = quality_read.election_of(request.user, _ensure_year(year))
    quarters = [Quarter(year, n) for n in range(1, 5)]
    rows = []
    for candidate in quality_read.candidates(election) if election else []:
        prefix = str(candidate.nominee.pk)
        form = typed if typed is not None and typed.prefix == prefix else DecisionForm(prefix=prefix)
        places = [candidate.nominee.quarter_places.get(str(quarter)) for quarter in quarters]
        rows.append({"candidate": candidate, "places": places, "form": None if candidate.decision else form})
    page = context(
        request,
        "election",
        year=year,
        election=election,
        rows=rows,
        quarters=[
            {"quarter": quarter, "frozen": quality_read.ranking_of(request.user, quarter)} for quarter in quarters
        ],
        leaders=[] if election else quality_read.standings(request.user, [Month(year, n) for n in range(1, 13)])[:10],
        own=election is not None and election.by_id == request.user.pk,
        typed=typed,
        refusal=refusal,
    )
    return render(request, "quality/election.html", page, status=status)


def _ensure_year(year: int) -> int:
    if not 2000 <= year <= 2100:
        raise Http404(str(year))
    return year


def _parsed(text: str) -> Quarter:
    try:
        return Quarter.parse(text)
    except Refusal as wrong:
        raise Http404(text) from wrong

"""The audit bench: draw a sample, look at its rows, work them out again, say what was found, take it all away."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sangyu.insight import actions as insight
from sangyu.insight import queries as insight_read
from sangyu.kit.errors import Refusal
from sangyu.kit.month import Month
from sangyu.portals.audit import manifest
from sangyu.portals.audit.forms import DrawForm, ManifestForm
from sangyu.portals.audit.frame import bench, context
from sangyu.portals.clock import now

BEIJING = ZoneInfo("Asia/Shanghai")


@bench
@require_GET
def bench_page(request: HttpRequest) -> HttpResponse:
    """Show the samples drawn so far, and the form that draws another."""
    month = str(Month.of(now().astimezone(BEIJING).date()).previous())
    return _bench(request, DrawForm(initial={"month": month, "n": 20, "seed": month, "strata": "ENTERPRISE"}))


def _bench(request: HttpRequest, form: DrawForm, *, status: int = 200) -> HttpResponse:
    page = context(request, "audit:bench", form=form, draws=insight_read.draws(request.user))
    return render(request, "audit/bench.html", page, status=status)


@bench
@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """Draw a sample and open its worksheet."""
    insight_read.ensure_auditor(request.user)
    form = DrawForm(request.POST)
    if not form.is_valid():
        return _bench(request, form, status=422)
    given = form.cleaned_data
    try:
        drawn = insight.draw(
            month=Month.parse(given["month"]),
            n=given["n"],
            seed=given["seed"],
            strata=given["strata"],
            by=request.user,
            at=now(),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _bench(request, form, status=422)
    return redirect("audit:worksheet", draw_id=drawn.pk)


@bench
@require_GET
def worksheet(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """Show the rows of a sample; with `again`, each worked out again by the rules of settlement."""
    drawn = insight_read.get_draw(request.user, draw_id)
    rows = insight_read.worksheet(request.user, drawn)
    again = insight_read.recompute(request.user, rows) if "again" in request.GET else []
    page: dict[str, Any] = {
        "draw": drawn,
        "rows": rows,
        "facts": insight_read.FACTS,
        "codes": insight_read.FINDING_CODES,
        "tally": insight_read.tally(rows),
        "own": drawn.by_id == request.user.pk,
        "again": {one.row.drawn.pk: one for one in again},
        "same_rows": insight_read.drawn_again(request.user, drawn) if again else None,
        "differing": [one for one in again if not one.agrees],
        "checked_at": now() if again else None,
    }
    return render(request, "audit/worksheet.html", context(request, "audit:bench", **page))


@bench
@require_POST
def find(request: HttpRequest, drawn_id: UUID) -> HttpResponse:
    """Note what was found at a row."""
    insight_read.ensure_auditor(request.user)
    row = insight_read.own_row(request.user, drawn_id)
    typed = request.POST.get("code", "")
    code = int(typed) if typed.isascii() and typed.isdigit() else 0
    found = insight.find(drawn_id=row.pk, code=code, note=request.POST.get("note", ""), by=request.user, at=now())
    if getattr(request, "htmx", False):
        return render(request, "audit/_finding.html", {"finding": found})
    return redirect(f"{reverse('audit:worksheet', args=[row.draw_id])}#row-{row.n}")


@bench
@require_GET
def export(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """Hand out a sample with its findings as a workbook, and a signed manifest of every hash beside it."""
    drawn = insight_read.get_draw(request.user, draw_id)
    rows = insight_read.worksheet(request.user, drawn)
    again = insight_read.recompute(request.user, rows)
    answer = HttpResponse(manifest.pack(drawn, again, programme=request.user.programme), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="sample-{drawn.month}-{str(drawn.pk)[:8]}.zip"'
    return answer


@bench
@require_http_methods(["GET", "POST"])
def check_manifest(request: HttpRequest) -> HttpResponse:
    """Tell whether a manifest was signed here and not changed since; nothing is stored."""
    form = ManifestForm(request.POST or None)
    verdict = None
    if request.method == "POST" and form.is_valid():
        try:
            verdict = manifest.is_ours(json.loads(form.cleaned_data["manifest"]))
        except (ValueError, TypeError):
            form.add_error(
                "manifest", "这不是完整的清单。请把 manifest.json 的全部内容粘贴进来，从第一个花括号到最后一个。"
            )
    page = context(request, "audit:bench", form=form, verdict=verdict)
    return render(request, "audit/manifest.html", page, status=422 if form.errors else 200)

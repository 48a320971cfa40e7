"""The samples: what was drawn each day, and the same draw done again before one's eyes."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.kit.errors import Refusal
from sangyu.portals.clock import now
from sangyu.portals.quality.frame import context, seat
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read

BEIJING = ZoneInfo("Asia/Shanghai")


@seat
@require_GET
def days(request: HttpRequest) -> HttpResponse:
    """List the samples of the last days."""
    return _list(request)


@seat
@require_GET
def day(request: HttpRequest, day: str) -> HttpResponse:
    """Draw the sample of a day again and lay both side by side."""
    try:
        on = date.fromisoformat(day)
    except ValueError as wrong:
        raise Http404(day) from wrong
    return render(
        request, "quality/sample.html", context(request, "samples", check=quality_read.redraw(request.user, on))
    )


@seat
@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """Draw today's sample; a second press shows the one that stands."""
    at = now()
    on = at.astimezone(BEIJING).date()
    try:
        sample = quality.draw_sample(day=on, by=request.user, at=at)
    except Refusal as refusal:
        return _list(request, refusal=refusal, status=422)
    messages.success(request, _("今日样本：完成%(served)d单，应抽%(due)d单。") % vars(sample))
    return redirect("quality:sample", day=on.isoformat())


def _list(request: HttpRequest, *, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    samples = quality_read.samples(request.user)
    today = now().astimezone(BEIJING).date()
    page = context(
        request,
        "samples",
        samples=samples,
        today=today,
        drawn=any(sample.day == today for sample in samples),
        refusal=refusal,
    )
    return render(request, "quality/samples.html", page, status=status)

"""What hangs in a community: choose and hang out, look at it, print it, and the board that anybody may read."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sangyu.applications import actions as applications
from sangyu.applications import queries as applications_read
from sangyu.applications.models import StepCode
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.applications.frame import context, seat, who_takes
from sangyu.portals.applications.paper import posting_paper
from sangyu.portals.applications.views.window import BEIJING
from sangyu.portals.clock import now
from sangyu.portals.finance.papers import as_pdf

SIZES = ("a4", "a3")
WAITING_MAX = 200


@who_takes
@require_http_methods(["GET", "POST"])
def post(request: HttpRequest) -> HttpResponse:
    """Choose what is hung out together, and see what hangs now."""
    viewer, today, refused = request.user, now().astimezone(BEIJING).date(), ""
    if request.method == "POST":
        try:
            ids = [UUID(one) for one in request.POST.getlist("application")]
            made = applications.post(application_ids=ids, by=viewer, at=now())
        except ValueError as bad:
            raise Http404 from bad
        except NotFound:
            raise
        except Refusal as refusal:
            refused = str(refusal)
        else:
            messages.success(request, _("已公示，到%s为止。") % made.until_on)
            return redirect("applications:posting", made.pk)
    shown: dict[str, Any] = {
        "waiting": list(applications_read.open_at(viewer, StepCode.NOTICE).filter(posted=False)[:WAITING_MAX]),
        "hanging": applications_read.postings(viewer, today),
        "refused": refused,
    }
    return render(request, "applications/post.html", context(request, "post", **shown), status=409 if refused else 200)


@seat
@require_GET
def posting(request: HttpRequest, posting_id: UUID) -> HttpResponse:
    """Show one posting with its lines and where to print it."""
    found = applications_read.get_posting(request.user, posting_id)
    today = now().astimezone(BEIJING).date()
    shown = {"posting": found, "lines": applications_read.notices(found), "hangs": today <= found.until_on}
    return render(request, "applications/posting.html", context(request, "post", **shown))


@seat
@require_GET
def posting_pdf(request: HttpRequest, posting_id: UUID, size: str) -> HttpResponse:
    """Hand out a posting as PDF, A4 for the file or A3 for the wall."""
    if size not in SIZES:
        raise Http404
    found = applications_read.get_posting(request.user, posting_id)
    content = as_pdf(posting_paper(found, applications_read.notices(found), size=size))
    answer = HttpResponse(content, content_type="application/pdf")
    name = quote(f"公示-{found.community.name}-{found.posted_on}-{size.upper()}.pdf")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer


@require_GET
def board(request: HttpRequest, posting_id: UUID) -> HttpResponse:
    """Show a posting to anybody, on the days on which it hangs; no search engine keeps it.

    Raises: NotFound, before and afterwards.
    """
    today = now().astimezone(BEIJING).date()
    found = applications_read.posting_on_display(posting_id, today)
    shown = {"posting": found, "lines": applications_read.notices(found), "today": today}
    answer = render(request, "applications/board.html", shown)
    answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer["Cache-Control"] = "no-store"
    return answer

"""The page of the audit book's roots: what is kept of each day outside the database, to print and hold against it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sangyu.access import queries as access_read
from sangyu.portals.audit.frame import bench, context

SHOWN_DAYS = 31


@bench
@require_GET
def roots(request: HttpRequest) -> HttpResponse:
    """Show the roots of the last month, newest first, and whether the book still bears them out."""
    programme, folder = request.user.programme, settings.ANCHORS
    kept = access_read.anchors(programme, folder) if folder else []
    page = {
        "folder_set": folder is not None,
        "anchors": kept[: -SHOWN_DAYS - 1 : -1],
        "many": len(kept),
        "faults": access_read.verify_anchors(programme, folder) if folder else [],
        "slug": programme.slug,
    }
    return render(request, "audit/roots.html", context(request, "audit:roots", **page))

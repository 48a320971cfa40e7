"""Hands out a photo to whoever may see the visit or the incident it hangs on, and a service standard to everybody."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.views.decorators.http import require_safe

from sangyu.files import queries as files_read
from sangyu.providers import queries as providers_read
from sangyu.visits import queries as visits_read

INLINE = ("image/jpeg",)


@login_required
@require_safe
def file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Hand out a file, the small picture with `?small=1`; what is no picture is only ever saved.

    A browser may keep it, and asks each time whether its viewer still may see it.
    """
    kept = providers_read.standard_file(request.user, file_id) or visits_read.file_for(request.user, file_id)
    small = request.GET.get("small") == "1" and bool(kept.small_sha256)
    tag = f'"{kept.small_sha256 if small else kept.sha256}"'
    answer: HttpResponse
    if request.headers.get("If-None-Match") == tag:
        answer = HttpResponseNotModified()
    else:
        content = files_read.path_of(kept, small=small).read_bytes()
        answer = HttpResponse(content, content_type=kept.media_type)
        how = "inline" if kept.media_type in INLINE else "attachment"
        answer["Content-Disposition"] = f'{how}; filename="{kept.sha256[:12]}"'
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return answer

"""The photos of a visit, and whose file one may open."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from sangyu.access.models import User
from sangyu.files.models import File
from sangyu.kit.errors import NotFound
from sangyu.visits.models import IncidentPhoto, Photo
from sangyu.visits.queries.incidents import incidents
from sangyu.visits.queries.seen import get_visit, visits


@dataclass(frozen=True)
class Shot:
    """A photo of a visit, and how many other visits show the very same picture."""

    photo: Photo
    also_in: int


def photos(viewer: User, visit_id: UUID) -> list[Shot]:
    """Return the photos of a visit that the viewer may see, first to last.

    Raises: NotFound, also for a visit that the viewer may not see.
    """
    visit = get_visit(viewer, visit_id)
    rows = Photo.objects.filter(visit=visit).select_related("file", "by").order_by("n")
    shown = list(rows)
    uses = dict(
        Photo.objects.filter(file__in=[row.file_id for row in shown])
        .values_list("file_id")
        .annotate(n=Count("id", filter=~Q(visit=visit)))
    )
    return [Shot(row, uses.get(row.file_id, 0)) for row in shown]


def file_for(viewer: User, file_id: UUID) -> File:
    """Return a file that hangs on a visit or an incident which the viewer may see.

    Raises: NotFound, also for a file of others.
    """
    for rows in (
        Photo.objects.filter(visit__in=visits(viewer)),
        IncidentPhoto.objects.filter(incident__in=incidents(viewer)),
    ):
        found = rows.filter(file_id=file_id).select_related("file").first()
        if found is not None:
            return found.file
    raise NotFound("没有找到这张照片，或者它不属于您可以查看的上门记录。")

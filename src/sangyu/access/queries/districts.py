"""A city programme reads its districts: which they are, and through whose eyes."""

from __future__ import annotations

from copy import copy

from sangyu.access.models import Programme, User
from sangyu.access.queries.viewer import OVERSIGHT_ROLES
from sangyu.kit.errors import NotFound


def districts(viewer: User) -> list[Programme]:
    """The programmes of the districts inside the viewer's own area, by area code; for the oversight of a city.

    A district has none, and two programmes of the same area do not read each other.
    """
    if not viewer.roles & OVERSIGHT_ROLES:
        return []
    own = viewer.programme.area_id
    return list(
        Programme.objects.filter(area__code__startswith=own)
        .exclude(area__code=own)
        .select_related("area")
        .order_by("area__code", "slug")
    )


def reading(viewer: User, slug: str) -> User:
    """Return the viewer as a reader of one of the own districts, with the own roles; for reads, never saved.

    Raises: NotFound, for a programme that is none of the viewer's districts.
    """
    found = next((row for row in districts(viewer) if row.slug == slug), None)
    if found is None:
        raise NotFound("没有这个下级运营主体，或者它不在本市范围内。")
    reader = copy(viewer)
    reader.programme = found
    return reader

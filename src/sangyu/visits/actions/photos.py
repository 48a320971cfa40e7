"""Photos of the work: they come on their own way, so that no record ever waits for one. Locks: order."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.files import actions as files
from sangyu.files.models import Purpose
from sangyu.files.rules import Claims
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.kit.point import Point
from sangyu.orders import actions as orders
from sangyu.visits import rules
from sangyu.visits.actions.places import place_facts
from sangyu.visits.models import Departure, Photo, Visit


@transaction.atomic
def add_photo(
    *,
    visit_id: UUID,
    content: bytes,
    by: User,
    at: datetime,
    taken_at: datetime | None = None,
    place: Point | None = None,
) -> Photo:
    """Add a photo to one's own visit, in service or within a day after it; the same photo is added once.

    What the camera wrote into the picture counts before `taken_at` and `place`, which the phone tells at the upload.
    Raises: NotFound, PhotoTooLate, PhotosFull; and what `files.keep` refuses.
    """
    ensure_role(by, Role.WORKER)
    visit = Visit.objects.filter(pk=visit_id, worker__user=by).first()
    if visit is None:
        raise NotFound("没有找到这次上门记录。")
    left_at = Departure.objects.filter(visit=visit).values_list("left_at", flat=True).first()
    rules.ensure_photo_in_time(arrived_at=visit.arrived_at, left_at=left_at, at=at)
    # Unpacking a picture takes a moment: it is done before the order is locked.
    file = files.keep(programme_id=visit.programme_id, content=content, purpose=Purpose.VISIT_PHOTO, by_id=by.pk, at=at)
    order = orders.lock(order_id=visit.order_id, by=by)
    photo_id = derived_id("photo", visit.pk, file.pk)
    existing = Photo.objects.filter(pk=photo_id).first()
    if existing is not None:
        return existing
    kept = Photo.objects.filter(visit=visit).count()
    rules.ensure_room_for_photo(kept=kept, most=rules.PHOTOS_MAX)
    claims = Claims.from_json(file.claims)
    told = claims.place or place
    facts = place_facts(order, told) if told else None
    photo = Photo.objects.create(
        id=photo_id,
        visit=visit,
        file=file,
        n=kept + 1,
        taken_at=claims.taken_at or taken_at,
        place=facts,
        distance_m=facts["distance_m"] if facts else None,
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="visits.add_photo",
        object_kind="order",
        object_id=order.pk,
        facts={"n": photo.n, "sha256": file.sha256},
    )
    return photo

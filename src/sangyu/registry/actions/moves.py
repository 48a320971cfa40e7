"""Let an elder move: how it was stays, and how it is follows from the day of the move."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Area, AreaKind, Programme, User
from sangyu.kit.errors import Refusal
from sangyu.kit.point import Crs, Point
from sangyu.registry.actions.elders import BEIJING, Incomplete, OutsideArea, ReasonMissing, lock
from sangyu.registry.models import Elder, Residence


class MovedBefore(Refusal):
    """A move before the one that is recorded last, before the birth, or after today."""

    code = "MOVED_BEFORE"


@transaction.atomic
def move(
    *,
    elder_id: UUID,
    moved_on: date,
    community_code: str,
    address: str,
    hukou_in_area: bool,
    reason: str,
    by: User,
    at: datetime,
    hukou_place: str = "",
    place: Point | None = None,
) -> Elder:
    """Let an elder live in another community or at another address, or be registered elsewhere, from a day on.

    Without a `community_code` the elder has left the area; the record stays with the community of before. Facts of an
    earlier day stay as they were. The same move again changes nothing.
    Raises: NotFound; Incomplete; ReasonMissing; OutsideArea; MovedBefore.
    """
    elder = lock(elder_id, by)
    address, hukou_place, reason = address.strip(), hukou_place.strip(), reason.strip()
    community = _community(community_code, elder) if community_code else elder.community
    if community_code and not address:
        raise Incomplete("请填写新的居住地址，服务人员要按它上门。")
    if not reason:
        raise ReasonMissing("迁移必须写明原因（如搬到子女家、户口迁入），请补充。")
    new = (community.code, address or elder.address, hukou_in_area, hukou_place, bool(community_code))
    if _now(elder) == new:
        return elder
    _ensure_later(elder, moved_on, at.astimezone(BEIJING).date())
    Residence.objects.create(
        elder=elder,
        community_id=elder.community_id,
        address=elder.address,
        hukou_in_area=elder.hukou_in_area,
        hukou_place=elder.hukou_place,
        lives_in_area=elder.lives_in_area,
        valid_until=moved_on,
        reason=reason,
        recorded_by=by,
        recorded_at=at,
    )
    home = place.converted(Crs.WGS84) if place else None
    if home is not None or (community.code, new[1]) != (elder.community_id, elder.address):
        elder.lng, elder.lat = (home.lng, home.lat) if home else (None, None)
    elder.community_id, elder.address, elder.hukou_in_area, elder.hukou_place, elder.lives_in_area = new
    elder.moved_on = moved_on
    elder.save(
        update_fields=[
            "community", "address", "hukou_in_area", "hukou_place", "lives_in_area", "moved_on", "lng", "lat",
        ]
    )  # fmt: skip
    access.record(
        by=by,
        at=at,
        verb="registry.move",
        object_kind="elder",
        object_id=elder.pk,
        facts={"community": community_code, "moved_on": moved_on, "hukou_in_area": hukou_in_area, "reason": reason},
    )
    return elder


def _now(elder: Elder) -> tuple[object, ...]:
    return elder.community_id, elder.address, elder.hukou_in_area, elder.hukou_place, elder.lives_in_area


def _community(code: str, elder: Elder) -> Area:
    """Return a community of the programme: a clerk sends an elder on to any other of the same programme."""
    found = Area.objects.filter(code=code, kind=AreaKind.COMMUNITY).first()
    if found is None or not code.startswith(Programme.objects.get(pk=elder.programme_id).area_id):
        raise OutsideArea("所选社区不在本区。搬到外区的，请办理“迁出本区”。")
    return found


def _ensure_later(elder: Elder, moved_on: date, today: date) -> None:
    if moved_on > today:
        raise MovedBefore(f"迁移日期{moved_on}晚于今天。请在搬迁之后再登记。")
    if moved_on <= elder.birth_on or (elder.moved_on is not None and moved_on <= elder.moved_on):
        last = elder.moved_on or elder.birth_on
        raise MovedBefore(f"迁移日期{moved_on}不晚于{last}，那一天已有登记。请核对日期。")

"""Take out of the register what names a person; the row stays, so that money and orders still have somebody."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.insert_only import FORGOTTEN
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Contact, Document, Elder, HouseholdMember, Identity, Kinship, Residence

BEIJING = ZoneInfo("Asia/Shanghai")
NAME = "已删除"


@transaction.atomic
def forget(*, elder_id: UUID, by: User, at: datetime) -> Elder:
    """Take name, documents, contacts, kin, household, addresses and search keys out of every record of a person.

    What they are recognised as ends today. Sex, day of birth and community stay, since what was paid was decided by
    them; so do the registration number and every row of the rooms above. Who is forgotten already stays so. Whoever
    calls has made sure that nothing is unfinished and that no law binds the data any more.
    Raises: NotAllowed; NotFound, for an elder whom the actor may not see.
    """
    ensure_role(by, Role.BUREAU)
    found = registry_read.get_elder(by, elder_id)
    on = at.astimezone(BEIJING).date()
    held_rows = Elder.objects.select_for_update(no_key=True).filter(pk__in=registry_read.same_as(found.pk))
    records = list(held_rows.order_by("pk"))
    ids = [row.pk for row in records]
    if all(row.name == NAME and not row.search_keys for row in records):
        return records[ids.index(found.pk)]
    for row in records:
        row.name = row.address = NAME
        row.sort_key = row.hukou_place = row.door_code = row.habits = row.warnings = ""
        row.health = row.interests = ""
        row.lng = row.lat = None
        row.search_keys = []
        row.save()
    Document.objects.filter(elder__in=ids).delete()
    Contact.objects.filter(elder__in=ids).delete()
    HouseholdMember.objects.filter(elder__in=ids).delete()
    Kinship.objects.filter(elder__in=ids).delete()
    Kinship.objects.filter(other__in=ids).update(name=NAME, phone="", evidence=FORGOTTEN)
    held = Identity.objects.filter(elder__in=ids)
    held.filter(valid_from__gte=on).delete()
    held.filter(Q(valid_until=None) | Q(valid_until__gt=on)).update(valid_until=on)
    held.update(evidence=FORGOTTEN)
    Residence.objects.filter(elder__in=ids).update(address=FORGOTTEN, hukou_place=FORGOTTEN, reason=FORGOTTEN)
    access.record(
        by=by,
        at=at,
        verb="registry.forget",
        object_kind="elder",
        object_id=found.pk,
        facts={"records": len(ids)},
    )
    return records[ids.index(found.pk)]

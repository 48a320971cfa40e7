"""Find elders by what is known of them: any of eleven fields together, among those the viewer may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from sangyu.access.models import AuditEntry, User
from sangyu.kit.errors import Refusal
from sangyu.kit.month import Month
from sangyu.kit.phone import plain
from sangyu.registry import numbers
from sangyu.registry.models import Contact, Document, DocumentKind, Elder, Identity
from sangyu.registry.queries.elders import elders, matching, of_a_record, same_as
from sangyu.registry.rules import born_by

BEIJING = ZoneInfo("Asia/Shanghai")
COUNTED_MAX = 1_000
CONFIRMED = "registry.confirm"
# What is done to a record without anybody looking whether it is right.
_NOT_A_CHECK = ("registry.find_duplicates", "registry.rule_duplicate")


class NothingWanted(Refusal):
    """A search without a single field would list everybody."""

    code = "NOTHING_WANTED"


@dataclass(frozen=True)
class Wanted:
    """What an elder must be. Shape: an empty field asks for nothing; ages in whole years, both included.

    `number` is a whole document number or its last four characters, `phone` likewise; `untouched_months` lists whose
    data nobody entered, changed or confirmed for that long.
    """

    name: str = ""
    number: str = ""
    phone: str = ""
    registration_number: str = ""
    sex: str = ""
    age_from: int | None = None
    age_to: int | None = None
    community_code: str = ""
    address: str = ""
    identity: str = ""
    untouched_months: int | None = None


def found(
    viewer: User, wanted: Wanted, on: date, *, after: tuple[str, UUID] | None = None, limit: int = 30
) -> list[Elder]:
    """Return the living who are all that is wanted, by name, `limit` at a time behind the last one's (sort_key, id).

    Raises: NothingWanted.
    """
    rows = _rows(viewer, wanted, on).order_by("sort_key", "id")
    if after is not None:
        rows = rows.extra(where=["(registry_elder.sort_key, registry_elder.id) > (%s, %s)"], params=list(after))
    return list(rows[:limit])


def found_count(viewer: User, wanted: Wanted, on: date) -> int:
    """Count them, up to `COUNTED_MAX`.

    Raises: NothingWanted.
    """
    return len(_rows(viewer, wanted, on).order_by().values("pk")[:COUNTED_MAX])


def confirmed_at(elder_id: UUID) -> datetime | None:
    """Return when somebody last confirmed that an elder's data are right; None if nobody did."""
    rows = AuditEntry.objects.filter(object_id__in=same_as(elder_id), verb=CONFIRMED).order_by("-at")
    return rows.values_list("at", flat=True).first()


def _rows(viewer: User, wanted: Wanted, on: date) -> QuerySet[Elder]:
    if wanted == Wanted():
        raise NothingWanted("请至少填一个条件。")
    rows = elders(viewer).filter(merged_into=None, died_on=None)
    if wanted.name:
        named = matching(rows, wanted.name)
        rows = rows.none() if named is None else named
    rows = rows.filter(_said(wanted, on))
    if wanted.number:
        rows = rows.filter(_of_number(wanted.number))
    if wanted.phone:
        rows = rows.filter(_rung_by(viewer, plain(wanted.phone)))
    if wanted.identity:
        held = Identity.objects.filter(code=wanted.identity, valid_from__lte=on)
        rows = rows.filter(of_a_record(held.filter(Q(valid_until=None) | Q(valid_until__gt=on))))
    if wanted.untouched_months:
        rows = rows.filter(_untouched_since(viewer, _months_before(on, wanted.untouched_months)))
    return rows


def _said(wanted: Wanted, on: date) -> Q:
    """Ask for what stands in the record itself."""
    said = Q()
    if wanted.registration_number:
        said &= Q(registration_number=wanted.registration_number.strip())
    if wanted.sex:
        said &= Q(sex=wanted.sex)
    if wanted.age_from is not None:
        said &= Q(birth_on__lte=born_by(wanted.age_from, on))
    if wanted.age_to is not None:
        said &= Q(birth_on__gt=born_by(wanted.age_to + 1, on))
    if wanted.community_code:
        said &= Q(community__code__startswith=wanted.community_code)
    if wanted.address:
        said &= Q(address__contains=wanted.address.strip())
    return said


def _of_number(number: str) -> Q:
    told = numbers.plain(number)
    if len(told) <= numbers.TAIL:
        return Q(search_keys__contains=[numbers.tail_key(told)])
    indexes = {numbers.index_of(told, kind) for kind in DocumentKind.values}
    return of_a_record(Document.objects.filter(number_index__in=indexes))


def _rung_by(viewer: User, told: str) -> Q:
    """Ask for a whole number, the elder's own or the family's, or for the end of an own one."""
    if len(told) <= numbers.TAIL:
        return Q(search_keys__contains=[told])
    return of_a_record(Contact.objects.filter(programme_id=viewer.programme_id, phone=told))


def _untouched_since(viewer: User, day: date) -> Q:
    at = datetime.combine(day, time(), BEIJING)
    done = AuditEntry.objects.filter(programme_id=viewer.programme_id, object_id=OuterRef("pk"), at__gte=at)
    done = done.filter(verb__startswith="registry.").exclude(verb__in=_NOT_A_CHECK)
    return Q(registered_at__lt=at) & ~Q(Exists(done))


def _months_before(on: date, months: int) -> date:
    month = Month.of(on)
    for _ in range(months):
        month = month.previous()
    return min(month.first_day + timedelta(days=on.day - 1), month.next().first_day - timedelta(days=1))

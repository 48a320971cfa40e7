"""Complete many registered elders at once: as the single verbs do, in a few statements for a whole chunk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.names import search_keys
from sangyu.registry import rules
from sangyu.registry.actions.many import OWN, Addition, Parts, Standing, Told, array_of, fill
from sangyu.registry.models import Elder


def add_many(*, additions: Sequence[Addition], by: User, at: datetime) -> list[Told]:
    """Add contacts and recognitions to a chunk of elders; what is there already is not added again.

    Shape: one answer for each addition, in their order. Each elder has an entry in the audit book.
    Raises: NotAllowed.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    with transaction.atomic():
        ids = sorted({one.elder_id for one in additions})
        held = Elder.objects.select_for_update(no_key=True).filter(programme_id=by.programme_id, pk__in=ids)
        elders = {row.pk: row for row in held.filter(community__code__startswith=by.area_code).order_by("pk")}
        there = {pk: Standing(elder) for pk, elder in elders.items()}
        fill(there.values())
        parts, found_by = Parts(by, at), set[UUID]()
        told = [_add(one, there, parts, found_by) for one in additions]
        parts.write()
        _keep_keys(elders[pk] for pk in sorted(found_by))
        access.record_many(
            by=by,
            at=at,
            verb="registry.add_many",
            object_kind="elder",
            facts=_facts(told),
        )
    return told


def _add(one: Addition, there: Mapping[UUID, Standing], parts: Parts, found_by: set[UUID]) -> Told:
    known = there.get(one.elder_id)
    if known is None:
        return Told(refused="没有找到这位老人，可能已迁出您负责的范围。请在老人名册里核对。")
    elder = known.elder
    if elder.died_on is not None:
        return Told(refused="这位老人已登记去世，不再补充。请核对名单。")
    own = [kin.phone for kin in one.contacts if kin.relation == OWN and (kin.phone, OWN) not in known.contacts]
    contacts = parts.add_contacts(elder.pk, one.contacts, known.contacts)
    recognised = parts.add_identities(elder.pk, one.identities, known.identities)
    if own:
        found_by.add(elder.pk)
        elder.search_keys = rules.stored_keys([*elder.search_keys, *search_keys("", phones=own)])
    return Told(elder.pk, "", contacts, recognised)


def _facts(told: Iterable[Told]) -> list[tuple[UUID, dict[str, int]]]:
    """Return what each elder got, of those who got something."""
    return [
        (one.elder_id, {"contacts": len(one.contact_ids), "identities": len(one.identity_ids)})
        for one in told
        if one.elder_id and (one.contact_ids or one.identity_ids)
    ]


def _keep_keys(elders: Iterable[Elder]) -> None:
    changed = [(row.pk, array_of(row.search_keys)) for row in elders]
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE registry_elder AS elder SET search_keys = n.keys::varchar(60)[]"
                " FROM unnest(%s::uuid[], %s::text[]) AS n (id, keys) WHERE elder.id = n.id",
                [[pk for pk, _ in changed], [keys for _, keys in changed]],
            )

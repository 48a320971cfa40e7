"""Add a document to an elder, and encrypt all numbers anew after a change of keys."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction

from sangyu.access import actions as access
from sangyu.access.cipher import field_cipher
from sangyu.access.models import User
from sangyu.registry import numbers, rules
from sangyu.registry.actions.elders import lock, refuse_duplicate
from sangyu.registry.actions.persons import settle
from sangyu.registry.models import Document

STEP = 2_000


@transaction.atomic
def add_document(
    *, elder_id: UUID, kind: str, number: str, by: User, at: datetime, expires_on: date | None = None
) -> Document:
    """Add a document to an elder, by which they are found from now on; the same one again changes its expiry only.

    Raises: NotFound; BadResidentId; BadDocument, also where the number tells another day of birth than the register;
    AlreadyRegistered, if it is somebody else's.
    """
    elder = lock(elder_id, by)
    said = rules.read_document(kind, number)
    rules.birth_and_sex(said, birth_on=elder.birth_on, sex=elder.sex)
    refuse_duplicate(by, said, but=elder)
    found = Document.objects.filter(
        programme_id=elder.programme_id, number_index=numbers.index_of(said.number, said.kind), kind=said.kind
    ).first()
    if found is not None and found.expires_on == expires_on:
        return found
    if found is not None:
        document, found.expires_on = found, expires_on
        found.save(update_fields=["expires_on"])
    else:
        document = Document.objects.create(
            programme_id=elder.programme_id,
            elder=elder,
            kind=said.kind,
            expires_on=expires_on,
            **numbers.kept(elder.programme_id, said.kind, said.number),
        )
        settle(elder.pk)
    access.record(
        by=by,
        at=at,
        verb="registry.add_document",
        object_kind="elder",
        object_id=elder.pk,
        facts={"kind": said.kind, "expires_on": expires_on},
    )
    return document


def renew_documents(step: int = STEP) -> int:
    """Encrypt with the key of today whatever another key encrypted, and return how many there were.

    A step is a transaction of its own, so it may be stopped and goes on where it was.
    Raises: Unreadable, for a number whose key is not there.
    """
    name, done = field_cipher().ring.first.name, 0
    while True:
        with transaction.atomic():
            rows = list(
                Document.objects.select_for_update().exclude(number_cipher__startswith=f"{name}.").order_by("id")[:step]
            )
            if not rows:
                return done
            made = [numbers.kept(row.programme_id, row.kind, numbers.number_of(row))["number_cipher"] for row in rows]
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE registry_document d SET number_cipher = n.cipher"
                    " FROM unnest(%s::uuid[], %s::text[]) AS n (id, cipher) WHERE d.id = n.id",
                    [[row.pk for row in rows], made],
                )
            done += len(rows)

"""Take back what a whole chunk of elders was registered with, or was given, unless something has happened since.

What happened is asked of the audit book and of every table that points at an elder, in whichever room it is: a room
that is built tomorrow is asked too. Rows that a room only worked out for itself say so by going with the elder
(`on_delete=CASCADE`): they are nothing that happened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction
from psycopg import sql

from sangyu.access import actions as access
from sangyu.access.models import AuditEntry, Role, User
from sangyu.access.queries import ensure_role
from sangyu.registry.actions.many import Told
from sangyu.registry.actions.persons import settle
from sangyu.registry.models import Contact, Document, Elder, Identity

# What is written with a registration and goes with it; anything else that points at an elder is a thing that happened.
_PARTS: tuple[type[models.Model], ...] = (Contact, Identity, Document)
_LOOKS = ("access.look_up",)


def take_back_many(*, elder_ids: Sequence[UUID], batch_id: UUID, by: User, at: datetime) -> dict[UUID, str]:
    """Take a chunk of registrations back, as if they had never been, where nothing has happened to an elder since.

    Shape: every elder asked for -> '' if taken back, else what happened: the verb in the audit book, or the label of
    the room that has rows of them. Who is there no more counts as taken back.
    Raises: NotAllowed.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    with transaction.atomic():
        rows = Elder.objects.select_for_update().filter(programme_id=by.programme_id, pk__in=list(elder_ids))
        here = list(rows.order_by("pk").values_list("pk", flat=True))
        happened = _happened(here)
        gone = [pk for pk in here if pk not in happened]
        if gone:
            _delete(gone)
            access.record(
                by=by,
                at=at,
                verb="registry.take_back_many",
                object_kind="batch",
                object_id=batch_id,
                facts={"elders": len(gone)},
            )
    return {pk: happened.get(pk, "") for pk in elder_ids}


def take_back_additions(*, told: Sequence[Told], by: User, at: datetime) -> dict[UUID, str]:
    """Take back what was added to a chunk of elders, where it still stands as it was added.

    Shape: elder -> '' if all is taken back, else the verb that changed it since. What was decided meanwhile stands.
    Raises: NotAllowed.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    ids = [one.elder_id for one in told if one.elder_id]
    with transaction.atomic():
        list(Elder.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))
        ended = set(
            AuditEntry.objects.filter(object_id__in=ids, verb="registry.end_recognition").values_list(
                "object_id", flat=True
            )
        )
        kept = {one.elder_id for one in told if one.identity_ids and one.elder_id in ended}
        free = [(one.elder_id, one) for one in told if one.elder_id and one.elder_id not in kept]
        Contact.objects.filter(pk__in=[pk for _, one in free for pk in one.contact_ids]).delete()
        Identity.objects.filter(pk__in=[pk for _, one in free for pk in one.identity_ids]).delete()
        settle(*(elder_id for elder_id, one in free if one.contact_ids))
        access.record_many(
            by=by,
            at=at,
            verb="registry.take_back_additions",
            object_kind="elder",
            facts=[
                (elder_id, {"contacts": len(one.contact_ids), "identities": len(one.identity_ids)})
                for elder_id, one in free
            ],
        )
    return {pk: "registry.end_recognition" if pk in kept else "" for pk in ids}


def _happened(elder_ids: list[UUID]) -> dict[UUID, str]:
    """Find for each elder one thing that happened to them: an entry in the audit book, or a row of whichever room."""
    if not elder_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_rows_of_elders(), {"elders": elder_ids})
        found = dict(cursor.fetchall())
    acts = AuditEntry.objects.filter(object_id__in=elder_ids).exclude(verb__in=_LOOKS).order_by("at")
    return found | dict(acts.values_list("object_id", "verb"))


def _rows_of_elders() -> sql.Composed:
    """Ask every table that points at elders, in one statement, which of them it has rows of, and name its room."""
    asked = sql.SQL("SELECT {} AS room, {column} AS elder FROM {} WHERE {column} = ANY(%(elders)s)")
    tables = [
        asked.format(
            sql.Literal(model._meta.app_label),
            sql.Identifier(model._meta.db_table),
            column=sql.Identifier(link.column),
        )
        for model, link in _links()
        if model not in _PARTS and not _goes_along(link)
    ]
    union = sql.SQL(" UNION ALL ").join(tables)
    return sql.SQL("SELECT elder, min(room) FROM ({}) AS told GROUP BY elder").format(union)


def _links() -> Iterator[tuple[type[models.Model], Any]]:
    for model in apps.get_models():
        for link in model._meta.local_concrete_fields:
            if link.is_relation and link.related_model is Elder and link.column:
                yield model, link


def _goes_along(link: Any) -> bool:
    return bool(link.remote_field.on_delete is models.CASCADE)


def _delete(elder_ids: list[UUID]) -> None:
    """Delete elders with what was written with them; what points at them was asked for, and the keys guard the rest."""
    statement = sql.SQL("DELETE FROM {} WHERE {} = ANY(%s)")
    parts = [(model, link) for model, link in _links() if _goes_along(link)]
    with connection.cursor() as cursor:
        for model, column in [
            *((part, "elder_id") for part in _PARTS),
            *((model, link.column) for model, link in parts),
        ]:
            table = sql.Identifier(model._meta.db_table)
            cursor.execute(statement.format(table, sql.Identifier(column)), [elder_ids])
        cursor.execute("DELETE FROM registry_elder WHERE id = ANY(%s)", [elder_ids])

"""Take back what a whole chunk of elders was registered with, or was given, unless something has happened since.

What happened is asked of the audit book and of every table that points at an elder, in whichever room it is: a room
that is built tomorrow is asked too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from django.apps import apps
from django.db import models, transaction

from sangyu.access import actions as access
from sangyu.access.models import AuditEntry, Role, User
from sangyu.access.queries import ensure_role
from sangyu.registry.actions.persons import settle
from sangyu.registry.actions.register_many import Told
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
        here = [row.pk for row in rows.order_by("pk")]
        happened = _happened(here)
        gone = [pk for pk in here if pk not in happened]
        for part in _PARTS:
            part._default_manager.filter(elder_id__in=gone).delete()
        Elder.objects.filter(pk__in=gone).delete()
        if gone:
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
        for elder_id, one in free:
            access.record(
                by=by,
                at=at,
                verb="registry.take_back_additions",
                object_kind="elder",
                object_id=elder_id,
                facts={"contacts": len(one.contact_ids), "identities": len(one.identity_ids)},
            )
    return {pk: "registry.end_recognition" if pk in kept else "" for pk in ids}


def _happened(elder_ids: list[UUID]) -> dict[UUID, str]:
    """Find for each elder one thing that happened to them: an entry in the audit book, or a row of whichever room."""
    found: dict[UUID, str] = {}
    for model in sorted(apps.get_models(), key=attrgetter("_meta.label")):
        if model in _PARTS:
            continue
        for link in model._meta.concrete_fields:
            if link.is_relation and link.related_model is Elder:
                rows = model._default_manager.filter(**{f"{link.attname}__in": elder_ids})
                for pk in rows.values_list(link.attname, flat=True).distinct():
                    found.setdefault(pk, model._meta.app_label)
    acts = AuditEntry.objects.filter(object_id__in=elder_ids).exclude(verb__in=_LOOKS).order_by("at")
    found |= dict(acts.values_list("object_id", "verb"))
    return found

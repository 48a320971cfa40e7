"""Verbs of access: set up who works here, remember what they do, and seal the memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from sangyu.access.models import (
    Area,
    AuditEntry,
    AuditHead,
    AuditLink,
    Organisation,
    Programme,
    Role,
    RoleAssignment,
    User,
)
from sangyu.access.rules import entry_hash, link_hash
from sangyu.kit.errors import Refusal
from sangyu.kit.ids import derived_id, new_id

SEAL_CHUNK = 2000


class UsernameTaken(Refusal):
    """Somebody else signs in under this name."""


class NameMissing(Refusal):
    """A user without a name to sign in by, or to be known by."""


def load_areas(*, rows: Iterable[Mapping]) -> int:
    """Add areas that are not there yet, parents first; return how many were added.

    Shape: mappings with `code`, `name`, `kind` and `parent` (a code, or none at the top).
    """
    known = set(Area.objects.values_list("code", flat=True))
    new = [
        Area(code=row["code"], name=row["name"], kind=row["kind"], parent_id=row.get("parent") or None)
        for row in sorted(rows, key=lambda row: len(row["code"]))
        if row["code"] not in known
    ]
    Area.objects.bulk_create(new)
    return len(new)


@transaction.atomic
def found_programme(*, slug: str, name: str, area_code: str, hotline_number: str) -> Programme:
    """Open the books of a programme, once: a second call with the same slug returns the first."""
    programme, _ = Programme.objects.get_or_create(
        slug=slug,
        defaults={
            "id": derived_id("programme", slug),
            "name": name,
            "area_id": area_code,
            "hotline_number": hotline_number,
        },
    )
    AuditHead.objects.get_or_create(programme=programme)
    return programme


def found_organisation(*, programme: Programme, kind: str, name: str, area_code: str | None = None) -> Organisation:
    """Add an organisation, once per programme, kind and name."""
    organisation, _ = Organisation.objects.get_or_create(
        programme=programme, kind=kind, name=name, defaults={"area_id": area_code}
    )
    return organisation


@transaction.atomic
def invite_user(
    *,
    organisation: Organisation,
    username: str,
    display_name: str,
    roles: Iterable[str],
    password: str | None,
    on: date,
    phone: str = "",
) -> User:
    """Add a user with roles; without a password the user can act but not sign in.

    Raises: NameMissing, UsernameTaken.
    """
    if not username.strip() or not display_name.strip():
        raise NameMissing("用户名和姓名都要填写，请补充。")
    if User.objects.filter(username=username).exists():
        raise UsernameTaken(f"用户名“{username}”已被使用，请换一个。")
    user = User(
        programme=organisation.programme,
        organisation=organisation,
        username=username,
        display_name=display_name,
        phone=phone,
    )
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as clash:  # somebody took the name between our look and our insert
        raise UsernameTaken(f"用户名“{username}”已被使用，请换一个。") from clash
    RoleAssignment.objects.bulk_create(
        [RoleAssignment(user=user, role=str(Role(role)), since_on=on) for role in sorted(set(roles))]
    )
    return user


def record(
    *, by: User, at: datetime, verb: str, object_kind: str, object_id: UUID, facts: Mapping | None = None
) -> AuditEntry:
    """Write one act into the audit book, inside the transaction of the act itself."""
    plain = json.loads(json.dumps(facts or {}, ensure_ascii=False, default=str))
    entry_id = new_id()
    return AuditEntry.objects.create(
        id=entry_id,
        programme_id=by.programme_id,
        at=at,
        by=by,
        verb=verb,
        object_kind=object_kind,
        object_id=object_id,
        facts=plain,
        body_hash=entry_hash(
            entry_id=entry_id,
            at=at,
            by_id=by.pk,
            verb=verb,
            object_kind=object_kind,
            object_id=object_id,
            facts=plain,
        ),
    )


def seal(*, programme_id: UUID) -> int:
    """Link the acts that are not chained yet, in the order of time and id; return how many were linked.

    Acts are written unchained so that no verb waits for another at the end of the chain
    (docs/decisions/0005-audit-chain.md); the clock calls this every minute.
    """
    linked = 0
    while True:
        with transaction.atomic():
            head = AuditHead.objects.select_for_update().get(programme_id=programme_id)
            loose = list(
                AuditEntry.objects.filter(programme_id=programme_id)
                .filter(~Exists(AuditLink.objects.filter(entry_id=OuterRef("pk"))))
                .order_by("at", "id")[:SEAL_CHUNK]
            )
            links = []
            for entry in loose:
                hashed = link_hash(previous_hash=head.hash, n=head.n + 1, entry_hash=entry.body_hash)
                head.n += 1
                links.append(
                    AuditLink(programme_id=programme_id, n=head.n, entry=entry, previous_hash=head.hash, hash=hashed)
                )
                head.hash = hashed
            AuditLink.objects.bulk_create(links)
            head.save(update_fields=["n", "hash"])
        linked += len(links)
        if len(links) < SEAL_CHUNK:
            return linked

"""Reads of the keys of the interface: whose key is this, and which keys are there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from sangyu.access.models.people import Role, User
from sangyu.access.models.tokens import ApiToken, ApiTokenRevocation, ApiTokenUse
from sangyu.access.rules import tokens as rules
from sangyu.kit.errors import NotFound


@dataclass(frozen=True)
class Bearer:
    """Who knocks with a key: the user it acts as, and what it may be used for."""

    token: ApiToken
    user: User
    scopes: frozenset[str]
    last_used_at: datetime | None


def bearer(text: str, *, at: datetime, sandbox: bool) -> Bearer | None:
    """Return who a key stands for at a moment; None if it is unknown, over or revoked, or its user is gone.

    A key of the demo is known only where `sandbox` is true, so that the key of a public demo opens nothing else.
    """
    if not rules.looks_like_a_token(text):
        return None
    found = (
        _with_state(ApiToken.objects.filter(token_hash=rules.hash_of(text)))
        .select_related("user", "user__programme", "user__organisation")
        .first()
    )
    if found is None or found.revoked_at is not None or found.expires_at <= at or not found.user.is_active:
        return None
    if found.sandbox and not sandbox:
        return None
    return Bearer(found, found.user, frozenset(found.scopes), found.last_used_at)


def tokens(viewer: User) -> QuerySet[ApiToken]:
    """The keys of the programme for the bureau and the auditor, else one's own; newest first.

    Each carries `revoked_at` and `last_used_at`, either of which may be None.
    """
    rows = _with_state(ApiToken.objects.filter(programme_id=viewer.programme_id)).select_related(
        "organisation", "user", "issued_by"
    )
    if not viewer.roles & {Role.BUREAU, Role.AUDITOR}:
        rows = rows.filter(user=viewer)
    return rows.order_by("-issued_at", "-id")


def get_token(viewer: User, token_id: UUID) -> ApiToken:
    """Return one key.

    Raises: NotFound.
    """
    found = tokens(viewer).filter(pk=token_id).first()
    if found is None:
        raise NotFound("没有找到这个接口密钥。")
    return found


def _with_state(rows: QuerySet[ApiToken]) -> QuerySet[ApiToken]:
    revoked = ApiTokenRevocation.objects.filter(token=OuterRef("pk"))
    used = ApiTokenUse.objects.filter(token=OuterRef("pk"))
    return rows.annotate(  # type: ignore[no-redef]  # the model says that they are told
        revoked_at=Subquery(revoked.values("at")[:1]), last_used_at=Subquery(used.values("last_used_at")[:1])
    )

"""Verbs of the keys of the interface: issue, renew, revoke, and note that one is in use."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from sangyu.access.actions.book import record
from sangyu.access.actions.users import invite_user
from sangyu.access.models.people import Organisation, Role, User
from sangyu.access.models.tokens import ApiToken, ApiTokenRevocation, ApiTokenUse
from sangyu.access.queries import ensure_role
from sangyu.access.queries.tokens import Bearer, get_token
from sangyu.access.rules import tokens as rules
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.ids import derived_id, new_id

LIFE_MAX = timedelta(days=366)
USE_IS_NOTED_EVERY = timedelta(minutes=10)
_LETTERS = string.ascii_lowercase + string.digits


class RevocationReasonMissing(Refusal):
    """A key is not taken away without saying why."""


@dataclass(frozen=True)
class Issued:
    """A key that was just issued, and its text, which is shown this once."""

    token: ApiToken
    secret: str


@transaction.atomic
def issue_token(
    *,
    organisation_id: UUID,
    name: str,
    roles: Iterable[str],
    scopes: Iterable[str],
    expires_at: datetime,
    by: User,
    at: datetime,
) -> Issued:
    """Give a machine of an organisation a key and a user of its own, who can act and not sign in.

    Raises: NotAllowed; NotFound; TokenNameMissing; ScopeUnknown; RoleNotForTokens, also for a role that signs;
    ExpiryWrong.
    """
    ensure_role(by, Role.BUREAU)
    organisation = Organisation.objects.filter(pk=organisation_id, programme_id=by.programme_id).first()
    if organisation is None:
        raise NotFound("没有找到这家机构。")
    user = _machine(organisation, name, rules.ensure_roles(roles, kind=organisation.kind), at)
    return _issue(user, name=name, scopes=scopes, expires_at=expires_at, secret=_fresh(), by=by, at=at)


@transaction.atomic
def issue_own_token(*, name: str, scopes: Iterable[str], expires_at: datetime, by: User, at: datetime) -> Issued:
    """Give oneself a key for a program of one's own: it acts with one's own name and roles, signatures included.

    Nobody can do this for somebody else, so a second signature stays a second person's.
    Raises: TokenNameMissing; ScopeUnknown; ExpiryWrong.
    """
    return _issue(by, name=name, scopes=scopes, expires_at=expires_at, secret=_fresh(), by=by, at=at)


@transaction.atomic
def issue_sandbox_token(*, user: User, name: str, scopes: Iterable[str], seed: str, at: datetime) -> Issued:
    """Give a user of a demo a key that anybody can work out from `seed`, once; it opens nothing outside a demo.

    Raises: TokenNameMissing; ScopeUnknown.
    """
    token_id = derived_id("sandbox-token", user.pk, seed)
    secret = rules.secret_of(
        prefix=f"demo{rules.hash_of(f'{user.username}:{seed}')[:4]}",
        secret=rules.hash_of(f"{seed}:{user.username}")[:43],
    )
    found = ApiToken.objects.filter(pk=token_id).first()
    if found is not None:
        return Issued(found, secret.text)
    expires_at = at + LIFE_MAX
    return _issue(
        user, name=name, scopes=scopes, expires_at=expires_at, secret=secret, by=user, at=at, sandbox=token_id
    )


@transaction.atomic
def renew_token(*, token_id: UUID, expires_at: datetime, by: User, at: datetime) -> Issued:
    """Give the user of a key a second one with the same scopes, so that the first can be revoked once nobody needs it.

    Raises: NotAllowed; NotFound, also for a key of the demo; ExpiryWrong.
    """
    old = get_token(by, token_id)
    if old.sandbox:
        raise NotFound("演示用的接口密钥不能续期。")
    if old.user_id != by.pk:
        ensure_role(by, Role.BUREAU)
        _ensure_machine(old.user)
    return _issue(old.user, name=old.name, scopes=old.scopes, expires_at=expires_at, secret=_fresh(), by=by, at=at)


@transaction.atomic
def revoke_token(*, token_id: UUID, reason: str, by: User, at: datetime) -> ApiToken:
    """Let a key open nothing from now on; the bureau may end every key, anybody their own; a repeat changes nothing.

    Raises: NotAllowed; NotFound; RevocationReasonMissing.
    """
    if not reason.strip():
        raise RevocationReasonMissing("停用接口密钥要写明原因，请补充。")
    token = get_token(by, token_id)
    if token.user_id != by.pk:
        ensure_role(by, Role.BUREAU)
    _, made = ApiTokenRevocation.objects.get_or_create(
        token=token, defaults={"reason": reason.strip()[:200], "by": by, "at": at}
    )
    if made:
        facts = {"prefix": token.prefix, "reason": reason.strip()[:200]}
        record(by=by, at=at, verb="access.revoke_token", object_kind="token", object_id=token.pk, facts=facts)
    return token


def note_use(*, bearer: Bearer, at: datetime) -> None:
    """Note that a key is in use, at most once in ten minutes."""
    if bearer.last_used_at is not None and at - bearer.last_used_at < USE_IS_NOTED_EVERY:
        return
    ApiTokenUse.objects.update_or_create(token=bearer.token, defaults={"last_used_at": at})


def _machine(organisation: Organisation, name: str, roles: list[str], at: datetime) -> User:
    _ensure_name(name)
    return invite_user(
        organisation=organisation,
        username=f"api.{new_id(at).hex}",
        display_name=f"接口·{name.strip()}"[:40],
        roles=roles,
        password=None,
        on=at.date(),
    )


def _ensure_machine(user: User) -> None:
    # A person's own key is renewed by that person alone: the bureau must not hold a key to somebody's signature.
    if not user.username.startswith("api."):
        raise NotFound("这是个人的接口密钥，只能由本人续期。")


def _ensure_name(name: str) -> None:
    if not name.strip():
        raise rules.TokenNameMissing("请给接口密钥起个名字，例如“康安派单系统”，以便日后辨认。")


def _fresh() -> rules.Secret:
    prefix = "".join(secrets.choice(_LETTERS) for _ in range(rules.PREFIX_LENGTH))
    return rules.secret_of(prefix=prefix, secret=secrets.token_urlsafe(32))


def _issue(
    user: User,
    *,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime,
    secret: rules.Secret,
    by: User,
    at: datetime,
    sandbox: UUID | None = None,
) -> Issued:
    _ensure_name(name)
    if not at < expires_at <= at + LIFE_MAX:
        raise rules.ExpiryWrong(f"接口密钥的有效期应在今天之后、{LIFE_MAX.days}天以内，到期前可以续期。")
    token = ApiToken.objects.create(
        id=sandbox or new_id(at),
        programme_id=user.programme_id,
        organisation_id=user.organisation_id,
        user=user,
        name=name.strip()[:60],
        prefix=secret.prefix,
        token_hash=secret.hash,
        scopes=rules.ensure_scopes(scopes),
        sandbox=sandbox is not None,
        issued_by=by,
        issued_at=at,
        expires_at=expires_at,
    )
    facts = {"name": token.name, "prefix": token.prefix, "scopes": token.scopes, "acts_as": user.pk}
    record(by=by, at=at, verb="access.issue_token", object_kind="token", object_id=token.pk, facts=facts)
    return Issued(token, secret.text)

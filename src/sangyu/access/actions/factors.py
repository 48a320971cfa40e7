"""The second factor: an authenticator app, passkeys, and recovery codes for the day the phone is lost.

The codes follow the real time, since a phone does, whatever clock the desks of a demo follow.
"""

from __future__ import annotations

import base64
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import IntegrityError, transaction
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from sangyu.access.actions.book import record
from sangyu.access.actions.sign_in import locked_words, note_factor
from sangyu.access.models import Factor, FactorKind, RecoveryCode, User
from sangyu.access.queries.sign_in import locked_name, passkeys
from sangyu.access.rules import codes
from sangyu.kit.errors import NotFound, Refusal

RECOVERY_CODES = 10
NAME_LENGTH_MAX = 40
NONCE_BYTES = 12
# What the library raises over an answer that no browser wrote, beside its own refusals.
NO_ANSWER = (ValueError, TypeError, LookupError, AttributeError, struct.error)


class WrongCode(Refusal):
    """A code or a passkey's answer that does not fit."""

    code = "WRONG_CODE"


class AppThere(Refusal):
    """Somebody has an authenticator app already."""

    code = "APP_THERE"


@dataclass(frozen=True)
class Site:
    """The house as a passkey knows it. Shape: `host` without the port; a passkey needs a name, not an address."""

    host: str
    title: str


@dataclass(frozen=True)
class Proof:
    """What somebody shows: a code (of the app, or from the paper), or a passkey's answer to a question of ours."""

    code: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict)
    question: Mapping[str, Any] = field(default_factory=dict)
    site: Site | None = None


def new_secret() -> str:
    """Return a fresh secret for an authenticator app, sealed, to be kept until the first code is right."""
    return _seal(secrets.token_bytes(20))


def app_address(sealed: str, *, account: str, issuer: str) -> str:
    """Return the address that an authenticator app reads from a picture."""
    return codes.address_of(_open(sealed), account=account, issuer=issuer)


def typed_secret(sealed: str) -> str:
    """Return a secret in letters, for who cannot read the picture."""
    return codes.shown(_open(sealed))


@transaction.atomic
def add_app(*, by: User, sealed: str, code: str, name: str, at: datetime, real_at: datetime) -> list[str]:
    """Add an authenticator app whose first code is right; return fresh recovery codes if there were none.

    Raises: WrongCode, AppThere.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    step = codes.step_used(_open(sealed), codes.plain_code(code), at=real_at, after=0)
    if step is None:
        raise WrongCode("验证码不对。请等应用里换下一个码再输入，并核对手机时间是否准确。")
    try:
        with transaction.atomic():
            factor = Factor.objects.create(
                user=by, kind=FactorKind.TOTP, name=_name(name, "验证器"), secret=sealed, last_step=step, added_at=at
            )
    except IntegrityError as clash:
        raise AppThere("您已经有一个验证器了。要换手机，请先移除原来的。") from clash
    return _added(by, factor, at)


def ask_for_passkey(by: User, *, site: Site) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the browser needs to make a passkey, and the question to be kept until it answers."""
    options, question = _server(site).register_begin(
        PublicKeyCredentialUserEntity(id=by.pk.bytes, name=by.username, display_name=by.display_name),
        [_credential(row) for row in passkeys(by)],
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return dict(options), dict(question)


@transaction.atomic
def add_passkey(*, by: User, proof: Proof, name: str, at: datetime) -> list[str]:
    """Add a passkey that the browser has just made; return fresh recovery codes if there were none.

    Raises: WrongCode.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if proof.site is None:
        raise WrongCode("通行密钥没有登记成功，请重新打开这一页再试。")
    try:
        made = _server(proof.site).register_complete(dict(proof.question), dict(proof.answer))
    except NO_ANSWER as wrong:
        raise WrongCode("通行密钥没有登记成功，请重新打开这一页再试。") from wrong
    assert made.credential_data is not None  # the library has checked the answer
    factor = Factor.objects.create(
        user=by,
        kind=FactorKind.PASSKEY,
        name=_name(name, "通行密钥"),
        credential=base64.b64encode(bytes(made.credential_data)).decode(),
        sign_count=made.counter,
        added_at=at,
    )
    return _added(by, factor, at)


def ask_passkeys(user: User, *, site: Site) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the browser needs to let a passkey answer, and the question to be kept until it does."""
    options, question = _server(site).authenticate_begin(
        [_credential(row) for row in passkeys(user)], user_verification=UserVerificationRequirement.PREFERRED
    )
    return dict(options), dict(question)


def prove(*, user: User, proof: Proof, address: str, at: datetime, real_at: datetime) -> None:
    """Check the second factor of somebody whose password was right, and note the attempt.

    Raises: WrongCode; the account is locked after as many wrong codes as after wrong passwords.
    """
    right, locked = _prove(user, proof, address, at, real_at)
    if locked:
        raise WrongCode(locked_words())
    if not right:
        raise WrongCode("验证没有通过。请等应用里换下一个码再输入；手机不在身边可用备用码。")


@transaction.atomic
def _prove(user: User, proof: Proof, address: str, at: datetime, real_at: datetime) -> tuple[bool, bool]:
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if locked_name(user.username, at=at) is not None:
        return False, True
    right = _fits(user, proof, at, real_at)
    locked = note_factor(user=user, address=address, at=at, right=right)
    return right, locked and not right


def _fits(user: User, proof: Proof, at: datetime, real_at: datetime) -> bool:
    if proof.answer:
        return _passkey_fits(user, proof, at)
    code = codes.plain_code(proof.code)
    return _app_fits(user, code, at, real_at) or _paper_fits(user, code, at)


def _app_fits(user: User, code: str, at: datetime, real_at: datetime) -> bool:
    factor = Factor.objects.filter(user=user, kind=FactorKind.TOTP, removed_at=None).first()
    if factor is None:
        return False
    try:
        secret = _open(factor.secret)
    except InvalidTag:  # sealed with an older key of this installation; the paper still opens
        return False
    step = codes.step_used(secret, code, at=real_at, after=factor.last_step)
    if step is None:
        return False
    factor.last_step, factor.used_at = step, at
    factor.save(update_fields=["last_step", "used_at"])
    return True


def _paper_fits(user: User, code: str, at: datetime) -> bool:
    good = RecoveryCode.objects.filter(user=user, used_at=None, void_at=None, code_hash=codes.recovery_hash(code))
    return good.update(used_at=at) == 1


def _passkey_fits(user: User, proof: Proof, at: datetime) -> bool:
    rows = {_credential(row).credential_id: row for row in passkeys(user)}
    if proof.site is None or not rows:
        return False
    try:
        answer = AuthenticationResponse.from_dict(dict(proof.answer))
        known = [_credential(row) for row in rows.values()]
        used = _server(proof.site).authenticate_complete(dict(proof.question), known, answer)
    except NO_ANSWER:
        return False
    factor, counted = rows[used.credential_id], answer.response.authenticator_data.counter
    if (counted or factor.sign_count) and counted <= factor.sign_count:
        return False  # a copy of the key has been at work somewhere
    factor.sign_count, factor.used_at = counted, at
    factor.save(update_fields=["sign_count", "used_at"])
    return True


@transaction.atomic
def remove_factor(*, factor_id: UUID, by: User, at: datetime) -> Factor:
    """Take away one of one's own factors, after `prove`; with the last one the recovery codes go too.

    Raises: NotFound.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # of two removed at once, one is the last
    factor = Factor.objects.filter(pk=factor_id, user=by, removed_at=None).first()
    if factor is None:
        raise NotFound("没有找到这个验证方式，可能已经移除。")
    factor.removed_at, factor.removed_by = at, by
    factor.save(update_fields=["removed_at", "removed_by"])
    if not Factor.objects.filter(user=by, removed_at=None).exists():
        void_recovery_codes(user=by, at=at)
    record(by=by, at=at, verb="access.remove_factor", object_kind="user", object_id=by.pk, facts={"kind": factor.kind})
    return factor


def void_recovery_codes(*, user: User, at: datetime) -> None:
    """Make the unused recovery codes of somebody worthless."""
    RecoveryCode.objects.filter(user=user, used_at=None, void_at=None).update(void_at=at)


def _added(by: User, factor: Factor, at: datetime) -> list[str]:
    record(by=by, at=at, verb="access.add_factor", object_kind="user", object_id=by.pk, facts={"kind": factor.kind})
    if RecoveryCode.objects.filter(user=by, used_at=None, void_at=None).exists():
        return []
    made = [
        "".join(secrets.choice(codes.RECOVERY_ALPHABET) for _ in range(codes.RECOVERY_LENGTH))
        for _ in range(RECOVERY_CODES)
    ]
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(user=by, code_hash=codes.recovery_hash(code), made_at=at) for code in made]
    )
    return ["-".join(code[n : n + 4] for n in range(0, len(code), 4)) for code in made]


def _name(name: str, otherwise: str) -> str:
    return " ".join(name.split())[:NAME_LENGTH_MAX] or otherwise


def _credential(row: Factor) -> AttestedCredentialData:
    return AttestedCredentialData(base64.b64decode(row.credential))


def _server(site: Site) -> Fido2Server:
    return Fido2Server(PublicKeyCredentialRpEntity(id=site.host, name=site.title))


def _seal(plain: bytes) -> str:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return base64.b64encode(nonce + AESGCM(_key()).encrypt(nonce, plain, b"factor")).decode()


def _open(sealed: str) -> bytes:
    raw = base64.b64decode(sealed)
    return AESGCM(_key()).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], b"factor")


def _key() -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"sangyu factor").derive(
        settings.SECRET_KEY.encode()
    )

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from fido2.cose import ES256
from fido2.webauthn import AttestedCredentialData
from tests.cast import PASSWORD, Cast
from tests.race import race

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.actions import AppThere, Proof, Site, WrongCode
from sangyu.access.models import AuditEntry, Factor, RecoveryCode, SignInAttempt
from sangyu.access.rules import codes
from sangyu.kit.errors import NotFound

REAL = datetime(2026, 11, 9, 1, 0, 10, tzinfo=UTC)
HALF_A_MINUTE = timedelta(seconds=30)


class Phone:
    """An authenticator app: it knows a secret and the time."""

    def __init__(self, cast, who, real_at=REAL):
        self.sealed = access.new_secret()
        address = access.app_address(self.sealed, account=who.username, issuer="桑榆")
        self.secret = _from_letters(access.typed_secret(self.sealed))
        assert f"secret={access.typed_secret(self.sealed)}" in address
        self.paper = access.add_app(
            by=who, sealed=self.sealed, code=self.shows(real_at), name="", at=cast.at, real_at=real_at
        )

    def shows(self, real_at):
        return codes.code_of(self.secret, codes.step_of(real_at))


def _from_letters(text):
    return base64.b32decode(text + "=" * (-len(text) % 8))


def prove(cast, who, code, real_at=REAL + HALF_A_MINUTE):
    access.prove(user=who, proof=Proof(code=code), address="203.0.113.7", at=cast.at, real_at=real_at)


# RFC 6238, appendix B, SHA-1, cut to six digits.
@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_codes_are_those_of_the_standard(seconds, code):
    moment = datetime.fromtimestamp(seconds, UTC)
    assert codes.code_of(b"12345678901234567890", codes.step_of(moment)) == code


def test_a_code_opens_once_and_a_repeat_within_the_same_half_minute_does_not(cast):
    phone = Phone(cast, cast.qian)
    with pytest.raises(WrongCode):  # the code that added the app has been used by that
        prove(cast, cast.qian, phone.shows(REAL), real_at=REAL)
    later = REAL + HALF_A_MINUTE
    prove(cast, cast.qian, phone.shows(later), real_at=later)
    with pytest.raises(WrongCode, match="没有通过"):
        prove(cast, cast.qian, phone.shows(later), real_at=later)


def test_a_phone_may_be_half_a_minute_wrong_and_not_a_minute(cast):
    phone, later = Phone(cast, cast.qian), REAL + timedelta(minutes=10)
    prove(cast, cast.qian, phone.shows(later - HALF_A_MINUTE), real_at=later)
    with pytest.raises(WrongCode):
        prove(cast, cast.qian, phone.shows(later + 2 * HALF_A_MINUTE), real_at=later)


def test_somebody_elses_code_opens_nothing(cast):
    phone = Phone(cast, cast.qian)
    Phone(cast, cast.feng)
    with pytest.raises(WrongCode):
        prove(cast, cast.feng, phone.shows(REAL + HALF_A_MINUTE))


def test_five_wrong_codes_lock_the_account_and_the_right_password_does_not_wipe_them_out(cast):
    Phone(cast, cast.qian)
    for _ in range(4):
        entry = access.sign_in(username="finance", password=PASSWORD, address="203.0.113.7", at=cast.at)
        assert entry.factor_due
        with pytest.raises(WrongCode, match="没有通过"):
            prove(cast, cast.qian, "000000")
    with pytest.raises(WrongCode, match="已锁定"):
        prove(cast, cast.qian, "000000")
    assert access.sign_in(username="finance", password=PASSWORD, address="203.0.113.7", at=cast.at).locked


def test_a_locked_account_does_not_even_look_at_the_right_code(cast):
    phone = Phone(cast, cast.qian)
    for n in range(5):
        access.sign_in(username="finance", password=f"wrong-{n}", address="203.0.113.7", at=cast.at)
    with pytest.raises(WrongCode, match="已锁定"):
        prove(cast, cast.qian, phone.shows(REAL + HALF_A_MINUTE))


def test_a_recovery_code_opens_once_however_it_is_typed_and_is_kept_as_a_hash(cast):
    phone = Phone(cast, cast.qian)
    assert len(phone.paper) == len(set(phone.paper)) == 10 == access_read.recovery_codes_left(cast.qian)
    first = phone.paper[0]
    prove(cast, cast.qian, first.lower().replace("-", " "))
    with pytest.raises(WrongCode):
        prove(cast, cast.qian, first)
    assert access_read.recovery_codes_left(cast.qian) == 9
    assert first.replace("-", "") not in {row.code_hash for row in RecoveryCode.objects.all()}


@pytest.mark.django_db(transaction=True)
def test_a_recovery_code_used_twice_at_once_opens_once():
    cast = Cast()
    paper = Phone(cast, cast.qian).paper
    outcomes = race(*[partial(prove, cast, cast.qian, paper[0])] * 2)
    assert sorted(outcome is None for outcome in outcomes) == [False, True]


def test_the_secret_does_not_stand_in_the_database_in_clear(cast):
    phone = Phone(cast, cast.qian)
    assert access.typed_secret(phone.sealed) not in Factor.objects.get().secret
    assert phone.secret.hex() not in Factor.objects.get().secret


def test_after_a_new_key_of_the_installation_the_app_opens_nothing_and_the_paper_still_does(cast, settings):
    phone = Phone(cast, cast.qian)
    settings.SECRET_KEY = "another key, as long as it has to be, of the same installation"
    with pytest.raises(WrongCode, match="没有通过"):
        prove(cast, cast.qian, phone.shows(REAL + HALF_A_MINUTE))
    prove(cast, cast.qian, phone.paper[0])


KEY = ES256({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)})
PASSKEY = base64.b64encode(AttestedCredentialData.create(bytes(16), b"key", KEY)).decode()
HERE = Site(host="sangyu.example", title="桑榆")


def written(**parts):
    """An answer in the form in which a browser writes it, with nothing in it that holds."""
    said = base64.urlsafe_b64encode(json.dumps({"type": "webauthn.create", "challenge": "", "origin": ""}).encode())
    response = {"clientDataJSON": said.decode(), "authenticatorData": "AAAA", "signature": "AAAA"}
    return {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {**response, **parts}}


@pytest.mark.parametrize(
    "answer",
    [
        {"id": "AAAA"},
        {"response": 5},
        {**written(), "clientExtensionResults": 5},
        written(attestationObject=""),
        written(attestationObject="o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YUEA"),
        written(attestationObject="G_8"),
        written(userHandle=[]),
    ],
)
def test_what_no_browser_answers_is_a_wrong_answer(cast, answer):
    Factor.objects.create(user=cast.qian, kind="PASSKEY", name="钥匙", credential=PASSKEY, added_at=cast.at)
    options, question = access.ask_passkeys(cast.qian, site=HERE)
    assert options["publicKey"]["allowCredentials"]
    proof = Proof(answer=answer, question=question, site=HERE)
    with pytest.raises(WrongCode, match="没有通过"):
        access.prove(user=cast.qian, proof=proof, address="203.0.113.7", at=cast.at, real_at=REAL)
    with pytest.raises(WrongCode, match="没有登记成功"):
        access.add_passkey(by=cast.qian, proof=proof, name="", at=cast.at)
    assert SignInAttempt.objects.get(user=cast.qian).outcome == "WRONG_CODE"


@pytest.mark.django_db(transaction=True)
def test_of_two_factors_removed_at_once_one_is_the_last_and_the_paper_goes():
    cast = Cast()
    Phone(cast, cast.qian)
    Factor.objects.create(user=cast.qian, kind="PASSKEY", name="钥匙", credential=PASSKEY, added_at=cast.at)
    ids = Factor.objects.values_list("pk", flat=True)
    race(*[partial(access.remove_factor, factor_id=one, by=cast.qian, at=cast.at) for one in ids])
    assert not access_read.has_factor(cast.qian)
    assert access_read.recovery_codes_left(cast.qian) == 0


def test_one_app_at_a_time(cast):
    Phone(cast, cast.qian)
    with pytest.raises(AppThere, match="已经有一个验证器"):
        Phone(cast, cast.qian)


def test_with_the_last_factor_the_paper_goes_too_and_both_are_written_down(cast):
    phone = Phone(cast, cast.qian)
    factor = Factor.objects.get()
    access.remove_factor(factor_id=factor.pk, by=cast.qian, at=cast.at)
    assert access_read.recovery_codes_left(cast.qian) == 0
    assert not access_read.has_factor(cast.qian)
    with pytest.raises(WrongCode):
        prove(cast, cast.qian, phone.paper[0])
    verbs = AuditEntry.objects.filter(object_id=cast.qian.pk).order_by("id").values_list("verb", flat=True)
    assert list(verbs)[:2] == ["access.add_factor", "access.remove_factor"]


def test_nobody_removes_somebody_elses_factor(cast):
    Phone(cast, cast.qian)
    with pytest.raises(NotFound):
        access.remove_factor(factor_id=Factor.objects.get().pk, by=cast.feng, at=cast.at)

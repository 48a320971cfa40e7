"""Keys of the interface: whose they are, what they are good for, and how they end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.neighbours import neighbour

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.models import ApiToken, AuditEntry, Role
from sangyu.access.queries import NotAllowed
from sangyu.access.rules.tokens import ExpiryWrong, RoleNotForTokens, ScopeUnknown, TokenNameMissing
from sangyu.kit.errors import NotFound

SCOPES = ["dispatch:read", "dispatch:write"]


def issued(cast, **more):
    wish = {
        "organisation_id": cast.kangan.organisation_id,
        "name": "康安派单系统",
        "roles": [Role.ENTERPRISE],
        "scopes": SCOPES,
        "expires_at": cast.at + timedelta(days=90),
        "by": cast.head,
        "at": cast.at,
    }
    return access.issue_token(**{**wish, **more})


def bearer(secret: str, at, *, sandbox: bool = False):
    return access_read.bearer(secret, at=at, sandbox=sandbox)


def test_a_machine_acts_as_a_user_of_its_organisation_who_cannot_sign_in(cast):
    given = issued(cast)
    found = bearer(given.secret, cast.at)
    assert found.user.organisation == cast.kangan.organisation
    assert found.user.roles == {Role.ENTERPRISE}
    assert not found.user.has_usable_password()
    assert found.scopes == set(SCOPES)


def test_nothing_that_is_kept_opens_anything(cast):
    given = issued(cast)
    row = ApiToken.objects.values().get()
    assert given.secret.startswith(f"sgy_{row['prefix']}_")
    secret_part = given.secret.removeprefix(f"sgy_{row['prefix']}_")  # an underscore may stand in it, too
    assert secret_part not in str(row)
    entry = AuditEntry.objects.get(verb="access.issue_token")
    assert entry.facts["prefix"] == row["prefix"]
    assert secret_part not in str(entry.facts)
    assert bearer(row["token_hash"], cast.at) is None


@pytest.mark.parametrize("who", ["ma", "kangan_user", "auditor", "clerk"])
def test_only_the_bureau_issues_keys_to_machines(cast, who):
    with pytest.raises(NotAllowed):
        issued(cast, by=getattr(cast, who))


@pytest.mark.parametrize(
    ("organisation", "role"),
    [("kangan", Role.AGENT), ("kangan", Role.WORKER), ("operator", Role.APPROVER), ("bureau", Role.HEAD),
     ("bureau", Role.DEPUTY), ("community", Role.FINANCE)],
)  # fmt: skip
def test_no_machine_signs_or_plays_another_organisation(cast, organisation, role):
    body = getattr(cast, organisation)
    with pytest.raises(RoleNotForTokens):
        issued(cast, organisation_id=getattr(body, "organisation_id", body.pk), roles=[role])
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"scopes": []}, ScopeUnknown),
        ({"scopes": ["everything"]}, ScopeUnknown),
        ({"roles": []}, RoleNotForTokens),
        ({"name": "  "}, TokenNameMissing),
    ],
)
def test_a_key_without_what_a_key_needs(cast, more, refusal):
    with pytest.raises(refusal):
        issued(cast, **more)


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_a_key_ends_within_a_year(cast, days):
    with pytest.raises(ExpiryWrong):
        issued(cast, expires_at=cast.at + timedelta(days=days))


def test_an_organisation_next_door_is_not_found(cast):
    stranger = neighbour(cast, Role.BUREAU)
    with pytest.raises(NotFound):
        issued(cast, by=stranger)


def test_a_key_opens_until_its_last_moment_and_not_in_it(cast):
    given = issued(cast)
    end = given.token.expires_at
    assert bearer(given.secret, end - timedelta(seconds=1)) is not None
    assert bearer(given.secret, end) is None


def test_who_left_takes_their_keys_along(cast):
    given = access.issue_own_token(
        name="我的程序", scopes=SCOPES, expires_at=cast.at + timedelta(days=9), by=cast.ma, at=cast.at
    )
    cast.ma.is_active = False
    cast.ma.save(update_fields=["is_active"])
    assert bearer(given.secret, cast.at) is None


def test_an_own_key_carries_ones_own_name(cast):
    given = access.issue_own_token(
        name="我的程序", scopes=["settlement:sign"], expires_at=cast.at + timedelta(days=9), by=cast.feng, at=cast.at
    )
    assert bearer(given.secret, cast.at).user == cast.feng


def test_a_second_key_overlaps_the_first(cast):
    first = issued(cast)
    second = access.renew_token(
        token_id=first.token.pk, expires_at=cast.at + timedelta(days=180), by=cast.head, at=cast.at
    )
    assert bearer(first.secret, cast.at).user == bearer(second.secret, cast.at).user
    assert bearer(second.secret, cast.at).scopes == set(SCOPES)


def test_the_bureau_renews_no_key_of_a_person(cast):
    own = access.issue_own_token(
        name="我的程序", scopes=["settlement:sign"], expires_at=cast.at + timedelta(days=9), by=cast.feng, at=cast.at
    )
    with pytest.raises(NotFound):
        access.renew_token(token_id=own.token.pk, expires_at=cast.at + timedelta(days=9), by=cast.head, at=cast.at)


def test_a_revoked_key_opens_nothing_and_a_repeat_changes_nothing(cast):
    given = issued(cast)
    for reason in ("系统停用", "再停一次"):
        access.revoke_token(token_id=given.token.pk, reason=reason, by=cast.head, at=cast.at)
    assert bearer(given.secret, cast.at) is None
    entry = AuditEntry.objects.get(verb="access.revoke_token")
    assert entry.facts["reason"] == "系统停用"


def test_a_key_is_not_revoked_without_a_reason_nor_by_a_stranger(cast):
    given = issued(cast)
    with pytest.raises(access.RevocationReasonMissing):
        access.revoke_token(token_id=given.token.pk, reason=" ", by=cast.head, at=cast.at)
    for stranger in (cast.ma, cast.letter_user, neighbour(cast, Role.BUREAU)):
        with pytest.raises(NotFound):
            access.revoke_token(token_id=given.token.pk, reason="停用", by=stranger, at=cast.at)
    assert bearer(given.secret, cast.at) is not None


def test_a_sandbox_key_is_the_same_at_every_start_and_opens_nothing_outside_a_demo(cast):
    first, again = (
        access.issue_sandbox_token(user=cast.ma, name="演示", scopes=SCOPES, seed="demo", at=cast.at) for _ in range(2)
    )
    assert (first.secret, first.token) == (again.secret, again.token)
    assert bearer(first.secret, cast.at, sandbox=True).user == cast.ma
    assert bearer(first.secret, cast.at, sandbox=False) is None


def test_use_is_noted_every_ten_minutes_and_no_more(cast, django_assert_num_queries):
    given = issued(cast)
    access.note_use(bearer=bearer(given.secret, cast.at), at=cast.at)
    soon = bearer(given.secret, cast.at)
    assert soon.last_used_at == cast.at
    with django_assert_num_queries(0):
        access.note_use(bearer=soon, at=cast.at + timedelta(minutes=9))
    access.note_use(bearer=soon, at=cast.at + timedelta(minutes=11))
    assert bearer(given.secret, cast.at).last_used_at == cast.at + timedelta(minutes=11)


def test_the_bureau_sees_every_key_and_others_their_own(cast):
    given = issued(cast)
    own = access.issue_own_token(
        name="我的程序", scopes=SCOPES, expires_at=cast.at + timedelta(days=9), by=cast.ma, at=cast.at
    )
    assert {row.pk for row in access_read.tokens(cast.head)} == {given.token.pk, own.token.pk}
    assert {row.pk for row in access_read.tokens(cast.ma)} == {own.token.pk}
    assert not access_read.tokens(neighbour(cast, Role.BUREAU)).exists()

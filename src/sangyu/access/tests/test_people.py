"""Inviting, giving and taking roles, suspending: by the bureau, never for oneself, and always written down."""

from __future__ import annotations

from functools import partial
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from tests.cast import Cast
from tests.neighbour import Neighbour
from tests.race import race, won_and_refused

from sangyu.access import actions as access
from sangyu.access.actions import LastOfTheBureau, NotOneself, RoleDoesNotFit, WhyMissing
from sangyu.access.models import AuditEntry, Role, RoleAssignment, Session, User
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound


def invite(cast, *roles, organisation=None, username="new", by=None):
    return access.invite(
        organisation_id=(organisation or cast.operator).pk,
        username=username,
        display_name="钟慧",
        phone="139 0000 0099",
        roles=roles or [Role.AGENT],
        by=by or cast.head,
        at=cast.at,
    )


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def change(verb, cast, user, **more):
    return getattr(access, verb)(user_id=user.pk, by=more.pop("by", cast.head), at=cast.at, **more)


def test_who_is_invited_comes_in_once_with_the_password_and_then_chooses_an_own_one(cast):
    invited = invite(cast, Role.AGENT, Role.SUPERVISOR)
    entry = access.sign_in(username="new", password=invited.password, address="", at=cast.at)
    assert entry.user == invited.user
    assert (entry.user.roles, entry.user.phone) == ({Role.AGENT, Role.SUPERVISOR}, "13900000099")
    written = AuditEntry.objects.get(verb="access.invite")
    assert written.facts["roles"] == ["AGENT", "SUPERVISOR"]
    assert invited.password not in str(written.facts)


@pytest.mark.parametrize(
    ("kind", "roles"),
    [
        ("operator", [Role.BUREAU]),
        ("operator", [Role.CLOCK]),
        ("community", [Role.AGENT]),
        ("bureau", [Role.FINANCE]),
        ("operator", [Role.FINANCE, Role.APPROVER]),
    ],
)
def test_a_role_that_the_body_does_not_have_or_that_must_stand_apart_is_refused(cast, kind, roles):
    with pytest.raises(RoleDoesNotFit):
        invite(cast, *roles, organisation=getattr(cast, kind))
    assert not User.objects.filter(username="new").exists()


def test_finance_does_not_become_approver_later_either(cast):
    with pytest.raises(RoleDoesNotFit, match="不能由同一个人担任"):
        change("give_role", cast, cast.qian, role=Role.APPROVER)


def test_only_the_bureau_and_only_in_its_own_programme(cast):
    neighbour = Neighbour(cast.at)
    for stranger in (cast.ma, cast.qian, cast.deputy, cast.auditor, cast.kangan_user):
        with pytest.raises(NotAllowed):
            invite(cast, by=stranger)
        with pytest.raises(NotAllowed):
            change("give_role", cast, cast.wang, role=Role.AGENT, by=stranger)
    with pytest.raises(NotFound):
        invite(cast, by=neighbour.head)
    with pytest.raises(NotFound):
        change("suspend", cast, cast.ma, reason="离职", by=neighbour.head)
    with pytest.raises(NotFound):  # the rounds' own user
        change("suspend", cast, cast.clock, reason="离职")


@pytest.mark.parametrize(
    ("verb", "more"),
    [
        ("give_role", {"role": Role.DEPUTY}),
        ("take_role", {"role": Role.HEAD, "reason": "轮岗"}),
        ("suspend", {"reason": "离职"}),
        ("resume", {}),
        ("unlock", {}),
        ("renew_password", {"reason": "忘记"}),
        ("reset_factors", {"reason": "手机丢了"}),
    ],
)
def test_nobody_does_it_for_oneself(cast, verb, more):
    with pytest.raises(NotOneself, match="另一位同事"):
        change(verb, cast, cast.head, **more)
    assert not AuditEntry.objects.filter(verb=f"access.{verb}").exists()


@pytest.mark.parametrize(
    ("verb", "more", "facts"),
    [
        ("give_role", {"role": Role.SUPERVISOR}, {"role": "SUPERVISOR"}),
        ("take_role", {"role": Role.AGENT, "reason": "轮岗"}, {"role": "AGENT", "reason": "轮岗"}),
        ("suspend", {"reason": "离职"}, {"reason": "离职"}),
        ("renew_password", {"reason": "忘记"}, {"reason": "忘记"}),
        ("reset_factors", {"reason": "手机丢了"}, {"reason": "手机丢了", "removed": 0}),
    ],
)
def test_every_session_ends_with_it_and_it_is_written_down(cast, verb, more, facts):
    desk, phone, other = signed_in(cast.ma), signed_in(cast.ma), signed_in(cast.wang)
    assert desk.get("/hotline/").status_code == phone.get("/hotline/").status_code == 200
    change(verb, cast, cast.ma, **more)
    assert [client.get("/hotline/").status_code for client in (desk, phone)] == [302, 302]
    assert other.get("/dispatching/").status_code == 200
    entry = AuditEntry.objects.get(verb=f"access.{verb}")
    assert (entry.by, entry.object_id) == (cast.head, cast.ma.pk)
    assert entry.facts == {**facts, "sessions_ended": 2}


def test_a_session_that_was_ended_does_not_come_back_with_a_request_under_way(cast):
    signed_in(cast.ma)
    store = import_module(settings.SESSION_ENGINE).SessionStore(Session.objects.get(user=cast.ma).pk)
    store["here"] = {}
    change("suspend", cast, cast.ma, reason="离职")
    with pytest.raises(UpdateError):
        store.save()
    assert not Session.objects.filter(user=cast.ma).exists()


def test_a_role_taken_and_given_again_leaves_both_times_in_the_rows(cast):
    change("take_role", cast, cast.ma, role=Role.AGENT, reason="轮岗")
    change("take_role", cast, cast.ma, role=Role.AGENT, reason="轮岗")
    change("give_role", cast, cast.ma, role=Role.AGENT)
    rows = RoleAssignment.objects.filter(user=cast.ma, role=Role.AGENT).order_by("id")
    assert [row.ended_on for row in rows] == [cast.at.date(), None]
    assert AuditEntry.objects.filter(verb="access.take_role").count() == 1


def test_who_is_suspended_comes_in_again_when_resumed(cast):
    change("suspend", cast, cast.ma, reason="休假")
    change("resume", cast, cast.ma)
    assert User.objects.get(pk=cast.ma.pk).is_active


def test_without_saying_why_nothing_is_taken_away(cast):
    for verb, more in (("take_role", {"role": Role.AGENT}), ("suspend", {}), ("renew_password", {})):
        with pytest.raises(WhyMissing, match="请写明原因"):
            change(verb, cast, cast.ma, reason=" ", **more)
    assert User.objects.get(pk=cast.ma.pk).roles == {Role.AGENT}


@pytest.mark.django_db(transaction=True)
def test_two_of_the_bureau_cannot_take_each_other_away_at_once():
    cast = Cast()
    second = cast.user(cast.bureau, "bureau2", "贺宁", Role.BUREAU)
    won, refused = won_and_refused(
        race(
            partial(change, "suspend", cast, second, reason="离职", by=cast.head),
            partial(change, "suspend", cast, cast.head, reason="离职", by=second),
        )
    )
    assert (len(won), len(refused)) == (1, 1)
    assert RoleAssignment.objects.filter(role=Role.BUREAU, user__is_active=True).count() == 1
    with pytest.raises((LastOfTheBureau, NotOneself, NotAllowed)):
        raise refused[0]

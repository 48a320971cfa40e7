from __future__ import annotations

from functools import partial

import pytest
from django.contrib.auth import authenticate
from tests.cast import Cast
from tests.race import race, won_and_refused

from sangyu.access import actions as access
from sangyu.access.actions import NameMissing, UsernameTaken
from sangyu.access.models import Role, User


def invite(cast, username="new", name="钟慧", **more):
    given = {"roles": [Role.AGENT], "password": "long-enough-1", "on": cast.at.date(), **more}
    return access.invite_user(organisation=cast.operator, username=username, display_name=name, **given)


def test_a_user_signs_in_and_holds_the_roles_given(cast):
    user = invite(cast, roles=[Role.AGENT, Role.SUPERVISOR, Role.AGENT])
    assert authenticate(username="new", password="long-enough-1") == user
    assert authenticate(username="new", password="something else") is None
    assert user.roles == {Role.AGENT, Role.SUPERVISOR}
    assert user.role_label == "话务员、值班长"
    assert user.programme == cast.programme


def test_without_a_password_nobody_signs_in(cast):
    invite(cast, password=None)
    assert authenticate(username="new", password="") is None


def test_a_name_that_is_taken_is_refused(cast):
    with pytest.raises(UsernameTaken, match="“agent”已被使用"):
        invite(cast, username="agent")


@pytest.mark.parametrize(("username", "name"), [("", "钟慧"), ("new", "  ")])
def test_an_empty_name_is_refused(cast, username, name):
    with pytest.raises(NameMissing, match="用户名和姓名都要填写"):
        invite(cast, username=username, name=name)


@pytest.mark.django_db(transaction=True)
def test_two_invitations_under_one_name_at_once_one_wins():
    cast = Cast()
    won, refused = won_and_refused(race(partial(invite, cast, name="钟慧"), partial(invite, cast, name="钟惠")))
    assert len(won) == len(refused) == 1
    assert isinstance(refused[0], UsernameTaken)
    assert User.objects.get(username="new").roles == {Role.AGENT}

"""Whoever has left is sent nowhere, keeps a file, and may come back."""

from __future__ import annotations

from datetime import date

import pytest
from tests.cast import HOME

from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers.actions import Incomplete, Paper
from sangyu.providers.models import Certificate

TODAY = date(2026, 11, 9)


def let_go(cast, **more):
    given = {
        "worker_id": cast.zhao.pk,
        "left_on": TODAY,
        "reason": "回乡",
        "by": cast.kangan_user,
        "at": cast.at,
        **more,
    }
    return providers.let_go(**given)


def test_a_worker_who_left_is_on_no_list_and_a_repeat_changes_nothing(cast):
    assert let_go(cast).left_on == TODAY
    assert let_go(cast, left_on=date(2026, 11, 1)).left_on == TODAY
    assert not providers_read.workers(cast.kangan_user).exists()
    with pytest.raises(NotFound, match="联系企业管理员"):
        providers_read.own_worker(cast.zhao_user)


def test_who_comes_back_has_the_old_file_and_the_new_papers(cast):
    let_go(cast)
    back = providers.take_on(
        enterprise=cast.kangan,
        by=cast.kangan_user,
        at=cast.at,
        name="赵勤",
        sex="FEMALE",
        phone="13900000011",
        skills=["保洁"],
        place=HOME,
        certificates=[
            Paper("养老护理员证", "HL-0011", date(2022, 1, 1), date(2028, 1, 1)),
            Paper("健康证", "JK-1", date(2026, 11, 1), date(2027, 11, 1)),
        ],
    )
    assert (back, back.left_on) == (cast.zhao, None)
    assert sorted(Certificate.objects.filter(worker=back).values_list("kind", flat=True)) == [
        "健康证",
        "养老护理员证",
        "安全员证",
        "急救员证",
    ]


def test_why_and_when_must_make_sense(cast):
    with pytest.raises(Incomplete, match="赵勤离职的原因"):
        let_go(cast, reason=" ")
    with pytest.raises(Incomplete, match="2026-11-10还没有到"):
        let_go(cast, left_on=date(2026, 11, 10))


def test_only_the_own_enterprise_lets_go(cast):
    with pytest.raises(NotFound):
        let_go(cast, by=cast.letter_user)
    with pytest.raises(NotAllowed):
        let_go(cast, by=cast.zhao_user)

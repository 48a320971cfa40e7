from __future__ import annotations

from datetime import date

import pytest
from tests.cast import HOME
from tests.neighbour import Neighbour

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.kit.phone import BadPhone
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers.actions import Incomplete, Paper
from sangyu.providers.models import Certificate, MonthScore, Worker


def take_on(cast, *, by=None, enterprise=None, **other):
    given = {
        "name": "周敏",
        "sex": "FEMALE",
        "phone": "139 0000 0071",
        "skills": ["保洁"],
        "place": HOME,
        "certificates": [Paper("养老护理员证", "HL-71", date(2022, 1, 1), date(2028, 1, 1))],
        **other,
    }
    return providers.take_on(enterprise=enterprise or cast.kangan, by=by or cast.kangan_user, at=cast.at, **given)


def test_an_enterprise_takes_on_a_worker_with_certificates(cast):
    worker = take_on(cast)
    assert (worker.name, worker.phone, worker.skills) == ("周敏", "13900000071", ["保洁"])
    assert Certificate.objects.get(worker=worker).number == "HL-71"
    assert worker in providers_read.workers(cast.kangan_user)


def test_one_person_is_entered_once_however_the_number_is_typed(cast):
    first = take_on(cast)
    assert take_on(cast, phone="+8613900000071", name="周 敏") == first
    assert Certificate.objects.filter(worker=first).count() == 1


def test_another_enterprises_workers_are_not_ones_own_to_add(cast):
    with pytest.raises(NotFound, match="没有找到这家企业"):
        take_on(cast, by=cast.letter_user)
    with pytest.raises(NotFound, match="没有找到这家企业"):
        take_on(cast, by=Neighbour(cast.at).head)
    assert not Worker.objects.filter(name="周敏").exists()


def test_a_log_in_of_another_enterprise_is_refused(cast):
    user = cast.user(cast.letter.organisation, "min", "周敏", Role.WORKER)
    with pytest.raises(NotFound, match="所选账号不属于这家企业"):
        take_on(cast, user=user)


def test_what_is_lacking_is_asked_for(cast):
    with pytest.raises(Incomplete, match="服务人员姓名"):
        take_on(cast, name=" ")
    with pytest.raises(BadPhone):
        take_on(cast, phone="123")


def test_others_may_not(cast):
    for by in (cast.ma, cast.clerk, cast.zhao_user):
        with pytest.raises(NotAllowed):
            take_on(cast, by=by)


def test_workers_are_seen_by_their_enterprise_and_by_themselves(cast):
    worker = take_on(cast)
    assert set(providers_read.workers(cast.kangan_user)) == {cast.zhao, worker}
    assert list(providers_read.workers(cast.zhao_user)) == [cast.zhao]
    assert worker not in providers_read.workers(cast.letter_user)
    assert not providers_read.workers(Neighbour(cast.at).head).exists()
    assert providers_read.own_worker(cast.zhao_user) == cast.zhao
    with pytest.raises(NotFound, match="没有对应的服务人员档案"):
        providers_read.own_worker(cast.kangan_user)


def test_the_score_of_a_month_is_the_last_ruling(cast):
    for score_tenths in (905, 880):
        providers.note_score(enterprise_id=cast.kangan.pk, month="2026-11", score_tenths=score_tenths)
    assert MonthScore.objects.get().score_tenths == 880
    assert providers_read.organisation_of(cast.kangan.pk) == cast.kangan.organisation_id

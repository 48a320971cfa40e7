"""Suspend, resume, leave: each step follows from the one before, has a reason and a document, and counts once."""

from __future__ import annotations

from functools import partial

import pytest
from tests.cast import Cast
from tests.neighbour import Neighbour
from tests.race import race

from sangyu.access.models import AuditEntry
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers.actions import Incomplete, OfficersMissing, Paper, WrongStanding
from sangyu.providers.models import Certificate, Enterprise, Standing

VERBS = {"suspend": providers.suspend, "resume": providers.resume, "leave": providers.leave}


def step(cast, verb, **more):
    given = {
        "enterprise_id": cast.kangan.pk,
        "reason": "检查发现问题",
        "document": "通知1号",
        "by": cast.head,
        "at": cast.at,
    }
    return VERBS[verb](**{**given, **more})


def train(cast):
    for kind in ("安全员证", "急救员证"):
        paper = Paper(kind, "9", cast.at.date().replace(month=1), cast.at.date().replace(year=2028))
        providers.renew_certificate(worker_id=cast.zhao.pk, paper=paper, by=cast.head, at=cast.at)


def state(cast):
    return Enterprise.objects.get(pk=cast.kangan.pk).state


@pytest.mark.proves("LZ-20")
def test_an_enterprise_is_suspended_resumed_and_leaves(cast):
    train(cast)
    for verb, then in (("suspend", "SUSPENDED"), ("resume", "ADMITTED"), ("leave", "EXITED")):
        step(cast, verb, by=cast.other_agent)
        assert state(cast) == then
    history = [row.state for row in providers_read.standings(cast.kangan_user, cast.kangan)]
    assert history == ["ADMITTED", "SUSPENDED", "ADMITTED", "EXITED"]
    told = AuditEntry.objects.filter(object_id=cast.kangan.pk).values_list("verb", flat=True)
    assert {"providers.suspend", "providers.admit", "providers.leave"} <= set(told)


def test_a_repeat_has_no_second_effect(cast):
    assert step(cast, "suspend") == step(cast, "suspend", reason="再点一次")
    assert Standing.objects.filter(enterprise=cast.kangan).count() == 2


@pytest.mark.parametrize(("before", "verb"), [("leave", "suspend"), ("leave", "resume")])
def test_a_step_that_does_not_follow_is_refused(cast, before, verb):
    step(cast, before)
    with pytest.raises(WrongStanding, match="现在是“已退出”"):
        step(cast, verb)
    assert state(cast) == "EXITED"


def test_who_comes_back_shows_papers_and_officers_again(cast):
    step(cast, "suspend")
    Certificate.objects.filter(worker=cast.zhao).update(valid_until=cast.at.date())
    with pytest.raises(OfficersMissing, match="安全员、急救员"):
        step(cast, "resume")
    train(cast)
    assert step(cast, "resume").state == "ADMITTED"


def test_reason_and_document_are_asked_for(cast):
    for verb in VERBS:
        for wrong in ({"reason": ""}, {"document": " "}):
            with pytest.raises(Incomplete, match="原因和依据文件"):
                step(cast, verb, **wrong)


def test_the_dispatcher_looks_and_does_not_act(cast):
    for verb in VERBS:
        for by in (cast.wang, cast.kangan_user, cast.ma):
            with pytest.raises(NotAllowed, match="值班长"):
                step(cast, verb, by=by)
        with pytest.raises(NotFound):
            step(cast, verb, by=Neighbour(cast.at).head) if verb == "suspend" else step(
                cast, verb, enterprise_id=cast.zhao.pk
            )
    assert providers_read.standings(cast.letter_user, cast.kangan) == []


@pytest.mark.django_db(transaction=True)
def test_two_desks_suspend_at_once_and_one_row_is_written():
    cast = Cast()
    first, second = race(*[partial(step, cast, "suspend", by=by) for by in (cast.head, cast.other_agent)])
    assert first == second
    assert [row.state for row in Standing.objects.filter(enterprise=cast.kangan).order_by("n")] == [
        "ADMITTED",
        "SUSPENDED",
    ]

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from tests.cast import Cast
from tests.neighbour import Neighbour
from tests.race import race, won_and_refused

from sangyu.access.queries import NotAllowed
from sangyu.hotline import actions as hotline
from sangyu.hotline import queries as hotline_read
from sangyu.hotline.actions import TakenByAnother
from sangyu.hotline.models import Call
from sangyu.kit.errors import NotFound
from sangyu.outbox.models import Message


def answer(cast, call, by=None, seconds=6):
    return hotline.answer(call_id=call.pk, by=by or cast.ma, at=cast.at + timedelta(seconds=seconds))


def test_whoever_answers_has_the_call(cast):
    call = answer(cast, cast.call(answered=False))
    assert (call.agent, call.answered_at) == (cast.ma, cast.at + timedelta(seconds=6))
    assert hotline_read.own_open(cast.ma) == call
    assert hotline_read.waiting(cast.ma) == []


def test_answering_ones_own_call_again_changes_nothing(cast):
    call = cast.call()
    before = Message.objects.count()
    assert answer(cast, call, seconds=60).answered_at == cast.at + timedelta(seconds=6)
    assert Message.objects.count() == before


def test_a_call_that_another_has_is_refused_by_name(cast):
    with pytest.raises(TakenByAnother, match="这通电话已由马晓兰接听"):
        answer(cast, cast.call(), by=cast.other_agent)


def test_only_agents_answer(cast):
    call = cast.call(answered=False)
    for by in (cast.wang, cast.clerk, cast.kangan_user):
        with pytest.raises(NotAllowed, match="话务员、值班长"):
            answer(cast, call, by=by)


def test_the_agent_next_door_does_not_find_it(cast):
    with pytest.raises(NotFound, match="没有找到这通电话"):
        answer(cast, cast.call(answered=False), by=Neighbour(cast.at).agent)


@pytest.mark.django_db(transaction=True)
def test_of_two_agents_who_pick_up_at_once_one_has_the_call_and_the_other_is_told():
    cast = Cast()
    call = cast.call(answered=False)
    won, refused = won_and_refused(race(*[partial(answer, cast, call, by) for by in (cast.ma, cast.other_agent)]))
    holder = Call.objects.get().agent
    assert [answered.agent for answered in won] == [holder]
    assert [str(refusal) for refusal in refused] == [f"这通电话已由{holder.display_name}接听。"]
    assert Message.objects.filter(kind="call.answered").count() == 1

"""The centre decides about an incident, once, and a called-off order gives its money back."""

from __future__ import annotations

from functools import partial

import pytest
from tests.neighbours import neighbour
from tests.race import race, won_and_refused

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.ledger.models import HoldEnd
from sangyu.ledger.verify import verify
from sangyu.orders.models import Cancellation, Stage
from sangyu.visits import actions as visits
from sangyu.visits import queries as visits_read
from sangyu.visits.models import IncidentEnd, IncidentKind, Outcome
from sangyu.visits.rules import AlreadySettled, NoteMissing, TooLateToCancel


def reported(cast, order):
    return visits.report_incident(
        order_id=order.pk, kind=IncidentKind.NOBODY_HOME, by=cast.zhao_user, at=order.wanted_from, key="k1"
    )


def settle(cast, incident, what=Outcome.GO_ON, **more):
    return visits.settle_incident(
        incident_id=incident.pk,
        what=what,
        **{"note": "女儿马上回来开门", "by": cast.wang, "at": incident.at, **more},
    )


def test_what_was_decided_leaves_the_list(cast):
    incident = reported(cast, cast.assigned().order)
    end = settle(cast, incident)
    assert visits_read.incidents_open(cast.wang) == []
    assert visits_read.get_incident(cast.zhao_user, incident.pk).end == end


def test_a_called_off_order_gives_its_money_back(cast):
    order = cast.assigned().order
    settle(cast, reported(cast, order), Outcome.CANCELLED, note="老人住院")
    order.refresh_from_db()
    assert order.stage == Stage.CANCELLED
    assert Cancellation.objects.get().reason == "无人应门：老人住院"
    assert {end.kind for end in HoldEnd.objects.all()} == {HoldEnd.Kind.VOIDED}
    assert verify() == []


def test_a_visit_that_has_begun_is_not_called_off(cast):
    incident = reported(cast, cast.arrived().order)
    with pytest.raises(TooLateToCancel, match="已经签到"):
        settle(cast, incident, Outcome.CANCELLED)
    assert not IncidentEnd.objects.exists()
    assert settle(cast, incident, Outcome.HANDLED).what == Outcome.HANDLED


def test_the_same_decision_again_changes_nothing_and_another_one_is_refused(cast):
    incident = reported(cast, cast.assigned().order)
    first = settle(cast, incident)
    assert settle(cast, incident, by=cast.other_dispatcher).pk == first.pk
    with pytest.raises(AlreadySettled, match=r"王敏.*继续服务"):
        settle(cast, incident, Outcome.HANDLED, by=cast.other_dispatcher)


def test_a_decision_has_a_sentence(cast):
    with pytest.raises(NoteMissing, match="一句话"):
        settle(cast, reported(cast, cast.assigned().order), note=" ")


def test_only_the_centre_decides(cast):
    incident = reported(cast, cast.assigned().order)
    for by in (cast.ma, cast.kangan_user, cast.zhao_user, cast.head):
        with pytest.raises(NotAllowed, match="调度员"):
            settle(cast, incident, by=by)
    with pytest.raises(NotFound):
        settle(cast, incident, by=neighbour(cast, Role.DISPATCHER))


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_do_not_decide_twice(cast):
    incident = reported(cast, cast.assigned().order)
    decided, refused = won_and_refused(
        race(
            partial(settle, cast, incident, Outcome.CANCELLED),
            partial(settle, cast, incident, Outcome.GO_ON, by=cast.other_dispatcher),
        )
    )
    assert len(decided) == len(refused) == 1
    assert isinstance(refused[0], AlreadySettled)
    assert IncidentEnd.objects.count() == 1

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.neighbour import Neighbour

from sangyu.access.models import AuditEntry
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.actions import DiedBefore, ReasonMissing
from sangyu.registry.models import Elder

TODAY = date(2026, 11, 9)


def record(cast, died_on=TODAY, *, by=None, elder=None):
    return registry.record_death(elder_id=(elder or cast.li).pk, died_on=died_on, by=by or cast.clerk, at=cast.at)


def withdraw(cast, *, by=None, reason="同名登记错误"):
    return registry.withdraw_death(elder_id=cast.li.pk, reason=reason, by=by or cast.clerk, at=cast.at)


def audited(verb):
    return [entry.facts for entry in AuditEntry.objects.filter(verb=verb).order_by("id")]


def test_the_policy_is_told_of_a_death(cast):
    assert "died_on" not in registry_read.facts(cast.li, TODAY)
    assert registry_read.facts(record(cast), TODAY)["died_on"] == "2026-11-09"


def test_the_same_day_again_is_recorded_once_and_another_day_corrects_it(cast):
    for _ in range(2):
        record(cast)
    record(cast, TODAY - timedelta(days=1))
    assert [(facts["before"], facts["died_on"]) for facts in audited("registry.record_death")] == [
        (None, "2026-11-09"),
        ("2026-11-09", "2026-11-08"),
    ]


@pytest.mark.parametrize("died_on", [TODAY + timedelta(days=1), date(1944, 3, 5), date(1900, 1, 1)])
def test_a_day_that_cannot_be_is_refused(cast, died_on):
    with pytest.raises(DiedBefore, match=f"死亡日期{died_on}不合理"):
        record(cast, died_on)


def test_a_mistake_is_taken_back_with_a_reason(cast):
    record(cast)
    with pytest.raises(ReasonMissing, match="必须写明原因"):
        withdraw(cast, reason="")
    for _ in range(2):
        withdraw(cast)
    assert Elder.objects.get(pk=cast.li.pk).died_on is None
    assert audited("registry.withdraw_death") == [{"died_on": None, "before": "2026-11-09", "reason": "同名登记错误"}]


def test_who_answers_the_telephone_records_what_the_family_says_but_does_not_take_it_back(cast):
    assert record(cast, by=cast.ma).died_on == TODAY
    with pytest.raises(NotAllowed):
        withdraw(cast, by=cast.ma)


def test_others_may_not(cast):
    with pytest.raises(NotAllowed):
        record(cast, by=cast.kangan_user)
    with pytest.raises(NotAllowed):
        withdraw(cast, by=cast.kangan_user)


def test_an_elder_of_others_is_not_there(cast):
    neighbour = Neighbour(cast.at)
    with pytest.raises(NotFound, match="没有找到这位老人"):
        record(cast, by=neighbour.clerk)
    with pytest.raises(NotFound, match="没有找到这位老人"):
        record(cast, elder=neighbour.zhou)

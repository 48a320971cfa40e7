"""Wuhan decides by the registers, without a visit to an office; and what is missing is asked for, not guessed."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.race import race
from tests.standing import standing

from sangyu.adoption import queries as adoption_read
from sangyu.applications import actions as applications
from sangyu.applications import queries as applications_read
from sangyu.applications.models import Award, State
from sangyu.applications.tests.town import WUHAN, Town


@standing
def wuhan() -> Town:
    with TemporaryDirectory() as folder:
        return Town(Path(folder), WUHAN)


@pytest.mark.proves("WH-14")
def test_a_card_is_decided_at_once_and_the_decision_can_be_taken_again(wuhan):
    made = wuhan.applied(kind="elder-card", channel="ONLINE")
    assert made.state == State.DONE
    award = Award.objects.get(application=made)
    assert (award.kind, award.decision["because"]) == ("elder-card", "82周岁，可以办理老年优待证")
    assert [row.step for row in applications_read.steps(made)] == ["ACCEPT", "MATCH"]
    assert adoption_read.decided_again(award.decision).same


def test_who_is_too_young_is_refused_with_the_sentence_of_the_rule(wuhan):
    made = wuhan.applied(elder=wuhan.grandpa, kind="allowance")
    refused = applications_read.reached(wuhan.clerk, made.pk).refused
    assert made.state == State.REFUSED
    assert refused is not None
    assert refused.reason == "还不能领取高龄津贴：还差3572天满80周岁，2036年8月20日起符合"
    assert not Award.objects.exists()


def test_an_upheld_appeal_waits_for_the_facts_to_be_put_right(wuhan):
    made = wuhan.applied(elder=wuhan.grandpa, kind="allowance")
    asked = applications.appeal(
        application_id=made.pk,
        raised_by="王德厚",
        relation="本人",
        grounds="户口簿上是1936年",
        by=wuhan.clerk,
        at=wuhan.at,
    )
    applications.answer_appeal(appeal_id=asked.pk, upheld=True, reason="户籍底册是1936年", by=wuhan.head, at=wuhan.at)
    assert wuhan.again(made).state == State.RETURNED
    type(wuhan.grandpa).objects.filter(pk=wuhan.grandpa.pk).update(birth_on=date(1936, 8, 20))
    applications.resubmit(application_id=made.pk, said="出生日期已更正", by=wuhan.clerk, at=wuhan.at)
    assert wuhan.again(made).state == State.DONE
    assert Award.objects.get(application=made).kind == "allowance"


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_one_moment_takes_one_application():
    with TemporaryDirectory() as folder:
        town = Town(Path(folder), WUHAN)
        take = partial(town.applied, kind="elder-card")
        assert {made.pk for made in race(take, take, take)} == {Award.objects.get().application_id}

"""What a weekly check finds is written down with a deadline, and tracked until it was put right."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.neighbours import neighbour
from tests.standing import standing

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.models import SiteCheck
from sangyu.quality.rules import NoResultYet

DEADLINE = date(2026, 11, 16)


@standing
def check(cast):
    quality.open_cycle(programme_id=cast.programme.pk, on=cast.at.date(), by=cast.clock, at=cast.at)
    return SiteCheck.objects.get()


def record(cast, check, **more):
    wish = {"in_order": False, "findings": "灭火器过期1具", "bodies": "市场监管、消防", "correct_by_on": DEADLINE}
    return quality.record_check(check_id=check.pk, **{**wish, "by": cast.sun, "at": cast.at, **more})


def close(cast, check, **more):
    wish = {"text": "已更换，照片存档", "by": cast.sun, "at": cast.at + timedelta(days=3)}
    return quality.close_check(check_id=check.pk, **{**wish, **more})


@pytest.mark.proves("LZ-08", "XS-07")
def test_a_finding_is_open_until_it_was_put_right(cast, check):
    record(cast, check)
    [found] = quality_read.open_findings(cast.sun)
    assert (found.stage, found.result.bodies, found.result.correct_by_on) == ("TO_CORRECT", "市场监管、消防", DEADLINE)
    assert found.overdue(DEADLINE + timedelta(days=1))
    assert not found.overdue(DEADLINE)
    close(cast, check)
    assert quality_read.open_findings(cast.sun) == []
    assert quality_read.get_check(cast.sun, check.pk).stage == "CORRECTED"


def test_an_enterprise_in_order_needs_no_deadline_and_no_second_look(cast, check):
    result = record(cast, check, in_order=True, findings="均符合要求", correct_by_on=None)
    assert result.correct_by_on is None
    with pytest.raises(NoResultYet, match="不需要销号"):
        close(cast, check)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"findings": " "}, "看到什么"),
        ({"correct_by_on": None}, "整改期限"),
        ({"correct_by_on": date(2026, 11, 9)}, "今天之后"),
    ],
)
def test_a_finding_has_words_and_a_day_to_come(cast, check, wish, words):
    with pytest.raises(quality.TextMissing, match=words):
        record(cast, check, **wish)


@pytest.mark.proves("LZ-08")
def test_a_check_is_recorded_and_closed_once(cast, check):
    assert record(cast, check).pk == record(cast, check, in_order=True).pk
    with pytest.raises(quality.TextMissing, match="整改情况"):
        close(cast, check, text="")
    assert close(cast, check).pk == close(cast, check, text="再看一遍").pk


def test_checks_are_quality_s_own(cast, check):
    with pytest.raises(NotAllowed):
        record(cast, check, by=cast.head)
    with pytest.raises(NotFound):
        record(cast, check, by=neighbour(cast, Role.QUALITY))
    assert quality_read.checks(cast.kangan_user) == []

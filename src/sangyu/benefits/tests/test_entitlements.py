"""'What may she have?': yes, no, not yet or not known, with the clause, between which days, and how much."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import BEIJING
from tests.standing import standing
from tests.troupe import Troupe

from sangyu.benefits import actions as benefits
from sangyu.benefits import queries as benefits_read
from sangyu.benefits.facts import facts
from sangyu.benefits.queries import Answer
from sangyu.benefits.rules import NotStatable, SameKeyOtherFact
from sangyu.benefits.tests.cities import GULOU
from sangyu.kit.errors import NotFound
from sangyu.registry import actions as registry

TODAY = date(2026, 11, 9)


@standing
def gulou() -> Troupe:
    with TemporaryDirectory() as folder:
        return Troupe(GULOU, Path(folder))


def asked(troupe, elder, on=TODAY, viewer=None):
    return {one.benefit.code: one for one in benefits_read.entitlements(viewer or troupe.clerk, elder, on)}


def stated(troupe, elder, name, value, *, valid_from=date(2026, 1, 1), key="1", by=None):
    return benefits.state(
        elder_id=elder.pk,
        name=name,
        value=value,
        evidence="社保查询单 3号",
        valid_from=valid_from,
        by=by or troupe.clerk,
        at=troupe.at,
        key=key,
    )


@pytest.mark.proves("GL-22", "GL-31")
def test_yes_comes_first_with_its_clause_and_its_sum(gulou):
    elder = gulou.elder("陈玉珍", date(1944, 3, 5), 1, ["13900000001"])
    stated(gulou, elder, "has_work_unit", False)
    answered = benefits_read.entitlements(gulou.clerk, elder, TODAY)
    assert [one.answer for one in answered] == sorted((one.answer for one in answered), key=list(Answer).index)
    found = {one.benefit.code: one for one in answered}
    allowance = found["high-age-allowance"]
    assert (allowance.answer, allowance.amount_words) == (Answer.YES, "每月100.00元")
    assert allowance.because == "年满80周岁，无工作单位，每月高龄补贴100元"
    assert allowance.source.locator == "分别为80岁和90岁及以上无工作单位老人"
    assert (allowance.until, allowance.then) == (date(2034, 3, 1), "年满90周岁，无工作单位，每月高龄补贴200元")
    assert found["age-voucher"].amount_words == "每年360.00元"
    assert found["insurance"].answer == Answer.YES
    assert (found["bracelet"].answer, found["bracelet"].until) == (Answer.NO, None)
    assert found["bracelet"].because == "暂不配备定位手环：只给孤寡老人、失智老人配备"


def test_what_nobody_has_recorded_is_named_and_can_be_recorded_there(gulou):
    elder = gulou.elder("陈玉珍", date(1944, 3, 5), 1, ["13900000001"])
    found = asked(gulou, elder)["high-age-allowance"]
    assert (found.answer, found.missing_label, found.statable) == (Answer.UNKNOWN, "有工作单位", True)
    stated(gulou, elder, "has_work_unit", True)
    found = asked(gulou, elder)["high-age-allowance"]
    assert (found.answer, found.because) == (Answer.NOT_YET, "有工作单位，没有高龄补贴")
    assert (found.until, found.then[:18]) == (date(2044, 3, 1), "年满100周岁，每月营养费1000元")


def test_that_there_never_was_one_can_be_recorded_too(gulou):
    elder = gulou.elder("陈玉珍", date(1944, 3, 5), 1, ["13900000001"])
    for _ in range(2):
        assert stated(gulou, elder, "last_respite_on", None).value is None
    assert facts(elder, TODAY)["last_respite_on"] is None


def test_what_comes_with_a_birthday_is_not_yet_and_says_when(gulou):
    elder = gulou.elder("陈玉珍", date(1946, 12, 20), 1, ["13900000001"])
    stated(gulou, elder, "has_work_unit", False)
    found = asked(gulou, elder)
    assert (found["age-voucher"].answer, found["age-voucher"].until) == (Answer.NOT_YET, date(2026, 12, 20))
    # The voucher waits for the birthday itself, the allowance for its month.
    assert (found["high-age-allowance"].answer, found["high-age-allowance"].until) == (
        Answer.NOT_YET,
        date(2026, 12, 1),
    )


@pytest.mark.parametrize(("on", "answer"), [(date(2028, 2, 28), Answer.NOT_YET), (date(2028, 2, 29), Answer.YES)])
def test_a_birthday_on_29_february_falls_on_the_day_itself_in_a_leap_year(gulou, on, answer):
    elder = gulou.elder("陈玉珍", date(1948, 2, 29), 1, ["13900000001"])
    assert asked(gulou, elder, on)["age-voucher"].answer == answer


def test_a_birthday_on_29_february_is_the_first_of_march_in_a_common_year(gulou):
    elder = gulou.elder("陈玉珍", date(1968, 2, 29), 1, ["13900000001"])
    found = asked(gulou, elder, date(2027, 11, 9))["insurance"]
    assert (found.answer, found.until) == (Answer.NOT_YET, date(2028, 2, 29))
    young = gulou.elder("林玉珍", date(1967, 2, 28), 2, ["13900000002"])
    assert asked(gulou, young, date(2026, 11, 9))["insurance"].until == date(2027, 2, 28)


def test_two_identities_at_once_take_the_better_and_fall_back_when_it_ends(gulou):
    elder = gulou.elder("陈玉珍", date(1956, 3, 5), 1, ["13900000001"])
    gulou.recognised(elder, "dibao")
    registry.recognise(
        elder=elder,
        code="extreme_poor",
        evidence="特困证 2号",
        valid_from=date(2026, 5, 1),
        valid_until=date(2027, 2, 1),
        by=gulou.clerk,
        at=gulou.at,
    )
    found = asked(gulou, elder)["needs-voucher"]
    assert (found.amount_words, found.since, found.until) == ("每月400.00元", date(2026, 5, 1), date(2027, 2, 1))
    assert found.then == "低保对象，每月服务券200元"


def test_whoever_has_died_may_have_nothing_more(gulou):
    elder = gulou.elder("陈玉珍", date(1944, 3, 5), 1, ["13900000001"])
    registry.record_death(elder_id=elder.pk, died_on=date(2026, 11, 3), by=gulou.clerk, at=gulou.at)
    elder.refresh_from_db()
    assert {one.answer for one in asked(gulou, elder).values()} == {Answer.NO}


def test_an_elder_of_somebody_else_is_not_there(gulou, cast):
    with pytest.raises(NotFound):
        benefits_read.entitlements(gulou.clerk, cast.li, TODAY)


def test_questions_to_the_database_do_not_grow_with_the_benefits(gulou, cast):
    elder = gulou.elder("陈玉珍", date(1944, 3, 5), 1, ["13900000001"])
    with CaptureQueriesContext(connection) as few:
        asked(gulou, elder)
    with CaptureQueriesContext(connection) as more:
        asked(cast, cast.grandpa)
    assert len(more) <= len(few) <= 13


@pytest.mark.proves("LZ-49")
def test_chengguan_says_of_a_needy_elder_what_waits_for_the_phone(cast):
    registry.recognise(
        elder=cast.grandpa, code="needy", evidence="证1号", valid_from=date(2026, 1, 1), by=cast.clerk, at=cast.at
    )
    found = asked(cast, cast.grandpa)
    assert found["issued-phone"].answer == Answer.YES
    assert (found["phone-credit"].answer, found["phone-credit"].missing) == (Answer.UNKNOWN, "has_issued_phone")
    assert found["safety-health"].because == "困难老人免费"
    stated(cast, cast.grandpa, "has_issued_phone", True)
    assert asked(cast, cast.grandpa)["phone-credit"].amount_words == "每月20.00元"
    assert asked(cast, cast.li)["class-b-credit"].because == "B类每月补贴50元"


def test_a_fact_is_stated_once_with_its_paper(gulou):
    elder = gulou.elder("陈玉珍", date(1944, 3, 5), 1, ["13900000001"])
    first = stated(gulou, elder, "has_work_unit", False)
    assert stated(gulou, elder, "has_work_unit", False) == first
    with pytest.raises(SameKeyOtherFact):
        stated(gulou, elder, "has_work_unit", True)
    with pytest.raises(NotStatable, match="依据的材料"):
        benefits.state(
            elder_id=elder.pk,
            name="has_pension",
            value=True,
            evidence=" ",
            valid_from=TODAY,
            by=gulou.clerk,
            at=datetime(2026, 11, 9, 10, tzinfo=BEIJING),
            key="2",
        )
    with pytest.raises(NotStatable, match="这一项不在这里登记"):
        stated(gulou, elder, "identities", ["dibao"], key="3")
    with pytest.raises(NotStatable, match="有工作单位"):
        stated(gulou, elder, "has_work_unit", "maybe", key="4")

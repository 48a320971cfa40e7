"""What hangs out in a community: how long, who is named on it, who objects, and what an objection undoes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sangyu.adoption import actions as adoption
from sangyu.applications import actions as applications
from sangyu.applications import queries as applications_read
from sangyu.applications.models import Notice, Posting, State
from sangyu.applications.rules import NoticeNotClear, ObjectionTooLate, StillOpen
from sangyu.applications.tests.town import classes_of, day, meet, objected
from sangyu.kit.errors import NotFound


@pytest.mark.parametrize(
    ("posted_at", "until_on"),
    [
        pytest.param(day(2026, 11, 9), date(2026, 11, 16), id="the seventh day is a Sunday: Monday"),
        pytest.param(day(2026, 11, 11), date(2026, 11, 17), id="the seventh day is worked"),
        pytest.param(day(2026, 9, 27), date(2026, 10, 8), id="the seventh day is 3 October: after National Day"),
        pytest.param(day(2026, 10, 4), date(2026, 10, 10), id="a Saturday that is worked for the holiday"),
    ],
)
def test_a_posting_ends_on_a_working_day(huli, posted_at, until_on):
    huli.at = posted_at
    _made, posting = huli.posted()
    assert (posting.posted_on, posting.until_on, posting.certain) == (posted_at.date(), until_on, True)


def test_a_posting_shows_a_masked_name_and_nothing_that_no_rule_asks_for(huli):
    made, posting = huli.posted()
    [line] = applications_read.notices(applications_read.posting_on_display(posting.pk, posting.until_on))
    assert (line.shown_name, line.service_class, line.application.title) == ("李*兰", "free", "居家社区养老服务对象")
    with pytest.raises(NotFound, match="已经结束"):
        applications_read.posting_on_display(posting.pk, posting.until_on + timedelta(days=1))
    applications.withdraw(application_id=made.pk, reason="搬走了", by=huli.clerk, at=huli.at)
    assert applications_read.notices(posting) == []


def test_an_approval_before_the_end_of_the_posting_is_refused(huli):
    made, posting = huli.posted()
    with pytest.raises(NoticeNotClear, match=f"还在公示，到{posting.until_on}为止"):
        applications.approve(application_id=made.pk, by=huli.second, at=huli.at)


def test_the_board_names_nobody_whose_posting_was_undone(huli):
    made, posting = huli.posted()
    objection = objected(huli, made)
    applications.answer_objection(
        objection_id=objection.pk, upheld=True, reason="确有退休金", by=huli.third, at=huli.at
    )
    assert applications_read.notices(posting) == []
    applications.classify(
        application_id=made.pk, service_class="low_paid", reason="有退休金，改低偿", by=huli.clerk, at=huli.at
    )
    meet(huli, made, "两委〔2026〕13号")
    later = applications.post(application_ids=[made.pk], by=huli.clerk, at=huli.at)
    assert later.pk != posting.pk  # hung out anew on the same day
    assert [line.service_class for line in applications_read.notices(later)] == ["low_paid"]
    assert applications_read.notices(posting) == []


def test_who_is_refused_while_it_hangs_is_not_named_and_who_is_refused_afterwards_stays_on_file(huli):
    made, posting = huli.posted()
    applications.send_back(application_id=made.pk, lacking="户籍要核对", by=huli.third, at=huli.at)
    assert len(applications_read.notices(posting)) == 1
    type(made.elder).objects.filter(pk=made.elder_id).update(birth_on=date(1980, 1, 1))
    applications.resubmit(application_id=made.pk, said="出生日期已更正", by=huli.clerk, at=huli.at)
    applications.classify(application_id=made.pk, service_class="free", reason="不满六十", by=huli.clerk, at=huli.at)
    assert huli.again(made).state == State.REFUSED
    assert applications_read.notices(posting) == []

    other, posting = huli.posted(elder=huli.grandpa)
    huli.at += timedelta(days=30)
    applications.refuse(application_id=other.pk, reason="已在机构入住", by=huli.second, at=huli.at)
    assert [line.application_id for line in applications_read.notices(posting)] == [other.pk]


def test_a_posting_that_is_over_does_not_wait_for_the_round(huli):
    made, _posting = huli.posted(key=huli.key_for(huli.li, drawn=False))
    huli.at += timedelta(days=30)
    applications.approve(application_id=made.pk, by=huli.second, at=huli.at)
    assert classes_of(huli, huli.at.date()) == ["service_class:free"]


def test_a_second_objection_to_the_same_posting_does_not_undo_what_was_decided_since(huli):
    made, _posting = huli.posted(key=huli.key_for(huli.li, drawn=False))
    first, second = (objected(huli, made, key=key) for key in "12")
    applications.answer_objection(objection_id=first.pk, upheld=True, reason="确有退休金", by=huli.third, at=huli.at)
    applications.classify(
        application_id=made.pk, service_class="paid", reason="有退休金，改有偿", by=huli.clerk, at=huli.at
    )
    applications.approve(application_id=made.pk, by=huli.second, at=huli.at)
    answer = applications.answer_objection(
        objection_id=second.pk, upheld=True, reason="已改有偿", by=huli.head, at=huli.at
    )
    assert answer.upheld
    assert huli.again(made).step == "CHOOSE"
    assert classes_of(huli, huli.at.date()) == ["service_class:paid"]


def test_hanging_out_twice_hangs_out_once(huli):
    made, posting = huli.posted()
    again = applications.post(application_ids=[made.pk], by=huli.clerk, at=huli.at)
    assert (again.pk, Posting.objects.count(), Notice.objects.count()) == (posting.pk, 1, 1)


@pytest.mark.proves("HL-12")
def test_an_objection_stops_the_approval_until_somebody_else_answers(huli):
    made, _posting = huli.posted(key=huli.key_for(huli.li, drawn=False))
    objection = applications.object_to(
        application_id=made.pk,
        raised_by="邻居",
        phone="13900000077",
        grounds="有两套房出租",
        by=huli.clerk,
        at=huli.at,
        key="1",
    )
    huli.at += timedelta(days=30)
    assert applications.end_notices(programme_id=huli.programme.pk, by=huli.clock, at=huli.at) == 0
    with pytest.raises(NoticeNotClear, match="有人提出异议，还没有答复"):
        applications.approve(application_id=made.pk, by=huli.second, at=huli.at)
    applications.answer_objection(
        objection_id=objection.pk, upheld=False, reason="核查属实，只有一套自住", by=huli.third, at=huli.at
    )
    assert huli.again(made).step == "APPROVE"
    applications.approve(application_id=made.pk, by=huli.second, at=huli.at)
    assert classes_of(huli, huli.at.date()) == ["service_class:free"]


def test_an_upheld_objection_sends_it_back_to_where_it_is_verified(huli):
    made, _posting = huli.posted()
    objection = applications.object_to(
        application_id=made.pk, raised_by="邻居", phone="", grounds="有退休金", by=huli.clerk, at=huli.at, key="1"
    )
    applications.answer_objection(
        objection_id=objection.pk, upheld=True, reason="确有退休金", by=huli.third, at=huli.at
    )
    again = huli.again(made)
    assert (again.state, again.step, again.posted) == (State.OPEN, "CLASSIFY", False)
    applications.classify(
        application_id=made.pk, service_class="low_paid", reason="有退休金，改低偿", by=huli.clerk, at=huli.at
    )
    assert huli.again(made).step == "REVIEW"


def test_an_objection_after_the_end_is_too_late(huli):
    made = huli.noticed()
    with pytest.raises(ObjectionTooLate):
        applications.object_to(
            application_id=made.pk, raised_by="邻居", phone="", grounds="有房出租", by=huli.clerk, at=huli.at, key="1"
        )


def test_without_the_number_of_days_nothing_hangs_out(huli):
    made = huli.reviewed()
    adoption.adopt(
        programme_id=huli.programme.pk,
        pack_id="xiamen-huli",
        parameters={"low_paid_elder_pm": 300},
        document="湖民〔2026〕9号",
        valid_from=date(2026, 12, 1),
        by_id=huli.head.pk,
        at=huli.at,
    )
    with pytest.raises(StillOpen, match="民政局没有设定“社区公示的天数”"):
        applications.post(application_ids=[made.pk], by=huli.clerk, at=day(2026, 12, 2))

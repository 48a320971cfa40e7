"""Huli from the window to the call afterwards: six stages, who may do what, and what stops an approval."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest

from sangyu.adoption import actions as adoption
from sangyu.applications import actions as applications
from sangyu.applications import queries as applications_read
from sangyu.applications.models import Award, State, Step
from sangyu.applications.rules import (
    AlreadyApplied,
    AppealTooLate,
    DoesNotFit,
    KindUnknown,
    NotItsTurn,
    NotPosted,
    NotThisClass,
    NotThisPerson,
    ReadFirst,
    WordsMissing,
)
from sangyu.applications.tests.town import HULI, PNG, classes_of, day
from sangyu.assessment import actions as assessment
from sangyu.assessment.actions import Sent
from sangyu.kit.errors import NotFound
from sangyu.registry import actions as registry


def test_the_six_stages_one_after_the_other(huli):
    made = huli.approved()
    assert (made.state, made.step) == (State.OPEN, "CHOOSE")
    offered = applications.menu(made, by=huli.clerk, on=huli.at.date())
    assert [(one.item.code, one.quote.elder_fen) for one in offered] == [("SH001", 0)]
    with pytest.raises(NotItsTurn, match="正等“定项目”"):
        applications.arrange(application_id=made.pk, first_on=huli.at.date(), said="康安", by=huli.clerk, at=huli.at)
    huli.carried_out(made)
    reached = applications_read.reached(huli.head, made.pk)
    assert (reached.application.state, reached.application.step) == (State.DONE, "")
    assert [(row.step, row.outcome) for row in reached.steps] == [
        ("ACCEPT", "PASSED"),
        ("CLASSIFY", "PASSED"),
        ("REVIEW", "PASSED"),
        ("NOTICE", "BEGUN"),
        ("NOTICE", "PASSED"),
        ("APPROVE", "PASSED"),
        ("CHOOSE", "PASSED"),
        ("AGREE", "PASSED"),
        ("ARRANGE", "PASSED"),
        ("CALL_BACK", "PASSED"),
    ]


@pytest.mark.proves("HL-13")
def test_an_approval_gives_the_class_from_that_day_with_its_decision(huli):
    made = huli.approved()
    assert classes_of(huli, huli.at.date()) == ["service_class:free"]
    assert classes_of(huli, huli.at.date() - timedelta(days=1)) == []
    award = Award.objects.get(application=made)
    assert (award.service_class, award.decision["rule"], award.decision["ground"]) == (
        "free",
        "service-object",
        "hukou_60",
    )
    assert award.decision["digest"]
    approval = Step.objects.get(application=made, step="APPROVE")
    assert approval.facts["decision"]["because"] == "无偿对象，社区“两委”会审议通过，公示无异议"


def test_a_paid_object_goes_straight_to_the_approval(huli):
    made = huli.classified("paid")
    assert made.step == "APPROVE"
    with pytest.raises(NotPosted, match="不要多公开"):
        applications.post(application_ids=[made.pk], by=huli.clerk, at=huli.at)


def test_a_second_application_for_the_same_is_refused_while_one_is_under_way(huli):
    huli.applied()
    with pytest.raises(AlreadyApplied, match="已在办理：申〔2026〕000001号"):
        huli.applied(key="2")


def test_a_later_class_ends_the_earlier_one(huli):
    first = huli.classified("paid", key=huli.key_for(huli.li, drawn=False))
    applications.approve(application_id=first.pk, by=huli.second, at=huli.at)
    before = huli.at.date()
    huli.carried_out(first)
    huli.at += timedelta(days=30)
    huli.approved(key="later")
    assert classes_of(huli, before) == ["service_class:paid"]
    assert classes_of(huli, huli.at.date()) == ["service_class:free"]


# -- who -----------------------------------------------------------------------------------------------------------


def test_nobody_approves_what_they_took_in(huli):
    made = huli.classified("paid")
    both = huli.user(huli.bureau, "both", "双岗", "BUREAU", "COMMUNITY")
    applications.send_back(application_id=made.pk, lacking="补户口本", by=both, at=huli.at)
    applications.resubmit(application_id=made.pk, said="户口本已补", by=both, at=huli.at)
    applications.classify(application_id=made.pk, service_class="paid", reason="有退休金", by=both, at=huli.at)
    with pytest.raises(NotThisPerson, match="不能自己审批自己经手的"):
        applications.approve(application_id=made.pk, by=both, at=huli.at)


def test_nobody_approves_what_they_handed_in_again_or_reopened(huli):
    made = huli.classified("paid", key=huli.key_for(huli.li, drawn=False))
    applications.send_back(application_id=made.pk, lacking="补户口本", by=huli.second, at=huli.at)
    applications.resubmit(application_id=made.pk, said="户口本已补", by=huli.second, at=huli.at)
    applications.classify(application_id=made.pk, service_class="paid", reason="有退休金", by=huli.clerk, at=huli.at)
    assert applications_read.stack(huli.second, limit=9) == []
    with pytest.raises(NotThisPerson, match="不能自己审批自己经手的"):
        applications.approve(application_id=made.pk, by=huli.second, at=huli.at)
    applications.refuse(application_id=made.pk, reason="已在机构入住", by=huli.third, at=huli.at)
    asked = applications.appeal(
        application_id=made.pk, raised_by="李秀兰", relation="本人", grounds="上月已回家", by=huli.clerk, at=huli.at
    )
    applications.answer_appeal(appeal_id=asked.pk, upheld=True, reason="属实", by=huli.head, at=huli.at)
    applications.classify(application_id=made.pk, service_class="paid", reason="已回家", by=huli.clerk, at=huli.at)
    with pytest.raises(NotThisPerson, match="不能自己审批自己经手的"):
        applications.approve(application_id=made.pk, by=huli.head, at=huli.at)


def test_nothing_is_granted_to_who_has_died_since(huli):
    made = huli.classified("paid", key=huli.key_for(huli.li, drawn=False))
    registry.record_death(elder_id=huli.li.pk, died_on=huli.at.date(), by=huli.clerk, at=huli.at)
    with pytest.raises(NotItsTurn, match="已登记去世"):
        applications.approve(application_id=made.pk, by=huli.second, at=huli.at)
    applications.refuse(application_id=made.pk, reason="老人已去世", by=huli.second, at=huli.at)
    assert not Award.objects.exists()


def test_who_dies_after_the_approval_is_taken_off_the_desks(huli):
    made = huli.approved()
    with pytest.raises(NotItsTurn, match="已经核准的申请不能撤回"):
        applications.withdraw(application_id=made.pk, reason="不想要了", by=huli.clerk, at=huli.at)
    registry.record_death(elder_id=huli.li.pk, died_on=huli.at.date(), by=huli.clerk, at=huli.at)
    applications.withdraw(application_id=made.pk, reason="老人去世", by=huli.clerk, at=huli.at)
    assert huli.again(made).state == State.WITHDRAWN


def test_the_year_of_a_respite_is_that_of_the_day_on_which_it_was_applied_for(huli):
    adoption.adopt(
        programme_id=huli.programme.pk,
        pack_id="xiamen-huli",
        parameters={**HULI.parameters, "respite_unit": "person", "respite_year": "calendar"},
        document="湖民〔2026〕9号",
        valid_from=date(2026, 12, 1),
        by_id=huli.head.pk,
        at=huli.at,
    )
    registry.recognise(
        elder=huli.li,
        code="severe_disability",
        evidence="残疾证",
        valid_from=date(2026, 1, 1),
        by=huli.clerk,
        at=huli.at,
    )
    huli.at = day(2026, 12, 28)
    made = huli.applied(kind="respite", key=huli.key_for(huli.li, drawn=False, kind="respite"))
    huli.at = day(2027, 1, 5)
    applications.approve(application_id=made.pk, by=huli.second, at=huli.at)
    assert applications_read.facts_about(huli.li, "respite", {}, huli.at.date())["last_respite_on"] == "2026-12-28"
    assert huli.applied(kind="respite", key="next").step == "APPROVE"  # the other was last year's


def test_whoever_pays_does_not_approve(huli):
    made = huli.classified("paid", key=huli.key_for(huli.li, drawn=False))
    payer = huli.user(huli.bureau, "payer", "钱多", "BUREAU", "FINANCE")
    with pytest.raises(NotThisPerson, match="审批和付款要由不同的人办"):
        applications.approve(application_id=made.pk, by=payer, at=huli.at)


def test_whoever_assessed_the_elder_does_not_approve(huli):
    made = huli.classified("paid", key=huli.key_for(huli.li, drawn=False))
    both = huli.user(huli.bureau, "assessing", "评审", "BUREAU", "ASSESSOR")
    other = huli.user(huli.bureau, "assessing-too", "评乙", "ASSESSOR")
    assessment.set_practice(
        scale="gbt-42195-2022",
        valid_months=12,
        dispute_days=30,
        document="湖民〔2026〕3号",
        valid_from=date(2026, 1, 1),
        by=huli.head,
        at=huli.at,
    )
    assessment.appoint(
        elder_id=huli.li.pk,
        scale="gbt-42195-2022",
        kind="FIRST",
        sent=[Sent(both.pk, huli.at), Sent(other.pk, huli.at)],
        by=huli.head,
        at=huli.at,
        key="1",
    )
    with pytest.raises(NotThisPerson, match="评估和审批要由不同的人办"):
        applications.approve(application_id=made.pk, by=both, at=huli.at)


def test_a_drawn_application_is_read_before_it_is_approved(huli):
    made = huli.classified("paid", key=huli.key_for(huli.li, drawn=True))
    with pytest.raises(ReadFirst, match="先打开全卷"):
        applications.approve(application_id=made.pk, by=huli.second, at=huli.at)
    applications.open_in_full(application_id=made.pk, by=huli.second, at=huli.at)
    applications.approve(application_id=made.pk, by=huli.second, at=huli.at + timedelta(seconds=40))
    found = applications_read.sampled(huli.second, huli.at)
    assert (found.approved, found.drawn, found.read, found.seconds_median) == (1, 1, 1, 40)


def test_a_stranger_finds_nothing(huli):
    made = huli.applied()
    for stranger in (huli.ma, huli.wang, huli.qian):
        with pytest.raises(NotFound):
            applications_read.get_application(stranger, made.pk)


# -- repeats, returns, refusals --------------------------------------------------------------------------------------


def test_a_repeat_has_no_second_effect(huli):
    made = huli.noticed(key=huli.key_for(huli.li, drawn=False))
    first = applications.approve(application_id=made.pk, by=huli.second, at=huli.at)
    again = applications.approve(application_id=made.pk, by=huli.second, at=huli.at)
    assert (first.pk, Award.objects.count()) == (again.pk, 1)
    assert huli.applied(key=huli.key_for(huli.li, drawn=False)).pk == made.pk


def test_what_is_sent_back_goes_on_where_it_was_and_keeps_what_still_stands(huli):
    made = huli.noticed(key=huli.key_for(huli.li, drawn=False))
    applications.send_back(application_id=made.pk, lacking="缺收入证明", by=huli.second, at=huli.at)
    assert huli.again(made).state == State.RETURNED
    applications.resubmit(application_id=made.pk, said="收入证明已补", by=huli.clerk, at=huli.at)
    assert huli.again(made).step == "CLASSIFY"
    applications.classify(application_id=made.pk, service_class="free", reason="低保户", by=huli.clerk, at=huli.at)
    assert huli.again(made).step == "APPROVE"
    with pytest.raises(NotItsTurn, match="没有退回补正"):
        applications.resubmit(application_id=made.pk, said="再交一次", by=huli.clerk, at=huli.at)


def test_a_class_that_the_ground_does_not_allow_is_refused(huli):
    made = huli.applied(elder=huli.elder("外来", date(1950, 1, 1), 44, ["13900000044"]))
    type(made.elder).objects.filter(pk=made.elder_id).update(hukou_in_area=False)
    with pytest.raises(NotThisClass, match="户籍不在湖里区，76周岁，可以自己购买服务，可以定为：有偿、志愿"):
        applications.classify(application_id=made.pk, service_class="free", reason="困难", by=huli.clerk, at=huli.at)


def test_a_refusal_is_appealed_against_once_and_decided_by_another(huli):
    made = huli.classified("paid", key=huli.key_for(huli.li, drawn=False))
    applications.refuse(application_id=made.pk, reason="已在机构入住", by=huli.second, at=huli.at)
    assert huli.again(made).state == State.REFUSED
    asked = applications.appeal(
        application_id=made.pk, raised_by="李秀兰", relation="本人", grounds="上月已回家", by=huli.clerk, at=huli.at
    )
    with pytest.raises(NotThisPerson):
        applications.answer_appeal(appeal_id=asked.pk, upheld=True, reason="属实", by=huli.second, at=huli.at)
    applications.answer_appeal(appeal_id=asked.pk, upheld=True, reason="属实", by=huli.third, at=huli.at)
    applications.classify(application_id=made.pk, service_class="paid", reason="已回家", by=huli.clerk, at=huli.at)
    with pytest.raises(NotThisPerson, match="由另一位同事审批"):
        applications.approve(application_id=made.pk, by=huli.second, at=huli.at)
    applications.approve(application_id=made.pk, by=huli.head, at=huli.at)
    with pytest.raises(AppealTooLate):
        applications.appeal(
            application_id=made.pk, raised_by="李秀兰", relation="本人", grounds="没有了", by=huli.clerk, at=huli.at
        )


def test_an_upheld_appeal_does_not_open_a_second_application_for_the_same(huli):
    made = huli.classified("paid", key=huli.key_for(huli.li, drawn=False))
    applications.refuse(application_id=made.pk, reason="已在机构入住", by=huli.second, at=huli.at)
    asked = applications.appeal(
        application_id=made.pk, raised_by="李秀兰", relation="本人", grounds="上月已回家", by=huli.clerk, at=huli.at
    )
    later = huli.applied(key="later")
    answer = partial(applications.answer_appeal, appeal_id=asked.pk, upheld=True, reason="属实", at=huli.at)
    with pytest.raises(AlreadyApplied, match=later.number):
        answer(by=huli.third)
    applications.withdraw(application_id=later.pk, reason="等申诉的结果", by=huli.clerk, at=huli.at)
    answer(by=huli.third)
    assert huli.again(made).state == State.OPEN


def test_deadlines_count_working_days_and_the_late_are_counted(huli):
    huli.at = day(2026, 9, 30)
    applications.set_term(
        step="CLASSIFY", days=3, document="湖民〔2026〕4号", valid_from=date(2026, 1, 1), by=huli.head, at=huli.at
    )
    made = huli.applied()
    assert made.due_on == date(2026, 10, 10)  # the eighth, the ninth, and the Saturday that is worked
    assert applications_read.counts(huli.clerk, date(2026, 10, 10))["LATE"] == 0
    assert applications_read.counts(huli.clerk, date(2026, 10, 11))["LATE"] == 1


def test_what_cannot_be_is_refused_in_words(huli):
    with pytest.raises(KindUnknown):
        huli.applied(kind="phone")
    with pytest.raises(WordsMissing):
        applications.apply(
            elder_id=huli.li.pk, kind="service", applicant="", relation="本人", by=huli.clerk, at=huli.at, key="9"
        )
    made = huli.classified()
    with pytest.raises(DoesNotFit, match="开会日期"):
        applications.review(
            application_id=made.pk,
            passed=True,
            minutes="两委〔2026〕1号",
            held_on=huli.at.date() + timedelta(days=1),
            attendees="罗敏、周正、何平",
            reason="同意",
            by=huli.clerk,
            at=huli.at,
        )


@pytest.mark.proves("HL-04")
def test_a_review_of_the_committees_is_kept_with_day_people_and_result(huli):
    made = huli.classified()
    review = partial(
        applications.review,
        application_id=made.pk,
        minutes="两委〔2026〕12号",
        held_on=huli.at.date(),
        by=huli.clerk,
        at=huli.at,
    )
    with pytest.raises(DoesNotFit, match="到会人员的姓名，至少2人"):
        review(passed=True, attendees="罗敏、罗敏", reason="同意")
    review(passed=False, attendees="罗敏、周正，何 平", reason="有子女同住，不同意无偿")
    said = applications_read.reached(huli.head, made.pk).steps[-1]
    assert (said.step, said.outcome, said.reason, said.by) == ("REVIEW", "FAILED", "有子女同住，不同意无偿", huli.clerk)
    assert said.facts == {
        "minutes": "两委〔2026〕12号",
        "held_on": "2026-11-09",
        "present": 3,
        "attendees": ["罗敏", "周正", "何 平"],
    }
    # It is the committees' no: a class has to be found anew, and another meeting decides on it.
    assert huli.again(made).step == "CLASSIFY"


def test_an_agreement_is_drawn_up_as_often_as_it_changes(huli):
    made = huli.approved()
    applications.choose(application_id=made.pk, item_ids=[huli.cleaning.pk], said="每周一次", by=huli.clerk, at=huli.at)
    drawn = [
        applications.draw_up(
            application_id=made.pk, content=b"%PDF-1.4\n" + text + b"\n%%EOF\n", by=huli.clerk, at=huli.at
        ).n
        for text in (b"one", b"one", b"two", b"one")
    ]
    assert drawn == [1, 1, 2, 3]


def test_a_paper_is_kept_once(huli):
    made = huli.applied()
    one = applications.add_paper(application_id=made.pk, title="户口本", content=PNG, by=huli.clerk, at=huli.at)
    two = applications.add_paper(application_id=made.pk, title="户口本", content=PNG, by=huli.clerk, at=huli.at)
    assert (one.pk, len(applications_read.papers(made))) == (two.pk, 1)

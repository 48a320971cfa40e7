"""Huli from the window to the call afterwards: six stages, who may do what, and what stops an approval."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sangyu.adoption import actions as adoption
from sangyu.applications import actions as applications
from sangyu.applications import queries as applications_read
from sangyu.applications.models import Award, Notice, Posting, State, Step
from sangyu.applications.rules import (
    AlreadyApplied,
    AppealTooLate,
    DoesNotFit,
    KindUnknown,
    NoticeNotClear,
    NotItsTurn,
    NotPosted,
    NotThisClass,
    NotThisPerson,
    ObjectionTooLate,
    ReadFirst,
    StillOpen,
    WordsMissing,
)
from sangyu.applications.tests.town import PNG, Town, day
from sangyu.assessment import actions as assessment
from sangyu.assessment.actions import Sent
from sangyu.kit.errors import NotFound
from sangyu.registry import queries as registry_read


def classes_of(town: Town, on: date) -> list[str]:
    return [row.code for row in registry_read.identities_on(town.li.pk, on) if row.code.startswith("service_class")]


def test_the_six_stages_one_after_the_other(huli):
    made = huli.approved()
    assert (made.state, made.step) == (State.OPEN, "CHOOSE")
    offered = applications.menu(made, by=huli.clerk, on=huli.at.date())
    assert [(one.item.code, one.quote.elder_fen) for one in offered] == [("SH001", 0)]
    with pytest.raises(NotItsTurn, match="正等“定项目”"):
        applications.arrange(application_id=made.pk, first_on=huli.at.date(), said="康安", by=huli.clerk, at=huli.at)
    applications.choose(application_id=made.pk, item_ids=[huli.cleaning.pk], said="每周一次", by=huli.clerk, at=huli.at)
    agreement = applications.draw_up(application_id=made.pk, content=b"%PDF-1.4\n%%EOF\n", by=huli.clerk, at=huli.at)
    for party, name in (("ELDER", "李秀兰"), ("COMMUNITY", "罗敏")):
        applications.sign(
            application_id=made.pk,
            sha256=agreement.sha256,
            party=party,
            name=name,
            content=b"%PDF-1.4\n" + party.encode() + b"\n%%EOF\n",
            by=huli.clerk,
            at=huli.at,
        )
    first_on = huli.at.date() + timedelta(days=2)
    applications.arrange(application_id=made.pk, first_on=first_on, said="康安，每周三上午", by=huli.clerk, at=huli.at)
    applications.call_back(application_id=made.pk, satisfied=True, said="擦得干净", by=huli.sun, at=huli.at)
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
    applications.choose(application_id=first.pk, item_ids=[huli.cleaning.pk], said="每周", by=huli.clerk, at=huli.at)
    type(first).objects.filter(pk=first.pk).update(state=State.DONE, step="")  # the rest of its way does not matter
    huli.at += timedelta(days=30)
    huli.approved(key="later")
    assert classes_of(huli, before) == ["service_class:paid"]
    assert classes_of(huli, huli.at.date()) == ["service_class:free"]


# -- the posting ---------------------------------------------------------------------------------------------------


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


# -- who -----------------------------------------------------------------------------------------------------------


def test_nobody_approves_what_they_took_in(huli):
    made = huli.classified("paid")
    both = huli.user(huli.bureau, "both", "双岗", "BUREAU", "COMMUNITY")
    applications.send_back(application_id=made.pk, lacking="补户口本", by=both, at=huli.at)
    applications.resubmit(application_id=made.pk, said="户口本已补", by=both, at=huli.at)
    applications.classify(application_id=made.pk, service_class="paid", reason="有退休金", by=both, at=huli.at)
    with pytest.raises(NotThisPerson, match="不能自己审批自己经手的"):
        applications.approve(application_id=made.pk, by=both, at=huli.at)


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
            present=5,
            reason="同意",
            by=huli.clerk,
            at=huli.at,
        )


def test_a_paper_is_kept_once(huli):
    made = huli.applied()
    one = applications.add_paper(application_id=made.pk, title="户口本", content=PNG, by=huli.clerk, at=huli.at)
    two = applications.add_paper(application_id=made.pk, title="户口本", content=PNG, by=huli.clerk, at=huli.at)
    assert (one.pk, len(applications_read.papers(made))) == (two.pk, 1)

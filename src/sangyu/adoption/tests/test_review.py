"""A second person adopts a draft from a day to come, or returns it; from that day it is in force, and not before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.cast import PARAMETERS, Cast
from tests.race import race, won_and_refused

from sangyu.adoption import actions as adoption
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.actions import DraftDecided, DraftFaulty, DraftStale, ReasonMissing, SamePerson
from sangyu.adoption.models import Adoption, DraftDecision
from sangyu.adoption.rules import FirstDayPassed
from sangyu.adoption.tests.edits import CREDIT, FIRST_DAY, credit_of, put_credit, saved, workbook
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import new_id

DAY = timedelta(days=1)
CLASS_B = {"identities": ["entitled_group"], "used_before_fen": 0, "price_fen": 64_00}


def draft_of(cast, *, key="1", share_pm=300, **more):
    made = {"document": "城民发〔2026〕40号", "reason": "", "by_id": cast.deputy.pk, "at": cast.at, **more}
    if "workbook" not in made:
        made["parameters"] = {**PARAMETERS, "share_pm": share_pm}
    return adoption.propose(programme_id=cast.programme.pk, key=key, **made)[0]


def review(cast, draft, *, adopt=True, valid_from=FIRST_DAY, note="", by=None, at=None):
    return adoption.review(
        programme_id=cast.programme.pk,
        draft_id=draft.pk,
        adopt=adopt,
        valid_from=valid_from,
        note=note,
        by_id=(by or cast.head).pk,
        at=at or cast.at,
    )


def withdraw(cast, draft, *, by=None):
    return adoption.withdraw(
        programme_id=cast.programme.pk, draft_id=draft.pk, note="", by_id=(by or cast.deputy).pk, at=cast.at
    )


def test_from_the_first_day_decisions_follow_the_adopted_draft(cast):
    draft = draft_of(cast, workbook=credit_of(cast.programme.pk))
    decision, made = review(cast, draft)
    assert made
    assert (decision.what, decision.valid_from, decision.adoption.digest) == ("ADOPTED", FIRST_DAY, draft.digest)
    credit = [
        adoption_read.decide(cast.programme.pk, "class-b-credit", CLASS_B, on) for on in (FIRST_DAY - DAY, FIRST_DAY)
    ]
    assert [one.granted_fen for one in credit] == [50_00, 60_00]
    assert adoption_read.draft(cast.head, draft.pk).state == "ADOPTED"


def test_the_examples_of_what_was_adopted_come_with_it(cast):
    draft = draft_of(cast, workbook=credit_of(cast.programme.pk))
    review(cast, draft)
    adopted = adoption_read.in_force(cast.programme.pk, FIRST_DAY)
    assert adoption_read.whole_files(adopted) == {
        **adoption_read.files_of(draft.pack_id, draft.digest),
        **draft.texts,
    }
    assert "cases.jsonl" in draft.texts


def test_who_proposed_it_does_not_review_it(cast):
    with pytest.raises(SamePerson, match="提出人以外的人"):
        review(cast, draft_of(cast), by=cast.deputy)
    assert Adoption.objects.count() == 1


def test_a_repeat_has_no_second_effect_and_something_else_is_refused(cast):
    draft = draft_of(cast)
    first, _ = review(cast, draft)
    assert review(cast, draft) == (first, False)
    for other in ({"valid_from": FIRST_DAY + DAY}, {"adopt": False, "note": "不行"}, {"by": cast.deputy}):
        with pytest.raises(DraftDecided, match="2026-11-09 09:00已启用，不能再办"):
            review(cast, draft, **other)
    with pytest.raises(DraftDecided):
        withdraw(cast, draft)
    assert (Adoption.objects.count(), DraftDecision.objects.count()) == (2, 1)


def test_it_never_begins_on_a_day_that_has_begun(cast):
    draft, today = draft_of(cast), cast.at.date()
    for passed in (today - 30 * DAY, today - DAY, today):
        with pytest.raises(FirstDayPassed, match="已按当时的政策报价、记账"):
            review(cast, draft, valid_from=passed)
    assert review(cast, draft, valid_from=today + DAY)[1]


def test_a_draft_with_faults_is_not_adopted_and_can_be_returned(cast):
    book = workbook(cast.programme.pk)
    put_credit(book, CREDIT, 60)
    draft = draft_of(cast, workbook=saved(book))
    with pytest.raises(DraftFaulty, match=r"检查发现\d+处问题，不能启用；第一处：算例!D\d+"):
        review(cast, draft)
    with pytest.raises(ReasonMissing, match="退回请写明原因"):
        review(cast, draft, adopt=False)
    decision, _ = review(cast, draft, adopt=False, note="算例没有一起改")
    assert (decision.what, decision.valid_from, decision.adoption) == ("RETURNED", None, None)
    assert Adoption.objects.count() == 1


def test_a_draft_of_a_version_that_is_no_longer_the_newest_is_not_adopted(cast):
    first, second = draft_of(cast), draft_of(cast, key="2", share_pm=400)
    review(cast, first)
    with pytest.raises(DraftStale, match=r"提出以后已另启用了一版.*2026-12-01起.*重新改"):
        review(cast, second, valid_from=date(2027, 1, 1))


def test_a_change_follows_the_newest_version_even_if_that_has_not_begun(cast):
    review(cast, draft_of(cast))
    later = draft_of(cast, key="2", share_pm=400)
    with pytest.raises(FirstDayPassed, match="最新一版从2026-12-01起执行"):
        review(cast, later, valid_from=FIRST_DAY)
    review(cast, later, valid_from=date(2027, 1, 1))
    shares = [
        adoption_read.in_force(cast.programme.pk, on).parameters["share_pm"]
        for on in (FIRST_DAY - DAY, FIRST_DAY, date(2027, 1, 1))
    ]
    assert shares == [200, 300, 400]


def test_only_the_proposer_takes_a_draft_back(cast):
    draft = draft_of(cast)
    with pytest.raises(SamePerson, match="只有提出人能撤回"):
        withdraw(cast, draft, by=cast.head)
    first, _ = withdraw(cast, draft)
    assert withdraw(cast, draft) == (first, False)
    with pytest.raises(DraftDecided, match="已撤回"):
        review(cast, draft)


def test_a_draft_that_there_is_not(cast):
    with pytest.raises(NotFound):
        adoption.withdraw(programme_id=cast.programme.pk, draft_id=new_id(), note="", by_id=cast.deputy.pk, at=cast.at)
    with pytest.raises(NotFound):
        adoption.review(
            programme_id=new_id(), draft_id=draft_of(cast).pk, adopt=False, note="x", by_id=cast.head.pk, at=cast.at
        )


def test_the_history_names_each_adoption_with_its_draft(cast):
    draft = draft_of(cast)
    decision, _ = review(cast, draft)
    history = adoption_read.adoptions(cast.ma)
    assert [one.decision for one in history] == [decision, None]
    assert history[0].adoption == decision.adoption
    assert history[0].decision.draft.document == history[0].adoption.document


@pytest.mark.django_db(transaction=True)
def test_of_two_who_review_at_once_one_decides():
    cast = Cast()
    draft = draft_of(cast)
    other = cast.user(cast.bureau, "head2", "贺安", "HEAD")
    won, refused = won_and_refused(
        race(
            lambda: review(cast, draft),
            lambda: review(cast, draft, adopt=False, note="再议", by=other),
        )
    )
    assert len(won) == len(refused) == DraftDecision.objects.count() == 1
    assert isinstance(refused[0], DraftDecided)
    assert Adoption.objects.count() == (2 if won[0][0].what == "ADOPTED" else 1)

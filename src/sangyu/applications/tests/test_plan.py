"""How far an application is, reckoned from its rows; and the tables of steps of every shipped pack."""

from __future__ import annotations

import pytest

from sangyu.applications.rules import (
    BEGUN,
    BEHIND_A_RETURN,
    BEHIND_AN_OBJECTION,
    FAILED,
    PASSED,
    REOPENED,
    RESUBMITTED,
    RETURNED,
    WITHDRAWN,
    Past,
    may_be_skipped,
    standing,
)
from sangyu.policy import packs_folder, stages


def kinds(pack: str) -> dict[str, stages.Kind]:
    folder = packs_folder() / pack
    found, faults = stages.read(*((folder / name).read_text(encoding="utf-8-sig") for name in stages.FILES))
    assert not faults
    return found


SERVICE = kinds("xiamen-huli")["service"]


@pytest.mark.proves("HL-11")
def test_huli_has_exactly_its_six_stages_in_their_order():
    assert SERVICE.stages == ("接受申请", "核定对象", "确定项目", "签订协议", "安排服务", "回访监督")


@pytest.mark.proves("HL-12")
@pytest.mark.parametrize(
    ("service_class", "skipped"),
    [("free", ()), ("low_paid", ()), ("paid", ("review", "notice")), ("volunteer", ("review", "notice"))],
)
def test_only_free_and_low_paid_go_through_review_and_notice(service_class, skipped):
    assert tuple(step.code for step in may_be_skipped(SERVICE, service_class)) == skipped


@pytest.mark.parametrize(
    ("ground", "classes"),
    [("hukou_60", ("free", "low_paid", "paid", "volunteer")), ("paid_only", ("paid", "volunteer")), ("other", ())],
)
def test_the_ground_says_which_classes_may_be_given(ground, classes):
    assert SERVICE.classes_on(ground) == classes


def test_wuhan_decides_cards_and_allowances_by_the_registers_alone():
    found = kinds("wuhan")
    assert [step.code for step in found["one-key"].steps] == ["accept", "match", "approve"]
    for kind in (found["elder-card"], found["allowance"], found["family-doctor"]):
        assert [step.code for step in kind.steps] == ["accept", "match"]
        assert [step.who for step in kind.steps] == ["community", "registers"]


def passed(*steps: str, service_class: str = "free") -> list[Past]:
    return [Past(step, PASSED, service_class if step == "classify" else "") for step in steps]


TO_NOTICE = [*passed("accept", "classify", "review"), Past("notice", BEGUN, "free")]


@pytest.mark.parametrize(
    ("past", "next_step", "posted"),
    [
        (passed("accept"), "classify", False),
        (passed("accept", "classify"), "review", False),
        (passed("accept", "classify", service_class="paid"), "approve", False),
        (TO_NOTICE, "notice", True),
        ([*TO_NOTICE, *passed("notice")], "approve", True),
        ([*TO_NOTICE, Past("notice", REOPENED, undoes=BEHIND_AN_OBJECTION)], "classify", False),
        ([*passed("accept", "classify"), Past("review", FAILED, undoes=frozenset({"classify"}))], "classify", False),
        ([*TO_NOTICE, *passed("notice"), Past("approve", RETURNED, undoes=BEHIND_A_RETURN)], "classify", True),
        (
            [
                *TO_NOTICE,
                *passed("notice"),
                Past("approve", RETURNED, undoes=BEHIND_A_RETURN),
                Past("approve", RESUBMITTED),
                *passed("classify"),
            ],
            "approve",
            True,
        ),
        (
            [
                *TO_NOTICE,
                *passed("notice"),
                Past("approve", RETURNED, undoes=BEHIND_A_RETURN),
                Past("approve", RESUBMITTED),
                *passed("classify", service_class="low_paid"),
            ],
            "review",
            False,
        ),
    ],
)
def test_the_next_step_is_the_first_that_is_wanted_and_does_not_stand(past, next_step, posted):
    where = standing(past)
    step = where.next_step(SERVICE)
    assert step is not None
    assert (step.code, where.posted) == (next_step, posted)


def test_a_whole_way_leaves_nothing_to_do():
    where = standing(passed(*(step.code for step in SERVICE.steps)))
    assert where.next_step(SERVICE) is None


def test_a_refusal_and_a_withdrawal_end_it_and_an_appeal_opens_it_again():
    refused = [*passed("accept", "classify", service_class="paid"), Past("approve", FAILED)]
    assert standing(refused).over
    assert not standing([*refused, Past("approve", REOPENED, undoes=BEHIND_A_RETURN)]).over
    assert standing([*passed("accept"), Past("classify", WITHDRAWN)]).over
    assert standing([*passed("accept"), Past("classify", RETURNED)]).returned

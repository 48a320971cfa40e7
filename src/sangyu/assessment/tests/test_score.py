"""Examples by hand for every boundary of every scale, and what must hold for any answers at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.assessment.rules import AnswerOutside, AnswersMissing, Scale, Stacking, score
from sangyu.assessment.tests.sheets import GB, NHSA, OLD, best, with_points

FALL, CHOKING, COMA, DEMENTIA, OTHER_MIND = "A.2.14-1", "A.2.14-2", "A.5.11", "A.4.1-F00", "A.4.1-F04"


@pytest.mark.parametrize(
    ("points", "level"), [(90, 0), (89, 1), (66, 1), (65, 2), (46, 2), (45, 3), (30, 3), (29, 4), (0, 4)]
)
def test_the_national_scale_at_each_boundary(points, level):
    result = score(GB, with_points(GB, points))
    assert (result.points, result.level.level) == (points, level)
    assert sum(group.points for group in result.groups) == points


@pytest.mark.parametrize(
    ("points", "findings", "once", "each"),
    [
        (90, {DEMENTIA: 1}, 1, 1),
        (70, {FALL: 1}, 1, 1),
        (70, {FALL: 2}, 2, 2),
        (70, {FALL: 1, CHOKING: 1}, 2, 2),
        (70, {DEMENTIA: 1, OTHER_MIND: 1}, 2, 2),
        (70, {DEMENTIA: 1, FALL: 2}, 2, 3),
        (50, {COMA: 1}, 4, 4),
        (50, {COMA: 1, DEMENTIA: 1}, 4, 4),
        (10, {DEMENTIA: 1}, 4, 4),
        (40, {DEMENTIA: 1, FALL: 3}, 4, 4),
    ],
)
def test_what_changes_a_level_of_the_national_scale(points, findings, once, each):
    answers = with_points(GB, points) | findings
    assert score(GB, answers).level.level == once
    assert score(GB, answers, stacking=Stacking.EACH).level.level == each


def test_the_reasons_say_every_step_with_its_clause():
    result = score(GB, with_points(GB, 70) | {DEMENTIA: 1, FALL: 2})
    assert result.reasons == (
        "自理能力12分（满分32分）。",
        "基础运动能力15分（满分15分）。",
        "精神状态28分（满分28分）。",
        "感知觉与社会参与15分（满分15分）。",
        "总分70分，在66至89分之间：轻度失能。",
        "确诊痴呆或其他精神和行为障碍，等级加重1级（C.4（A.4.1））。",
        "30天内发生意外2次以上，等级不再加重（C.4（A.2.14））。",
        "最后等级：中度失能（2级）。",
    )


@pytest.mark.parametrize(("item", "points"), [("B.2.4", 4), ("B.4.1", 3), ("B.3.7", 2), ("B.1.1", -1), ("B.1.1", True)])
def test_no_item_gives_more_than_its_own_most(item, points):
    with pytest.raises(AnswerOutside, match=GB.item_of[item].label):
        score(GB, best(GB) | {item: points})


def test_an_item_of_another_scale_is_refused():
    with pytest.raises(AnswerOutside, match="没有条目“eating”"):
        score(GB, best(GB) | {"eating": 5})


def test_half_a_sheet_has_no_level():
    answers = best(GB)
    del answers["B.2.4"], answers["B.4.5"]
    with pytest.raises(AnswersMissing, match="还有2项没有评：上下楼梯、社会交往。"):
        score(GB, answers)


def of_nhsa(adl: int, cognition: int, senses: int) -> dict[str, int]:
    answers = with_points(NHSA, adl, group="adl")
    for group, points in (("cognition", cognition), ("senses", senses)):
        part = with_points(NHSA, points, group=group)
        answers |= {item.code: part[item.code] for item in NHSA.items_in(group)}
    return answers


@pytest.mark.parametrize(
    ("adl", "others", "level"),
    [
        (100, [16, 4, 3, 1], [0, 0, 1, 1]),
        (95, [16, 15, 2, 1], [1, 1, 1, 2]),
        (65, [16, 4, 3, 0], [1, 1, 1, 2]),
        (60, [16, 4, 3, 1], [2, 2, 2, 3]),
        (45, [16, 4, 3, 1], [2, 2, 2, 3]),
        (40, [16, 4, 3, 1], [3, 3, 4, 5]),
        (0, [16, 4, 2, 0], [3, 3, 4, 5]),
    ],
)
def test_the_insurance_scale_in_every_cell(adl, others, level):
    assert [score(NHSA, of_nhsa(adl, points, 12)).level.level for points in others] == level


def test_the_worse_of_mind_and_senses_counts():
    assert score(NHSA, of_nhsa(40, 16, 12)).level.label == "重度失能Ⅰ级"
    assert score(NHSA, of_nhsa(40, 16, 3)).level.label == "重度失能Ⅱ级"
    assert score(NHSA, of_nhsa(40, 2, 1)).level.label == "重度失能Ⅲ级"
    assert score(NHSA, of_nhsa(40, 16, 12)).points is None


def of_old(adl: int, mental: int, senses: int, social: int) -> dict[str, int]:
    """Answer the old scale by the grades of its four groups."""
    return best(OLD) | {
        "adl": (100, 80, 50, 20)[adl],
        "cognition": (0, 1, 2, 2)[mental],
        "aggression": (0, 0, 0, 2)[mental],
        "sight": (1, 2, 3, 4)[senses],
        "social": (2, 5, 10, 16)[social],
    }


@pytest.mark.parametrize(
    ("grades", "level", "is_open"),
    [
        ((0, 0, 0, 0), 0, False),
        ((0, 0, 0, 1), 0, False),
        ((0, 1, 0, 0), 1, False),
        ((0, 0, 0, 2), 1, False),
        ((0, 0, 0, 3), 1, True),
        ((1, 0, 0, 0), 1, False),
        ((1, 2, 2, 1), 1, False),
        ((1, 2, 2, 2), 2, False),
        ((1, 3, 2, 2), 2, False),
        ((1, 0, 0, 3), 2, True),
        ((2, 0, 0, 0), 2, True),
        ((2, 0, 0, 1), 2, False),
        ((2, 2, 1, 0), 2, False),
        ((2, 1, 1, 1), 3, True),
        ((2, 2, 2, 2), 3, False),
        ((2, 3, 0, 0), 3, False),
        ((3, 0, 0, 0), 3, False),
    ],
)
def test_the_old_scale_and_what_it_leaves_open(grades, level, is_open):
    result = score(OLD, of_old(*grades))
    assert tuple(group.grade for group in result.groups) == grades
    assert (result.level.level, bool(result.open)) == (level, is_open)


@pytest.mark.parametrize(
    ("changed", "grade"),
    [
        ({}, 0),
        ({"sight": 1, "hearing": 1}, 0),
        ({"hearing": 2}, 1),
        ({"talking": 1}, 1),
        ({"consciousness": 1}, 2),
        ({"consciousness": 1, "sight": 3, "talking": 2}, 2),
        ({"consciousness": 1, "sight": 4}, 3),
        ({"talking": 3}, 3),
        ({"consciousness": 2}, 3),
    ],
)
def test_how_the_old_scale_grades_the_senses(changed, grade):
    assert score(OLD, best(OLD) | changed).groups[2].grade == grade


def test_the_old_scale_counts_each_reason_and_stops_at_the_worst():
    assert score(OLD, of_old(1, 0, 0, 0) | {"diagnosis": 1, "falls": 2}).level.level == 3
    assert score(OLD, of_old(3, 0, 0, 0) | {"diagnosis": 1}).level.level == 3
    assert score(OLD, best(OLD) | {"coma": 1}).level.level == 3


@st.composite
def sheets(draw, scale: Scale) -> tuple[dict[str, int], str]:
    answers = {item.code: draw(st.sampled_from([option.points for option in item.options])) for item in scale.items}
    return answers, draw(st.sampled_from([item.code for item in scale.items]))


@pytest.mark.parametrize("scale", [GB, NHSA, OLD], ids=lambda scale: scale.code)
@pytest.mark.parametrize("stacking", Stacking)
def test_one_more_dependent_answer_never_gives_a_better_level(scale, stacking):
    @settings(deadline=None, max_examples=60)
    @given(sheets(scale))
    def check(drawn):
        answers, code = drawn
        item = scale.item_of[code]
        steps = sorted(option.points for option in item.options)
        worse_is_less = scale.group_of[item.group].higher_is_better
        at = steps.index(answers[code]) + (-1 if worse_is_less else 1)
        if 0 <= at < len(steps):
            before = score(scale, answers, stacking=stacking).level.level
            assert score(scale, answers | {code: steps[at]}, stacking=stacking).level.level >= before

    check()

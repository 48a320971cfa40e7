"""The words that printed rules stand on, by a table: what is known, what is open, what stays missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest

from sangyu.policy import BadFact, BadParameter
from sangyu.policy import runtime as words
from sangyu.policy.runtime import Part, Unknown

AGE, FEN = Unknown("fact", "age", counted=True), Unknown("fact", "price_fen", counted=True)
WHO, LINE = Unknown("fact", "mode"), Unknown("parameter", "line_fen")
DAY = date(2016, 2, 29)
ASKED: list[tuple[Callable[..., Any], tuple[Any, ...], Any]] = [
    (words.first_unknown, (1, None, WHO, AGE), WHO),
    (words.first_unknown, (1, None), None),
    (words.one_of, ("a", "b", "a"), True),
    (words.one_of, ("a", "b", ("c", "a")), True),
    (words.one_of, (("a", "d"), "b", ["c", "d"]), True),
    (words.one_of, ("a", "b", "c"), False),
    (words.one_of, ("a",), False),
    (words.one_of, ("a", LINE, "a"), True),
    (words.one_of, ("a", "b", LINE, WHO), LINE),
    (words.one_of, (WHO, "b", LINE), WHO),
    (words.none_of, ("a", "b"), True),
    (words.none_of, ("a", "a"), False),
    (words.none_of, ("a", LINE), LINE),
    (words.none_of, (WHO, "a"), WHO),
    (words.all_in, (("a", "b"), "a", ("b",)), True),
    (words.all_in, (("a", "b"), "a", ["b", "c"]), False),
    (words.all_in, (("a",), "c", LINE), False),
    (words.all_in, (("a",), LINE, "a", WHO), LINE),
    (words.all_in, (WHO, "a"), WHO),
    (words.within, (5, 5, 5), True),
    (words.within, (5, 5, None, True), False),
    (words.within, (5, None, 5, False, True), False),
    (words.within, (5, 4, 6, True, True), True),
    (words.within, (4, 5, None), False),
    (words.within, (6, None, 5), False),
    (words.within, (5, None, None), True),
    (words.within, (None, 1, 2), False),
    (words.within, (None, LINE, None), False),
    (words.within, (5, 6, LINE), False),
    (words.within, (5, LINE, 4), False),
    (words.within, (5, LINE, 5), LINE),
    (words.within, (5, 5, LINE), LINE),
    (words.within, (5, WHO, LINE), WHO),
    (words.within, (WHO, None, -1), WHO),
    (words.within, (WHO, 0, None), WHO),
    (words.within, (AGE, None, -1), False),
    (words.within, (AGE, None, 0), AGE),
    (words.within, (AGE, None, 0, False, True), False),
    (words.within, (AGE, None, 1, False, True), AGE),
    (words.within, (AGE, -5, -1), False),
    (words.within, (AGE, 0, None), True),
    (words.within, (AGE, 1, None), AGE),
    (words.within, (AGE, 0, None, True), AGE),
    (words.within, (AGE, -1, None, True), True),
    (words.within, (AGE, 0, 9), AGE),
    (words.within, (AGE, None, LINE), AGE),
    (words.yes, (True,), True),
    (words.yes, (False,), False),
    (words.yes, (1,), False),
    (words.yes, (WHO,), WHO),
    (words.no, (False,), True),
    (words.no, (True,), False),
    (words.no, (0,), False),
    (words.no, (WHO,), WHO),
    (words.add, (2, 3), 5),
    (words.add, (2, None), None),
    (words.add, (WHO, None), WHO),
    (words.subtract, (2, 3), -1),
    (words.subtract, (None, 3), None),
    (words.multiply, (2, 3), 6),
    (words.multiply, (0, LINE), 0),
    (words.multiply, (LINE, 0), 0),
    (words.multiply, (1, LINE), LINE),
    (words.multiply, (WHO, LINE), WHO),
    (words.multiply, (0, None), None),
    (words.half_up, (5, 10), 1),
    (words.half_up, (4, 10), 0),
    (words.half_up, (-5, 10), 0),
    (words.half_up, (-6, 10), -1),
    (words.up, (1, 10), 1),
    (words.up, (10, 10), 1),
    (words.up, (-1, 10), 0),
    (words.down, (19, 10), 1),
    (words.down, (-1, 10), -1),
    (words.down, (1, -10), -1),
    (words.down, (WHO, 10), WHO),
    (words.down, (1, LINE), LINE),
    (words.down, (None, 2), None),
    (words.smallest, (3, 1, 2), 1),
    (words.smallest, (3, LINE, WHO), LINE),
    (words.largest, (3, 1, 2), 3),
    (words.largest, (3, None), None),
    (words.total, ((1, 2, 4),), 7),
    (words.total, ({"a": 1, "b": 4},), 5),
    (words.total, (WHO,), WHO),
    (words.count, ((1, 1),), 2),
    (words.count, (WHO,), WHO),
    (words.count_within, ((1, 2, 3), 2, None), 2),
    (words.count_within, ((1, 2, 3), 2, None, True), 1),
    (words.count_within, ((1, 2, 3), None, 2), 2),
    (words.count_within, ((1, 2, 3), None, 2, False, True), 1),
    (words.count_within, ((), LINE, None), 0),
    (words.count_within, ((1,), LINE, None), LINE),
    (words.count_within, (WHO, LINE, None), WHO),
    (words.distinct, ((3, 1, 3),), (3, 1)),
    (words.distinct, (WHO,), WHO),
    (words.part, (0,), Part(0)),
    (words.part, (1000,), Part(1000)),
    (words.part, (LINE,), LINE),
    (words.months_through, (DAY, 12), date(2017, 2, 28)),
    (words.months_through, (None, 12), None),
    (words.months_through, (DAY, LINE), LINE),
    (words.days_through, (DAY, 1), DAY),
    (words.days_through, (DAY, 30), date(2016, 3, 29)),
    (words.days_through, (WHO, 30), WHO),
    (words.year, (DAY,), 2016),
    (words.year, (WHO,), WHO),
    (words.month, (DAY,), 2),
    (words.month, (None,), None),
    (words.at_fact, ({"a": 3}, "a"), 3),
    (words.at_fact, ({"a": 3}, "b"), 0),
    (words.at_fact, ({"a": 3}, WHO), WHO),
    (words.at_fact, (AGE, WHO), AGE),
    (words.at_parameter, ({"a": {"b": 7}}, "hours", "a", "b"), 7),
    (words.at_parameter, ({"a": 7}, "hours", WHO), WHO),
    (words.at_parameter, (LINE, "hours", WHO), LINE),
    (words.at_parameter, ({"a": {}}, "hours", "a", "b"), Unknown("parameter", "hours", "其中没有“b”一项")),
    (words.member, ({"a": 3}, "a", "counts", ("a", "b")), 3),
    (words.member, ({"a": 3}, "b", "counts", ("a", "b")), 0),
    (words.member, (WHO, "b", "counts", ("a", "b")), WHO),
    (words.has, (("a", "b", "c"), "a", "c", "d"), 2),
    (words.has, ({"a": 1, "b": 0}, "a", "b", "c"), 1),
    (words.has, (WHO, "a"), WHO),
    (words.lacks, (("a", "b"), "a", "c", "d"), 2),
    (words.lacks, (WHO, "a"), WHO),
    (words.step, (((500, 7), (0, 3)), 499, "steps"), 3),
    (words.step, (((500, 7), (0, 3)), 500, "steps"), 7),
    (words.step, (((500, 7), (0, 9)), 900, "steps"), 7),
    (words.step, (((500, 7),), 499, "steps"), Unknown("parameter", "steps", "分档表没有覆盖 499")),
    (words.step, (LINE, WHO, "steps"), LINE),
    (words.weighted, ({"a": 2, "b": 3}, {"a": 10, "b": 1}, "scores"), 23),
    (words.weighted, ({"a": 2}, {"a": 10, "b": 0}, "scores"), 20),
    (words.weighted, ({"a": 2}, {"a": 10, "b": 1}, "scores"), Unknown("fact", "scores", "缺少分项 b")),
    (words.weighted, (WHO, LINE, "scores"), WHO),
]


@pytest.mark.parametrize(("word", "given", "said"), ASKED, ids=lambda one: getattr(one, "__name__", ""))
def test_a_word_says(word: Callable[..., Any], given: tuple[Any, ...], said: Any) -> None:
    made = word(*given)
    assert (made, type(made)) == (said, type(said))


def test_a_sum_of_an_amount_that_is_not_known_may_be_below_zero() -> None:
    assert AGE.counted
    assert not any(one.counted for one in (words.add(AGE, 1), words.subtract(1, FEN), words.smallest(AGE, 3)))
    assert not Unknown("fact", "age").counted


REFUSED: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: words.up(WHO, 0), BadFact, "分母为 0，算不出比例，请核对数量"),
    (lambda: words.part(1001), BadParameter, "千分比 1001 不在 0 至 1000 之间，请核对设定"),
    (lambda: words.part(-1), BadParameter, "千分比 -1 不在 0 至 1000 之间，请核对设定"),
    (
        lambda: words.member({"a": 1, "c": 2, "d": 1}, "a", "counts", ("a", "b")),
        BadFact,
        "counts 中的 'c' 不在本规则的分类内，可用：a、b",
    ),
]


@pytest.mark.parametrize(("ask", "kind", "sentence"), REFUSED, ids=["nothing", "too-much", "below", "stranger"])
def test_a_word_refuses_with_its_sentence(ask: Callable[[], Any], kind: type[Exception], sentence: str) -> None:
    with pytest.raises(kind) as refusal:
        ask()
    assert str(refusal.value) == sentence


def _said(truth: Any) -> Any:
    return truth


def test_a_row_is_false_before_it_is_open_and_open_for_its_leftmost_cell() -> None:
    def row(*truths: Any) -> Any:
        return words.all_of(tuple((str(at), partial(_said, truth)) for at, truth in enumerate(truths)))

    assert row() is True
    assert row(True, True) is True
    assert row(True, WHO, False) is False
    assert row(True, LINE, WHO) == LINE

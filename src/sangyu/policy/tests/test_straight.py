"""What holds of the straight walk: where it answers, it answers like the three-valued one and reads the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

from sangyu.policy import Decision, PolicyError, UnknownRule, decide, load, pack_ids
from sangyu.policy.engine import inquire
from sangyu.policy.forms import finish
from sangyu.policy.inquiry import Inquiry
from sangyu.policy.ir import Rule, Table
from sangyu.policy.runtime import all_of
from sangyu.policy.straight import straight
from sangyu.policy.tests import lines
from sangyu.policy.to_python import program
from sangyu.policy.vocabulary import facts


def walk(rule: Rule, table: Table, f: Inquiry) -> tuple[int, Any] | None:
    """Find the first row that is certain, and its answer; None if one before it is open, or there is none."""
    for place, (_, tests, raw) in enumerate(program(table).run(f)):
        truth = all_of(tests)
        if truth is not False:
            return (place, finish(rule, raw(), f)) if truth is True else None
    return None


def asked(found: Callable[[Inquiry], Any], f: Inquiry) -> Any:
    """Give what came of a walk and what it read, in the order in which it was read; or the refusal."""
    try:
        return found(f), list(f.facts_used.items()), list(f.parameters_used.items())
    except PolicyError as error:
        return type(error), str(error)


@pytest.mark.parametrize("pack_id", pack_ids())
def test_the_straight_walk_answers_like_the_three_valued_one_or_not_at_all(pack_id: str) -> None:
    pack, answered = load(pack_id), 0
    for rule in pack.rules.values():
        dice = random.Random(f"straight {pack_id} {rule.id}")
        names = lines.read_by(pack, rule)
        for version in rule.versions:
            for _ in range(8):
                given: Mapping[str, Any] = {name: lines.fact(dice, facts()[name]) for name in names}
                said, on = lines.parameters(dice, pack), lines.day(dice)
                quick = straight(pack, rule, version.table).run
                one = asked(quick, inquire(pack, given, on, said))
                if one[0] is not None:
                    thorough = partial(walk, rule, version.table)
                    assert one == asked(thorough, inquire(pack, given, on, said)), (rule.id, given)
                    answered += 1
    assert answered > 8, "it never answered"


def test_the_printed_walk_can_be_read() -> None:
    pack = load("lanzhou-chengguan")
    credit, lunch = pack.rules["class-b-credit"], pack.rules["lunch-subsidy"]
    source = straight(pack, credit, credit.versions[0].table).source
    assert "if derived_service_class != 'B':" in source
    assert "return 3, finish(rule, {'granted': 5000}, f)  # 6" in source
    source = straight(pack, lunch, lunch.versions[-1].table).source
    assert "government_fen = min(1000, fact_price_fen)" in source
    assert "elder_fen = fact_price_fen - government_fen" in source


def test_a_decision_made_quickly_is_one_made_by_its_class() -> None:
    quick = decide("lanzhou-chengguan", "registration", {"on": "2018-03-06", "age": 71, "lives_in_area": True})
    assert quick == Decision.from_json(quick.to_json())
    assert quick.amount_fen is None
    with pytest.raises(TypeError, match="nothing"):
        Decision.of({"pack": "one", "rule": "two", "outcome": "decided", "nothing": 1})
    with pytest.raises(UnknownRule):
        decide("lanzhou-chengguan", "nothing", {})

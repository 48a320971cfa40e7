"""What holds of the straight walk: where it answers, it answers like the three-valued one and reads the same."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest

from sangyu.policy import Decision, PolicyError, UnknownRule, decide, load, pack_ids
from sangyu.policy.engine import inquire
from sangyu.policy.inquiry import Inquiry
from sangyu.policy.ir import Table
from sangyu.policy.runtime import all_of
from sangyu.policy.straight import straight
from sangyu.policy.tests import lines
from sangyu.policy.to_python import program
from sangyu.policy.vocabulary import facts


def walk(table: Table, f: Inquiry) -> tuple[int, dict[str, Any]] | None:
    """Find the first row that is certain; None if one before it is open, or there is none."""
    for place, (_, tests, answer) in enumerate(program(table).run(f)):
        truth = all_of(tests)
        if truth is not False:
            return (place, answer()) if truth is True else None
    return None


def asked(table: Table, found: Any, f: Inquiry) -> Any:
    """Give what came of a walk and what it read, in the order in which it was read; or the refusal."""
    try:
        return found(table, f), list(f.facts_used.items()), list(f.parameters_used.items())
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
                one = asked(version.table, lambda table, f: straight(table).run(f), inquire(pack, given, on, said))
                if one[0] is not None:
                    assert one == asked(version.table, walk, inquire(pack, given, on, said)), (rule.id, given)
                    answered += 1
    assert answered > 8, "it never answered"


def test_the_printed_walk_can_be_read() -> None:
    pack = load("lanzhou-chengguan")
    source = straight(pack.rules["class-b-credit"].versions[0].table).source
    assert "if derived_service_class != 'B':" in source
    assert "return 3, {'granted': 5000}  # 6" in source


def test_a_decision_made_quickly_is_one_made_by_its_class() -> None:
    quick = decide("lanzhou-chengguan", "registration", {"on": "2018-03-06", "age": 71, "lives_in_area": True})
    assert quick == Decision.from_json(quick.to_json())
    assert quick.amount_fen is None
    with pytest.raises(TypeError, match="nothing"):
        Decision.of({"pack": "one", "rule": "two", "outcome": "decided", "nothing": 1})
    with pytest.raises(UnknownRule):
        decide("lanzhou-chengguan", "nothing", {})

"""Two sheets that were filled in apart: where they differ, and what they come to when a third has decided; pure."""

from __future__ import annotations

from sangyu.assessment.rules.refusals import AnswersMissing
from sangyu.assessment.rules.scale import Scale
from sangyu.assessment.rules.score import Answers, ensure_answers


def differences(scale: Scale, first: Answers, second: Answers) -> tuple[str, ...]:
    """Return the codes of the items that two people answered otherwise, in the order of the sheet."""
    return tuple(item.code for item in scale.items if first[item.code] != second[item.code])


def merged(scale: Scale, first: Answers, second: Answers, decided: Answers) -> dict[str, int]:
    """Return the answers that count: what both say, and where they differ what the third person decided.

    Raises: AnswersMissing, for a difference that is not decided; AnswerOutside.
    """
    ensure_answers(scale, decided)
    differing = differences(scale, first, second)
    undecided = [scale.item_of[code].label for code in differing if code not in decided]
    if undecided:
        raise AnswersMissing(f"还有{len(undecided)}项没有裁定：{'、'.join(undecided)}。请逐项裁定。")
    return {item.code: decided[item.code] if item.code in differing else first[item.code] for item in scale.items}

"""What a form asks beside the items that are scored: who is assessed, how they live, what ails them; pure.

Such particulars never change a level. `known` names what the house knows already and asks nobody again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sangyu.assessment.rules.refusals import AnswerOutside

KINDS = frozenset({"", "text", "lines", "number", "one", "many"})
KNOWN = frozenset(
    {"number", "base_on", "reason", "name", "sex", "birth", "document", "home"}
    | {"informant", "informant_relation", "informant_phone"}
)
# What names somebody stays in the house; a system outside has the elder as a reference.
NAMES = frozenset({"number", "name", "birth", "document", "informant", "informant_phone"})
TEXT_MAX, LINES_MAX = 200, 1000

# Code -> what was said: words, a number as it was typed, or the codes of what was ticked.
Particulars = Mapping[str, str | list[str]]


@dataclass(frozen=True)
class Choice:
    """One thing that may be chosen."""

    code: str
    label: str


@dataclass(frozen=True)
class Particular:
    """One line of the form; of kind "" it is only told by the house, never asked.

    `least` and `most` bound a number in `unit`. What `keeps` is offered again at the next assessment.
    """

    code: str
    section: str
    label: str
    ask: str
    kind: str
    choices: tuple[Choice, ...]
    unit: str
    least: int
    most: int
    known: str
    keeps: bool
    at: str = field(default="", compare=False, repr=False)

    @property
    def leaves_the_house(self) -> bool:
        """Whether another system may learn it: it names nobody."""
        return self.known not in NAMES


def particulars_of(asked: Sequence[Particular], said: Mapping[str, Sequence[str]]) -> dict[str, str | list[str]]:
    """Return what was said of each particular, without what was left empty.

    Shape: code -> what was typed for it, one or several. Raises: AnswerOutside.
    """
    lines = {one.code: one for one in asked if one.kind}
    found: dict[str, str | list[str]] = {}
    for code, typed in said.items():
        if code not in lines:
            raise AnswerOutside(f"评估表里没有“{code}”这一项基本信息。请重新打开评估表。")
        value = _value(lines[code], [part.strip() for part in typed if part.strip()])
        if value:
            found[code] = value
    return found


def _value(one: Particular, parts: list[str]) -> str | list[str]:
    if one.choices:
        known = [choice.code for choice in one.choices]
        if any(part not in known for part in parts) or (one.kind == "one" and len(parts) > 1):
            raise AnswerOutside(f"“{one.label}”没有这个选项，请重新选。")
        return sorted(set(parts), key=known.index) if one.kind == "many" else "".join(parts)
    text = parts[0] if parts else ""
    if one.kind == "number" and text:
        if not re.fullmatch(r"\d{1,4}(\.\d)?", text) or not one.least <= Decimal(text) <= one.most:
            raise AnswerOutside(f"“{one.label}”应在{one.least}至{one.most}{one.unit}之间，最多一位小数，请改正。")
        return text
    most = LINES_MAX if one.kind == "lines" else TEXT_MAX
    if len(text) > most:
        raise AnswerOutside(f"“{one.label}”最多{most}个字，请写短一些。")
    return text


def in_words(one: Particular, value: str | list[str]) -> str:
    """Say what was told of a particular, with its unit."""
    if one.choices:
        chosen = value if isinstance(value, list) else [value]
        return "、".join(choice.label for choice in one.choices if choice.code in chosen)
    return f"{value}{one.unit}"

"""Whether a bureau's own figures fit a pack, which it still waits for, and from when a change may hold; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from sangyu import policy
from sangyu.kit.errors import Refusal
from sangyu.policy.bands import Outside, outside
from sangyu.policy.inquiry import Inquiry
from sangyu.policy.ir import Derived, Parameter, Setting

FIGURE_MAX = 10**12  # no number of a bureau is larger, in its smallest unit; a district's sums of them stay countable
# Whoever answers for the policy reads what is proposed; an agent quotes only what is in force.
DRAFT_READERS = frozenset({"BUREAU", "DEPUTY", "HEAD", "AUDITOR"})


class Viewer(Protocol):
    """What this room needs to know of whoever reads: their programme and roles."""

    @property
    def programme_id(self) -> UUID:
        """The programme whose books the viewer reads."""

    @property
    def roles(self) -> frozenset[str]:
        """The codes of the viewer's roles."""


class UnknownParameter(Refusal):
    """A figure that no rule of the pack reads: most likely a slip of the pen, and without effect."""

    code = "UNKNOWN_PARAMETER"


class OutOfBand(Refusal):
    """A figure that the text itself bounds lies outside; `found` says which number, and by which row of which rule."""

    code = "OUT_OF_BAND"

    def __init__(self, found: Sequence[Outside]) -> None:
        self.found = tuple(found)
        told = "；".join(map(str, self.found))
        super().__init__(f"有{len(self.found)}个数不在政策写明的幅度之内，不能采用：{told}。请改到幅度之内再办。")


class FirstDayPassed(Refusal):
    """A policy begins on a day to come, behind the newest one."""

    code = "FIRST_DAY_PASSED"


def ensure_parameters(pack: policy.Pack, parameters: Mapping[str, Any], *, on: date) -> None:
    """Refuse figures that a pack does not know, or cannot read.

    Raises: UnknownParameter, BadParameter.
    """
    known: dict[str, Parameter | Setting] = {**pack.parameters, **pack.settings}
    strange = sorted(set(parameters) - set(known))
    if strange:
        there = "、".join(f"{name}（{known[name].label}）" for name in sorted(known))
        raise UnknownParameter(f"“{pack.title}”里没有参数 {'、'.join(strange)}。可用：{there}。")
    asked = Inquiry(pack, {}, on, parameters, _nothing_derived)
    for name in parameters:
        asked.parameter(name) if name in pack.parameters else asked.setting(name)


def ensure_in_band(pack: policy.Pack, parameters: Mapping[str, Any], *, on: date) -> None:
    """Refuse figures outside what the pack's own text allows on a day.

    Raises: OutOfBand.
    """
    found = [one for one in outside(pack, parameters, on) if not one.warns]
    if found:
        raise OutOfBand(found)


def warnings(pack: policy.Pack, parameters: Mapping[str, Any], *, on: date) -> list[str]:
    """Return what the pack's own text wants explained of a bureau's figures, though it allows them."""
    return [str(one) for one in outside(pack, parameters, on) if one.warns]


def missing_parameters(pack: policy.Pack, parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return the figures that a pack's text leaves open and the bureau has not set. Shape: name -> label."""
    return {name: one.label for name, one in sorted(pack.parameters.items()) if parameters.get(name) is None}


def ensure_first_day(valid_from: date, *, today: date, after: date) -> None:
    """Refuse a first day that has begun, or that is not behind the one on which the newest version begins.

    Raises: FirstDayPassed.
    """
    if valid_from <= today:
        raise FirstDayPassed(
            f"{valid_from}不行：到今天（{today}）为止的服务已按当时的政策报价、记账，不能倒过来改。"
            f"请把生效日期定在明天或以后；多付、少付的由财务按更正办理。"
        )
    if valid_from <= after:
        raise FirstDayPassed(f"最新一版从{after}起执行，新的一版要在那之后才能接上。请另选生效日期。")


def _nothing_derived(_asked: Inquiry, derived: Derived) -> Any:
    raise LookupError(derived.name)  # parameters stand by themselves; none is worked out from a fact

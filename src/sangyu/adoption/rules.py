"""Whether a bureau's own figures fit a pack, and which the pack still waits for; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sangyu import policy
from sangyu.kit.errors import Refusal
from sangyu.policy.inquiry import Inquiry
from sangyu.policy.ir import Derived, Parameter, Setting


class UnknownParameter(Refusal):
    """A figure that no rule of the pack reads: most likely a slip of the pen, and without effect."""

    code = "UNKNOWN_PARAMETER"


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


def missing_parameters(pack: policy.Pack, parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return the figures that a pack's text leaves open and the bureau has not set. Shape: name -> label."""
    return {name: one.label for name, one in sorted(pack.parameters.items()) if parameters.get(name) is None}


def _nothing_derived(_asked: Inquiry, derived: Derived) -> Any:
    raise LookupError(derived.name)  # parameters stand by themselves; none is worked out from a fact

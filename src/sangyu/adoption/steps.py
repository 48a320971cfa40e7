"""What the walk asks of every city's pack by the same rule names, and the house's answer where the pack is silent.

A pack that has the rule is asked; a text that says nothing of it leaves the matter to the custom of the house, which
favours nobody: whoever lives there is registered, only visits without proof are called about, all four sides of an
appraisal count alike, and what was held for the orders is paid. The answer says that no rule was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sangyu import policy
from sangyu.adoption import queries as adoption_read
from sangyu.kit.money import half_up, yuan

Answer = dict[str, Any]


def _registration(_facts: Mapping[str, Any]) -> Answer:
    return {"eligible": True, "because": "政策包没有规定登记条件，居住在本区的老人都可以登记"}


def _spot_check(facts: Mapping[str, Any]) -> Answer:
    because = "政策包没有规定抽查比例，只回访上门证明不足的工单"
    return {"value": 0, "denominator": facts["total"], "because": because}


def _appraisal_score(facts: Mapping[str, Any]) -> Answer:
    scores = list(facts["scores_tenths"].values())
    value = half_up(sum(scores), len(scores))
    because = f"政策包没有规定考核权重，{len(scores)}个方面同等计，得分{value // 10}.{value % 10}分"
    return {"value": value, "denominator": 100, "because": because}


def _settlement(facts: Mapping[str, Any]) -> Answer:
    amount_fen = sum(facts["order_subsidies_fen"]) + sum(facts["meal_subsidies_fen"])
    because = f"政策包没有把拨付与考核挂钩，按各单补贴之和拨付{yuan(amount_fen)}元"
    return {"amount_fen": amount_fen, "because": because}


def _appraisal_cycle(_facts: Mapping[str, Any]) -> Answer:
    return {"outcome": "not_in_force", "because": "政策包没有规定考核周期，不生成周期任务"}


CUSTOM: Mapping[str, Callable[[Mapping[str, Any]], Answer]] = {
    "registration": _registration,
    "spot-check": _spot_check,
    "appraisal-score": _appraisal_score,
    "appraisal-cycle": _appraisal_cycle,
    "settlement": _settlement,
}


def decide_step(programme_id: UUID, step: str, facts: Mapping[str, Any], on: date) -> policy.Decision:
    """Decide a step of the walk by the pack in force on the day, or by the custom of the house.

    Shape: a decision by custom has an empty `rule` and no source.
    Raises: NothingAdopted.
    """
    adopted = adoption_read.in_force(programme_id, on)
    return decide_step_by(adoption_read.pack_of(adopted), adopted.parameters, step, facts, on)


def decide_step_by(
    pack: policy.Pack, parameters: Mapping[str, Any], step: str, facts: Mapping[str, Any], on: date
) -> policy.Decision:
    """Decide a step of the walk by a pack, or by the custom of the house; as `decide_step`."""
    if step in pack.rules:
        return policy.decide(pack, step, {**facts, "on": on.isoformat()}, on, parameters)
    return policy.Decision(**{"pack": pack.id, "rule": "", "outcome": "decided", "on": on, **CUSTOM[step](facts)})

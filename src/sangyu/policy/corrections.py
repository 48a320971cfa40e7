"""Take a charge back: an amount below zero that a rule shares out is the correction of a charge, not a price.

It is decided as the charge was and turned round, so that a charge and its correction are nothing for every payer.
Where the facts say what each payer has paid (`paid_fen`) it goes back in that proportion, and never more than that.
Why so: `docs/decisions/0016-corrections.md`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from sangyu.kit.money import yuan
from sangyu.policy import ir, to_chinese
from sangyu.policy.decision import Decision, to_plain
from sangyu.policy.errors import BadFact
from sangyu.policy.forms import allot
from sangyu.policy.runtime import Unknown
from sangyu.policy.vocabulary import facts as vocabulary

PAID, REFUND = "paid_fen", "refund_fen"
SHARING = ("split", "account")
_KEPT = ("pack", "rule", "on", "version", "source", "parameters_used", "digest")


def takes_back(rule: ir.Rule, facts: Mapping[str, Any]) -> bool:
    """Tell whether the facts ask for a correction: what the rule shares out is below zero."""
    if rule.form not in SHARING:
        return False
    amount = facts.get(rule.shared)
    return amount.__class__ is int and amount < 0


def give_back(amount_fen: int, paid: Mapping[str, int]) -> dict[str, int]:
    """Give an amount back to those who paid, in proportion to what they paid, by largest remainder.

    Shape: payer -> fen, in the order of `paid`; nobody gets more than was paid, and all of it gives all of it back.
    Raises: BadFact, if it is more than was paid.
    """
    if min(paid.values(), default=0) < 0 or amount_fen > sum(paid.values()):
        raise BadFact(f"要退回 {yuan(amount_fen)} 元，多于原单已付的 {yuan(max(0, sum(paid.values())))} 元，请核对原单")
    return allot(amount_fen, paid)


def taken_back(
    pack: ir.Pack, rule: ir.Rule, facts: Mapping[str, Any], ask: Callable[[Mapping[str, Any]], Decision]
) -> Decision:
    """Decide a correction; `ask` decides the charge.

    A credit gets back what it paid, so an account asks for `paid_fen`. Raises: BadFact, if more would be given back
    than was paid, or if the rule does not say who pays.
    """
    amount_fen = -facts[rule.shared]
    charge = {**facts, rule.shared: amount_fen}
    back, fault = _by_payer(rule, facts.get(PAID), amount_fen)
    credit_fen = back[rule.payers[1]] if back and _is_credit(rule) else 0
    refund = facts.get(REFUND)
    if credit_fen and (refund is None or refund.__class__ is int):
        charge[REFUND] = (refund or 0) + credit_fen
    made = ask(charge)
    used = {**made.facts_used}
    for name in (rule.shared, REFUND, PAID):
        if name in used or (name == PAID and made.decided):
            used[name] = to_plain(facts.get(name))
    used = {name: value for name, value in used.items() if value is not None or name not in (REFUND, PAID)}
    if not made.decided:
        return dataclasses.replace(made, facts_used=used)
    if fault is not None:
        raise fault
    if rule.form == "account" and not _is_credit(rule):
        raise BadFact(f"“{rule.title}”没有写明由谁支付，不能按负数退回，请写明退回额度（{REFUND}）或改正已用数量")
    if rule.form == "account" and back is None:
        lost = to_chinese.missing(pack, Unknown("fact", PAID), rule.words)
        kept = {name: getattr(made, name) for name in _KEPT}
        return Decision(**kept, outcome="needs_fact", missing=PAID, because=lost, facts_used=used)
    shares = back if back is not None else made.shares_fen or {}
    answer: dict[str, Any] = {"shares_fen": {payer: -fen for payer, fen in shares.items()}}
    if rule.form == "account":
        left_fen = (made.used_fen or 0) + (made.balance_fen or 0)
        answer["used_fen"] = -credit_fen
        answer["balance_fen"] = left_fen + (credit_fen if made.granted_fen is None else 0)
    because = f"冲正：{made.because}" if back is None else _told(back, amount_fen)
    return dataclasses.replace(made, facts_used=used, because=because, **answer)


def _is_credit(rule: ir.Rule) -> bool:
    return rule.form == "account" and len(rule.payers) == 2 and rule.shared.endswith("_fen")


def _by_payer(rule: ir.Rule, given: Any, amount_fen: int) -> tuple[dict[str, int] | None, BadFact | None]:
    """Share a correction over those who paid. Shape: (payer -> fen, None), or (None, what is wrong with the facts)."""
    if given is None:
        return None, None
    try:
        paid = vocabulary()[PAID].read(given)
        strangers = [payer for payer in paid if rule.payers and payer not in rule.payers]
        if strangers:
            raise BadFact(f"“{rule.title}”没有付款方 {strangers[0]!r}，可用：{'、'.join(rule.payers)}")
        return give_back(amount_fen, {payer: paid.get(payer, 0) for payer in rule.payers or paid}), None
    except BadFact as fault:
        return None, fault


def _told(back: Mapping[str, int], amount_fen: int) -> str:
    each = "，".join(f"{to_chinese.PAYERS.get(payer, payer)}{yuan(fen)}元" for payer, fen in back.items())
    return f"退回{yuan(amount_fen)}元，按原单各方所付的比例：{each}"

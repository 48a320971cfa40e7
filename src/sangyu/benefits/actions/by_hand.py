"""What the verbs of days and pieces have in common: hold the elder, ask the tables, fill the account, state facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.models import Adoption
from sangyu.benefits import by_hand
from sangyu.benefits.actions.stating import stored
from sangyu.benefits.credits import beside, parted
from sangyu.benefits.entitlements import Answer, benefits_of, say
from sangyu.benefits.facts import facts
from sangyu.benefits.models import StatedFact
from sangyu.benefits.rules import NotEntitled, NotGivenByHand, SameKeyOtherFact, Undecided
from sangyu.kit.ids import derived_id
from sangyu.ledger import actions as ledger
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.rules import AccountKey, Leg, Reference
from sangyu.policy.benefit_list import Benefit
from sangyu.policy.vocabulary import facts as vocabulary
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder

BEIJING = ZoneInfo("Asia/Shanghai")


def held_elder(elder_id: UUID, by: User) -> Elder:
    """Hold the row of the record that stands for a person.

    Raises: NotAllowed, NotFound.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    registry_read.get_elder(by, elder_id)
    return Elder.objects.select_for_update().get(pk=registry_read.survivor_of(elder_id))


def benefit_of(elder: Elder, code: str, unit: str, on: date) -> tuple[Adoption, Benefit]:
    """Find the benefit of a code and unit in what is in force on a day.

    Raises: NotGivenByHand.
    """
    adopted = adoption_read.in_force(elder.programme_id, on)
    for benefit in by_hand.counted(benefits_of(adopted)):
        if (benefit.code, benefit.unit) == (code, unit):
            return adopted, benefit
    raise NotGivenByHand(f"{on}生效的政策包里没有这样办理的“{code}”。请到规则页面核对待遇清单。")


def ensure_entitled(adopted: Adoption, benefit: Benefit, elder: Elder, on: date, **more: Any) -> str:
    """Ask the tables, and return why.

    Raises: NotEntitled; Undecided, naming what is missing.
    """
    if elder.died_on is not None and elder.died_on <= on:
        raise NotEntitled(f"老人{elder.died_on}去世，不能再办理{benefit.title}。请核对档案。")
    said = say(adopted, benefit, {**facts(elder, on), **more}, on)
    if said.answer == Answer.UNKNOWN:
        fact = vocabulary().get(said.missing)
        raise Undecided(f"缺少“{fact.label if fact else said.missing}”，不能办理{benefit.title}。请先登记，再办理。")
    if said.answer != Answer.YES:
        raise NotEntitled(f"{said.because}。不能办理{benefit.title}，请核对登记的情况。")
    return said.because


def fill(pot: AccountKey, granted: int, wanted: int, cause_id: UUID, on: date, by: User, at: datetime) -> None:
    """Put a period's grant on its account with its first use, and whatever a merge that was undone has taken away."""
    balance = ledger_read.balance(pot)
    more = max(granted - (balance.credit_fen - parted(balance)), wanted - balance.available_fen)
    if more > 0:
        ledger.transfer(
            id=derived_id("grant", pot.id, cause_id),
            programme_id=pot.programme_id,
            kind="CREDIT_GRANT",
            legs=[Leg(beside(pot, "SOURCE"), -more), Leg(pot, more)],
            cause=Reference("ELDER", pot.party_id),  # type: ignore[arg-type]
            service_on=on,
            at=at,
            by_id=by.pk,
        )


def state_facts(
    told: Iterable[tuple[str, UUID]],
    *,
    value: Any,
    evidence: str,
    since: date,
    cause: UUID,
    by: User,
    at: datetime,
    again: str = "",
) -> None:
    """State a value for facts of elders, because of one row of this room. Shape: pairs of fact and elder id."""
    for name, elder_id in told:
        StatedFact.objects.create(
            id=fact_id(cause, name, elder_id, again),
            elder_id=elder_id,
            name=name,
            value=stored(value),
            evidence=evidence[:120],
            valid_from=since,
            by=by,
            at=at,
        )


def fact_id(cause: UUID, name: str, elder_id: UUID, again: str = "") -> UUID:
    """Name what is stated because of a row, so that a repeat states it once; `again` after it was taken back."""
    return derived_id("stated-by-hand", cause, name, elder_id, *([again] if again else []))


def ensure_same(stands: object, asked: object) -> None:
    """Refuse a repeat whose content is another one.

    Raises: SameKeyOtherFact.
    """
    if stands != asked:
        raise SameKeyOtherFact("这次提交与已登记的一条用了同一个编号，内容却不同。请刷新页面后重新提交。")


def record(verb: str, elder: Elder, by: User, at: datetime, **told: Any) -> None:
    """Write into the audit book what was done for an elder."""
    access.record(by=by, at=at, verb=verb, object_kind="elder", object_id=elder.pk, facts=told)

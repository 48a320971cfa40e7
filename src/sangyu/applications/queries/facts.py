"""What the policy tables are told about whoever applies, and which of it nobody knows yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sangyu import policy
from sangyu.access.models import User
from sangyu.adoption import queries as adoption_read
from sangyu.applications.models import Award
from sangyu.applications.queries.kinds import kinds_of
from sangyu.applications.rules import KindUnknown
from sangyu.benefits.facts import facts as facts_of_elder
from sangyu.policy.names import names_of
from sangyu.policy.stages import Kind
from sangyu.policy.vocabulary import ABSENT, Fact
from sangyu.policy.vocabulary import facts as vocabulary
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder

BEIJING = ZoneInfo("Asia/Shanghai")
# When an elder last applied for a kind and was granted it, as the tables ask for it.
LAST_APPLIED = {"respite": "last_respite_on"}
# How many of what is applied for the elder has, as a rule asks it that gives so many and no more.
GRANTED_BEFORE = "count"
WORKED_OUT = frozenset({"on", "age"})


def facts_about(
    elder: Elder, kind: str, declared: Mapping[str, Any], on: date, *, but: UUID | None = None
) -> dict[str, Any]:
    """Return what the policy tables ask of an elder on a day; what was told at the window fills the gaps of the books.

    `but` is the application that is being decided: what it brought is no earlier one. How many of a thing there are
    already (`GRANTED_BEFORE`) is what was granted here, or more where the window knows of more.
    """
    known = facts_of_elder(elder, on)
    records = registry_read.same_as(elder.pk)
    granted = Award.objects.filter(elder__in=records, valid_from__lte=on).exclude(application=but)
    known[GRANTED_BEFORE] = max(granted.filter(kind=kind).count(), declared.get(GRANTED_BEFORE) or 0)
    for of, name in LAST_APPLIED.items():
        earlier = granted.filter(kind=of)
        last = earlier.order_by("-application__at").values_list("application__at", flat=True).first()
        days = [known.get(name), last.astimezone(BEIJING).date().isoformat() if last else None]
        known[name] = max((day for day in days if day is not None), default=None)
    return {**declared, **known}


@dataclass(frozen=True)
class Foreseen:
    """What the rule would say today, and which facts it may ask for that nobody knows."""

    kind: Kind
    rule: policy.Rule
    decision: policy.Decision
    wanted: tuple[Fact, ...]


def foresee(viewer: User, elder_id: UUID, kind: str, on: date, declared: Mapping[str, Any] | None = None) -> Foreseen:
    """Say what the rule would answer if an elder applied today; it writes nothing.

    Raises: NotFound, NothingAdopted, KindUnknown.
    """
    elder = registry_read.get_elder(viewer, elder_id)
    adopted = adoption_read.in_force(viewer.programme_id, on)
    found = kinds_of(adopted).get(kind)
    if found is None:
        raise KindUnknown("现行的政策包没有规定可以申请这一项，请从列表里选。")
    pack = adoption_read.pack_of(adopted)
    known = facts_about(elder, kind, declared or {}, on)
    decision = adoption_read.decide(viewer.programme_id, found.rule, known, on)
    return Foreseen(found, pack.rules[found.rule], decision, _wanted(pack, found.rule, known))


def wanted_of(
    programme_id: UUID, rule: str, known: Mapping[str, Any], on: date
) -> tuple[policy.Rule, tuple[Fact, ...]]:
    """Return a rule as it is in force, and the facts that it may ask for and nobody knows."""
    pack = adoption_read.pack_of(adoption_read.in_force(programme_id, on))
    return pack.rules[rule], _wanted(pack, rule, known)


def _wanted(pack: policy.Pack, rule: str, known: Mapping[str, Any]) -> tuple[Fact, ...]:
    """Walk the rule's tables and those of the facts that are derived from others."""
    found: dict[str, Fact] = {}
    rules, seen = [rule], set()
    while rules:
        here = rules.pop()
        if here in seen:
            continue
        seen.add(here)
        for name in (name for version in pack.rules[here].versions for name in names_of(version.table)):
            if name in pack.derived and name not in known:
                rules.append(pack.derived[name].rule)
            fact = vocabulary().get(name)
            # None granted here may still be one had from elsewhere: whoever knows says so at the window.
            unknown = name not in known or (name == GRANTED_BEFORE and not known[name])
            if fact is not None and unknown and name not in WORKED_OUT and fact.default is ABSENT:
                found[name] = fact
    return tuple(found.values())

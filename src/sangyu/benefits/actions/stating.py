"""The verb by which a community writes down what the tables ask of an elder, with the paper that says so."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import JSONField, Value

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.benefits.facts import STATABLE
from sangyu.benefits.models import StatedFact
from sangyu.benefits.rules import NotStatable, SameKeyOtherFact
from sangyu.kit.ids import derived_id
from sangyu.policy import BadFact
from sangyu.policy.decision import to_plain
from sangyu.policy.vocabulary import facts as vocabulary
from sangyu.registry import queries as registry_read


@transaction.atomic
def state(
    *,
    elder_id: UUID,
    name: str,
    value: Any,
    evidence: str,
    valid_from: date,
    by: User,
    at: datetime,
    key: str,
    valid_until: date | None = None,
) -> StatedFact:
    """Write down a fact of an elder from a day on; the same `key` writes it once.

    What was stated before stays as it was for the days before. Raises: NotAllowed, NotFound; NotStatable, for a fact
    of another kind, a value that the tables do not know, no evidence, or an end before the beginning;
    SameKeyOtherFact.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    elder = registry_read.get_elder(by, elder_id)
    fact = vocabulary().get(name)
    if name not in STATABLE or fact is None:
        raise NotStatable("这一项不在这里登记。身份请到老人页面认定，失能等级请安排评估。")
    if not evidence.strip():
        raise NotStatable(f"登记“{fact.label}”要写明依据的材料，请补充。")
    if valid_until is not None and valid_until <= valid_from:
        raise NotStatable(f"截止日期{valid_until}应晚于起始日期{valid_from}，请核对。")
    try:
        plain = to_plain(fact.read(value))
    except BadFact as wrong:
        raise NotStatable(f"{wrong}。请重新填写。") from wrong
    row, made = StatedFact.objects.get_or_create(
        id=derived_id("stated-fact", elder.pk, key),
        defaults={
            "elder": elder,
            "name": name,
            "value": stored(plain),
            "evidence": evidence.strip(),
            "valid_from": valid_from,
            "valid_until": valid_until,
            "by": by,
            "at": at,
        },
    )
    row.value = plain if made else row.value
    if (row.name, row.value, row.valid_from, row.valid_until) != (name, plain, valid_from, valid_until):
        raise SameKeyOtherFact("这次提交与已登记的一条用了同一个编号，内容却不同。请刷新页面后重新提交。")
    if made:
        access.record(
            by=by,
            at=at,
            verb="benefits.state",
            object_kind="elder",
            object_id=elder.pk,
            facts={"name": name, "valid_from": valid_from, "valid_until": valid_until},
        )
    return row


def stored(value: Any) -> Any:
    """Return a stated value as it is written: that there never was one is said in JSON, not by an empty column."""
    return Value(None, JSONField()) if value is None else value

"""What follows in the books when two records turn out to be one person, and when they turn out not to be.

A credit hangs on a record. When the record stands for another no longer, what is left of its credits goes to the one that
stays, together with what was granted and used of them, so that nobody is granted the same period twice. Money that is held
for an order stays where it is held, and a charge stays with the record that was served.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from sangyu.access.models import User
from sangyu.kit.ids import derived_id
from sangyu.ledger import actions as ledger
from sangyu.ledger.models import Account, Journal
from sangyu.ledger.rules import AccountKey, JournalDraft, Leg, Reference
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.models import DuplicateRuling, Elder, Merge, Unmerge

BEIJING = ZoneInfo("Asia/Shanghai")
CREDITS = ("ELDER_CREDIT", "ELDER_MINUTES")


@transaction.atomic
def rule_duplicate(
    *, case_id: UUID, verdict: str, reason: str, by: User, at: datetime, survivor_id: UUID | None = None
) -> DuplicateRuling:
    """Say of two records that they are one person or two, and let the credits follow where that merges them.

    Raises: what `registry.rule_duplicate` raises.
    """
    ruling = registry.rule_duplicate(
        case_id=case_id, verdict=verdict, survivor_id=survivor_id, reason=reason, by=by, at=at
    )
    merge = registry_read.get_duplicate_case(by, case_id).merge
    if merge is not None:
        carry_over(merge=merge, by=by, at=at)
    return ruling


@transaction.atomic
def unmerge(*, merge_id: UUID, reason: str, by: User, at: datetime) -> Unmerge:
    """Part two records that were merged by mistake, and give back what is left of the credits that went over.

    Raises: what `registry.unmerge` raises.
    """
    undone = registry.unmerge(merge_id=merge_id, reason=reason, by=by, at=at)
    give_back(merge=Merge.objects.get(pk=merge_id), by=by, at=at)
    return undone


@transaction.atomic
def carry_over(*, merge: Merge, by: User, at: datetime) -> list[Journal]:
    """Move what is left of every credit of the record that is gone to the one that stays, once.

    The journal's legs on the account that stays say what had been granted and what was used of it before.
    """
    done = _moved(merge, "carry")
    drafts = []
    for account in _credits(merge.gone_id):
        granted_fen, left_fen = account.credit_fen, account.available_fen
        key = _of(account.key, merge.survivor_id)
        id_ = derived_id("carry", merge.pk, account.pk)
        if granted_fen == 0 or id_ in done:
            continue
        legs = [Leg(key, granted_fen)]
        if granted_fen > left_fen:
            legs.append(Leg(key, left_fen - granted_fen))
        if left_fen:
            legs.append(Leg(account.key, -left_fen))
        drafts.append(_draft(id_, "CREDIT_CARRIED", legs, merge, "档案合并，余额转入保留的档案", by, at))
    return ledger.transfer_all(drafts=drafts) if drafts else []


@transaction.atomic
def give_back(*, merge: Merge, by: User, at: datetime) -> list[Journal]:
    """Move back what `carry_over` moved, as far as it is still there; what was used in between stays used. Once."""
    done = _moved(merge, "back")
    drafts = []
    for account in _credits(merge.gone_id):
        carried = Journal.objects.filter(pk=derived_id("carry", merge.pk, account.pk)).first()
        id_ = derived_id("back", merge.pk, account.pk)
        if carried is None or id_ in done:
            continue
        key = _of(account.key, merge.survivor_id)
        there = Account.objects.get(pk=key.id)
        amount_fen = min(_left_of(carried, account), there.available_fen)
        if amount_fen > 0:
            legs = [Leg(key, -amount_fen), Leg(account.key, amount_fen)]
            drafts.append(_draft(id_, "CREDIT_GIVEN_BACK", legs, merge, "撤销合并，余额转回原档案", by, at))
    return ledger.transfer_all(drafts=drafts) if drafts else []

"""What follows in the books when two records turn out to be one person, and when they turn out not to be.

A credit hangs on a record. When another record stands for the person, what is left of the credits goes there, together
with what was granted and used of them, so that nobody is granted the same period twice. Money that is held for an order
stays where it is held, and a charge stays with the record that was served.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from sangyu.access.models import User
from sangyu.benefits.credits import KINDS
from sangyu.kit.ids import derived_id
from sangyu.ledger import actions as ledger
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.models import Account, Journal
from sangyu.ledger.queries import TracedJournal
from sangyu.ledger.rules import AccountKey, JournalDraft, Leg, Reference
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.models import DuplicateRuling, Merge, Unmerge

BEIJING = ZoneInfo("Asia/Shanghai")
CARRIED, BACK = "CREDIT_CARRIED", "CREDIT_GIVEN_BACK"


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
    repeated = Unmerge.objects.filter(pk=merge_id).exists()
    undone = registry.unmerge(merge_id=merge_id, reason=reason, by=by, at=at)
    # Where nothing was left to give back no entry says so, and a repeat must not find something later.
    if not repeated:
        give_back(merge=Merge.objects.get(pk=merge_id), by=by, at=at)
    return undone


@transaction.atomic
def carry_over(*, merge: Merge, by: User, at: datetime) -> list[Journal]:
    """Move what is left of every credit of the record that is gone to the one that stays, once.

    The legs on the account that stays say what had been granted of it before and what was used of that.
    """
    if _booked(merge):
        return []
    drafts = []
    for account in Account.objects.filter(party_id=merge.gone_id, kind__in=KINDS).order_by("id"):
        granted_fen, left_fen = account.credit_fen, account.available_fen
        if granted_fen == 0:
            continue
        legs = [Leg(_same(account.key, merge.survivor_id), granted_fen)]
        if granted_fen > left_fen:
            legs.append(Leg(legs[0].account, left_fen - granted_fen))
        if left_fen:
            legs.append(Leg(account.key, -left_fen))
        drafts.append(_draft(CARRIED, account.key, legs, merge, by, at))
    return ledger.transfer_all(drafts=drafts) if drafts else []


@transaction.atomic
def give_back(*, merge: Merge, by: User, at: datetime) -> list[Journal]:
    """Move back what `carry_over` moved, as far as it is still there, once; what was used in between stays used."""
    booked = _booked(merge)
    if any(row.journal.kind == BACK for row in booked):
        return []
    drafts = []
    for row in booked:
        moved_fen = -sum(leg.amount_fen for leg in row.legs if leg.account.party_id == merge.gone_id)
        key = next(leg.account for leg in row.legs if leg.account.party_id == merge.survivor_id)
        amount_fen = min(moved_fen, ledger_read.balance(key).available_fen)
        if amount_fen > 0:
            home = _same(key, merge.gone_id)
            drafts.append(_draft(BACK, home, [Leg(key, -amount_fen), Leg(home, amount_fen)], merge, by, at))
    return ledger.transfer_all(drafts=drafts) if drafts else []


def _booked(merge: Merge) -> list[TracedJournal]:
    return ledger_read.trace(_cause(merge), programme_id=merge.gone.programme_id).journals


def _cause(merge: Merge) -> Reference:
    return Reference("MERGE", merge.pk)


def _same(key: AccountKey, party_id: UUID) -> AccountKey:
    """Name the same account of another record."""
    return replace(key, party_id=party_id)


def _draft(kind: str, home: AccountKey, legs: list[Leg], merge: Merge, by: User, at: datetime) -> JournalDraft:
    return JournalDraft(
        id=derived_id("merge", kind, merge.pk, home.id),
        programme_id=home.programme_id,
        kind=kind,
        legs=tuple(legs),
        cause=_cause(merge),
        service_on=at.astimezone(BEIJING).date(),
        at=at,
        by_id=by.pk,
        reason="撤销合并，余额转回原档案" if kind == BACK else "档案合并，余额转入保留的档案",
    )

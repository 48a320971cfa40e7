"""Transfers and their reversals. A journal is never edited; a mistake is answered by its opposite."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sangyu.kit.ids import derived_id
from sangyu.ledger import rules
from sangyu.ledger.actions.accounts import Change, Changes, by_id, insert, lock, look_twice, move
from sangyu.ledger.models import Entry, Hold, Journal
from sangyu.ledger.rules import JournalDraft, Leg, Reference

JOURNAL = (
    "id",
    "programme_id",
    "kind",
    "cause_kind",
    "cause_id",
    "service_on",
    "posted_at",
    "period",
    "by_id",
    "reason",
    "rule_version",
    "body_hash",
    "reverses_id",
)
ENTRY = ("id", "journal_id", "n", "account_id", "amount_fen")


def transfer(
    *,
    id: UUID,  # noqa: A002
    programme_id: UUID,
    kind: str,
    legs: Sequence[Leg],
    cause: Reference,
    service_on: date,
    at: datetime,
    by_id: UUID,
    reason: str = "",
    rule_version: str = "",
) -> Journal:
    """Move money between accounts, all legs or none.

    Raises: BadJournal, NotEnough, SameIdOtherBody.
    """
    draft = JournalDraft(
        id=id,
        programme_id=programme_id,
        kind=kind,
        legs=tuple(legs),
        cause=cause,
        service_on=service_on,
        at=at,
        by_id=by_id,
        reason=reason,
        rule_version=rule_version,
    )
    return transfer_all(drafts=[draft])[0]


def transfer_all(*, drafts: Sequence[JournalDraft]) -> list[Journal]:
    """Book many journals in one transaction with few statements, all or none.

    Floors are judged by the sum of the whole batch.
    Shape: one journal per draft, in their order.
    Raises: BadJournal, NotEnough, SameIdOtherBody.
    """
    if any(draft.reverses for draft in drafts):
        raise rules.BadJournal("冲正只能通过“冲正”功能办理，不能作为普通转账记入。")
    return look_twice(lambda: _book(drafts))


def reverse(
    *,
    id: UUID,  # noqa: A002
    journal_id: UUID,
    reason: str,
    at: datetime,
    by_id: UUID,
) -> Journal:
    """Answer a mistaken journal by its opposite, once, in the month of `at`.

    The reversal keeps the cause, the service day and the rule version of what it answers.
    Raises: NoSuchJournal, NotReversible for a reversal, AlreadyReversed, ReasonMissing, NotEnough, SameIdOtherBody.
    """
    rules.ensure_reason(reason)

    def undo() -> Journal:
        mistaken = Journal.objects.filter(pk=journal_id).first()
        if mistaken is None:
            raise rules.NoSuchJournal("没有找到要冲正的转账。请核对编号。")
        if mistaken.reverses_id is not None:
            raise rules.NotReversible("冲正本身不能再冲正。请按正确的内容另记一笔转账。")
        entries = Entry.objects.filter(journal=mistaken).select_related("account").order_by("n")
        draft = JournalDraft(
            id=id,
            programme_id=mistaken.programme_id,
            kind="REVERSAL",
            legs=tuple(Leg(entry.account.key, -entry.amount_fen) for entry in entries),
            cause=mistaken.cause,
            service_on=mistaken.service_on,
            at=at,
            by_id=by_id,
            reason=reason,
            rule_version=mistaken.rule_version,
            reverses=journal_id,
        )
        return _book([draft])[0]

    return look_twice(undo)


def _book(drafts: Sequence[JournalDraft]) -> list[Journal]:
    if len({draft.id for draft in drafts}) < len(drafts):
        raise rules.BadJournal("同一个转账编号在一批中出现两次。请去掉重复的行。")
    accounts = lock(keys=(leg.account for draft in drafts for leg in draft.legs))
    booked = by_id(Journal, [draft.id for draft in drafts])
    for draft in drafts:
        if draft.id in booked:
            ensure_same(booked[draft.id], draft.body_hash)
    fresh = [draft for draft in drafts if draft.id not in booked]
    _ensure_not_reversed(fresh)
    changes = Changes(Change)
    for draft in fresh:
        add_legs(changes, draft)
    move(accounts, changes)
    write_journals(fresh)
    booked |= by_id(Journal, [draft.id for draft in fresh])
    return [booked[draft.id] for draft in drafts]


def _ensure_not_reversed(drafts: Sequence[JournalDraft]) -> None:
    mistaken = [draft.reverses for draft in drafts if draft.reverses]
    if mistaken and Journal.objects.filter(reverses__in=mistaken).exists():
        raise rules.AlreadyReversed("这笔转账已经冲正过，不能再次冲正。请查看原转账的冲正记录。")


def add_legs(changes: Changes, draft: JournalDraft) -> None:
    for leg in draft.legs:
        changes[leg.account.id].add(leg.amount_fen)


def write_journals(drafts: Sequence[JournalDraft]) -> None:
    """Insert journals together with their entries."""
    insert(
        Journal,
        JOURNAL,
        (
            (
                draft.id,
                draft.programme_id,
                draft.kind,
                draft.cause.kind,
                draft.cause.id,
                draft.service_on,
                draft.at,
                rules.booking_month(draft.at),
                draft.by_id,
                draft.reason,
                draft.rule_version,
                draft.body_hash,
                draft.reverses,
            )
            for draft in drafts
        ),
    )
    insert(
        Entry,
        ENTRY,
        (
            (derived_id("ledger.entry", draft.id, n), draft.id, n, leg.account.id, leg.amount_fen)
            for draft in drafts
            for n, leg in enumerate(draft.legs)
        ),
    )


def ensure_same(found: Journal | Hold, body_hash: str) -> None:
    """Let a repeat of the same wish pass. Raises: SameIdOtherBody."""
    if found.body_hash != body_hash:
        raise rules.SameIdOtherBody("同一编号已记过内容不同的一笔，本次未作任何改动。请刷新页面核对后重新提交。")

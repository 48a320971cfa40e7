"""Holds: money promised to a cause, then posted, voided with a reason, or released when its time runs out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from uuid import UUID

from django.db.models import Exists, OuterRef

from sangyu.kit.money import Fen, yuan
from sangyu.ledger import rules
from sangyu.ledger.actions.accounts import CHUNK, Change, Changes, by_id, insert, lock, lock_ids, look_twice, move
from sangyu.ledger.actions.transfers import add_legs, ensure_same, write_journals
from sangyu.ledger.models import Account, Hold, HoldEnd, Journal
from sangyu.ledger.rules import AccountKey, HoldDraft, HoldPosting, JournalDraft, Leg, Reference

HOLD_END = ("hold_id", "kind", "posted_fen", "voided_fen", "journal_id", "reason", "at", "by_id")


def hold(
    *,
    id: UUID,  # noqa: A002
    account: AccountKey,
    amount_fen: Fen,
    cause: Reference,
    at: datetime,
    by_id: UUID,
    expires_at: datetime | None = None,
) -> Hold:
    """Promise money of an account to a cause, so that nobody else can have it until the hold ends.

    Raises: BadJournal, NotEnough, SameIdOtherBody.
    """
    draft = HoldDraft(
        id=id, account=account, amount_fen=amount_fen, cause=cause, at=at, by_id=by_id, expires_at=expires_at
    )
    return hold_all(drafts=[draft])[0]


def hold_all(*, drafts: Sequence[HoldDraft]) -> list[Hold]:
    """Place several holds in one transaction, all or none: an order is paid from more than one account.

    Shape: one hold per draft, in their order.
    Raises: as `hold`.
    """
    if len({draft.id for draft in drafts}) < len(drafts):
        raise rules.BadJournal("同一个预留编号在一批中出现两次。请去掉重复的行。")

    def place() -> list[Hold]:
        accounts = lock(keys=(draft.account for draft in drafts))
        placed = by_id(Hold, [draft.id for draft in drafts])
        for draft in drafts:
            if draft.id in placed:
                ensure_same(placed[draft.id], draft.body_hash)
        fresh = [_row(draft) for draft in drafts if draft.id not in placed]
        changes = Changes(Change)
        for hold in fresh:
            changes[hold.account_id].held_fen += hold.amount_fen
        move(accounts, changes)
        Hold.objects.bulk_create(fresh, batch_size=CHUNK)
        placed |= {hold.pk: hold for hold in fresh}
        return [placed[draft.id] for draft in drafts]

    return look_twice(place)


def post_hold(
    *,
    hold_id: UUID,
    to: AccountKey,
    service_on: date,
    at: datetime,
    by_id: UUID,
    posted_fen: Fen | None = None,
    reason: str = "",
    rule_version: str = "",
) -> HoldEnd:
    """Pay a hold out to an account, all of it or `posted_fen`; the rest is released with a reason.

    A hold past its expiry can still be posted until the round has released it.
    Raises: NoSuchHold, HoldEnded, ReasonMissing, BadJournal, SameIdOtherBody.
    """
    item = HoldPosting(
        hold_id=hold_id,
        to=to,
        service_on=service_on,
        posted_fen=posted_fen,
        reason=reason,
        rule_version=rule_version,
    )
    return post_holds(items=[item], at=at, by_id=by_id)[0]


def post_holds(*, items: Sequence[HoldPosting], at: datetime, by_id: UUID) -> list[HoldEnd]:
    """Settle many holds in one transaction with few statements, all or none.

    Every hold gets a journal of its own under `rules.posting_id`, with the cause of the hold, so that each
    fen leads back to its proof. A repeat returns the ends of the first run.
    Shape: one end per item, in their order.
    Raises: as `post_hold`.
    """
    rules.ensure_aware(at)
    if len({item.hold_id for item in items}) < len(items):
        raise rules.BadJournal("同一笔预留在一批入账中出现两次。请去掉重复的行。")

    def plan(holds: dict[UUID, Hold], accounts: dict[UUID, Account]) -> list[_Ending]:
        return [_posting(item, holds[item.hold_id], accounts, at=at, by_id=by_id) for item in items]

    return look_twice(lambda: _end([item.hold_id for item in items], [item.to for item in items], plan))


def void_hold(*, hold_id: UUID, reason: str, at: datetime, by_id: UUID) -> HoldEnd:
    """Release all of a hold, saying why.

    Raises: NoSuchHold, HoldEnded, ReasonMissing, SameIdOtherBody.
    """
    rules.ensure_aware(at)
    rules.ensure_reason(reason)

    def plan(holds: dict[UUID, Hold], _: dict[UUID, Account]) -> list[_Ending]:
        return [_release(holds[hold_id], HoldEnd.Kind.VOIDED, reason=reason, at=at, by_id=by_id)]

    return look_twice(lambda: _end([hold_id], [], plan))[0]


def expire_holds(*, at: datetime, since: datetime | None = None) -> list[HoldEnd]:
    """Release every open hold whose time ran out at or before `at`.

    `since` bounds the look back for a frequent round; without it the whole history is looked through.
    """
    rules.ensure_aware(at)
    due = Hold.objects.filter(~Exists(HoldEnd.objects.filter(hold=OuterRef("pk"))), expires_at__lte=at)
    if since is not None:
        due = due.filter(expires_at__gte=since)

    def release() -> list[HoldEnd]:
        seen = list(due.order_by("expires_at", "pk"))
        accounts = lock_ids(hold.account_id for hold in seen)
        # Seen before the locks were taken; a hold that ended in between is left as it is.
        ended = by_id(HoldEnd, [hold.pk for hold in seen])
        reason = "预留到期未使用，自动释放"
        endings = [
            _release(hold, HoldEnd.Kind.EXPIRED, reason=reason, at=at, by_id=None)
            for hold in seen
            if hold.pk not in ended
        ]
        _write_ends(accounts, endings)
        return [ending.end for ending in endings]

    return look_twice(release)


@dataclass(frozen=True, slots=True)
class _Ending:
    hold: Hold
    end: HoldEnd
    draft: JournalDraft | None = None


def _row(draft: HoldDraft) -> Hold:
    return Hold(
        id=draft.id,
        programme_id=draft.account.programme_id,
        account_id=draft.account.id,
        amount_fen=draft.amount_fen,
        cause_kind=draft.cause.kind,
        cause_id=draft.cause.id,
        at=draft.at,
        by_id=draft.by_id,
        expires_at=draft.expires_at,
        body_hash=draft.body_hash,
    )


def _posting(item: HoldPosting, hold: Hold, accounts: dict[UUID, Account], *, at: datetime, by_id: UUID) -> _Ending:
    posted_fen, voided_fen = rules.split_hold(hold.amount_fen, posted_fen=item.posted_fen, reason=item.reason)
    if not posted_fen:
        return _release(hold, HoldEnd.Kind.VOIDED, reason=item.reason, at=at, by_id=by_id)
    draft = JournalDraft(
        id=rules.posting_id(hold.pk),
        programme_id=hold.programme_id,
        kind="HOLD_POSTED",
        legs=(Leg(accounts[hold.account_id].key, -posted_fen), Leg(item.to, posted_fen)),
        cause=hold.cause,
        service_on=item.service_on,
        at=at,
        by_id=by_id,
        reason=item.reason,
        rule_version=item.rule_version,
    )
    end = HoldEnd(
        hold_id=hold.pk,
        kind=HoldEnd.Kind.POSTED,
        posted_fen=posted_fen,
        voided_fen=voided_fen,
        journal_id=draft.id,
        reason=item.reason,
        at=at,
        by_id=by_id,
    )
    return _Ending(hold, end, draft)


def _release(hold: Hold, kind: HoldEnd.Kind, *, reason: str, at: datetime, by_id: UUID | None) -> _Ending:
    end = HoldEnd(
        hold_id=hold.pk, kind=kind, posted_fen=0, voided_fen=hold.amount_fen, reason=reason, at=at, by_id=by_id
    )
    return _Ending(hold, end)


def _end(
    hold_ids: Sequence[UUID],
    to: Sequence[AccountKey],
    plan: Callable[[dict[UUID, Hold], dict[UUID, Account]], list[_Ending]],
) -> list[HoldEnd]:
    """Lock what the holds touch, keep the ends that are already written, write the others."""
    holds = by_id(Hold, hold_ids)
    missing = [hold_id for hold_id in hold_ids if hold_id not in holds]
    if missing:
        raise rules.NoSuchHold(f"没有找到预留 {missing[0]}。请核对编号，或刷新页面后再试。")
    accounts = lock(keys=to, ids=(hold.account_id for hold in holds.values()))
    ended = by_id(HoldEnd, hold_ids)
    endings = plan(holds, accounts)
    _ensure_same_ends([ending for ending in endings if ending.hold.pk in ended], ended)
    _write_ends(accounts, [ending for ending in endings if ending.hold.pk not in ended])
    return [ended.get(ending.hold.pk, ending.end) for ending in endings]


def _ensure_same_ends(wanted: Sequence[_Ending], ended: dict[UUID, HoldEnd]) -> None:
    journals = by_id(Journal, [end.journal_id for end in ended.values() if end.journal_id])
    for ending in wanted:
        first, again = ended[ending.hold.pk], ending.end
        if (first.kind, first.posted_fen, first.voided_fen) != (again.kind, again.posted_fen, again.voided_fen):
            done = f"入账 {yuan(first.posted_fen)} 元，释放 {yuan(first.voided_fen)} 元"
            raise rules.HoldEnded(f"这笔预留已经终结：{done}，不能再次处理。请刷新页面。")
        if ending.draft is not None:
            ensure_same(journals[ending.draft.id], ending.draft.body_hash)
        elif (first.reason, first.by_id) != (again.reason, again.by_id):
            raise rules.SameIdOtherBody("这笔预留已由他人或以其他原因撤销。请刷新页面查看。")


def _write_ends(accounts: dict[UUID, Account], endings: Sequence[_Ending]) -> None:
    changes = Changes(Change)
    for ending in endings:
        changes[ending.hold.account_id].held_fen -= ending.hold.amount_fen
        if ending.draft is not None:
            add_legs(changes, ending.draft)
    move(accounts, changes)
    write_journals([ending.draft for ending in endings if ending.draft is not None])
    insert(HoldEnd, HOLD_END, (attrgetter(*HOLD_END)(ending.end) for ending in endings))

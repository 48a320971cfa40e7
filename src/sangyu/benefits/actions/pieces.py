"""Verbs of pieces given by hand: hand a device over, take it back.

Each holds the elder's row, so that two at once see each other's. What the tables ask about it later (holds a phone) is
written down as a stated fact in the same verb, so nobody has to type it a second time.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.benefits import by_hand
from sangyu.benefits.actions.by_hand import (
    benefit_of,
    ensure_entitled,
    ensure_same,
    fact_id,
    fill,
    held_elder,
    record,
    state_facts,
)
from sangyu.benefits.by_hand import PIECES
from sangyu.benefits.credits import beside
from sangyu.benefits.facts import STATABLE
from sangyu.benefits.models import GiveBack, HandOver, StatedFact
from sangyu.benefits.rules import HandedOutAlready, NotRecordable
from sangyu.kit.ids import derived_id
from sangyu.ledger import actions as ledger
from sangyu.ledger.rules import AccountKey, Leg, Reference

BEIJING = ZoneInfo("Asia/Shanghai")


@transaction.atomic
def hand_over(
    *,
    elder_id: UUID,
    code: str,
    serial_number: str,
    receipt: str,
    handed_on: date,
    by: User,
    at: datetime,
    key: str,
) -> HandOver:
    """Write down that a device was handed to an elder; the same `key` writes it once.

    Raises: NotAllowed, NotFound; NotGivenByHand; NotEntitled, Undecided; HandedOutAlready, for whoever has one from
    this period, on whichever record of theirs, or for a piece that is with somebody; NotRecordable; SameKeyOtherFact.
    """
    elder = held_elder(elder_id, by)
    hand_over_id = derived_id("hand-over", elder.programme_id, key)
    number = "".join(serial_number.split()).upper()
    existing = HandOver.objects.filter(pk=hand_over_id).first()
    if existing is not None:
        ensure_same((existing.code, existing.serial_number, existing.handed_on), (code, number, handed_on))
        return existing
    if handed_on > at.astimezone(BEIJING).date() or not (number and receipt.strip()):
        raise NotRecordable("设备编号和领用单都要写，领用日期不能晚于今天。请核对。")
    adopted, benefit = benefit_of(elder, code, "pieces", handed_on)
    held = by_hand.holding_of(elder, benefit, handed_on)
    if held.standing:
        one = held.standing[0].hand_over
        often = "每年" if benefit.period == "year" else "每人"
        raise HandedOutAlready(
            f"{benefit.title}已于{one.handed_on}领取（编号{one.serial_number}，经手人{one.by.display_name}），"
            f"还没有退回；{often}只发一件。要换新的，请先登记退回。"
        )
    row = HandOver(
        id=hand_over_id,
        programme_id=elder.programme_id,
        elder=elder,
        code=code,
        title=benefit.title,
        period=held.period,
        serial_number=number,
        receipt=receipt.strip(),
        handed_on=handed_on,
        because=ensure_entitled(adopted, benefit, elder, handed_on, count=0)[:200],
        by=by,
        at=at,
    )
    _write_in_turn(row)
    pot = by_hand.account_key(elder.programme_id, benefit, elder.pk, handed_on)
    fill(pot, PIECES, PIECES, row.pk, handed_on, by, at)
    _move("HANDED_OVER", pot, beside(pot, "USED"), row, handed_on, by, at)
    state_facts(
        [(name, elder.pk) for name in benefit.states],
        value=True,
        evidence=f"领用单 {row.receipt}",
        since=handed_on,
        cause=row.pk,
        by=by,
        at=at,
    )
    record("benefits.hand_over", elder, by, at, code=code, serial_number=number, receipt=row.receipt)
    return row


@transaction.atomic
def give_back(*, hand_over_id: UUID, given_back_on: date, reason: str, by: User, at: datetime) -> GiveBack:
    """Write down that a device came back; another may be handed out. A repeat returns what stands.

    Raises: NotAllowed, NotFound; NotRecordable.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    row = by_hand.get_hand_over(by, hand_over_id)
    elder = held_elder(row.elder_id, by)
    existing = GiveBack.objects.filter(pk=row.pk).first()
    if existing is not None:
        return existing
    if not row.handed_on <= given_back_on <= at.astimezone(BEIJING).date() or not reason.strip():
        raise NotRecordable(f"退回要写明原因，日期应在{row.handed_on}领取之后、今天之前。请核对。")
    back = GiveBack.objects.create(hand_over=row, given_back_on=given_back_on, reason=reason.strip(), by=by, at=at)
    # It was used on the record that had it, and may be drawn again on the one that stands for the person today.
    had = AccountKey(row.programme_id, row.code.upper(), "ELDER_PIECES", row.period, row.elder_id)
    home = AccountKey(row.programme_id, row.code.upper(), "ELDER_PIECES", row.period, elder.pk)
    _move("GIVEN_BACK", beside(had, "USED"), home, row, given_back_on, by, at)
    said = StatedFact.objects.filter(pk__in=[fact_id(row.pk, name, row.elder_id) for name in STATABLE])
    state_facts(
        [(name, elder.pk) for name in said.values_list("name", flat=True)],
        value=False,
        evidence=f"退回登记 {row.receipt}",
        since=given_back_on,
        cause=back.pk,
        by=by,
        at=at,
        again="back",
    )
    record("benefits.give_back", elder, by, at, code=row.code, serial_number=row.serial_number, reason=back.reason)
    return back


def _write_in_turn(row: HandOver) -> None:
    """Write a hand-over as the next turn of its piece, which must have come back from the one before."""
    same = HandOver.objects.filter(
        programme_id=row.programme_id, code=row.code, serial_number=row.serial_number
    ).order_by("-turn")
    last = same.first()
    elsewhere = HandedOutAlready(
        f"编号{row.serial_number}的{row.title}还登记在别人名下，没有退回。请核对编号，或先登记退回。"
    )
    if last is not None and not GiveBack.objects.filter(pk=last.pk).exists():
        raise elsewhere
    row.turn = last.turn + 1 if last else 1
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as taken:  # handed out at the same moment, on another elder's row
        raise elsewhere from taken


def _move(kind: str, source: AccountKey, to: AccountKey, row: HandOver, on: date, by: User, at: datetime) -> None:
    ledger.transfer(
        id=derived_id(kind, row.pk),
        programme_id=row.programme_id,
        kind=kind,
        legs=[Leg(source, -PIECES), Leg(to, PIECES)],
        cause=Reference("HAND_OVER", row.pk),
        service_on=on,
        at=at,
        by_id=by.pk,
    )

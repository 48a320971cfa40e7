"""Verbs of days given by hand: set them aside for a stay, draw what was stayed, or call it off; what it cost.

Each holds the elder's row, so that two at once see each other's. What the tables ask about it later (had a stay this
year) is written down as a stated fact in the same verb, so nobody has to type it a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from operator import attrgetter
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption import queries as adoption_read
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
from sangyu.benefits.by_hand import Holding
from sangyu.benefits.credits import beside
from sangyu.benefits.facts import STATABLE, facts
from sangyu.benefits.models import Booking, BookingEnd, StatedFact, StayCost
from sangyu.benefits.rules import DaysGone, NotRecordable, Undecided
from sangyu.kit.ids import derived_id
from sangyu.ledger import actions as ledger
from sangyu.ledger.rules import AccountKey, Reference
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder

BEIJING = ZoneInfo("Asia/Shanghai")
OF_THE_FAMILY = "family_"


@transaction.atomic
def set_aside(
    *, elder_id: UUID, code: str, from_on: date, days: int, house: str, by: User, at: datetime, key: str
) -> Booking:
    """Set days aside for a stay that begins on a day; the same `key` sets them aside once.

    The period is that of the day on which it is asked for. The tables are asked for its first stay, and say how many
    days there are; later ones draw on what is left. Raises: NotAllowed, NotFound; NotGivenByHand; NotEntitled,
    Undecided; DaysGone; NotRecordable; SameKeyOtherFact.
    """
    elder = held_elder(elder_id, by)
    booking_id = derived_id("booking", elder.programme_id, key)
    existing = Booking.objects.filter(pk=booking_id).first()
    if existing is not None:
        ensure_same((existing.code, existing.from_on, existing.days), (code, from_on, days))
        return existing
    on = at.astimezone(BEIJING).date()
    adopted, benefit = benefit_of(elder, code, "days", on)
    if days < 1 or not house.strip():
        raise NotRecordable("入住的机构和天数都要写，天数至少1天。请补充。")
    held = by_hand.holding_of(elder, benefit, on)
    because = held.stays[-1].booking.because if held.granted else ensure_entitled(adopted, benefit, elder, on)
    granted = held.granted or by_hand.days_granted(adopted, benefit, facts(elder, on), from_on)
    _ensure_days(held, granted, from_on, days)
    row = Booking.objects.create(
        id=booking_id,
        programme_id=elder.programme_id,
        elder=elder,
        code=code,
        title=benefit.title,
        period=held.period,
        granted=granted,
        days=days,
        from_on=from_on,
        house=house.strip(),
        because=because[:200],
        by=by,
        at=at,
    )
    pot = by_hand.account_key(elder.programme_id, benefit, elder.pk, on)
    fill(pot, granted, days, row.pk, on, by, at)
    ledger.hold(id=row.pk, account=pot, amount_fen=days, cause=_cause(row), at=at, by_id=by.pk)
    told = [(name, one) for name in benefit.states for one in _of_whom(name, elder, by, on)]
    state_facts(told, value=on.isoformat(), evidence=f"{benefit.title}预约", since=on, cause=row.pk, by=by, at=at)
    record("benefits.set_aside", elder, by, at, code=code, days=days, from_on=from_on)
    return row


@transaction.atomic
def draw(*, booking_id: UUID, days: int, by: User, at: datetime) -> BookingEnd:
    """Draw the days that were stayed; those that were not come back. A repeat returns the end that stands.

    Raises: NotAllowed, NotFound; NotRecordable, for more days than were set aside or before they are over.
    """
    row, ended = _booking(booking_id, by)
    if ended is not None:
        ensure_same(ended.days, days)
        return ended
    if not 1 <= days <= row.days:
        raise NotRecordable(f"预约了{row.days}天，实际入住应为1至{row.days}天。没有入住的请取消预约。")
    last = row.from_on + timedelta(days=days - 1)
    if at.astimezone(BEIJING).date() < last:
        raise NotRecordable(f"{last}才住满{days}天，还不能登记。请在离院后登记。")
    reason = f"预约{row.days}天，实际入住{days}天" if days < row.days else ""
    end = BookingEnd.objects.create(booking=row, days=days, reason=reason, by=by, at=at)
    ledger.post_hold(
        hold_id=row.pk,
        to=beside(_pot_of(row), "USED"),
        service_on=row.from_on,
        at=at,
        by_id=by.pk,
        posted_fen=days,
        reason=reason,
    )
    record("benefits.draw", row.elder, by, at, code=row.code, days=days)
    return end


@transaction.atomic
def call_off(*, booking_id: UUID, reason: str, by: User, at: datetime) -> BookingEnd:
    """Call a stay off: all its days come back. A repeat returns the end that stands.

    Raises: NotAllowed, NotFound; NotRecordable, without a reason or after the stay.
    """
    row, ended = _booking(booking_id, by)
    if ended is not None and not ended.days:
        return ended
    if ended is not None:
        raise NotRecordable(f"这次预约已登记入住{ended.days}天，不能取消。")
    if not reason.strip():
        raise NotRecordable("取消预约要写明原因，请补充。")
    end = BookingEnd.objects.create(booking=row, days=0, reason=reason.strip(), by=by, at=at)
    ledger.void_hold(hold_id=row.pk, reason=end.reason, at=at, by_id=by.pk)
    _unstate(row, by, at)
    record("benefits.call_off", row.elder, by, at, code=row.code, reason=end.reason)
    return end


@transaction.atomic
def note_cost(*, booking_id: UUID, price_fen: int, insurance_fen: int, bill: str, by: User, at: datetime) -> StayCost:
    """Write down what a stay cost by its bill; the city's rule says who pays which part. A repeat returns what stands.

    `insurance_fen` is what the elder's medical insurance pays for the bed. Raises: NotAllowed, NotFound; NotRecordable,
    before the stay was drawn, without a bill, or where the pack parts no costs; Undecided; SameKeyOtherFact.
    """
    row, ended = _booking(booking_id, by)
    if ended is None or not ended.days:
        raise NotRecordable("先登记实际入住的天数，再登记费用。")
    existing = StayCost.objects.filter(pk=row.pk).first()
    if existing is not None:
        asked = existing.decision["facts_used"].get("insurance_bed_fen", insurance_fen)
        ensure_same((existing.price_fen, asked, existing.bill), (price_fen, insurance_fen, bill.strip()))
        return existing
    if price_fen <= 0 or insurance_fen < 0 or not bill.strip():
        raise NotRecordable("费用应大于0元，医保支付的不能小于0元，并写明账单编号。请对照账单填写。")
    _adopted, benefit = benefit_of(row.elder, row.code, "days", row.from_on)
    if not benefit.cost:
        raise NotRecordable(f"现行政策包没有规定{benefit.title}的费用怎样分担，不登记费用。请民政局核对待遇清单。")
    asked = {"price_fen": price_fen, "insurance_bed_fen": insurance_fen}
    decision = adoption_read.decide(row.programme_id, benefit.cost, asked, row.from_on)
    if decision.shares_fen is None:
        raise Undecided(f"还不能算出{benefit.title}的费用怎样分担：{decision.because}。请民政局核对政策包。")
    elder_fen, insurer_fen = (decision.shares_fen.get(payer, 0) for payer in ("elder", "insurer"))
    cost = StayCost.objects.create(
        end=ended,
        price_fen=price_fen,
        elder_fen=elder_fen,
        public_fen=sum(decision.shares_fen.values()) - elder_fen - insurer_fen,  # of whatever level of government
        insurer_fen=insurer_fen,
        bill=bill.strip(),
        decision=decision.to_json(),
        by=by,
        at=at,
    )
    record("benefits.note_cost", row.elder, by, at, code=row.code, price_fen=price_fen, bill=cost.bill)
    return cost


def _booking(booking_id: UUID, by: User) -> tuple[Booking, BookingEnd | None]:
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    row = by_hand.get_booking(by, booking_id)
    held_elder(row.elder_id, by)
    return row, BookingEnd.objects.filter(pk=row.pk).first()


def _ensure_days(held: Holding, granted: int, from_on: date, days: int) -> None:
    left = granted - held.used
    if days > left:
        raise DaysGone(
            f"{held.benefit.title}本期{granted}天，已入住和预约{held.used}天，还剩{left}天，不够{days}天。"
            "请缩短入住，或取消别的预约。"
        )
    until_on = from_on + timedelta(days=days - 1)
    for stay in held.stays:
        if stay.days and stay.booking.from_on <= until_on and from_on <= stay.until_on:
            raise DaysGone(
                f"{stay.booking.from_on}至{stay.until_on}已有预约，日期重叠。请换一个日期，或先取消那次预约。"
            )


def _pot_of(row: Booking) -> AccountKey:
    return AccountKey(row.programme_id, row.code.upper(), "ELDER_DAYS", row.period, row.elder_id)


def _cause(row: Booking) -> Reference:
    return Reference("BOOKING", row.pk)


def _of_whom(name: str, elder: Elder, by: User, on: date) -> Iterator[UUID]:
    """Say of whom a fact is stated: of the elder, and what is the family's of the whole household."""
    yield elder.pk
    if name.startswith(OF_THE_FAMILY):
        yield from (one.pk for one in registry_read.household(by, elder, on))


def _unstate(row: Booking, by: User, at: datetime) -> None:
    """State again what stood before a booking that was called off, unless something was stated since."""
    on = row.at.astimezone(BEIJING).date()
    whose = [row.elder_id, *(one.pk for one in registry_read.household(by, row.elder, on))]
    ids = [fact_id(row.pk, name, elder_id) for name in STATABLE for elder_id in whose]
    mine = {(fact.name, fact.elder_id): fact for fact in StatedFact.objects.filter(pk__in=ids)}
    rest = StatedFact.objects.filter(elder__in=whose, name__in={name for name, _ in mine}).exclude(pk__in=ids)
    others: dict[tuple[str, UUID], list[StatedFact]] = {}
    for one in sorted(rest, key=attrgetter("valid_from", "at")):
        others.setdefault((one.name, one.elder_id), []).append(one)
    for (name, elder_id), fact in mine.items():
        stood = others.get((name, elder_id)) or others.get((name, row.elder_id), [])
        if any((one.valid_from, one.at) > (fact.valid_from, fact.at) for one in stood):
            continue
        value = stood[-1].value if stood else None
        told = [(name, elder_id)]
        state_facts(
            told, value=value, evidence=f"{row.title}预约取消", since=on, cause=row.pk, by=by, at=at, again="off"
        )

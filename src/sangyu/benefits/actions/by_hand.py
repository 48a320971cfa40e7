"""Verbs of what is given by hand: set days aside, draw them or call it off; hand a device over, take it back.

Each holds the elder's row, so that two at once see each other's. What the tables ask about it later (holds a phone,
had a stay this year) is written down as a stated fact in the same verb, so nobody has to type it a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.models import Adoption
from sangyu.benefits import by_hand
from sangyu.benefits.actions.stating import stored
from sangyu.benefits.by_hand import PIECES, Holding
from sangyu.benefits.credits import beside, parted
from sangyu.benefits.entitlements import Answer, benefits_of, say
from sangyu.benefits.facts import STATABLE, facts
from sangyu.benefits.models import Booking, BookingEnd, GiveBack, HandOver, StatedFact
from sangyu.benefits.rules import (
    DaysGone,
    HandedOutAlready,
    NotEntitled,
    NotGivenByHand,
    NotRecordable,
    SameKeyOtherFact,
    Undecided,
)
from sangyu.kit.ids import derived_id
from sangyu.ledger import actions as ledger
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.rules import AccountKey, Leg, Reference
from sangyu.policy.benefit_list import Benefit
from sangyu.policy.vocabulary import facts as vocabulary
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
    elder = _held(elder_id, by)
    booking_id = derived_id("booking", elder.programme_id, key)
    existing = Booking.objects.filter(pk=booking_id).first()
    if existing is not None:
        _same((existing.code, existing.from_on, existing.days), (code, from_on, days))
        return existing
    on = at.astimezone(BEIJING).date()
    adopted, benefit = _benefit_of(elder, code, "days", on)
    if days < 1 or not house.strip():
        raise NotRecordable("入住的机构和天数都要写，天数至少1天。请补充。")
    held = by_hand.holding_of(elder, benefit, on)
    because = held.stays[-1].booking.because if held.granted else _entitled(adopted, benefit, elder, on)
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
    _fill(pot, granted, days, row.pk, on, by, at)
    ledger.hold(id=row.pk, account=pot, amount_fen=days, cause=_cause(row), at=at, by_id=by.pk)
    told = [(name, one) for name in benefit.states for one in _of_whom(name, elder, by, on)]
    _state(told, value=on.isoformat(), evidence=f"{benefit.title}预约", since=on, cause=row.pk, by=by, at=at)
    _record("benefits.set_aside", elder, by, at, code=code, days=days, from_on=from_on)
    return row


@transaction.atomic
def draw(*, booking_id: UUID, days: int, by: User, at: datetime) -> BookingEnd:
    """Draw the days that were stayed; those that were not come back. A repeat returns the end that stands.

    Raises: NotAllowed, NotFound; NotRecordable, for more days than were set aside or before they are over.
    """
    row, ended = _booking(booking_id, by)
    if ended is not None:
        _same(ended.days, days)
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
    _record("benefits.draw", row.elder, by, at, code=row.code, days=days)
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
    _record("benefits.call_off", row.elder, by, at, code=row.code, reason=end.reason)
    return end


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
    elder = _held(elder_id, by)
    hand_over_id = derived_id("hand-over", elder.programme_id, key)
    number = "".join(serial_number.split()).upper()
    existing = HandOver.objects.filter(pk=hand_over_id).first()
    if existing is not None:
        _same((existing.code, existing.serial_number, existing.handed_on), (code, number, handed_on))
        return existing
    if handed_on > at.astimezone(BEIJING).date() or not (number and receipt.strip()):
        raise NotRecordable("设备编号和领用单都要写，领用日期不能晚于今天。请核对。")
    adopted, benefit = _benefit_of(elder, code, "pieces", handed_on)
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
        because=_entitled(adopted, benefit, elder, handed_on, count=0)[:200],
        by=by,
        at=at,
    )
    _write_in_turn(row)
    pot = by_hand.account_key(elder.programme_id, benefit, elder.pk, handed_on)
    _fill(pot, PIECES, PIECES, row.pk, handed_on, by, at)
    _move("HANDED_OVER", pot, beside(pot, "USED"), row, handed_on, by, at)
    _state(
        [(name, elder.pk) for name in benefit.states],
        value=True,
        evidence=f"领用单 {row.receipt}",
        since=handed_on,
        cause=row.pk,
        by=by,
        at=at,
    )
    _record("benefits.hand_over", elder, by, at, code=code, serial_number=number, receipt=row.receipt)
    return row


@transaction.atomic
def give_back(*, hand_over_id: UUID, given_back_on: date, reason: str, by: User, at: datetime) -> GiveBack:
    """Write down that a device came back; another may be handed out. A repeat returns what stands.

    Raises: NotAllowed, NotFound; NotRecordable.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    row = by_hand.get_hand_over(by, hand_over_id)
    elder = _held(row.elder_id, by)
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
    said = StatedFact.objects.filter(pk__in=[_fact_id(row.pk, name, row.elder_id) for name in STATABLE])
    _state(
        [(name, elder.pk) for name in said.values_list("name", flat=True)],
        value=False,
        evidence=f"退回登记 {row.receipt}",
        since=given_back_on,
        cause=back.pk,
        by=by,
        at=at,
        again="back",
    )
    _record("benefits.give_back", elder, by, at, code=row.code, serial_number=row.serial_number, reason=back.reason)
    return back


def _held(elder_id: UUID, by: User) -> Elder:
    """Hold the row of the record that stands for a person.

    Raises: NotAllowed, NotFound.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    registry_read.get_elder(by, elder_id)
    return Elder.objects.select_for_update().get(pk=registry_read.survivor_of(elder_id))


def _booking(booking_id: UUID, by: User) -> tuple[Booking, BookingEnd | None]:
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    row = by_hand.get_booking(by, booking_id)
    _held(row.elder_id, by)
    return row, BookingEnd.objects.filter(pk=row.pk).first()


def _benefit_of(elder: Elder, code: str, unit: str, on: date) -> tuple[Adoption, Benefit]:
    adopted = adoption_read.in_force(elder.programme_id, on)
    for benefit in by_hand.counted(benefits_of(adopted)):
        if (benefit.code, benefit.unit) == (code, unit):
            return adopted, benefit
    raise NotGivenByHand(f"{on}生效的政策包里没有这样办理的“{code}”。请到规则页面核对待遇清单。")


def _entitled(adopted: Adoption, benefit: Benefit, elder: Elder, on: date, **more: Any) -> str:
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


def _fill(pot: AccountKey, granted: int, wanted: int, cause_id: UUID, on: date, by: User, at: datetime) -> None:
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


def _pot_of(row: Booking) -> AccountKey:
    return AccountKey(row.programme_id, row.code.upper(), "ELDER_DAYS", row.period, row.elder_id)


def _cause(row: Booking) -> Reference:
    return Reference("BOOKING", row.pk)


def _of_whom(name: str, elder: Elder, by: User, on: date) -> Iterator[UUID]:
    """Say of whom a fact is stated: of the elder, and what is the family's of the whole household."""
    yield elder.pk
    if name.startswith(OF_THE_FAMILY):
        yield from (one.pk for one in registry_read.household(by, elder, on))


def _state(
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
    for name, elder_id in told:
        StatedFact.objects.create(
            id=_fact_id(cause, name, elder_id, again),
            elder_id=elder_id,
            name=name,
            value=stored(value),
            evidence=evidence[:120],
            valid_from=since,
            by=by,
            at=at,
        )


def _fact_id(cause: UUID, name: str, elder_id: UUID, again: str = "") -> UUID:
    return derived_id("stated-by-hand", cause, name, elder_id, *([again] if again else []))


def _unstate(row: Booking, by: User, at: datetime) -> None:
    """State again what stood before a booking that was called off, unless something was stated since."""
    on = row.at.astimezone(BEIJING).date()
    whose = [row.elder_id, *(one.pk for one in registry_read.household(by, row.elder, on))]
    ids = [_fact_id(row.pk, name, elder_id) for name in STATABLE for elder_id in whose]
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
        _state(told, value=value, evidence=f"{row.title}预约取消", since=on, cause=row.pk, by=by, at=at, again="off")


def _same(stands: object, asked: object) -> None:
    if stands != asked:
        raise SameKeyOtherFact("这次提交与已登记的一条用了同一个编号，内容却不同。请刷新页面后重新提交。")


def _record(verb: str, elder: Elder, by: User, at: datetime, **told: Any) -> None:
    access.record(by=by, at=at, verb=verb, object_kind="elder", object_id=elder.pk, facts=told)

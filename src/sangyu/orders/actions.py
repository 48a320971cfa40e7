"""Verbs of orders: place, reschedule, cancel, and move one on. Locks: elder, then order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Q

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.benefits import actions as benefits
from sangyu.benefits.rules import Quote
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.ids import derived_id
from sangyu.orders import rules
from sangyu.orders.models import OPEN_STAGES, Cancellation, Order, Rescheduling, Served, Stage
from sangyu.outbox import actions as outbox
from sangyu.providers import queries as providers_read
from sangyu.providers.models import ServiceItem
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder

BEIJING = ZoneInfo("Asia/Shanghai")


class ReasonMissing(Refusal):
    """An order is not called off without saying why."""


@transaction.atomic
def place(
    *,
    elder_id: UUID,
    item: ServiceItem,
    wanted_from: datetime,
    by: User,
    at: datetime,
    key: str,
    requester: str = "",
    note: str = "",
    source: str = "",
) -> Order:
    """Take an order: price and shares from the policy of the day, the public part held, all in one transaction.

    The same `key` with the same wish returns the first order. `source` names the platform outside that handed it over.
    Raises: NotAllowed, NotFound (an elder or item of another programme), SlotOver, ItemRetired, SlotTaken, ElderDied,
    PriceMissing, NoOffer, Undecided, BudgetGone, SameKeyOtherOrder.
    """
    ensure_role(by, Role.AGENT, Role.SUPERVISOR)
    item = providers_read.get_item(by, item.pk)
    order_id = id_of(programme_id=by.programme_id, key=key)
    wish = rules.body_hash(
        {
            "elder": elder_id,
            "item": item.pk,
            "wanted_from": wanted_from.astimezone(UTC).isoformat(),
            "requester": requester,
            "note": note,
            **({"source": source} if source else {}),
        }
    )
    elder = Elder.objects.select_for_update().filter(pk=elder_id, programme_id=by.programme_id).first()
    if elder is None:
        raise NotFound("没有找到这位老人，请重新查找后再下单。")
    first = Order.objects.filter(pk=order_id).first()
    if first is not None:
        rules.ensure_same_wish(number=first.number, stands=first.body_hash, wish=wish)
        return first
    on = wanted_from.astimezone(BEIJING).date()
    wanted_until = wanted_from + timedelta(minutes=item.minutes)
    rules.ensure_alive(name=elder.name, died_on=elder.died_on, on=on)
    rules.ensure_ahead(wanted_from=wanted_from, at=at)
    rules.ensure_offered(
        item=item.name, retired_on=item.retired_on, successor=item.successor.name if item.successor else "", on=on
    )
    rules.ensure_free(wanted=(wanted_from, wanted_until), taken=_taken(elder), clock="%m月%d日 %H:%M")
    quote = benefits.quote(elder=elder, item=item, on=on)
    benefits.reserve(order_id=order_id, elder=elder, quote=quote, on=on, by=by, at=at)
    try:
        with transaction.atomic():
            order = Order.objects.create(
                id=order_id,
                programme_id=by.programme_id,
                number=_free_number(by.programme_id, order_id, at),
                elder=elder,
                item=item,
                community_id=elder.community_id,
                requester=requester or elder.name,
                source=source,
                wanted_from=wanted_from,
                wanted_until=wanted_until,
                note=note,
                price_fen=quote.price_fen,
                elder_fen=quote.elder_fen,
                public_fen=quote.public_fen,
                quote=quote.to_json(),
                body_hash=wish,
                placed_by=by,
                placed_at=at,
                stage=Stage.PLACED,
                stage_at=at,
            )
    except IntegrityError as clash:  # somebody used the key for another elder between our look and our insert
        raise rules.SameKeyOtherOrder("刚才另有一张工单用了同一个编号，这次没有下单。请刷新页面后重新下单。") from clash
    access.record(
        by=by,
        at=at,
        verb="orders.place",
        object_kind="order",
        object_id=order.pk,
        facts={"number": order.number, "price_fen": order.price_fen, "public_fen": order.public_fen}
        | ({"source": source} if source else {}),
    )
    _tell(order, at)
    return order


@transaction.atomic
def reschedule(*, order_id: UUID, wanted_from: datetime, by: User, at: datetime, reason: str) -> Order:
    """Move an order to another time, with the price that was read out; its stage stays, a repeat changes nothing.

    Raises: NotAllowed; ReasonMissing; NotFound; SlotOver; SlotTaken; ElderDied; TimeFixed, for an order that an
    enterprise has taken, or for a day on which price, shares or the month's money would not be the same.
    """
    ensure_role(by, Role.AGENT, Role.SUPERVISOR, Role.DISPATCHER)
    if not reason.strip():
        raise ReasonMissing("改期必须写明原因，请补充。")
    order = lock(order_id=order_id, by=by, elder_too=True)
    if order.wanted_from == wanted_from:
        return order
    rules.ensure_movable(number=order.number, stage=order.stage, label=str(order.get_stage_display()))
    elder = order.elder
    on = wanted_from.astimezone(BEIJING).date()
    wanted_until = wanted_from + (order.wanted_until - order.wanted_from)
    rules.ensure_alive(name=elder.name, died_on=elder.died_on, on=on)
    rules.ensure_ahead(wanted_from=wanted_from, at=at)
    rules.ensure_free(
        wanted=(wanted_from, wanted_until),
        taken=[slot for slot in _taken(elder) if slot.number != order.number],
        clock="%m月%d日 %H:%M",
    )
    rules.ensure_same_money(
        number=order.number,
        held_on=order.wanted_from.astimezone(BEIJING).date(),
        on=on,
        stands=_money(Quote.from_json(order.quote)),
        would_be=_money(_quote_without_itself(order, on, by=by, at=at)),
    )
    n = Rescheduling.objects.filter(order=order).count() + 1
    Rescheduling.objects.create(
        id=derived_id("rescheduling", order.pk, n),
        order=order,
        n=n,
        old_from=order.wanted_from,
        old_until=order.wanted_until,
        new_from=wanted_from,
        new_until=wanted_until,
        reason=reason.strip(),
        by=by,
        at=at,
    )
    order.wanted_from, order.wanted_until = wanted_from, wanted_until
    order.save(update_fields=["wanted_from", "wanted_until"])
    access.record(
        by=by,
        at=at,
        verb="orders.reschedule",
        object_kind="order",
        object_id=order.pk,
        facts={"wanted_from": wanted_from, "reason": reason.strip(), "n": n},
    )
    _tell(order, at)
    return order


@transaction.atomic
def cancel(*, order_id: UUID, reason: str, by: User, at: datetime) -> Order:
    """Call off an order before anybody is at the door and give back what was held.

    Raises: NotAllowed, ReasonMissing, NotFound, WrongStage.
    """
    ensure_role(by, Role.AGENT, Role.SUPERVISOR, Role.DISPATCHER, Role.CLOCK)
    if not reason.strip():
        raise ReasonMissing("取消工单必须写明原因，请补充。")
    return _cancel(lock(order_id=order_id, by=by), reason.strip(), by, at)


def cancel_after_death(*, by: User, at: datetime, elder_id: UUID | None = None) -> list[Order]:
    """Call off and return what is still to come for elders whose death is recorded: one, or all of the programme.

    Whoever may record a death may do this, and the clock, which finds what was recorded elsewhere. An order at whose
    door somebody already stands is left to the desk.
    Raises: NotAllowed; NotFound, for an elder who is not the actor's.
    """
    ensure_role(by, Role.AGENT, Role.SUPERVISOR, Role.COMMUNITY, Role.BUREAU, Role.CLOCK)
    died = Q(elder__died_on__isnull=False) | Q(elder__merged_into__died_on__isnull=False)
    rows = Order.objects.filter(died, programme_id=by.programme_id, stage__in=rules.before("CANCELLED"))
    if elder_id is not None:
        rows = rows.filter(elder_id__in=registry_read.same_as(registry_read.get_elder(by, elder_id).pk))
    elif Role.CLOCK not in by.roles:
        rows = rows.filter(elder__in=registry_read.elders(by).order_by())
    ended = []
    for order_id in rows.order_by("elder_id", "pk").values_list("pk", flat=True):
        with transaction.atomic():
            order = lock(order_id=order_id, by=by, elder_too=True)
            person = order.elder.merged_into or order.elder
            if person.died_on is not None and order.stage in rules.before("CANCELLED"):
                ended.append(_cancel(order, f"老人已于{person.died_on}去世", by, at))
    return ended


def _cancel(order: Order, reason: str, by: User, at: datetime) -> Order:
    if order.stage == Stage.CANCELLED:
        return order
    _move(order, Stage.CANCELLED, at)
    Cancellation.objects.create(order=order, reason=reason, by=by, at=at)
    benefits.release(order_id=order.pk, quote=Quote.from_json(order.quote), reason=f"工单取消：{reason}", by=by, at=at)
    access.record(by=by, at=at, verb="orders.cancel", object_kind="order", object_id=order.pk, facts={"reason": reason})
    _tell(order, at)
    return order


def id_of(*, programme_id: UUID, key: str) -> UUID:
    """Name the order that a key stands for, placed or not."""
    return derived_id("order", programme_id, key)


def lock(*, order_id: UUID, by: User, elder_too: bool = False) -> Order:
    """Return an order of the actor's programme, locked until the end of the transaction; on demand its elder before it.

    Raises: NotFound.
    """
    if elder_too:
        mine = Order.objects.filter(pk=order_id, programme_id=by.programme_id)
        Elder.objects.select_for_update().filter(pk__in=mine.values("elder_id")).first()
    found = (
        Order.objects.select_for_update(of=("self",))
        .select_related("elder", "item", "community")
        .filter(pk=order_id, programme_id=by.programme_id)
        .first()
    )
    if found is None:
        raise NotFound("没有找到这张工单。")
    return found


def move(*, order: Order, to: str, at: datetime) -> None:
    """Bring a locked order to a stage; called by the verb that writes the row behind it.

    Raises: WrongStage.
    """
    _move(order, to, at)
    _tell(order, at)


def mark_served(*, order: Order, by: User, at: datetime) -> None:
    """Note that a locked order was carried out.

    Raises: WrongStage.
    """
    _move(order, Stage.SERVED, at)
    Served.objects.create(order=order, by=by, at=at)
    _tell(order, at)


def _quote_without_itself(order: Order, on: date, *, by: User, at: datetime) -> Quote:
    """Price an order for another day as if it held nothing yet; the hold is let go only inside a savepoint."""
    with transaction.atomic():
        benefits.release(order_id=order.pk, quote=Quote.from_json(order.quote), reason="改期试算", by=by, at=at)
        quote = benefits.quote(elder=order.elder, item=order.item, on=on)
        transaction.set_rollback(True)
    return quote


def _money(quote: Quote) -> dict[str, object]:
    return {
        "price_fen": quote.price_fen,
        "shares_fen": quote.shares_fen,
        "fund": quote.fund,
        "public_fen": quote.public_fen,
        "credit_fen": quote.credit_fen,
        "credit_minutes": quote.credit_minutes,
    }


def _move(order: Order, to: str, at: datetime) -> None:
    rules.ensure_move(number=order.number, stage=order.stage, to=str(to), label=str(Stage(order.stage).label))
    order.stage, order.stage_at = str(to), at
    order.save(update_fields=["stage", "stage_at"])


def _tell(order: Order, at: datetime) -> None:
    outbox.tell(
        programme_id=order.programme_id,
        topic="orders",
        kind="order.moved",
        body={"order": str(order.pk), "stage": order.stage},
        at=at,
    )


def _taken(elder: Elder) -> list[rules.Slot]:
    rows = Order.objects.filter(elder=elder, stage__in=OPEN_STAGES).select_related("item")
    return [
        rules.Slot(row.number, row.item.name, row.wanted_from.astimezone(BEIJING), row.wanted_until.astimezone(BEIJING))
        for row in rows
    ]


def _free_number(programme_id: UUID, order_id: UUID, at: datetime) -> str:
    on = at.astimezone(BEIJING).date()
    attempt = 0
    while Order.objects.filter(programme_id=programme_id, number=rules.number_of(order_id, on, attempt)).exists():
        attempt += 1
    return rules.number_of(order_id, on, attempt)

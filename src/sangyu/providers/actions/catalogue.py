"""The catalogue: list an item, give it a price, and what a worker earns by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption import queries as adoption_read
from sangyu.kit.errors import NotFound
from sangyu.kit.money import yuan
from sangyu.providers import queries as providers_read
from sangyu.providers import rules
from sangyu.providers.models import Enterprise, PayRate, Price, ServiceItem

BEIJING = ZoneInfo("Asia/Shanghai")


def list_item(*, by: User, fields: Mapping) -> ServiceItem:
    """Add an item to the catalogue, once per code.

    Shape: the columns of `ServiceItem` by name, without ids.
    Raises: NotAllowed; Incomplete, for an item without a name or that takes no time.
    """
    ensure_role(by, Role.BUREAU, Role.DISPATCHER)
    if not fields["name"].strip() or fields["minutes"] <= 0:
        raise rules.Incomplete("服务项目必须有名称，时长必须大于0分钟，请补充。")
    item, _ = ServiceItem.objects.get_or_create(
        programme_id=by.programme_id, code=fields["code"], defaults={**fields, "programme_id": by.programme_id}
    )
    return item


@transaction.atomic
def set_price(*, item: ServiceItem, market_price_fen: int, valid_from: date, by: User, at: datetime) -> Price:
    """Give an item a market price from a day on, until the next price that is set; the price before ends that day.

    Raises: NotAllowed; NotFound, for an item of another catalogue; Incomplete, for a price below zero; OtherPrice;
    PriceAboveCap.
    """
    ensure_role(by, Role.BUREAU, Role.DISPATCHER)
    providers_read.get_item(by, item.pk)
    if market_price_fen < 0:
        raise rules.Incomplete(f"“{item.name}”的价格不能是负数，请重新填写。")
    ServiceItem.objects.select_for_update().get(pk=item.pk)  # two prices at once would not see each other's days
    prices = list(Price.objects.filter(item=item).order_by("valid_from"))
    standing = next((price for price in prices if price.valid_from == valid_from), None)
    if standing is not None:
        if standing.market_price_fen != market_price_fen:
            raise rules.OtherPrice(
                f"“{item.name}”从{valid_from}起已定价{yuan(standing.market_price_fen)}元，同一天不能再定别的价格。"
                "请另选生效日期。"
            )
        return standing
    following = next((price.valid_from for price in prices if price.valid_from > valid_from), None)
    ensure_within_cap(by.programme_id, name=item.name, price_fen=market_price_fen, since=valid_from, until=following)
    for before in (price for price in prices[::-1] if price.valid_from < valid_from):
        before.valid_until = valid_from
        before.save(update_fields=["valid_until"])
        break
    price = Price.objects.create(
        item=item, market_price_fen=market_price_fen, valid_from=valid_from, valid_until=following
    )
    access.record(
        by=by,
        at=at,
        verb="providers.set_price",
        object_kind="item",
        object_id=item.pk,
        facts={"market_price_fen": market_price_fen, "valid_from": valid_from},
    )
    return price


def ensure_within_cap(programme_id: UUID, *, name: str, price_fen: int, since: date, until: date | None) -> None:
    """Refuse a price above the maximum of any policy that holds on one of its days, as far as it is adopted by now.

    A policy that knows no maximum, and a day before any policy, leave the price free; a maximum that is not yet set
    refuses every price. What is adopted later changes no price that stands; `prices_above_cap` lists those.
    Raises: PriceAboveCap, with the clause and from which day.
    """
    for adopted in adoption_read.in_force_during(programme_id, since, until):
        rule = adoption_read.pack_of(adopted).rules.get(providers_read.CAP_RULE)
        if rule is None:
            continue
        on = max(since, adopted.valid_from)
        asked = adoption_read.decide(programme_id, providers_read.CAP_RULE, {"price_fen": price_fen}, on)
        rules.ensure_within_cap(
            name=name,
            result=asked.result,
            because=asked.because,
            clause=rule.source.locator,
            later_on=on if on > since else None,
        )


@transaction.atomic
def set_pay_rate(
    *, enterprise: Enterprise, item_id: UUID, pay_fen: int, valid_from: date, by: User, at: datetime
) -> PayRate:
    """Say what a worker of the enterprise earns by one visit of an item, from a day on; a repeat changes nothing.

    Raises: NotAllowed; NotFound, for an enterprise or item of somebody else; Incomplete; PayBackdated.
    """
    ensure_role(by, Role.ENTERPRISE)
    providers_read.get_enterprise(by, enterprise.pk)
    item = providers_read.get_item(by, item_id)
    if Enterprise.objects.select_for_update().filter(pk=enterprise.pk).first() is None:
        raise NotFound("没有找到这家企业。")
    rates = list(PayRate.objects.filter(enterprise=enterprise, item=item).order_by("valid_from", "at", "id"))
    same_day = [rate for rate in rates if rate.valid_from == valid_from]
    if same_day and same_day[-1].pay_fen == pay_fen:
        return same_day[-1]
    on = at.astimezone(BEIJING).date()
    rules.ensure_pay(item=item.name, pay_fen=pay_fen, valid_from=valid_from, on=on, has_rate=bool(rates))
    rate = PayRate.objects.create(
        enterprise=enterprise, item=item, pay_fen=pay_fen, valid_from=valid_from, by=by, at=at
    )
    access.record(
        by=by,
        at=at,
        verb="providers.set_pay_rate",
        object_kind="enterprise",
        object_id=enterprise.pk,
        facts={"item": item.code, "pay_fen": pay_fen, "valid_from": valid_from},
    )
    return rate

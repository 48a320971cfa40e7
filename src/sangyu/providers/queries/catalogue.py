"""The catalogue for the agent, the market price on a day, and what a worker earns by a visit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from sangyu.access.models import User
from sangyu.files.models import File
from sangyu.kit.errors import NotFound, Refusal
from sangyu.providers import sheet
from sangyu.providers.models import (
    ContractItem,
    Enterprise,
    EnterpriseKind,
    GroupedItem,
    ItemClass,
    ItemGroup,
    PayRate,
    Price,
    ServiceItem,
    StandardDocument,
)
from sangyu.providers.queries.members import get_enterprise

CLASSES = {str(label): str(code) for code, label in ItemClass.choices}
KINDS = {str(label): str(code) for code, label in EnterpriseKind.choices}


class PriceMissing(Refusal):
    """The item has no market price on that day."""

    code = "PRICE_MISSING"


def items(viewer: User) -> QuerySet[ServiceItem]:
    """The catalogue of the viewer's programme, by code."""
    return ServiceItem.objects.filter(programme_id=viewer.programme_id).order_by("code")


def item_classes() -> list[tuple[str, str]]:
    """Return the classes of the catalogue, code and name, for filters."""
    return [(str(code), str(label)) for code, label in ItemClass.choices]


def offered(viewer: User, on: date) -> QuerySet[ServiceItem]:
    """The items that may be ordered for a day, by code: those that were not retired by then."""
    return items(viewer).exclude(retired_on__lte=on)


def search_items(viewer: User, text: str, *, on: date, limit: int = 12) -> list[ServiceItem]:
    """Return items to be ordered for a day whose name holds `text` or whose pinyin initials or code start with it.

    Lunch is not among them: it is sold over the counter, not ordered by telephone.
    """
    text = text.strip()
    if not text:
        return []
    return list(
        offered(viewer, on)
        .exclude(offer="lunch")
        .filter(Q(name__icontains=text) | Q(initials__startswith=text.lower()) | Q(code__istartswith=text))[:limit]
    )


def get_item(viewer: User, item_id: UUID) -> ServiceItem:
    """Return one item of the catalogue.

    Raises: NotFound.
    """
    found = items(viewer).filter(pk=item_id).first()
    if found is None:
        raise NotFound("目录里没有这个服务项目，请重新选择。")
    return found


def market_price_fen(item: ServiceItem, on: date) -> int:
    """Return the market price of an item on a day, in fen.

    Raises: PriceMissing; an unknown price is never zero.
    """
    price = (
        Price.objects.filter(item=item, valid_from__lte=on)
        .filter(Q(valid_until=None) | Q(valid_until__gt=on))
        .values_list("market_price_fen", flat=True)
        .first()
    )
    if price is None:
        raise PriceMissing(f"“{item.name}”在{on}没有价格，不能下单。请在服务目录里补上价格，或换一个项目。")
    return price


def pay_fen(enterprise_id: UUID, item_id: UUID, on: date) -> int | None:
    """Return what a worker of an enterprise earns by one visit of an item on a day, in fen; None if nobody said."""
    return pay_fens(enterprise_id, [(item_id, on)])[item_id, on]


def pay_fens(enterprise_id: UUID, visits: Iterable[tuple[UUID, date]]) -> dict[tuple[UUID, date], int | None]:
    """Return what a worker earns by visits of some items on some days; one query for a whole month.

    Shape: (item id, day) -> fen, or None where the enterprise has not set a rate.
    """
    asked = set(visits)
    rates = list(
        PayRate.objects.filter(enterprise_id=enterprise_id, item_id__in={item_id for item_id, _ in asked})
        .order_by("valid_from", "at", "id")
        .values_list("item_id", "valid_from", "pay_fen")
    )
    found: dict[tuple[UUID, date], int | None] = {}
    for item_id, on in asked:
        begun = [fen for item, since, fen in rates if item == item_id and since <= on]
        found[item_id, on] = begun[-1] if begun else None
    return found


@dataclass(frozen=True)
class Pay:
    """An item that an enterprise may be sent, with the rate that holds and the next one that is set."""

    item: ServiceItem
    pay_fen: int | None
    valid_from: date | None
    following: PayRate | None


def pay_rates(viewer: User, enterprise: Enterprise, on: date) -> list[Pay]:
    """Return the pay for each item of an enterprise's contracts that run on a day, by code; two queries and the scope.

    Raises: NotFound, for an enterprise that the viewer may not see.
    """
    get_enterprise(viewer, enterprise.pk)
    rates = list(PayRate.objects.filter(enterprise=enterprise).select_related("by").order_by("valid_from", "at", "id"))
    found = []
    contracted = ContractItem.objects.filter(
        contract__enterprise=enterprise, contract__valid_from__lte=on, contract__valid_until__gt=on
    )
    for item in ServiceItem.objects.filter(pk__in=contracted.values("item_id")).order_by("code"):
        own = [rate for rate in rates if rate.item_id == item.pk]
        begun = [rate for rate in own if rate.valid_from <= on]
        later = [rate for rate in own if rate.valid_from > on]
        following = next((rate for rate in reversed(later) if rate.valid_from == later[0].valid_from), None)
        found.append(
            Pay(item, begun[-1].pay_fen if begun else None, begun[-1].valid_from if begun else None, following)
        )
    return found


@dataclass(frozen=True)
class Listed:
    """An item of the catalogue with its price on a day (None without one) and its group in each scheme."""

    item: ServiceItem
    price_fen: int | None
    groups: Mapping[str, ItemGroup]


def groups(viewer: User) -> dict[str, list[ItemGroup]]:
    """Return the groups of the catalogue of the viewer's programme. Shape: scheme -> groups, as first imported."""
    found: dict[str, list[ItemGroup]] = {}
    for row in ItemGroup.objects.filter(programme_id=viewer.programme_id).order_by("n"):
        found.setdefault(row.scheme, []).append(row)
    return found


def groups_of(item_ids: Iterable[UUID]) -> dict[UUID, dict[str, ItemGroup]]:
    """Return in which group of each scheme some items stand, one query. Shape: item id -> scheme -> group."""
    found: dict[UUID, dict[str, ItemGroup]] = {item_id: {} for item_id in item_ids}
    for row in GroupedItem.objects.filter(item_id__in=list(found)).select_related("group").order_by("group__n"):
        found[row.item_id][row.group.scheme] = row.group
    return found


def catalogue(viewer: User, on: date) -> list[Listed]:
    """Return the whole catalogue, retired items too, with prices and groups of a day, by code; three queries."""
    rows = list(items(viewer).select_related("document", "successor"))
    stand = groups_of(row.pk for row in rows)
    prices = dict(
        Price.objects.filter(item__in=rows, valid_from__lte=on)
        .exclude(valid_until__lte=on)
        .values_list("item_id", "market_price_fen")
    )
    return [Listed(row, prices.get(row.pk), stand[row.pk]) for row in rows]


def standards(viewer: User) -> QuerySet[StandardDocument]:
    """The service standards of the viewer's programme, by number; who may see the catalogue may open them."""
    return StandardDocument.objects.filter(programme_id=viewer.programme_id).select_related("file").order_by("number")


def standard_file(viewer: User, file_id: UUID) -> File | None:
    """Return a file that is the text of a service standard of the viewer's programme; None if it is none of them."""
    found = standards(viewer).filter(file_id=file_id).first()
    return None if found is None else found.file


def sheet_of(viewer: User, on: date) -> str:
    """Write the catalogue of a day as the sheet that `actions.import_catalogue` takes; retired items are left out."""
    older: dict[UUID, list[str]] = {}
    listed = catalogue(viewer, on)
    for row in listed:
        if row.item.successor_id is not None:
            older.setdefault(row.item.successor_id, []).append(row.item.code)
    plain = ("code", "name", "item_class", "unit", "minutes", "offer", "standard", "initials", "skill", "certificate")
    lines = [
        sheet.Line(
            number=n,
            **{name: getattr(row.item, name) for name in plain},
            price_fen=row.price_fen or 0,
            tasks=tuple(row.item.tasks),
            only_kind=row.item.only_kind,
            document=row.item.document.number if row.item.document else "",
            replaces=tuple(older.get(row.item.pk, ())),
            groups=tuple(sheet.Group(one.scheme, one.branch, one.name) for one in row.groups.values()),
        )
        for n, row in enumerate(listed, start=2)
        if row.item.retired_on is None or row.item.retired_on > on
    ]
    return sheet.written(lines, classes=CLASSES, kinds=KINDS)

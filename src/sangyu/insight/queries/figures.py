"""What a number of the bureau's pages is: what it counts, how it may be narrowed, what of it adds up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from sangyu.access.models import User
from sangyu.insight.queries.lens import Lens

ORDER_DIMS = {
    "street": "community__parent_id",
    "item_class": "item__item_class",
    "item": "item_id",
    "enterprise": "enterprise_id",
    "elder_class": "elder_class",
    "stage": "stage",
    "day": "placed_at",
    "placed_month": "placed_at",
    "community": "community_id",
    "elder": "elder_id",
}
CHARGE_DIMS = {
    "elder_class": "elder_class",
    "enterprise": "enterprise_id",
    "item_class": "item__item_class",
    "item": "item_id",
    "month": "service_on",
    "street": "elder__community__parent_id",
}
LINE_DIMS = {
    **{name: f"charge__{lookup}" for name, lookup in CHARGE_DIMS.items()},
    "elder_class": "elder_class",
    "enterprise": "statement__enterprise_id",
}
ELDER_DIMS = {
    "street": "community__parent_id",
    "community": "community_id",
    "band": "birth_on",
    "hukou": "hukou_in_area",
    "alive": "alive",
}
ORDER_SUMS = {"price_fen": "price_fen", "public_fen": "public_fen"}
CHARGE_SUMS = {"price_fen": "price_fen", "elder_fen": "elder_fen", "public_fen": "public_fen"}


@dataclass(frozen=True)
class Figure:
    """A number with its rows.

    Shape: `kind` says what a row is; `key` is the field by which rows are listed, and `within` the fields that order
    those of one key, the primary key as a rule; `dims` are the ways to narrow them; `sums` are the columns that may be
    added up (fen). `groups` names the groups of rows in the order of the list, by the first field of `within`, where a
    page is found sooner group by group; `heads` counts all rows where that is quicker than reading them. Without a key
    the rows are a short list in its own order, which a lower room worked out.
    """

    code: str
    label: str
    kind: str
    basis: str
    rows: Callable[[User, Lens], QuerySet[Any] | Sequence[Any]]
    key: str = ""
    newest_first: bool = False
    dims: Mapping[str, str] = field(default_factory=dict)
    sums: Mapping[str, str] = field(default_factory=dict)
    of_now: bool = False
    tone: str = ""
    within: tuple[str, ...] = ("pk",)
    heads: Callable[[User, Lens], int] | None = None
    groups: Callable[[User, Lens], Sequence[UUID]] | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The fields that put the rows in order."""
        return (self.key, *self.within)


def by_code(*figures: Figure) -> dict[str, Figure]:
    """Return figures under their names."""
    return {figure.code: figure for figure in figures}

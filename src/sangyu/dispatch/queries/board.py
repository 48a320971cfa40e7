"""The board: the orders of a stage in the order in which they need somebody, those that came back on top."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from sangyu.access.models import User
from sangyu.dispatch.models import Dispatch
from sangyu.orders import queries as orders_read
from sangyu.orders.models import Order, Stage

BoardKey = tuple[int, datetime, UUID]


def board(
    viewer: User, stage: str, *, sieve: orders_read.Sieve, after: BoardKey | None = None, limit: int = 50
) -> list[Order]:
    """Return orders at a stage, `limit` at a time behind a key: what came back first, then by when it is due.

    Shape: orders with `later` (0 for one that an enterprise gave back) and `due_at`: the end of the enterprise's time
    for an answer where one is asked, else the time the elder was promised; `key_of` makes the key of the next page.
    """
    sent = Dispatch.objects.filter(order=OuterRef("pk"))
    answer_by = Subquery(sent.order_by("-n").values("answer_by")[:1])
    due_at = Coalesce(answer_by, F("wanted_from")) if stage == Stage.SENT else F("wanted_from")
    later = Case(When(Exists(sent), then=0), default=1, output_field=IntegerField())
    rows = sieve.of(orders_read.orders(viewer)).filter(stage=stage)
    rows = rows.annotate(due_at=due_at, later=later if stage == Stage.PLACED else Value(0))
    if after is not None:
        place, due, pk = after
        rows = rows.filter(Q(later__gt=place) | Q(later=place, due_at__gt=due) | Q(later=place, due_at=due, pk__gt=pk))
    return list(rows.order_by("later", "due_at", "pk")[:limit])


def key_of(order: Order) -> BoardKey:
    """Return the place of an order on the board."""
    return order.later, order.due_at, order.pk  # type: ignore[attr-defined]

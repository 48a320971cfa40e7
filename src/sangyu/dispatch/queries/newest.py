"""The last attempt to send an order, as a subquery: what was sent before it no longer counts."""

from __future__ import annotations

from django.db.models import QuerySet

from sangyu.dispatch.models import Dispatch


def latest_of(order_id: object) -> QuerySet:
    """Return the id of the newest dispatch of an order, for use inside another query."""
    return Dispatch.objects.filter(order_id=order_id).order_by("-n").values("pk")[:1]

"""How a number of the report is shown, and the address of its rows."""

from __future__ import annotations

from datetime import date

from django import template
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from sangyu.insight.queries import CARD_STATES
from sangyu.insight.rules import Number
from sangyu.kit.money import yuan

register = template.Library()


@register.filter
def shown(number: Number) -> str:
    """Write a number in the way its measure is read: yuan, points, a share or a count."""
    value = number.value
    if value is None:
        return "—"
    if number.is_money:
        return yuan(value)
    if number.measure == "tenths":
        return f"{value // 10}.{value % 10}"
    if number.measure == "hundredths":
        return f"{value // 100}.{value % 100:02d}"
    if number.measure == "minutes":
        return _("%(h)s小时%(m)s分") % {"h": f"{value // 60:,}", "m": f"{value % 60:02d}"}
    if number.measure == "pm":
        return per_mille(value)
    return f"{value:,}"


@register.simple_tag
def rows_url(number: Number, on: date | None = None) -> str:
    """Return the address of the rows behind a number; empty where it has none."""
    if not number.figure:
        return ""
    query = dict(number.lens)
    if on is not None:
        query["on"] = on.isoformat()
    address = reverse("bureau:rows", args=[number.figure])
    return f"{address}?{urlencode(query)}" if query else address


@register.filter
def card_state(code: str) -> str:
    """Name the state of a card."""
    return dict(CARD_STATES)[code]


@register.filter
def per_mille(value: int) -> str:
    """Write a share in per-mille as a percentage: 1120 -> 112.0%."""
    return f"{value // 10}.{value % 10}%"


@register.filter
def per_myriad(value: int) -> str:
    """Write a share per ten thousand as a percentage: 788 -> 7.88%."""
    return f"{value // 100}.{value % 100:02d}%"


@register.filter
def thousands(value: int) -> str:
    """Write a count with its thousands apart."""
    return f"{value:,}"

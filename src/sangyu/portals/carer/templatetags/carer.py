"""Figures of the phone pages."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def far(distance_m: int) -> str:
    """Write a distance as people say it: to ten metres below a kilometre, to a hundred above, and close by as that."""
    if distance_m < 50:
        return _("就在附近")
    if distance_m < 1000:
        return _("%(n)s 米") % {"n": round(distance_m, -1)}
    return _("%(n)s 公里") % {"n": f"{distance_m / 1000:.1f}"}

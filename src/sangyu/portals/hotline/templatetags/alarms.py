"""The emergency card, for every desk that can help or must know: `{% load alarms %}{% alarm_cards %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from sangyu.portals.clock import now
from sangyu.portals.hotline.alarms import picture

register = template.Library()


@register.inclusion_tag("hotline/_alarms.html", takes_context=True)
def alarm_cards(context: Context) -> dict[str, Any]:
    """Show every open emergency of the viewer's programme, and how the ones ended that the viewer raised."""
    request = context["request"]
    return {**picture(request.user, now()), "csrf_token": context.get("csrf_token")}

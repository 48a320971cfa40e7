"""How the entrance hands a passkey's question to the browser, and how it names a device."""

from __future__ import annotations

import json
from typing import Any

from django import template

register = template.Library()

# The first word that stands in what a browser says of itself names it.
BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("HarmonyOS", "HarmonyOS"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)
DEVICE_SHOWN = 40


@register.filter
def as_json(options: Any) -> str:
    """Write a question as JSON, for an attribute of a form."""
    return json.dumps(options, default=dict)


@register.filter
def device(said: str) -> str:
    """Name a device in two words, by what its browser says of itself: "Chrome · Windows"."""
    named = [next((name for word, name in words if word in said), "") for words in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in named if name) or said[:DEVICE_SHOWN]

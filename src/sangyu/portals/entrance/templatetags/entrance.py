"""How the entrance hands a passkey's question to the browser."""

from __future__ import annotations

import json
from typing import Any

from django import template

register = template.Library()


@register.filter
def as_json(options: Any) -> str:
    """Write a question as JSON, for an attribute of a form."""
    return json.dumps(options, default=dict)

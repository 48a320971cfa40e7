"""Where in a list an address goes on; what was typed into it is nobody's fault and no error."""

from __future__ import annotations

from django.http import HttpRequest

_DIGITS_MAX = 8  # no list of ours is longer


def after(request: HttpRequest) -> int:
    """Read how many lines the address has passed (`?after=`); 0 for anything that is no such number."""
    text = request.GET.get("after", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX else 0

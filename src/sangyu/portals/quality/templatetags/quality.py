"""Figures that only this desk shows."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def hundredths(value: int) -> str:
    """Write a mean in hundredths of a point with two decimals."""
    return f"{value // 100}.{value % 100:02d}"

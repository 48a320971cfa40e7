"""Words that only this desk shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from sangyu.matching import queries as matching_read

register = template.Library()
TITLES = {row.code: row.title for row in matching_read.registers()}


@register.filter
def register_title(code: str) -> str:
    """Write a register by its title; one that is no longer kept by its code."""
    return TITLES.get(code, code)


@register.filter
def of(rows: Mapping[Any, Any], key: Any) -> Any:
    """Return what belongs to a key, None without it."""
    return rows.get(key)

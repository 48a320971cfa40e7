"""Words that only this desk shows."""

from __future__ import annotations

from django import template

from sangyu.assessment import queries as assessment_read

register = template.Library()


@register.filter
def scale_name(code: str) -> str:
    """Write a scale by its document; one that is no longer kept by its code."""
    return assessment_read.packed_scale(code).document if code in assessment_read.scale_codes() else code

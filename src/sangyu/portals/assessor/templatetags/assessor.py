"""Words that only this desk shows."""

from __future__ import annotations

from django import template

from sangyu.assessment import queries as assessment_read
from sangyu.assessment.models import Practice

register = template.Library()


@register.filter
def scale_name(code: str) -> str:
    """Write a scale by its document; one that is no longer kept by its code."""
    return assessment_read.packed_scale(code).document if code in assessment_read.scale_codes() else code


@register.filter
def counted_as(practice: Practice) -> str:
    """Say which level of a practice's scale counts as which 失能等级; empty where none does."""
    if practice.scale not in assessment_read.scale_codes():
        return ""
    called = {level.word: level.label for level in assessment_read.packed_scale(practice.scale).levels}
    return "；".join(
        f"{called.get(word, word)} → {assessment_read.POLICY_LEVELS.get(as_word, as_word)}"
        for word, as_word in practice.counts_as.items()
    )

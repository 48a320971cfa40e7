"""Words that only this desk shows."""

from __future__ import annotations

from django import template

from sangyu.portals.privacy.words import fact_word, verb_word
from sangyu.privacy import queries as privacy_read
from sangyu.privacy.queries import Sight

register = template.Library()


@register.filter
def done(sight: Sight) -> str:
    """Say in words what somebody did with a record."""
    return f"{verb_word(sight.verb)}{fact_word(sight.fact)}"


@register.filter
def topic_title(code: str) -> str:
    """Write a topic by its title; one that is no longer asked by its code."""
    found = privacy_read.register().topic(code)
    return found.title if found else code


@register.filter
def purpose_title(code: str) -> str:
    """Write a purpose by its title; one that is no longer in the register by its code."""
    known = {one.code: one.title for one in privacy_read.register().purposes}
    return known.get(code, code)

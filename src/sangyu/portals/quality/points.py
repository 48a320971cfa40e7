"""Points as people write them: one decimal at most."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _

from sangyu.kit.errors import Refusal
from sangyu.kit.money import parse_yuan


def tenths_of(text: str) -> int:
    """Read points with one decimal at most, as tenths.

    Raises: ValidationError, with an example.
    """
    try:
        hundredths = parse_yuan(text.strip())
    except Refusal:
        hundredths = -1
    if hundredths < 0 or hundredths % 10:
        raise forms.ValidationError(_("请填写分数，最多一位小数，例如 36.5"))
    return hundredths // 10

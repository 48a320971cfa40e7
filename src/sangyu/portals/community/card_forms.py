"""The number of a card, from the reader or typed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from sangyu.portals.components.forms import DeskForm


class CardForm(DeskForm):
    """The number of a new card."""

    number = forms.CharField(
        label=_("卡号"),
        max_length=40,
        help_text=_("刷卡或照卡面输入"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

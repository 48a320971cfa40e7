"""What a dispatcher writes: the reason why an order is called off."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from sangyu.portals.components.forms import DeskForm


class CancelForm(DeskForm):
    """An order called off."""

    reason = forms.CharField(
        label=_("取消原因"), max_length=200, help_text=_("会留在工单里，占用的补贴随即退回"), widget=forms.TextInput
    )

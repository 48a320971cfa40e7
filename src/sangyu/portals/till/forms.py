"""What is typed, swiped and pressed at a till."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from sangyu.portals.components.forms import DeskForm

REASONS = [("刷错人", _("刷错人")), ("老人不用餐了", _("老人不用餐了")), ("重复售出", _("重复售出"))]


class FindForm(DeskForm):
    """A card number from the reader, words typed by the cashier, or an elder picked from a list."""

    card = forms.CharField(required=False, max_length=40)
    q = forms.CharField(required=False, max_length=40, label=_("姓名、首字母或手机尾号"))
    elder = forms.UUIDField(required=False)
    found_by = forms.CharField(required=False, max_length=12)


class SellForm(DeskForm):
    """One press of the sell button, with the elder shown and the client's own key."""

    elder = forms.UUIDField()
    card = forms.CharField(required=False, max_length=40)
    found_by = forms.CharField(required=False, max_length=12)
    agreed = forms.BooleanField(required=False)
    key = forms.CharField(max_length=64)


class RefundForm(DeskForm):
    """Why the last portion is given back."""

    sale = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(label=_("退餐原因"), choices=REASONS, widget=forms.RadioSelect)

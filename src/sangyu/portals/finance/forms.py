"""What is typed in the settlement room: answers, reasons, a bank file, a sum beyond the budget."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sangyu.kit.errors import Refusal
from sangyu.kit.money import parse_yuan
from sangyu.portals.components.forms import DeskForm

FILE_BYTES_MAX = 5_000_000


class AnswerForm(DeskForm):
    """The answer to an objection that leaves the statement as it is."""

    text = forms.CharField(label=_("答复"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))


class WithdrawForm(DeskForm):
    """Why a statement is taken back."""

    reason = forms.CharField(label=_("撤回理由"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))


class ReturnForm(DeskForm):
    """The bank's return file."""

    file = forms.FileField(label=_("银行回单文件"))

    def clean_file(self) -> Any:
        """Refuse what cannot be a return file of one month."""
        file = self.cleaned_data["file"]
        if file.size > FILE_BYTES_MAX:
            raise forms.ValidationError(_("文件超过 5 MB，不像一个月的回单，请检查是否选错。"))
        return file


class OverrideForm(DeskForm):
    """A sum that may be spent beyond the year's money, and why."""

    fund = forms.ChoiceField(label=_("资金"))
    amount = forms.CharField(
        label=_("金额"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    )
    reason = forms.CharField(label=_("理由"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, funds: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fund"].choices = list(funds.items())

    def clean_amount(self) -> int:
        """Read yuan as fen."""
        try:
            amount_fen = parse_yuan(self.cleaned_data["amount"])
        except Refusal as wrong:
            raise forms.ValidationError(str(wrong)) from wrong
        if amount_fen <= 0:
            raise forms.ValidationError(_("金额必须大于零。"))
        return amount_fen

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


class DeclineForm(DeskForm):
    """Why a month goes back to its maker."""

    reason = forms.CharField(label=_("退回原因"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))


class ExplainForm(DeskForm):
    """Why an enterprise's sum has moved far from last month's."""

    enterprise = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(label=_("变化原因"), max_length=400)


class PayForm(DeskForm):
    """In which form the money is asked for, and in which characters the file is written."""

    form = forms.ChoiceField(
        label=_("形式"),
        choices=[("TREASURY_REQUEST", _("财政直接支付申请")), ("BANK_FILE", _("银行批量付款文件"))],
        initial="TREASURY_REQUEST",
        widget=forms.RadioSelect,
    )
    encoding = forms.ChoiceField(
        label=_("文件编码"),
        choices=[("gb18030", "GB18030"), ("utf-8", "UTF-8")],
        initial="gb18030",
        widget=forms.RadioSelect,
    )


class TakeBackForm(DeskForm):
    """Which paid line was wrong, by how much, and why."""

    n = forms.IntegerField(label=_("行号"), min_value=1)
    amount = forms.CharField(
        label=_("扣回金额"),
        required=False,
        max_length=20,
        help_text=_("不填为该行全部实付"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    reason = forms.CharField(label=_("扣回理由"), max_length=200)

    def clean_amount(self) -> int | None:
        """Read yuan as fen; nothing means all of the line."""
        text = self.cleaned_data["amount"]
        try:
            return parse_yuan(text) if text else None
        except Refusal as wrong:
            raise forms.ValidationError(str(wrong)) from wrong


class WaiveForm(DeskForm):
    """Why a correction is not taken back after all."""

    reason = forms.CharField(label=_("免除理由"), max_length=200)


class ReturnForm(DeskForm):
    """The bank's return file."""

    file = forms.FileField(label=_("银行回单文件"))

    def clean_file(self) -> Any:
        """Refuse what cannot be a return file of one month."""
        file = self.cleaned_data["file"]
        if file.size > FILE_BYTES_MAX:
            raise forms.ValidationError(_("文件超过 5 MB，不像一个月的回单，请检查是否选错。"))
        return file


class AccountForm(DeskForm):
    """The account into which an enterprise is paid, and the paper in which it says so."""

    account_name = forms.CharField(label=_("户名"), max_length=80)
    bank_name = forms.CharField(label=_("开户行"), max_length=60)
    bank_account = forms.CharField(
        label=_("账号"),
        max_length=40,
        help_text=_("8至30位数字，可带空格"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    document = forms.CharField(label=_("依据文件"), max_length=80, help_text=_("企业盖章的账户变更函及编号"))


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


class SponsorForm(DeskForm):
    """A sponsor as it is registered."""

    name = forms.CharField(label=_("爱心企业或基金会"), max_length=60)
    credit_code = forms.CharField(label=_("统一社会信用代码"), max_length=18, required=False)


class GivingForm(DeskForm):
    """What a sponsor gives for a year: the part that a promise and a payment have in common."""

    sponsor = forms.ChoiceField(label=_("爱心企业"))
    year = forms.IntegerField(label=_("用于年份"), min_value=2000, max_value=2100)
    amount = forms.CharField(label=_("金额"), max_length=20)

    def __init__(self, sponsors: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sponsor"].choices = sponsors

    def clean_amount(self) -> int:
        """Read yuan as fen."""
        try:
            return parse_yuan(self.cleaned_data["amount"])
        except Refusal as wrong:
            raise forms.ValidationError(str(wrong)) from wrong


class PledgeForm(GivingForm):
    """A promise, with the contract."""

    document = forms.CharField(label=_("协议"), max_length=120)
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)


class DonationForm(GivingForm):
    """Money that has come in, with the bank's slip."""

    received_on = forms.DateField(
        label=_("到账日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    voucher = forms.CharField(label=_("凭证号"), max_length=60)


class NamingForm(DeskForm):
    """Which sponsor pays at which canteen, from which day."""

    canteen = forms.ChoiceField(label=_("餐厅"))
    sponsor = forms.ChoiceField(label=_("爱心企业"), required=False)
    valid_from = forms.DateField(label=_("从哪天起"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(
        self, canteens: list[tuple[str, str]], sponsors: list[tuple[str, str]], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["canteen"].choices = canteens
        self.fields["sponsor"].choices = [("", _("不再冠名")), *sponsors]


class DonationsForm(DeskForm):
    """A sponsor system's file of donations."""

    file = forms.FileField(label=_("捐赠文件（CSV）"))

    def clean_file(self) -> Any:
        """Refuse what is too large to be a list of donations."""
        file = self.cleaned_data["file"]
        if file.size > FILE_BYTES_MAX:
            raise forms.ValidationError(_("文件太大，请核对是不是捐赠清单。"))
        return file

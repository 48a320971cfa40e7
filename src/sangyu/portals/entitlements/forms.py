"""What is typed at the desk of entitlements: a fact with its paper, an account, a month, the bank's answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sangyu.kit.errors import Refusal
from sangyu.kit.money import parse_yuan
from sangyu.kit.month import Month
from sangyu.policy.vocabulary import facts as vocabulary
from sangyu.portals.components.forms import DeskForm

FILE_BYTES_MAX = 20_000_000


def _day(label: Any) -> forms.DateField:
    """Ask for a day; a browser takes what stands there already only as it writes days itself."""
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))


class StateForm(DeskForm):
    """One fact that the tables ask for, the paper that says it, and from which day."""

    name = forms.CharField(widget=forms.HiddenInput, max_length=40)
    value = forms.CharField(label=_("情况"), required=False, max_length=40)
    evidence = forms.CharField(label=_("依据"), max_length=120, help_text=_("材料名称和编号，例如“社保查询单 3号”"))
    valid_from = _day(_("从哪天起"))
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, fact: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fact = vocabulary()[fact]
        field = self.fields["value"]
        field.label = self.fact.label
        if self.fact.type == "bool":
            self.fields["value"] = forms.ChoiceField(
                label=self.fact.label, choices=[("yes", _("是")), ("no", _("否"))], widget=forms.RadioSelect
            )
        elif self.fact.unit == "分":
            field.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}
            field.help_text = _("单位：元")
            field.required = True
        elif self.fact.type in ("date", "date_or_null"):
            field.widget = forms.DateInput(attrs={"type": "date"})
            field.help_text = _("从来没有的不填")

    def clean_value(self) -> Any:
        """Read what was typed as the tables know it."""
        text = self.cleaned_data["value"]
        if self.fact.type == "bool":
            return text == "yes"
        if self.fact.unit == "分":
            try:
                return parse_yuan(text)
            except Refusal as wrong:
                raise forms.ValidationError(str(wrong)) from wrong
        return text or None


def _yuan() -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})


def _fen(text: str) -> int:
    try:
        return parse_yuan(text)
    except Refusal as wrong:
        raise forms.ValidationError(str(wrong)) from wrong


class SetAsideForm(DeskForm):
    """Days of a stay to be set aside."""

    code = forms.CharField(widget=forms.HiddenInput, max_length=40)
    house = forms.CharField(label=_("入住机构"), max_length=80)
    from_on = _day(_("入住日期"))
    days = forms.IntegerField(label=_("天数"), min_value=1, max_value=366)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)


class DrawForm(DeskForm):
    """How many days were stayed of those that were set aside."""

    of = forms.UUIDField(widget=forms.HiddenInput)
    days = forms.IntegerField(label=_("实际入住天数"), min_value=1, max_value=366)


class CostForm(DeskForm):
    """What a stay cost by its bill, and what the elder's insurance pays of it."""

    of = forms.UUIDField(widget=forms.HiddenInput)
    price_fen = forms.CharField(label=_("总费用（元）"), max_length=20, widget=_yuan())
    insurance_fen = forms.CharField(label=_("医保支付的床位费（元）"), max_length=20, widget=_yuan())
    bill = forms.CharField(label=_("账单编号"), max_length=60)

    def clean_price_fen(self) -> int:
        """Read yuan as fen."""
        return _fen(self.cleaned_data["price_fen"])

    def clean_insurance_fen(self) -> int:
        """Read yuan as fen."""
        return _fen(self.cleaned_data["insurance_fen"])


class CallOffForm(DeskForm):
    """Why a stay is called off."""

    of = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("取消原因"), max_length=120)


class HandOverForm(DeskForm):
    """A device that was handed to the elder, its number and the receipt."""

    code = forms.CharField(widget=forms.HiddenInput, max_length=40)
    serial_number = forms.CharField(label=_("设备编号"), max_length=40, help_text=_("机身上的编号，可以扫码"))
    receipt = forms.CharField(label=_("领用单"), max_length=60, help_text=_("老人或家属签收的单据编号"))
    handed_on = _day(_("领用日期"))
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)


class GiveBackForm(DeskForm):
    """A device that came back, and why."""

    of = forms.UUIDField(widget=forms.HiddenInput)
    given_back_on = _day(_("退回日期"))
    reason = forms.CharField(label=_("退回原因"), max_length=120)


class AccountForm(DeskForm):
    """The account into which somebody is paid, and the paper that says so."""

    holder = forms.CharField(label=_("户名"), max_length=80)
    bank = forms.CharField(label=_("开户行"), max_length=60)
    account = forms.CharField(
        label=_("账号"),
        max_length=40,
        help_text=_("8至30位数字，可带空格"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    document = forms.CharField(label=_("依据"), max_length=80, help_text=_("存折复印件、合同等"))
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)


class DrawUpForm(DeskForm):
    """Which month of what is reckoned."""

    code = forms.CharField(widget=forms.HiddenInput, max_length=40)
    month = forms.CharField(label=_("月份"), max_length=7, widget=forms.TextInput(attrs={"type": "month"}))

    def clean_month(self) -> Month:
        """Read a month as 2026-11."""
        try:
            return Month.parse(self.cleaned_data["month"])
        except Refusal as wrong:
            raise forms.ValidationError(str(wrong)) from wrong


class ReturnForm(DeskForm):
    """The bank's return file."""

    file = forms.FileField(label=_("银行回单文件"))

    def clean_file(self) -> Any:
        """Refuse what cannot be a return file."""
        file = self.cleaned_data["file"]
        if file.size > FILE_BYTES_MAX:
            raise forms.ValidationError(_("文件超过 20 MB，不像一次发放的回单，请检查是否选错。"))
        return file


class RecoverForm(DeskForm):
    """Money that somebody gave back, and the voucher of it."""

    elder = forms.UUIDField(widget=forms.HiddenInput)
    amount = forms.CharField(
        label=_("退回金额"),
        max_length=20,
        widget=_yuan(),
    )
    document = forms.CharField(label=_("缴款凭证"), max_length=80)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def clean_amount(self) -> int:
        """Read yuan as fen."""
        return _fen(self.cleaned_data["amount"])

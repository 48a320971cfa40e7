"""What is typed at the desk of registers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sangyu.kit.errors import Refusal
from sangyu.kit.month import Month
from sangyu.matching import queries as matching_read
from sangyu.matching.models import OutcomeKind
from sangyu.portals.components.forms import DeskForm


class HandInForm(DeskForm):
    """A register of a month."""

    register = forms.ChoiceField(label=_("名册"), widget=forms.RadioSelect)
    month = forms.CharField(label=_("是哪个月的"), widget=forms.TextInput(attrs={"type": "month"}), max_length=7)
    purpose = forms.CharField(label=_("用途"), max_length=100, help_text=_("为什么比对；写进审计册"))
    content = forms.FileField(
        label=_("文件"),
        help_text=_("Excel（.xlsx）或CSV，第一行是表头。文件读完就丢，不保存。"),
        error_messages={"required": _("请选择文件。"), "empty": _("这个文件是空的，请重新选择。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(row.code, row.title) for row in matching_read.registers()]
        self.fields["register"].choices = choices  # type: ignore[attr-defined]

    def clean_month(self) -> Month:
        """Read the month.

        Raises: ValidationError.
        """
        try:
            return Month.parse(self.cleaned_data["month"])
        except Refusal as bad:
            raise forms.ValidationError(str(bad)) from bad


class ReasonForm(DeskForm):
    """Why a register with doubts is used, or one is set aside."""

    reason = forms.CharField(label=_("原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class OptionalReasonForm(DeskForm):
    """A word on a register that nobody doubts."""

    reason = forms.CharField(label=_("说明"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class PurposeForm(DeskForm):
    """What somebody asks the registers for."""

    reason = forms.CharField(label=_("用途"), max_length=200, help_text=_("例如：办理高龄津贴，核对有没有养老金"))


class SettleForm(DeskForm):
    """How a difference is settled; only doing what is suggested needs no word."""

    outcome = forms.ChoiceField(choices=[(one.value, one.label) for one in OutcomeKind])
    reason = forms.CharField(label=_("核实的情况"), max_length=200, required=False)
    changed_on = forms.DateField(
        label=_("户籍哪天迁的"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("户口簿上迁入或迁出的日期"),
    )
    place = forms.CharField(label=_("迁到哪里"), max_length=60, required=False, help_text=_("省、市、区县"))


class BirthForm(DeskForm):
    """A day of birth put right on paper."""

    birth_on = forms.DateField(label=_("出生日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    evidence = forms.CharField(label=_("凭什么"), max_length=200, help_text=_("例如身份证原件、派出所证明"))


class ReportForm(DeskForm):
    """Who told of a death, and of which day."""

    told_by = forms.CharField(label=_("告知人姓名"), max_length=60)
    relation = forms.CharField(label=_("与老人的关系"), max_length=20)
    died_on = forms.DateField(label=_("去世日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    sure = forms.BooleanField(
        label=_("已向告知人复述老人姓名和日期，对方确认"),
        error_messages={"required": _("请先向对方复述老人姓名和去世日期，确认无误。")},
    )

    def __init__(self, *args: Any, latest_on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["died_on"].widget.attrs["max"] = latest_on.isoformat()

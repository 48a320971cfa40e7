"""What an enterprise says: why it cannot come, when it could, whom it has, what it pays, what it disagrees with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sangyu.dispatch.queries import REASONS_TO_REFUSE
from sangyu.kit.errors import Refusal
from sangyu.kit.money import parse_yuan
from sangyu.portals.components.forms import DeskForm


class RefuseForm(DeskForm):
    """An order given back with a reason."""

    reason = forms.ChoiceField(label=_("拒单原因"), choices=REASONS_TO_REFUSE, widget=forms.RadioSelect)
    note = forms.CharField(label=_("说明"), required=False, max_length=200, help_text=_("选“其他”时必填，调度员会看到"))


def _day(label: object) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


class ProposeForm(DeskForm):
    """Another time for an order, in Beijing time."""

    wanted_from = forms.DateTimeField(
        label=_("改到什么时间"),
        widget=forms.DateTimeInput({"type": "datetime-local", "step": "300"}, format="%Y-%m-%dT%H:%M"),
    )
    note = forms.CharField(
        label=_("说明"), required=False, max_length=200, help_text=_("中心会照此问老人，例如“上午人员已满”")
    )


class CertificateForm(DeskForm):
    """A certificate of a worker, new or renewed."""

    kind = forms.CharField(label=_("证书种类"), max_length=30, help_text=_("例如养老护理员证、安全员证、急救员证"))
    number = forms.CharField(label=_("编号"), max_length=40)
    valid_from = _day(_("有效期从"))
    valid_until = _day(_("有效期到"))


class WorkerForm(DeskForm):
    """Somebody whom the enterprise takes on."""

    name = forms.CharField(label=_("姓名"), max_length=40)
    sex = forms.ChoiceField(label=_("性别"), choices=[("FEMALE", _("女")), ("MALE", _("男"))], widget=forms.RadioSelect)
    phone = forms.CharField(label=_("手机号"), max_length=20, widget=forms.TextInput({"inputmode": "tel"}))
    skills = forms.MultipleChoiceField(label=_("会做"), required=False, widget=forms.CheckboxSelectMultiple)
    duties = forms.MultipleChoiceField(
        label=_("兼任"),
        required=False,
        choices=[("safety_officer", _("安全员")), ("first_aider", _("急救员"))],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("要有相应证书才算数，登记后在这个人的页面补证书"),
    )

    def __init__(self, *args: Any, skills: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["skills"].choices = [(skill, skill) for skill in skills]


class VillagesForm(DeskForm):
    """The villages or communities that a worker looks after."""

    areas = forms.MultipleChoiceField(
        label=_("负责的村（社区）"),
        required=False,
        widget=forms.SelectMultiple({"size": 8}),
        help_text=_("合同街道里的村和社区；按住Ctrl可选几个，全不选就是没有"),
    )

    def __init__(self, *args: Any, places: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["areas"].choices = places  # type: ignore[attr-defined]


class LeaveForm(DeskForm):
    """Somebody who leaves the enterprise."""

    left_on = _day(_("离职日期"))
    reason = forms.CharField(label=_("离职原因"), max_length=100)


class PayForm(DeskForm):
    """What a worker earns by one visit of an item, from a day on."""

    pay = forms.CharField(label=_("每次报酬"), max_length=12, widget=forms.TextInput({"inputmode": "decimal"}))
    valid_from = _day(_("从哪天起"))

    def clean_pay(self) -> int:
        """Read yuan as fen."""
        try:
            return parse_yuan(self.cleaned_data["pay"])
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class ObjectForm(DeskForm):
    """Words of disagreement."""

    text = forms.CharField(
        label=_("异议理由"), max_length=400, widget=forms.Textarea({"rows": 3}), help_text=_("写明哪一单、哪一项不符")
    )


class ObjectToLinesForm(ObjectForm):
    """Words of disagreement with some lines of a statement, or with all of it."""

    lines = forms.CharField(label=_("行号"), required=False, max_length=200, help_text=_("如 3、17；不填为整份结算单"))

    def clean_lines(self) -> list[int]:
        """Read line numbers however they are parted."""
        parts = re.split(r"[\s,，、;；]+", self.cleaned_data["lines"].strip())
        if not all(part.isascii() and part.isdigit() for part in parts if part):
            raise forms.ValidationError(_("行号只能是数字，用顿号或逗号隔开，如 3、17。"))
        return [int(part) for part in parts if part]


class ConfirmForm(DeskForm):
    """Agreement with a statement."""

    invoice_number = forms.CharField(label=_("发票号码"), max_length=40, help_text=_("按本月应拨金额开具的发票"))

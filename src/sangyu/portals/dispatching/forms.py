"""What is written at the desk: why an order is called off, and what an enterprise brings to join, stay or leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sangyu.portals.components.forms import DeskForm
from sangyu.visits import queries as visits_read


def _day(label: object) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


class CancelForm(DeskForm):
    """An order called off."""

    reason = forms.CharField(
        label=_("取消原因"), max_length=200, help_text=_("会留在工单里，占用的补贴随即退回"), widget=forms.TextInput
    )


class DecideForm(DeskForm):
    """What was decided about an incident at a door."""

    what = forms.ChoiceField(label=_("决定"), choices=visits_read.OUTCOMES)
    note = forms.CharField(label=_("与老人、服务人员说定的"), max_length=200)


class StandingForm(DeskForm):
    """A step in or out of membership."""

    reason = forms.CharField(label=_("原因"), max_length=200)
    document = forms.CharField(label=_("依据文件"), max_length=80, help_text=_("文号或材料名称，会留在加盟历史里"))


class ConfirmForm(DeskForm):
    """A step that needs no words."""


class LicenceForm(DeskForm):
    """A licence or permit."""

    kind = forms.CharField(label=_("证照种类"), max_length=30, help_text=_("例如营业执照、医疗机构执业许可证"))
    number = forms.CharField(label=_("编号"), max_length=40)
    valid_from = _day(_("有效期起"))
    valid_until = _day(_("失效日期"))


class ContractForm(DeskForm):
    """A contract for items in subdistricts."""

    number = forms.CharField(label=_("合同编号"), max_length=40)
    valid_from = _day(_("起始日期"))
    valid_until = _day(_("终止日期"))
    reason = forms.CharField(
        label=_("期限较长的理由"),
        max_length=200,
        required=False,
        help_text=_("合同比政策一般的期限长时填写，留在审计记录里"),
    )
    areas = forms.MultipleChoiceField(label=_("服务街道"), widget=forms.CheckboxSelectMultiple)
    items = forms.MultipleChoiceField(label=_("服务项目"), widget=forms.CheckboxSelectMultiple)

    def __init__(
        self, *args: Any, areas: Sequence[tuple[str, str]], items: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["areas"].choices = areas
        self.fields["items"].choices = items


class ApplyForm(DeskForm):
    """An enterprise that asks to join, with its first licence."""

    PLAIN = (
        "name",
        "short_name",
        "credit_code",
        "capacity_per_day",
        "phone",
        "bank_name",
        "bank_account",
        "document",
    )

    name = forms.CharField(label=_("企业名称"), max_length=80)
    short_name = forms.CharField(label=_("简称"), max_length=20)
    credit_code = forms.CharField(label=_("统一社会信用代码"), max_length=18)
    phone = forms.CharField(label=_("联系电话"), max_length=20)
    lng = forms.DecimalField(
        label=_("经度"), min_value=73, max_value=136, decimal_places=6, help_text=_("服务场所，按地图上的读数填写")
    )
    lat = forms.DecimalField(label=_("纬度"), min_value=3, max_value=54, decimal_places=6)
    capacity_per_day = forms.IntegerField(label=_("每日接单数"), min_value=1, max_value=2000)
    bank_name = forms.CharField(label=_("开户行"), max_length=60)
    bank_account = forms.CharField(label=_("收款账号"), max_length=30)
    licence_kind = forms.CharField(label=_("证照种类"), max_length=30, initial=_("营业执照"))
    licence_number = forms.CharField(label=_("证照编号"), max_length=40)
    licence_from = _day(_("有效期起"))
    licence_until = _day(_("失效日期"))
    document = forms.CharField(label=_("申请材料"), max_length=80, help_text=_("申请表编号或材料名称"))

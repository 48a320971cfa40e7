"""What is written at the desk: why an order is called off, and what an enterprise brings to join, stay or leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sangyu.portals.components.forms import DeskForm
from sangyu.providers.queries import EnterpriseKind, Origin, YearGrade
from sangyu.visits import queries as visits_read

SHEET_BYTES_MAX = 2 << 20


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


class AnswerForm(DeskForm):
    """What is decided about a recommended team."""

    accepted = forms.TypedChoiceField(
        choices=[("yes", _("采纳")), ("no", _("不采纳"))], coerce=lambda said: said == "yes"
    )
    reason = forms.CharField(label=_("理由"), max_length=200)


class CheckForm(DeskForm):
    """What the authority's register says of a licence; both lines empty where it knows none."""

    number = forms.CharField(label=_("查到的编号"), max_length=40, required=False)
    last_on = forms.DateField(
        label=_("查到的有效期至"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("证上最后一天；查无此证的，两项都不填"),
    )
    source = forms.CharField(label=_("向哪里核验"), max_length=40, help_text=_("例如市场监管局公示系统"))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if bool(said.get("number")) != bool(said.get("last_on")):
            raise forms.ValidationError(_("编号和有效期要么都填，要么都不填。"))
        return said


class KindForm(DeskForm):
    """Of what kind an enterprise is, from where, and for a centre in which subdistrict."""

    kind = forms.ChoiceField(label=_("机构类型"), choices=EnterpriseKind.choices)
    origin = forms.ChoiceField(label=_("来源"), choices=[("", _("没有登记")), *Origin.choices], required=False)
    street = forms.ChoiceField(
        label=_("所在街道"), required=False, help_text=_("照料中心必填：本街道的工单先派给它，再派别家")
    )

    def __init__(self, *args: Any, streets: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["street"].choices = [("", _("没有登记")), *streets]  # type: ignore[attr-defined]


class EvaluationForm(DeskForm):
    """How an enterprise was graded for a year."""

    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2100)
    grade = forms.ChoiceField(label=_("等次"), choices=YearGrade.choices, widget=forms.RadioSelect)
    document = forms.CharField(
        label=_("依据文件"), max_length=80, help_text=_("复核改变等次的，再登记一次，以最后一次为准")
    )


class SheetForm(DeskForm):
    """The catalogue as a sheet."""

    file = forms.FileField(
        label=_("目录表"),
        help_text=_("CSV，第一行是表头。任何一行有错，整张表都不收。"),
        error_messages={"required": _("请选择文件。"), "empty": _("这个文件是空的，请重新选择。")},
    )
    valid_from = _day(_("从哪天起执行"))

    def clean_file(self) -> str:
        """Read the sheet as UTF-8, or as Excel in Chinese writes it.

        Raises: ValidationError.
        """
        upload = self.cleaned_data["file"]
        if upload.size > SHEET_BYTES_MAX:
            raise forms.ValidationError(_("目录表超过2 MB，请只留服务项目，去掉图片和空行。"))
        content = upload.read()
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
        raise forms.ValidationError(_("读不出文字。请在Excel里另存为“CSV UTF-8”后再上传。"))


class StandardForm(DeskForm):
    """The text of a service standard."""

    number = forms.CharField(
        label=_("标准编号"), max_length=40, help_text=_("例如 GB/T 43153-2023；目录表的“标准文本”列写它")
    )
    name = forms.CharField(label=_("标准名称"), max_length=80)
    content = forms.FileField(
        label=_("文本"),
        help_text=_("PDF或照片"),
        error_messages={"required": _("请选择文件。"), "empty": _("这个文件是空的，请重新选择。")},
    )


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
        "origin",
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
    kind = forms.ChoiceField(label=_("机构类型"), choices=EnterpriseKind.choices, required=False)
    origin = forms.ChoiceField(label=_("来源"), choices=[("", _("没有登记")), *Origin.choices], required=False)
    bank_name = forms.CharField(label=_("开户行"), max_length=60)
    bank_account = forms.CharField(label=_("收款账号"), max_length=30)
    licence_kind = forms.CharField(label=_("证照种类"), max_length=30, initial=_("营业执照"))
    licence_number = forms.CharField(label=_("证照编号"), max_length=40)
    licence_from = _day(_("有效期起"))
    licence_until = _day(_("失效日期"))
    document = forms.CharField(label=_("申请材料"), max_length=80, help_text=_("申请表编号或材料名称"))

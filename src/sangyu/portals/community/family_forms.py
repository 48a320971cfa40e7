"""What a clerk writes of an elder's people, papers and home."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from sangyu.portals.community.forms import DAY, Phone
from sangyu.portals.components.forms import DeskForm
from sangyu.registry.models import Kinship
from sangyu.registry.queries import DOCUMENT_KINDS, GUARDIANSHIPS, RELATIONS

QUIET = forms.TextInput({"autocomplete": "off"})


class KinForm(DeskForm):
    """Kin or a guardian: by the registration number of another elder, or by name."""

    name = forms.CharField(label=_("姓名"), max_length=60, required=False, widget=QUIET)
    other = forms.CharField(
        label=_("登记编号"),
        max_length=20,
        required=False,
        widget=QUIET,
        help_text=_("对方也已登记的，填编号，不填姓名"),
    )
    relation = forms.ChoiceField(label=_("与老人的关系"), choices=[("", _("请选择")), *RELATIONS])
    number = Phone(label=_("电话"), required=False)
    guardianship = forms.ChoiceField(label=_("监护"), choices=GUARDIANSHIPS, required=False)
    may_speak = forms.BooleanField(label=_("老人同意由他代为办理"), required=False)
    evidence = forms.CharField(
        label=_("依据"), max_length=120, required=False, help_text=_("监护人必填：指定书、协议或户口簿的名称和编号")
    )
    valid_from = forms.DateField(label=_("起始日期"), widget=DAY)

    def clean(self) -> dict[str, Any]:
        """Ask for a name or a number, and for the paper that makes a guardian."""
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("name") and not cleaned.get("other") and "other" not in self.errors:
            self.add_error("name", _("请填写姓名，或填写对方的登记编号。"))
        if cleaned.get("guardianship") and not cleaned.get("evidence"):
            self.add_error("evidence", _("监护人必须写明依据（证件名称和编号）。"))
        return cleaned


class EndKinForm(DeskForm):
    """Which kinship or guardianship ends, from which day on, and why."""

    kin = forms.ChoiceField(label=_("亲属或监护人"))
    kin_until = forms.DateField(label=_("终止日期"), widget=DAY, help_text=_("这一天起不再有效"))
    kin_reason = forms.CharField(label=_("终止原因"), max_length=200)

    def __init__(self, *args: Any, held: Sequence[Kinship], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kin"].choices = [
            ("", _("请选择")),
            *((str(row.pk), f"{row.name}（{row.get_relation_display()}）") for row in held),
        ]


class HouseholdForm(DeskForm):
    """Whom an elder shares a household with, from which day on."""

    with_number = forms.CharField(label=_("同住老人的登记编号"), max_length=20, widget=QUIET)
    household_since = forms.DateField(label=_("起始日期"), widget=DAY)


class ContactForm(DeskForm):
    """A number to ring."""

    contact_name = forms.CharField(label=_("姓名"), max_length=60, widget=QUIET)
    contact_relation = forms.CharField(label=_("与老人的关系"), max_length=20, help_text=_("如：女儿；本人的填“本人”"))
    contact_phone = Phone(label=_("电话"))


class DocumentForm(DeskForm):
    """A document that proves who an elder is."""

    kind = forms.ChoiceField(label=_("证件种类"), choices=[("", _("请选择")), *DOCUMENT_KINDS])
    number = forms.CharField(label=_("证件号码"), max_length=30, widget=QUIET)
    expires_on = forms.DateField(label=_("有效期至"), widget=DAY, required=False, help_text=_("长期有效不填"))


class MoveForm(DeskForm):
    """Where an elder lives from a day on, and where they are registered."""

    moved_on = forms.DateField(label=_("迁移日期"), widget=DAY, help_text=_("这一天起按新的住址和户籍"))
    leaves = forms.BooleanField(label=_("迁出本区，不再住在这里"), required=False)
    community_code = forms.ChoiceField(label=_("新的社区"), required=False)
    address = forms.CharField(label=_("新的住址"), max_length=120, required=False, help_text=_("写到门牌号"))
    hukou_in_area = forms.TypedChoiceField(
        label=_("户籍"),
        choices=[("yes", _("本区户籍")), ("no", _("外地户籍"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    hukou_place = forms.CharField(label=_("户籍所在地"), max_length=60, required=False, help_text=_("外地的写到区县"))
    reason = forms.CharField(label=_("原因"), max_length=120, help_text=_("如：搬到女儿家、户口迁入"))

    def __init__(self, *args: Any, communities: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["community_code"].choices = [("", _("请选择")), *communities]

    def clean(self) -> dict[str, Any]:
        """Ask for the new home of whoever stays, and for none of whoever leaves."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("leaves"):
            cleaned["community_code"] = cleaned["address"] = ""
            return cleaned
        for name, words in (("community_code", _("请选择新的社区。")), ("address", _("请填写新的住址。"))):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, words)
        return cleaned


class RulingForm(DeskForm):
    """Whether two records are one person; `keep` is the one that stays, where they are."""

    verdict = forms.ChoiceField(
        label=_("判断"), choices=[("SAME", _("同一个人")), ("TWO", _("两个人"))], widget=forms.RadioSelect
    )
    keep = forms.ChoiceField(label=_("保留哪一份"), required=False, widget=forms.RadioSelect)
    why = forms.CharField(label=_("理由"), max_length=200, help_text=_("如：与女儿核对、两份身份证号码不同"))

    def __init__(self, *args: Any, records: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keep"].choices = records

    def clean_keep(self) -> str:
        """Ask which record stays, if they are one person."""
        kept = self.cleaned_data["keep"]
        if self.data.get("verdict") == "SAME" and not kept:
            raise ValidationError(_("请选择保留哪一份档案。"))
        return kept


class PartForm(DeskForm):
    """Why two records that were merged are parted."""

    parted_because = forms.CharField(label=_("撤销原因"), max_length=200)

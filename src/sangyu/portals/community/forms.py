"""What a community clerk writes: who wants to be registered, what they are recognised as, who died."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from sangyu.kit import phone
from sangyu.kit.errors import Refusal
from sangyu.kit.point import BadPlace, Crs, Point
from sangyu.portals.components.forms import DeskForm
from sangyu.registry import rules
from sangyu.registry.models import Identity, Sex
from sangyu.registry.queries import DOCUMENT_KINDS, IDENTITY_CODES, IDENTITY_SOURCES, Wanted

DAY = forms.DateInput({"type": "date"})
FAMILY_ROWS = (1, 2)


class Phone(forms.CharField):
    """A telephone number as people write it; it is told at the field when it is none."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=24, widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}), **more)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return phone.parse(text) if text else ""
        except phone.BadPhone as bad:
            raise ValidationError(str(bad)) from bad


class RegisterForm(DeskForm):
    """A registration (登记入院) as it is typed; `step` tells the first look from the final word."""

    name = forms.CharField(label=_("姓名"), max_length=60)
    document_kind = forms.ChoiceField(
        label=_("证件种类"), choices=[("", _("身份证或居住证")), *DOCUMENT_KINDS], required=False
    )
    document_number = forms.CharField(
        label=_("证件号码"),
        max_length=30,
        help_text=_("居民身份证、居住证18位，空格可留"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    birth_on = forms.DateField(label=_("出生日期"), widget=DAY, required=False, help_text=_("号码里有的不用填"))
    sex = forms.ChoiceField(label=_("性别"), choices=[("", _("按证件号码")), *Sex.choices[1:]], required=False)
    community_code = forms.ChoiceField(label=_("居住社区"))
    address = forms.CharField(label=_("详细住址"), max_length=120, help_text=_("写到门牌号，服务人员按此上门"))
    hukou_in_area = forms.TypedChoiceField(
        label=_("户籍"),
        choices=[("yes", _("本区户籍")), ("no", _("外地户籍"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        initial="yes",
    )
    hukou_place = forms.CharField(label=_("户籍所在地"), max_length=60, required=False, help_text=_("外地的写到区县"))
    phone = Phone(label=_("本人电话"))
    phone_2 = Phone(label=_("备用电话"), required=False)
    kin_1_name = forms.CharField(label=_("家属一姓名"), max_length=60, required=False)
    kin_1_relation = forms.CharField(label=_("关系"), max_length=20, required=False)
    kin_1_phone = Phone(label=_("电话"), required=False)
    kin_2_name = forms.CharField(label=_("家属二姓名"), max_length=60, required=False)
    kin_2_relation = forms.CharField(label=_("关系"), max_length=20, required=False)
    kin_2_phone = Phone(label=_("电话"), required=False)
    habits = forms.CharField(
        label=_("生活习惯"), max_length=200, required=False, help_text=_("服务人员上门前会看到，如：左耳听力弱，爱喝茶")
    )
    warnings = forms.CharField(
        label=_("上门提醒"), max_length=200, required=False, help_text=_("如：养狗、门铃坏、行动不便")
    )
    lng = forms.CharField(required=False, widget=forms.HiddenInput)
    lat = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, communities: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = list(communities)
        self.fields["community_code"].choices = choices if len(choices) == 1 else [("", _("请选择")), *choices]

    def clean_document_number(self) -> str:
        """Tell at the field itself which check of the number failed."""
        typed = self.cleaned_data["document_number"]
        try:
            self.document = rules.read_document(self.cleaned_data.get("document_kind") or rules.kind_of(typed), typed)
        except Refusal as bad:
            raise ValidationError(str(bad)) from bad
        return self.document.number

    def clean(self) -> dict[str, Any]:
        """Ask for all of a family member or for nothing, and for what the number of a document does not tell."""
        cleaned = super().clean() or self.cleaned_data
        if "document_number" in cleaned and "birth_on" not in self.errors:
            try:
                self.born, self.known_sex = rules.birth_and_sex(
                    self.document, birth_on=cleaned.get("birth_on"), sex=cleaned.get("sex", "")
                )
            except Refusal as bad:
                self.add_error("birth_on", str(bad))
        for n in FAMILY_ROWS:
            given = [cleaned.get(f"kin_{n}_{part}", "") for part in ("name", "relation", "phone")]
            if (
                any(given)
                and not all(given)
                and not any(f"kin_{n}_{part}" in self.errors for part in ("name", "phone"))
            ):
                missing = next(
                    part for part, value in zip(("name", "relation", "phone"), given, strict=True) if not value
                )
                self.add_error(f"kin_{n}_{missing}", _("家属的姓名、关系、电话请填全，或都不填。"))
        return cleaned

    @property
    def phones(self) -> list[str]:
        return [self.cleaned_data[name] for name in ("phone", "phone_2") if self.cleaned_data[name]]

    @property
    def family(self) -> list[dict[str, str]]:
        """The family members that were filled in, as mappings with `name`, `relation` and `phone`."""
        rows = [
            {part: self.cleaned_data[f"kin_{n}_{part}"] for part in ("name", "relation", "phone")} for n in FAMILY_ROWS
        ]
        return [row for row in rows if row["phone"]]

    @property
    def place(self) -> Point | None:
        """The place of the home, if the window's map or a phone gave one."""
        try:
            return Point(lng=float(self.cleaned_data["lng"]), lat=float(self.cleaned_data["lat"]), crs=Crs.WGS84)
        except (ValueError, BadPlace):
            return None


class FindForm(DeskForm):
    """Whom to find, by any of eleven fields; an address without fields asks for nothing."""

    name = forms.CharField(label=_("姓名"), max_length=60, required=False, help_text=_("或拼音首字母"))
    number = forms.CharField(
        label=_("证件号码"),
        max_length=30,
        required=False,
        help_text=_("整个号码，或后四位"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=_("电话"),
        max_length=24,
        required=False,
        help_text=_("本人或家属的整个号码，或本人的后四位"),
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )
    registration_number = forms.CharField(label=_("登记编号"), max_length=20, required=False)
    sex = forms.ChoiceField(label=_("性别"), choices=[("", _("不限")), *Sex.choices[1:]], required=False)
    age_from = forms.IntegerField(label=_("年龄从"), min_value=0, max_value=150, required=False)
    age_to = forms.IntegerField(label=_("到"), min_value=0, max_value=150, required=False)
    community_code = forms.ChoiceField(label=_("社区"), required=False)
    address = forms.CharField(label=_("住址里有"), max_length=60, required=False)
    identity = forms.ChoiceField(label=_("身份"), choices=[("", _("不限")), *IDENTITY_CODES], required=False)
    untouched_months = forms.TypedChoiceField(
        label=_("多久没有核实或更新"),
        choices=[("", _("不限")), ("6", _("半年")), ("12", _("一年")), ("24", _("两年"))],
        coerce=int,
        empty_value=None,
        required=False,
    )

    def __init__(self, *args: Any, communities: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["community_code"].choices = [("", _("不限")), *communities]

    def clean(self) -> dict[str, Any]:
        """Refuse ages the wrong way round."""
        cleaned = super().clean() or self.cleaned_data
        low, high = cleaned.get("age_from"), cleaned.get("age_to")
        if low is not None and high is not None and low > high:
            self.add_error("age_to", _("年龄到应不小于年龄从，请调换过来"))
        return cleaned

    @property
    def wanted(self) -> Wanted:
        """What was asked for, once the form is valid."""
        return Wanted(**self.cleaned_data)


class DescribeForm(DeskForm):
    """How an elder is, and what they like."""

    health = forms.CharField(
        label=_("健康状况"), max_length=200, required=False, help_text=_("例如高血压、听力弱；没有毛病的写“健康”")
    )
    interests = forms.CharField(label=_("兴趣爱好"), max_length=200, required=False, help_text=_("例如听戏、下棋"))


class ConfirmForm(DeskForm):
    """How an elder's data were checked."""

    how = forms.ChoiceField(
        label=_("怎样核实的"),
        choices=[(word, word) for word in ("入户", "电话", "窗口", "家属")],
    )


class RecogniseForm(DeskForm):
    """A recognition with the paper it stands on."""

    code = forms.ChoiceField(label=_("身份"), choices=[("", _("请选择")), *IDENTITY_CODES])
    source = forms.ChoiceField(label=_("来源"), choices=IDENTITY_SOURCES, initial="DOCUMENT", required=False)
    evidence = forms.CharField(label=_("证明材料"), max_length=120, help_text=_("证件名称和编号"))
    valid_from = forms.DateField(label=_("起始日期"), widget=DAY)
    valid_until = forms.DateField(
        label=_("截止日期"), widget=DAY, required=False, help_text=_("这一天起不再有效；长期有效不填")
    )

    def clean(self) -> dict[str, Any]:
        """Let a recognition end after it began."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["source"] = cleaned.get("source") or "DOCUMENT"
        since, until = cleaned.get("valid_from"), cleaned.get("valid_until")
        if since and until and until <= since:
            self.add_error("valid_until", _("截止日期应晚于起始日期。"))
        return cleaned


class EndForm(DeskForm):
    """Which recognition ends, from which day on, and why; `held` are those that may."""

    identity = forms.TypedChoiceField(label=_("身份"), coerce=UUID)
    until = forms.DateField(label=_("终止日期"), widget=DAY, help_text=_("这一天起不再有效"))
    reason = forms.CharField(label=_("终止原因"), max_length=200, help_text=_("如：低保停发、不再独居"))

    def __init__(self, *args: Any, held: Sequence[Identity], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["identity"].choices = [
            ("", _("请选择")),
            *((str(row.pk), f"{row.get_code_display()}（{row.evidence}）") for row in held),
        ]


class WithdrawDeathForm(DeskForm):
    """Why a death that was recorded is taken back."""

    withdrawn_because = forms.CharField(
        label=_("撤销原因"), max_length=200, help_text=_("如：同名登记错误，已与家属核实")
    )


class DeathForm(DeskForm):
    """The day an elder died."""

    died_on = forms.DateField(label=_("去世日期"), widget=DAY)
    sure = forms.BooleanField(label=_("已与家属或医院核实"))


class TeamForm(DeskForm):
    """A service team that the window recommends."""

    name = forms.CharField(label=_("团队名称"), max_length=80)
    phone = forms.CharField(label=_("负责人电话"), max_length=20, widget=forms.TextInput({"inputmode": "tel"}))
    services = forms.CharField(label=_("能做什么"), max_length=200, help_text=_("如：保洁、理发、水电维修，几个人"))
    reason = forms.CharField(label=_("推荐理由"), max_length=200)

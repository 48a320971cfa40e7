"""What is typed at the desk of applications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from sangyu.applications.models import Channel, Party, ServiceClass, StepCode
from sangyu.applications.queries import APPEAL
from sangyu.policy.stages import DAYS_MAX
from sangyu.portals.components.forms import DeskForm

YES_NO = [("yes", _("同意")), ("no", _("不同意"))]
CLASSES = [(one.value, _(one.label)) for one in ServiceClass]
TERMS = [
    *((one.value, _(one.label)) for one in StepCode if one not in (StepCode.ACCEPT, StepCode.MATCH)),
    (APPEAL, _("申诉")),
]


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _long(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _yes(value: str) -> bool:
    return value == "yes"


class TakeForm(DeskForm):
    """Who applies for an elder, and in which way."""

    applicant = forms.CharField(label=_("申请人"), max_length=60)
    relation = forms.CharField(label=_("与老人的关系"), max_length=20, initial="本人")
    channel = forms.ChoiceField(
        label=_("怎样申请"),
        choices=[(one.value, _(one.label)) for one in Channel if one != Channel.OFFERED],
        widget=forms.RadioSelect,
        initial=Channel.WINDOW,
    )


class PaperForm(DeskForm):
    """A paper that is handed in."""

    title = forms.CharField(label=_("材料名称"), max_length=40, help_text=_("例如户口簿、残疾证"))
    content = forms.FileField(label=_("照片或PDF"), error_messages={"required": _("请选择照片或PDF。")})


class ClassifyForm(DeskForm):
    """A class and why."""

    service_class = forms.ChoiceField(label=_("服务对象类别"), choices=CLASSES, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("理由"), max_length=400, widget=_long())

    def __init__(self, *args: Any, allowed: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if allowed:
            self.fields["service_class"].choices = [  # type: ignore[attr-defined]
                (code, label) for code, label in CLASSES if code in allowed
            ]


class ReviewForm(DeskForm):
    """What the two committees decided."""

    passed = forms.TypedChoiceField(label=_("审议结果"), choices=YES_NO, coerce=_yes, widget=forms.RadioSelect)
    minutes = forms.CharField(label=_("会议纪要编号"), max_length=40)
    held_on = forms.DateField(label=_("开会日期"), widget=_day())
    attendees = forms.CharField(
        label=_("到会人员"), max_length=1000, widget=_long(2), help_text=_("照会议纪要写姓名，用顿号隔开")
    )
    reason = forms.CharField(label=_("审议意见"), max_length=400, widget=_long(2))


class ObjectForm(DeskForm):
    """Who objects to what is posted, and why."""

    raised_by = forms.CharField(label=_("提出异议的人"), max_length=60)
    phone = forms.CharField(label=_("联系电话"), max_length=20, required=False)
    grounds = forms.CharField(label=_("异议的理由"), max_length=400, widget=_long())


class AnswerForm(DeskForm):
    """What was found about an objection or an appeal."""

    what = forms.UUIDField(widget=forms.HiddenInput)
    upheld = forms.TypedChoiceField(
        label=_("结论"), choices=[("no", _("不成立")), ("yes", _("成立"))], coerce=_yes, widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("核查结果"), max_length=400, widget=_long())


class ReasonForm(DeskForm):
    """One sentence that has to be there."""

    reason = forms.CharField(label=_("说明"), max_length=400, widget=_long(2))


class AppealForm(DeskForm):
    """Who does not accept a refusal, and why."""

    raised_by = forms.CharField(label=_("申诉人"), max_length=60)
    relation = forms.CharField(label=_("与老人的关系"), max_length=20, initial="本人")
    grounds = forms.CharField(label=_("申诉的理由"), max_length=400, widget=_long())


class ChooseForm(DeskForm):
    """The items of the menu that an elder is to have."""

    items = forms.MultipleChoiceField(label=_("项目"), widget=forms.CheckboxSelectMultiple)
    said = forms.CharField(label=_("说明"), max_length=400, help_text=_("例如每周一次，上午"))

    def __init__(self, *args: Any, offered: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].choices = list(offered)  # type: ignore[attr-defined]

    @property
    def item_ids(self) -> list[UUID]:
        """The items that were chosen."""
        return [UUID(one) for one in self.cleaned_data["items"]]


class SignForm(DeskForm):
    """One side's signature: who signed, and the photographed sheet."""

    party = forms.ChoiceField(
        label=_("哪一方"), choices=[(one.value, _(one.label)) for one in Party], widget=forms.RadioSelect
    )
    name = forms.CharField(label=_("签字人"), max_length=60)
    content = forms.FileField(label=_("签字页照片或扫描件"), error_messages={"required": _("请选择照片或PDF。")})
    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)


class ArrangeForm(DeskForm):
    """From which day, and how."""

    first_on = forms.DateField(label=_("首次服务日期"), widget=_day())
    said = forms.CharField(label=_("怎样安排"), max_length=400, help_text=_("例如哪家企业、每周几"))


class CallBackForm(DeskForm):
    """What the elder said."""

    satisfied = forms.TypedChoiceField(
        label=_("老人满意吗"), choices=[("yes", _("满意")), ("no", _("不满意"))], coerce=_yes, widget=forms.RadioSelect
    )
    said = forms.CharField(label=_("老人的话"), max_length=400, widget=_long(2))


class HandOutForm(DeskForm):
    """Which list is handed out, of where, and for what."""

    kind = forms.ChoiceField(label=_("事项"))
    of = forms.ChoiceField(
        label=_("名单"),
        choices=[("", _("符合条件的")), ("lacking", _("还缺情况的"))],
        required=False,
        widget=forms.RadioSelect,
    )
    area = forms.ChoiceField(label=_("范围"), required=False)
    reason = forms.CharField(label=_("用途"), max_length=200, help_text=_("写清楚做什么用；会写进文件和审计册"))

    def __init__(
        self, *args: Any, kinds: Sequence[tuple[str, str]], areas: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = list(kinds)  # type: ignore[attr-defined]
        self.fields["area"].choices = [("", _("我负责的全部")), *areas]  # type: ignore[attr-defined]


class TermForm(DeskForm):
    """How many working days a step may take."""

    step = forms.ChoiceField(label=_("环节"), choices=TERMS)
    days = forms.IntegerField(label=_("办理期限（工作日）"), min_value=1, max_value=DAYS_MAX)
    valid_from = forms.DateField(label=_("从哪天起"), widget=_day())
    document = forms.CharField(label=_("依据的文件"), max_length=80, help_text=_("名称或文号，例如城民发〔2026〕3号"))

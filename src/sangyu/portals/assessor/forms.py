"""What is typed at the desk of assessments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from sangyu.access.models import User
from sangyu.assessment import queries as assessment_read
from sangyu.assessment.actions import Sent
from sangyu.assessment.models import Kind, Stacking
from sangyu.assessment.rules import Particular
from sangyu.assessment.rules.particulars import LINES_MAX, TEXT_MAX
from sangyu.portals.components.forms import DeskForm

BEIJING = ZoneInfo("Asia/Shanghai")
KINDS = [(one.value, _(one.label)) for one in Kind if one != Kind.REVIEW]
STACKINGS = [(one.value, _(one.label)) for one in Stacking]
PREFIX, BESIDE = "a-", "p-"
ISO = "%Y-%m-%dT%H:%M:%S.%fZ"  # as browsers write a moment


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DraftForm(DeskForm):
    """A draft as the browser sends it: the one it grew from, its number, and one field for each item answered."""

    base = forms.IntegerField(min_value=0, max_value=1_000_000)
    n = forms.IntegerField(min_value=1, max_value=1_000_000)

    @property
    def answers(self) -> dict[str, int]:
        """What was chosen, by item; what is no whole number is left to the room to refuse."""
        found = {name.removeprefix(PREFIX): value for name, value in self.data.items() if name.startswith(PREFIX)}
        return {code: int(value) for code, value in found.items() if value.isdecimal() and len(value) < 5}

    @property
    def particulars(self) -> dict[str, list[str]]:
        """What was typed or ticked beside the items, by code; the room refuses what does not fit."""
        return {name.removeprefix(BESIDE): self.data.getlist(name) for name in self.data if name.startswith(BESIDE)}


class ParticularsForm(forms.Form):
    """What a sheet asks beside the items; every field may stay empty, and the room checks what is in it."""

    def __init__(self, asked: Sequence[Particular], said: Mapping[str, str | list[str]]) -> None:
        super().__init__(initial={f"{BESIDE}{code}": value for code, value in said.items()})
        for one in asked:
            self.fields[f"{BESIDE}{one.code}"] = _field(one)
        self._sections = {f"{BESIDE}{one.code}": one.section for one in asked}

    @property
    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under the heading of their section, in the order of the form."""
        found: dict[str, list[forms.BoundField]] = {}
        for name in self.fields:
            found.setdefault(self._sections[name], []).append(self[name])
        return list(found.items())


def _field(one: Particular) -> forms.Field:
    shown: dict[str, Any] = {"label": one.label, "required": False, "help_text": one.ask}
    choices = [(choice.code, choice.label) for choice in one.choices]
    if one.kind == "many":
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple(), **shown)
    if one.kind == "one":
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect(), **shown)
    if one.kind == "lines":
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 3, "maxlength": LINES_MAX}), **shown)
    if one.kind == "number":
        bounds = {"min": one.least, "max": one.most, "step": "0.1", "inputmode": "decimal"}
        shown["label"] = f"{one.label}（{one.unit}）"
        return forms.CharField(widget=forms.NumberInput(attrs=bounds), **shown)
    return forms.CharField(max_length=TEXT_MAX, **shown)


class PasswordForm(DeskForm):
    """A signature: one's own password."""

    password = forms.CharField(
        label=_("您的登录密码"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class SignForm(PasswordForm):
    """Who told about the elder's days, and the signature under the sheet that was seen."""

    n = forms.IntegerField(min_value=0)
    sealed_at = forms.DateTimeField(required=False, input_formats=[ISO], widget=forms.HiddenInput())
    informant = forms.CharField(label=_("提供情况的人"), max_length=60, help_text=_("平时照料老人、今天介绍情况的人"))
    informant_relation = forms.CharField(label=_("与老人的关系"), max_length=20)
    informant_phone = forms.CharField(
        label=_("电话"), max_length=20, required=False, help_text=_("已登记为联系人的不用填")
    )
    field_order = ["informant", "informant_relation", "informant_phone", "password", "n", "sealed_at"]

    def clean_sealed_at(self) -> datetime | None:
        """Read the moment at which the tablet closed the sheet; its clock is only a claim."""
        return _as_utc(self.cleaned_data["sealed_at"])


class EvidenceForm(DeskForm):
    """A photo or a PDF beside one item; a tablet names its bytes and says when it was taken."""

    item = forms.CharField(max_length=20)
    content = forms.FileField(label=_("照片或PDF"), error_messages={"required": _("请选择照片或PDF。")})
    sha256 = forms.CharField(max_length=64, required=False)
    taken_at = forms.DateTimeField(required=False, input_formats=[ISO])

    def clean_taken_at(self) -> datetime | None:
        """Read the moment at which the photo was taken; the tablet's clock is only a claim."""
        return _as_utc(self.cleaned_data["taken_at"])


def _as_utc(told: datetime | None) -> datetime | None:
    return told.replace(tzinfo=UTC) if told else None


class WhoForm(DeskForm):
    """Two people and when they come."""

    first = forms.ChoiceField(label=_("评估员甲"))
    second = forms.ChoiceField(label=_("评估员乙"))
    day = forms.DateField(label=_("上门日期"), widget=_day())
    time = forms.TimeField(label=_("上门时间"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def __init__(self, *args: Any, viewer: User, sent: frozenset[Any] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = [user for user in assessment_read.assessors(viewer) if user.pk not in sent]
        people = [(str(user.pk), user.display_name) for user in free]
        for name in ("first", "second"):
            self.fields[name].choices = [("", "—"), *people]  # type: ignore[attr-defined]

    @property
    def sent(self) -> list[Sent]:
        """The two who are sent."""
        said = self.cleaned_data
        visit_at = datetime.combine(said["day"], said["time"], tzinfo=BEIJING)
        return [Sent(said[name], visit_at) for name in ("first", "second")]


class AppointForm(WhoForm):
    """An assessment that is to be done: by which scale, why, by whom."""

    scale = forms.ChoiceField(label=_("量表"))
    kind = forms.ChoiceField(label=_("评估原因"), choices=KINDS, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("原因说明"), max_length=100, required=False, help_text=_("选“其他”的要写明；别的可以不写")
    )
    field_order = ["scale", "kind", "reason", "first", "second", "day", "time"]

    def __init__(self, *args: Any, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, viewer=viewer, **kwargs)
        self.fields["scale"].choices = scale_choices()  # type: ignore[attr-defined]


class PracticeForm(DeskForm):
    """How the district assesses by a scale."""

    scale = forms.ChoiceField(label=_("量表"))
    valid_from = forms.DateField(label=_("从哪天起"), widget=_day())
    valid_months = forms.IntegerField(label=_("结论有效（个月）"), min_value=1, max_value=60)
    dispute_days = forms.IntegerField(label=_("提出异议的期限（天）"), min_value=0, max_value=366)
    stacking = forms.ChoiceField(label=_("几条变更依据同时有"), choices=STACKINGS, required=False)
    document = forms.CharField(label=_("依据的文件"), max_length=80, help_text=_("名称或文号，例如城民发〔2026〕3号"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scale"].choices = scale_choices()  # type: ignore[attr-defined]
        choices = [("", _("不算")), *assessment_read.POLICY_LEVELS.items()]
        for scale, _document in scale_choices():
            for level in assessment_read.packed_scale(scale).levels:
                name = f"as:{scale}:{level.word}"
                self.fields[name] = forms.ChoiceField(label=level.label, choices=choices, required=False)

    def equating(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return, for each scale, what each of its levels counts as. Shape: the scale's document and its fields."""
        return [
            (document, [self[name] for name in self.fields if name.startswith(f"as:{scale}:")])
            for scale, document in scale_choices()
        ]

    @property
    def said(self) -> dict[str, Any]:
        """What was filled in, as `set_practice` takes it."""
        plain = {name: value for name, value in self.cleaned_data.items() if not name.startswith("as:")}
        of_scale = f"as:{plain['scale']}:"
        counts_as = {
            name.removeprefix(of_scale): value
            for name, value in self.cleaned_data.items()
            if value and name.startswith(of_scale)
        }
        return {**plain, "counts_as": counts_as}


def scale_choices() -> list[tuple[str, str]]:
    """The scales by which somebody may be visited."""
    scales = [assessment_read.packed_scale(code) for code in assessment_read.scale_codes()]
    return [(scale.code, scale.document) for scale in scales if scale.for_visits]


class BodyForm(DeskForm):
    """A body whose people assess."""

    name = forms.CharField(label=_("评估机构名称"), max_length=80)


class DisputeForm(DeskForm):
    """Who does not accept a conclusion, and why."""

    raised_by = forms.CharField(label=_("提出异议的人"), max_length=60)
    relation = forms.CharField(label=_("与老人的关系"), max_length=20)
    grounds = forms.CharField(label=_("异议的理由"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))


class WithdrawForm(DeskForm):
    """Why an assessment is called off."""

    reason = forms.CharField(label=_("撤回原因"), max_length=200)


class ThirdForm(DeskForm):
    """Who decides where two sheets differ."""

    third = forms.ChoiceField(label=_("裁定人"))

    def __init__(self, *args: Any, viewer: User, sent: frozenset[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [user for user in assessment_read.assessors(viewer) if user.pk not in sent]
        self.fields["third"].choices = [("", "—"), *((str(user.pk), user.display_name) for user in people)]  # type: ignore[attr-defined]


class PaperForm(DeskForm):
    """A level that an old paper states."""

    level = forms.ChoiceField(label=_("等级"), widget=forms.RadioSelect)
    assessed_on = forms.DateField(label=_("评估日期"), widget=_day())
    valid_until = forms.DateField(
        label=_("有效期到（不含）"), widget=_day(), required=False, help_text=_("材料上没有写的留空")
    )
    body = forms.CharField(label=_("评估机构"), max_length=80)
    source = forms.CharField(label=_("材料的名称和编号"), max_length=120, help_text=_("例如评估报告 2021-0117号"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = [
            (f"{scale.code}:{level.level}", f"{level.label}（{scale.document}）")
            for scale in map(assessment_read.packed_scale, assessment_read.scale_codes())
            if not scale.for_visits
            for level in scale.levels
        ]
        self.fields["level"].choices = levels  # type: ignore[attr-defined]

    @property
    def found(self) -> tuple[str, int]:
        """The scale and the level that were chosen together."""
        scale, _, level = self.cleaned_data["level"].partition(":")
        return scale, int(level)

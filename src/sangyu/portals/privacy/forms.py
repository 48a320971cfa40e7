"""What is typed at the desk of privacy."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sangyu.portals.components.forms import DeskForm
from sangyu.privacy import queries as privacy_read
from sangyu.privacy.models import AskedBy, Channel, Check, Outcome, RequestKind

YES, NO = "YES", "NO"


class ConsentForm(DeskForm):
    """What somebody says to a topic, who says it, and the evidence."""

    topic = forms.ChoiceField(label=_("同意事项"), widget=forms.RadioSelect)
    answer = forms.ChoiceField(
        label=_("怎么说"), choices=[(YES, _("同意")), (NO, _("不同意（撤回）"))], widget=forms.RadioSelect
    )
    guardian = forms.ChoiceField(label=_("谁说的"), required=False)
    channel = forms.ChoiceField(label=_("怎么说的"), choices=Channel.choices, widget=forms.RadioSelect)
    reference = forms.CharField(
        label=_("凭据"), max_length=80, help_text=_("同意书编号、录音编号，或短信的日期和时间。")
    )

    def __init__(self, *args: Any, guardians: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics = [(one.code, one.title) for one in privacy_read.register().topics]
        self.fields["topic"].choices = topics  # type: ignore[attr-defined]
        self.fields["guardian"].choices = [("", _("本人")), *guardians]  # type: ignore[attr-defined]


class TakeInForm(DeskForm):
    """A request about one's own data."""

    kind = forms.ChoiceField(label=_("要求什么"), choices=RequestKind.choices, widget=forms.RadioSelect)
    asked_by = forms.ChoiceField(label=_("谁提出的"), choices=AskedBy.choices, widget=forms.RadioSelect)
    asker = forms.CharField(label=_("提出人姓名"), max_length=60)
    check_made = forms.ChoiceField(label=_("怎样核对身份"), choices=Check.choices, widget=forms.RadioSelect)
    check_note = forms.CharField(
        label=_("核对了什么"), max_length=120, help_text=_("例如：身份证原件，尾号0224；委托书原件。")
    )
    wish = forms.CharField(label=_("原话"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)


class AnswerForm(DeskForm):
    """How a request is answered."""

    outcome = forms.ChoiceField(label=_("答复"), choices=Outcome.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("办了什么，或为什么不能办"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

"""What the quality officer types: an elder's answers, and a ruling on an objection."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sangyu.kit.errors import Refusal
from sangyu.kit.money import parse_yuan
from sangyu.portals.components.forms import DeskForm

YES_NO = (("yes", _("是")), ("no", _("否")))


class AnswersForm(DeskForm):
    """An elder's answers on the telephone; whoever was not reached answers nothing."""

    not_reached = forms.BooleanField(required=False)
    happened = forms.ChoiceField(label=_("有没有人上门"), choices=YES_NO, required=False)
    paid_as_told = forms.ChoiceField(label=_("付的钱和说好的一样吗"), choices=YES_NO, required=False)
    satisfaction = forms.TypedChoiceField(
        label=_("满意度"), choices=[(str(n), str(n)) for n in range(1, 6)], coerce=int, empty_value=None, required=False
    )
    complaint = forms.CharField(label=_("投诉或建议"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for every answer of an elder who was reached."""
        answers = super().clean() or {}
        if not answers.get("not_reached"):
            for name in ("happened", "paid_as_told", "satisfaction"):
                if not answers.get(name) and name not in self.errors:
                    self.add_error(name, _("请选择%(label)s") % {"label": self.fields[name].label})
        return answers

    @property
    def answers(self) -> dict[str, Any]:
        """The answers in the words of `quality.follow_up`."""
        given = self.cleaned_data
        if given["not_reached"]:
            return {"reached": False}
        return {
            "reached": True,
            "happened": given["happened"] == "yes",
            "paid_as_told": given["paid_as_told"] == "yes",
            "satisfaction": given["satisfaction"],
            "complaint": given["complaint"],
        }


class RulingForm(DeskForm):
    """Whether an objection is upheld, the score that holds now, and why."""

    upheld = forms.ChoiceField(
        label=_("裁定"), choices=(("yes", _("支持异议")), ("no", _("维持原分"))), widget=forms.RadioSelect
    )
    score = forms.CharField(label=_("改为"), required=False, max_length=8)
    reason = forms.CharField(label=_("理由"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))

    def clean_score(self) -> int:
        """Read points with one decimal at most, as tenths."""
        text = self.cleaned_data["score"].strip()
        if not text:
            return 0
        try:
            hundredths = parse_yuan(text)
        except Refusal:
            hundredths = -1
        if hundredths < 0 or hundredths % 10:
            raise forms.ValidationError(_("请填写分数，最多一位小数，例如 36.5"))
        return hundredths // 10

    def clean(self) -> dict[str, Any]:
        """An upheld objection needs the new score."""
        given = super().clean() or {}
        if given.get("upheld") == "yes" and not self.data.get(self.add_prefix("score"), "").strip():
            self.add_error("score", _("支持异议时请填写改后的分数"))
        return given

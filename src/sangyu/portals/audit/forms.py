"""What an auditor asks for: a sample by month, size and seed; whether a manifest is ours."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from sangyu.insight.queries import STRATA
from sangyu.kit.errors import Refusal
from sangyu.kit.month import Month
from sangyu.portals.components.forms import DeskForm

SAMPLE_MAX = 200


class _Sample(DeskForm):
    """What any sample needs: a month, a size and a seed."""

    month = forms.CharField(label=_("账期"), max_length=7, help_text=_("例如 2026-11"))
    n = forms.IntegerField(
        label=_("抽几单"),
        min_value=1,
        max_value=SAMPLE_MAX,
        error_messages={
            "min_value": _("请填写 1 到 200 之间的单数"),
            "max_value": _("请填写 1 到 200 之间的单数"),
            "invalid": _("请填写 1 到 200 之间的单数"),
        },
    )
    seed = forms.CharField(label=_("种子"), max_length=60, help_text=_("同样的种子抽出同样的单"))

    def clean_month(self) -> str:
        """Read a month as 2026-11."""
        try:
            return str(Month.parse(self.cleaned_data["month"].strip()))
        except Refusal as wrong:
            raise forms.ValidationError(str(wrong)) from wrong


class SampleForm(_Sample):
    """A reproducible sample of the lines of one month."""


class DrawForm(_Sample):
    """A sample of a month's charges that is kept, divided over enterprises or grades of proof."""

    strata = forms.ChoiceField(label=_("分层"), choices=STRATA, widget=forms.RadioSelect, initial="ENTERPRISE")


class ManifestForm(DeskForm):
    """The text of a manifest that came with an exported sample."""

    manifest = forms.CharField(
        label=_("清单内容"),
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("打开导出包里的 manifest.json，把全部内容粘贴到这里"),
    )

"""Forms of the desk of sheets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from sangyu.intake.rules import TEMPLATES
from sangyu.kit.ids import new_id
from sangyu.portals.components.forms import DeskForm


def _templates() -> list[tuple[str, str]]:
    return [(one.code, one.label) for one in TEMPLATES.values()]


class SheetForm(DeskForm):
    """A sheet that is handed in."""

    template = forms.ChoiceField(
        label=gettext_lazy("这是哪一种表"), choices=_templates, widget=forms.RadioSelect, initial="elders"
    )
    file = forms.FileField(label=gettext_lazy("文件"), help_text=gettext_lazy(".xlsx 或 .csv，不超过 50 MB"))
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"template": "elders", "key": str(new_id())}, **kwargs})


class HandOutForm(DeskForm):
    """What is handed out, of where, and for what."""

    template = forms.ChoiceField(
        label=gettext_lazy("导出哪一种表"), choices=_templates, widget=forms.RadioSelect, initial="elders"
    )
    area = forms.ChoiceField(label=gettext_lazy("范围"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("用途"),
        max_length=200,
        help_text=gettext_lazy("写清楚做什么用；会写进文件和审计册"),
    )

    def __init__(self, *args: Any, areas: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = areas


class UndoForm(DeskForm):
    """Why a batch is taken back."""

    reason = forms.CharField(label=gettext_lazy("撤销原因"), max_length=200)

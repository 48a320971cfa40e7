"""What an enterprise says: why it cannot come, what it disagrees with, which invoice it wrote."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from sangyu.dispatch.queries import REASONS_TO_REFUSE
from sangyu.portals.components.forms import DeskForm


class RefuseForm(DeskForm):
    """An order given back with a reason."""

    reason = forms.ChoiceField(label=_("拒单原因"), choices=REASONS_TO_REFUSE, widget=forms.RadioSelect)
    note = forms.CharField(label=_("说明"), required=False, max_length=200, help_text=_("选“其他”时必填，调度员会看到"))


class ObjectForm(DeskForm):
    """Words of disagreement."""

    text = forms.CharField(
        label=_("异议理由"), max_length=400, widget=forms.Textarea({"rows": 3}), help_text=_("写明哪一单、哪一项不符")
    )


class ObjectToLinesForm(ObjectForm):
    """Words of disagreement with some lines of a statement, or with all of it."""

    lines = forms.CharField(label=_("行号"), required=False, max_length=200, help_text=_("如 3、17；不填为整份结算单"))

    def clean_lines(self) -> list[int]:
        """Read line numbers however they are parted."""
        parts = re.split(r"[\s,，、;；]+", self.cleaned_data["lines"].strip())
        if not all(part.isascii() and part.isdigit() for part in parts if part):
            raise forms.ValidationError(_("行号只能是数字，用顿号或逗号隔开，如 3、17。"))
        return [int(part) for part in parts if part]


class ConfirmForm(DeskForm):
    """Agreement with a statement."""

    invoice_number = forms.CharField(label=_("发票号码"), max_length=40, help_text=_("按本月应拨金额开具的发票"))

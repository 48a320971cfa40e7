"""Forms that answer in plain words, so that the summary on top and the words beside the field can be the same."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


class PlainWords:
    """Make a form name the field in "required" and "invalid choice"; put it before `forms.Form` or `forms.ModelForm`.

    A message written on the field itself wins.
    """

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            label = field.label or name
            stock = type(field)(**_least(field)).error_messages
            words = {
                "required": format_lazy(_("请选择{label}") if _chosen(field) else _("请填写{label}"), label=label),
                "invalid_choice": format_lazy(_("{label}不在可选范围内，请重新选择"), label=label),
            }
            if isinstance(field, forms.BooleanField):
                words["required"] = format_lazy(_("请确认：{label}"), label=label)
            for code, text in words.items():
                if str(field.error_messages.get(code)) == str(stock.get(code)):
                    field.error_messages[code] = text


def _chosen(field: forms.Field) -> bool:
    return isinstance(field, forms.ChoiceField) or hasattr(field, "queryset")


def _least(field: forms.Field) -> dict[str, Any]:
    return {"queryset": field.queryset} if hasattr(field, "queryset") else {}


class DeskForm(PlainWords, forms.Form):
    """A form of a desk that writes nothing by itself: its view hands the cleaned values to one verb."""

"""The form in which somebody tries a rule on a made-up person: one field for each fact that the rule may ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sangyu.policy import ir
from sangyu.policy.vocabulary import Fact, facts
from sangyu.portals.components.forms import DeskForm

UNKNOWN = ""
YES, NO = "yes", "no"
NEVER = "_never"
PAIR = re.compile(r"\s*([^,，:：\s]+)\s*[:：]\s*(\d+)\s*")
FEN_MAX = Decimal(10**12)


class Members(forms.CharField):
    """Values of a list, or pairs of a map, written with commas between them."""

    def __init__(self, fact: Fact, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fact = fact

    def to_python(self, value: Any) -> Any:
        """Read the text. Raises: ValidationError, naming the part that cannot be read."""
        text = super().to_python(value).strip()
        if not text:
            return None
        parts = [part for part in re.split(r"[,，;；]", text) if part.strip()]
        if self.fact.type == "counts":
            return dict(self._pair(part) for part in parts)
        return [self._member(part.strip()) for part in parts]

    def _pair(self, part: str) -> tuple[str, int]:
        found = PAIR.fullmatch(part)
        if found is None:
            raise forms.ValidationError(_("“%(part)s”读不懂，请写成“分类:数量”，用逗号分开。") % {"part": part.strip()})
        return found[1], int(found[2])

    def _member(self, part: str) -> Any:
        if self.fact.type == "ints":
            if not part.isdecimal():
                raise forms.ValidationError(_("“%(part)s”不是整数，请用逗号把数字分开。") % {"part": part})
            return int(part)
        try:
            return date.fromisoformat(part).isoformat()
        except ValueError:
            raise forms.ValidationError(
                _("“%(part)s”不是日期，请写成 2026-11-09，用逗号分开。") % {"part": part}
            ) from None


class QuestionForm(DeskForm):
    """Facts of nobody in particular. What is left empty is not known, which is not the same as no."""

    on = forms.DateField(label=gettext_lazy("哪一天"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, names: list[str], rule: ir.Rule, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = [name for name in names if name != "on"]
        for name in self.names:
            self.fields[name] = _field(facts()[name], rule)
            if facts()[name].type == "date_or_null":  # that there was none is known, too, and no day says so
                label = _("%s：没有") % self.fields[name].label
                self.fields[f"{name}{NEVER}"] = forms.BooleanField(label=label, required=False)

    def asked(self) -> dict[str, Any]:
        """Return the facts as the engine takes them; what is not known is left out."""
        said: dict[str, Any] = {"on": self.cleaned_data["on"].isoformat()}
        for name in self.names:
            value = _fact(facts()[name], self.cleaned_data[name])
            if value is not None or self.cleaned_data.get(f"{name}{NEVER}"):
                said[name] = value
        return said


def initial(names: list[str], given: Mapping[str, Any], on: date) -> dict[str, Any]:
    """Return what a form shows for facts in the engine's shape: yuan for fen, yes and no, texts for lists and maps."""
    said: dict[str, Any] = {"on": given.get("on", on.isoformat())}
    for name in names:
        if name in given and name != "on":
            said[name] = _shown(facts()[name], given[name])
            said[f"{name}{NEVER}"] = given[name] is None
    return said


def _shown(fact: Fact, value: Any) -> Any:
    if isinstance(value, bool):
        return YES if value else NO
    if fact.unit == "分" and isinstance(value, int):
        return Decimal(value) / 100
    if isinstance(value, Mapping):
        return ", ".join(f"{key}:{n}" for key, n in value.items())
    if isinstance(value, list) and fact.type != "codes":
        return ", ".join(map(str, value))
    return value


def _fact(fact: Fact, value: Any) -> Any:
    if value is None or (value == UNKNOWN and fact.type != "codes"):
        return None
    if fact.type == "bool":
        return value == YES
    if fact.type == "codes":
        return [code for code in value if code != "none"] if value else None
    if isinstance(value, Decimal):
        return int(value * 100)
    return value.isoformat() if isinstance(value, date) else value


def _field(fact: Fact, rule: ir.Rule) -> forms.Field:
    label = rule.words.get(fact.name) or fact.label
    domain = rule.domains.get(fact.name)
    if fact.type == "bool":
        choices = [(UNKNOWN, _("不清楚")), (YES, _("是")), (NO, _("否"))]
        return forms.ChoiceField(label=label, required=False, choices=choices)
    if fact.type == "code":
        codes = [(code, text) for code, text in fact.codes.items() if domain is None or code in domain]
        return forms.ChoiceField(label=label, required=False, choices=[(UNKNOWN, _("不清楚")), *codes])
    if fact.type == "codes":
        none = [] if "none" in fact.codes else [("none", _("都没有"))]
        return forms.MultipleChoiceField(
            label=label,
            required=False,
            choices=[*none, *fact.codes.items()],
            widget=forms.CheckboxSelectMultiple,
            help_text=_("一个都不选是不清楚；确实没有请选“都没有”。"),
        )
    if fact.type in ("date", "date_or_null"):
        return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}))
    if fact.type == "int" and fact.unit == "分":
        return forms.DecimalField(
            label=f"{label}（元）", required=False, decimal_places=2, min_value=-FEN_MAX, max_value=FEN_MAX
        )
    if fact.type == "int":
        return forms.IntegerField(label=_with_unit(label, fact.unit), required=False)
    help_text = _("写成“分类:数量”，用逗号分开") if fact.type == "counts" else _("用逗号分开")
    return Members(fact, label=label, required=False, help_text=help_text)


def _with_unit(label: str, unit: str) -> str:
    return f"{label}（{unit}）" if unit and unit not in label else label

"""The form in which the bureau changes its own figures and readings; each stands in yuan, percent or points."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sangyu.adoption.rules import FIGURE_MAX
from sangyu.policy import ir, table_text
from sangyu.policy.bands import numbers, outside
from sangyu.portals.components.forms import DeskForm
from sangyu.portals.policy import reading

UNITS = {"_fen": (100, 2, "元"), "_pm": (10, 1, "%"), "_tenths": (10, 1, "分")}  # by ending: divisor, places, unit
TABLES = ("map", "matrix", "steps")
UNSET = ""

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Leaf:
    """One number of a figure: where it stands in it, what it is called, and what it is now."""

    path: Path
    label: str
    unit: str
    divisor: int
    places: int
    now: int | None

    @property
    def name(self) -> str:
        """The name of its field."""
        return ".".join(map(str, self.path))

    @property
    def shown(self) -> Decimal | int | None:
        """What the field shows now."""
        return self.now if self.divisor == 1 or self.now is None else Decimal(self.now) / self.divisor


class ProposalForm(DeskForm):
    """What every proposal says of itself."""

    document = forms.CharField(label=gettext_lazy("依据的文号"), max_length=120)
    wanted_from = forms.DateField(
        label=gettext_lazy("拟从哪天起执行"),
        required=False,
        help_text=gettext_lazy("最早是明天；最后由复核人确定"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(
        label=gettext_lazy("改了什么、为什么"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)


class WorkbookForm(ProposalForm):
    """An edited workbook."""

    file = forms.FileField(label=gettext_lazy("改好的工作簿"), help_text=gettext_lazy(".xlsx，不超过 8 MB"))

    field_order = ("file", "document", "wanted_from", "reason", "key")


class FigureProposalForm(ProposalForm):
    """Figures typed over those of one version: `base` is that version, and they fit no other."""

    base = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": gettext_lazy("这一页打开得太早，请重新打开本页再改")}
    )


class FiguresForm(FigureProposalForm):
    """The bureau's own figures and readings as they are now; what is changed is proposed."""

    def __init__(self, pack: ir.Pack, now: Mapping[str, Any], today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pack, self.now, self.today = pack, now, today
        self.leaves = [leaf for one in pack.parameters.values() for leaf in leaves_of(one, now.get(one.name))]
        for leaf in self.leaves:
            self.fields[leaf.name] = number_field(leaf)
        self.codes = [one for one in pack.parameters.values() if one.type == "code"]
        for code in self.codes:
            self.fields[code.name] = _choice(code.label, _codes(code), now.get(code.name, UNSET))
        for setting in pack.settings.values():
            self.fields[setting.name] = _choice(setting.label, _values(setting, now), _place(setting, now))

    @property
    def figure_fields(self) -> list[tuple[Any, str]]:
        """The fields of figures, each with its unit."""
        return [(self[leaf.name], leaf.unit) for leaf in self.leaves]

    @property
    def reading_fields(self) -> list[Any]:
        """The fields of what is chosen from a list."""
        return [self[one.name] for one in (*self.codes, *self.pack.settings.values())]

    @property
    def tables(self) -> list[tuple[ir.Parameter, str, int]]:
        """The figures of several rows, each with its name on the page and how many rows it has now."""
        return [
            (
                one,
                reading.spoken_label(one),
                len(list(numbers(one, self.now[one.name]))) if self.now.get(one.name) else 0,
            )
            for one in self.pack.parameters.values()
            if one.type in TABLES
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse parts that do not add up to what they have to."""
        said = super().clean() or {}
        for one in self.pack.parameters.values():
            parts = [leaf for leaf in self.leaves if leaf.path[0] == one.name]
            meant = [leaf.now if said.get(leaf.name) is None else said[leaf.name] for leaf in parts]
            if one.sum_to is not None and parts and sum(meant) != one.sum_to:
                wrong = _("“%(label)s”各项合计应为 %(sum)s，现在是 %(now)s。")
                self.add_error(parts[0].name, wrong % {"label": one.label, "sum": one.sum_to, "now": sum(meant)})
        if not self.errors:
            self._refuse_outside()
        return said

    def _refuse_outside(self) -> None:
        """Refuse a number that the text itself bounds, beside the field in which it was typed."""
        meant = self.parameters()
        fields = {leaf.path: leaf.name for leaf in self.leaves}
        for one in outside(self.pack, meant, self.cleaned_data.get("wanted_from") or self.today):
            if not one.warns:
                self.add_error(fields.get((one.parameter.name, *one.path)), str(one))

    def parameters(self) -> dict[str, Any]:
        """Return all figures of the programme as they would be; what was left empty stays as it is."""
        meant = copy.deepcopy(dict(self.now))
        for leaf in self.leaves:
            given = self.cleaned_data[leaf.name]
            if given is not None:
                _put(meant, leaf.path, int(given * leaf.divisor))
        for code in self.codes:
            if chosen := self.cleaned_data[code.name]:
                meant[code.name] = chosen
        for setting in self.pack.settings.values():
            chosen = self.cleaned_data[setting.name]
            if chosen and chosen != _place(setting, self.now):
                meant[setting.name] = _plain(_all_values(setting, self.now)[int(chosen)])
        return meant


def leaves_of(parameter: ir.Parameter, now: Any) -> Iterator[Leaf]:
    """List the numbers of a figure as it is now."""
    label = reading.spoken_label(parameter)
    if parameter.type == "int":
        yield leaf_of((parameter.name,), label, parameter.name, now)
    elif parameter.type == "map":
        for key, value in (now or {}).items():
            yield leaf_of((parameter.name, key), f"{label}：{reading.spoken_code(key)}", parameter.name, value)
    elif parameter.type == "matrix":
        for key, row in (now or {}).items():
            for other, value in row.items():
                said = f"{reading.spoken_code(key)}、{reading.spoken_code(other)}"
                yield leaf_of((parameter.name, key, other), f"{label}：{said}", parameter.name, value)
    elif parameter.type == "steps":
        for n, step in enumerate(now or ()):
            for place, (key, value) in enumerate(step.items()):
                said = _("第%(n)s档的结果") if place else _("第%(n)s档从多少起")
                yield leaf_of((parameter.name, n, key), f"{label}：{said % {'n': n + 1}}", key, value)


def leaf_of(path: Path, label: str, named: str, now: int | None) -> Leaf:
    """Say in which unit one number is shown, by the name under which it stands."""
    kind = named.partition("_per_")[0]  # a tariff of so many fen per minute is an amount too
    divisor, places, unit = next((unit for ending, unit in UNITS.items() if kind.endswith(ending)), (1, 0, ""))
    return Leaf(path, label, unit, divisor, places, now)


def number_field(leaf: Leaf) -> forms.Field:
    """Make the field in which one number is typed."""
    bounds = {"min_value": -FIGURE_MAX // leaf.divisor, "max_value": FIGURE_MAX // leaf.divisor}
    if leaf.divisor == 1:
        return forms.IntegerField(label=leaf.label, required=False, initial=leaf.shown, **bounds)
    return forms.DecimalField(
        label=leaf.label, required=False, initial=leaf.shown, decimal_places=leaf.places, **bounds
    )


def _choice(label: str, choices: list[tuple[str, str]], now: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, initial=now, required=False)


def _codes(parameter: ir.Parameter) -> list[tuple[str, str]]:
    return [(UNSET, _("还没有设定")), *((code, table_text.code_text(code)) for code in parameter.codes)]


def _all_values(setting: ir.Setting, now: Mapping[str, Any]) -> list[Any]:
    """Return what may be chosen: the values of the pack, and another one that was set before."""
    given = now.get(setting.name)
    held = setting.default if given is None else tuple(given) if isinstance(given, list) else given
    return [*setting.values, *([] if _among(held, setting.values) else [held])]


def _among(value: Any, values: tuple[Any, ...]) -> bool:
    return any(type(one) is type(value) and one == value for one in values)


def _values(setting: ir.Setting, now: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(str(n), table_text.reading(setting, value)) for n, value in enumerate(_all_values(setting, now))]


def _place(setting: ir.Setting, now: Mapping[str, Any]) -> str:
    given = now.get(setting.name)
    held = setting.default if given is None else tuple(given) if isinstance(given, list) else given
    return str(next(n for n, one in enumerate(_all_values(setting, now)) if type(one) is type(held) and one == held))


def _put(meant: dict[str, Any], path: Path, value: int) -> None:
    place: Any = meant
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value

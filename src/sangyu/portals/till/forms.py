"""What is typed, swiped and pressed at a till."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from sangyu.meals.actions import Cooked
from sangyu.meals.models import Dish
from sangyu.meals.queries import DISH_KINDS, MEALS, MODES, Tariff
from sangyu.portals.components.forms import DeskForm

REASONS = [("刷错人", _("刷错人")), ("老人不用餐了", _("老人不用餐了")), ("重复售出", _("重复售出"))]


ROWS = 8
STEPS = 3


class Picked(forms.MultipleChoiceField):
    """Dishes that were ticked, by id; whether they hang today is the room's to say."""

    def valid_value(self, value: str) -> bool:
        try:
            UUID(value)
        except ValueError:
            return False
        return True

    def clean(self, value: Any) -> list[UUID]:
        return [UUID(one) for one in super().clean(value)]


class FindForm(DeskForm):
    """A card number from the reader, words typed by the cashier, or an elder picked from a list."""

    card = forms.CharField(required=False, max_length=40)
    q = forms.CharField(required=False, max_length=40, label=_("姓名、首字母或手机尾号"))
    elder = forms.UUIDField(required=False)
    found_by = forms.CharField(required=False, max_length=12)
    mode = forms.ChoiceField(required=False, choices=MODES)
    dish = Picked(required=False)


class SellForm(DeskForm):
    """One press of the sell button, with the elder shown and the client's own key."""

    elder = forms.UUIDField()
    card = forms.CharField(required=False, max_length=40)
    found_by = forms.CharField(required=False, max_length=12)
    agreed = forms.BooleanField(required=False)
    mode = forms.ChoiceField(required=False, choices=MODES)
    dish = Picked(required=False)
    key = forms.CharField(max_length=64)


class RefundForm(DeskForm):
    """Why the last portion is given back."""

    sale = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(label=_("退餐原因"), choices=REASONS, widget=forms.RadioSelect)


class MenuForm(DeskForm):
    """One meal's dishes, a row each; a row without a name is not there."""

    meal = forms.ChoiceField(choices=MEALS, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(ROWS):
            self.fields[f"name_{n}"] = forms.CharField(label=_("菜名"), required=False, max_length=40)
            self.fields[f"kind_{n}"] = forms.ChoiceField(label=_("类别"), choices=DISH_KINDS, required=False)
            self.fields[f"price_{n}"] = _yuan(_("单点价（元）"), required=False)

    @staticmethod
    def initial_of(meal: str, dishes: Iterable[Dish]) -> dict[str, Any]:
        """Return what the form shows of a menu that hangs; empty rows start as a meal usually goes."""
        usual = ["MEAT", "VEGETABLE", "VEGETABLE", "SOUP", "STAPLE"]
        shown: dict[str, Any] = {"meal": meal, **{f"kind_{n}": kind for n, kind in enumerate(usual)}}
        for n, dish in enumerate(dishes):
            shown |= {f"name_{n}": dish.name, f"kind_{n}": dish.kind, f"price_{n}": _shown(dish.price_fen)}
        return shown

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        return [(self[f"name_{n}"], self[f"kind_{n}"], self[f"price_{n}"]) for n in range(ROWS)]

    def dishes(self) -> list[Cooked]:
        """Return the rows that name a dish."""
        told = self.cleaned_data
        return [
            Cooked(told[f"name_{n}"], told[f"kind_{n}"] or "OTHER", _fen(told[f"price_{n}"]))
            for n in range(ROWS)
            if told[f"name_{n}"]
        ]


class PriceForm(DeskForm):
    """What a meal costs from a day on: everybody else, and up to three ages from which another price holds."""

    price = forms.DecimalField(label=_("餐价（元）"), min_value=0, max_value=1000, decimal_places=2)
    delivery_fee = forms.DecimalField(
        label=_("送餐费（元）"), min_value=0, max_value=1000, decimal_places=2, required=False
    )
    valid_from = forms.DateField(label=_("从哪天起"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    basis = forms.CharField(
        label=_("定价依据"),
        max_length=120,
        help_text=_("例如成本核算表或公示的名称和日期。按制作成本收费的，写明核算期。"),
    )
    everywhere = forms.BooleanField(label=_("各餐厅通用（没有自己餐价表的餐厅都按此执行）"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(STEPS):
            self.fields[f"age_{n}"] = forms.IntegerField(
                label=_("满多少周岁"), min_value=1, max_value=120, required=False
            )
            self.fields[f"price_{n}"] = _yuan(_("餐价（元，免费填0）"), required=False)

    def steps(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"age_{n}"], self[f"price_{n}"]) for n in range(STEPS)]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        for n in range(STEPS):
            age, price = told.get(f"age_{n}"), told.get(f"price_{n}")
            if (age is None) != (price is None) and not {f"age_{n}", f"price_{n}"} & set(self.errors):
                self.add_error(f"price_{n}" if price is None else f"age_{n}", _("年龄和餐价要一起填，或都留空。"))
        return told

    def fen(self, name: str) -> int:
        return _fen(self.cleaned_data[name]) or 0

    def bands(self) -> dict[int, int]:
        """Return age from -> fen."""
        told = self.cleaned_data
        steps = {told[f"age_{n}"]: self.fen(f"price_{n}") for n in range(STEPS) if told[f"age_{n}"] is not None}
        return {0: self.fen("price"), **steps}


def shown_prices(tariff: Tariff) -> dict[str, Any]:
    """Return what the form shows of the prices that hold."""
    steps = sorted((age, fen) for age, fen in tariff.bands.items() if age)[:STEPS]
    shown = {"price": _shown(tariff.bands[0]), "delivery_fee": _shown(tariff.delivery_fee_fen)}
    for n, (age, fen) in enumerate(steps):
        shown |= {f"age_{n}": age, f"price_{n}": _shown(fen)}
    return shown


class RatingForm(DeskForm):
    """One to five points, and words about each dish of the meal."""

    score = forms.ChoiceField(
        label=_("这一餐打几分"),
        choices=[(5, _("5 很好")), (4, _("4 好")), (3, _("3 一般")), (2, _("2 不好")), (1, _("1 很不好"))],
        widget=forms.RadioSelect,
    )

    def __init__(self, dishes: Iterable[Dish], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.named = {f"dish_{dish.n}": dish.pk for dish in dishes}
        for dish in dishes:
            self.fields[f"dish_{dish.n}"] = forms.CharField(label=dish.name, required=False, max_length=120)

    def comments(self) -> dict[UUID, str]:
        """Return what is said of each dish."""
        return {dish_id: self.cleaned_data[name] for name, dish_id in self.named.items()}


def _yuan(label: str, *, required: bool) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_value=1000, decimal_places=2, required=required)


def _fen(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * 100)


def _shown(fen: int | None) -> Decimal | None:
    return None if fen is None else (Decimal(fen) / 100).quantize(Decimal("0.01"))

"""What an agent types: a wish on the telephone, how a call ended, a call written down by hand."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sangyu.access.models import User
from sangyu.dispatch.models import WishKind
from sangyu.hotline.models import End
from sangyu.portals.components.forms import DeskForm
from sangyu.providers import queries as providers_read
from sangyu.providers.models import ServiceItem

BEIJING = ZoneInfo("Asia/Shanghai")
DAYS_SHOWN = 7
HOURS = range(8, 19)
ITEMS_SHOWN = 6
WEEKDAYS = "一二三四五六日"


def days(today: date) -> list[dict[str, Any]]:
    """Return the day chips: today, tomorrow, the day after, then by weekday."""
    near = (_("今天"), _("明天"), _("后天"))
    shown = []
    for n in range(DAYS_SHOWN):
        on = today + timedelta(days=n)
        label = near[n] if n < len(near) else _("周{weekday}").format(weekday=WEEKDAYS[on.weekday()])
        shown.append({"value": on.isoformat(), "label": label, "note": f"{on.month}/{on.day}"})
    return shown


def find_items(viewer: User, text: str, on: date) -> list[ServiceItem]:
    """Return the items that a typed text may mean: `SH001 室内保洁` as it was filled in, else by name or initials.

    What is ordered no more on the wanted day is found by its code alone, so that the refusal names its successor.
    """
    code = text.split()[0] if text.split() else ""
    exact = list(providers_read.items(viewer).filter(code__iexact=code)) if code else []
    return exact or providers_read.search_items(viewer, text, on=on, limit=ITEMS_SHOWN)


class OrderForm(DeskForm):
    """A wish: what, when, and what the worker should know."""

    elder = forms.UUIDField(widget=forms.HiddenInput)
    q = forms.CharField(label=gettext_lazy("服务项目"), max_length=60)
    item = forms.UUIDField(required=False)
    day = forms.DateField(label=gettext_lazy("上门日期"), required=False)
    other_day = forms.DateField(
        label=gettext_lazy("其他日期"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    hour = forms.IntegerField(label=gettext_lazy("上门时间"), min_value=0, max_value=23)
    note = forms.CharField(label=gettext_lazy("备注"), max_length=200, required=False)
    key = forms.CharField(max_length=60)

    def __init__(self, *args: Any, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        self.items: list[ServiceItem] = []

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        on = said.get("other_day") or said.get("day")
        if on is None:
            self.add_error("day", _("请选择上门日期"))
        elif said.get("q"):
            self._choose_item(said, on)
        return said

    def _choose_item(self, said: dict[str, Any], on: date) -> None:
        self.items = find_items(self.viewer, said["q"], on)
        named = [item for item in self.items if item.pk == said.get("item")]
        fitting = named or self.items
        if not fitting:
            self.add_error("q", _("目录里没有“{text}”，请换个说法，或输入项目编号。").format(text=said["q"]))
        elif len(fitting) > 1:
            self.add_error("q", _("有{n}个项目符合，请选定一个。").format(n=len(fitting)))
        else:
            said["chosen"] = fitting[0]

    @property
    def wanted_from(self) -> datetime:
        """The wanted moment; another day wins over the chips."""
        on = self.cleaned_data["other_day"] or self.cleaned_data["day"]
        return datetime.combine(on, time(self.cleaned_data["hour"]), BEIJING)


class EndForm(DeskForm):
    """How a call ended, in one press and a few words."""

    kind = forms.ChoiceField(choices=[(end.value, end.label) for end in End if end != End.ORDER])
    elder = forms.UUIDField(required=False)
    note = forms.CharField(label=gettext_lazy("备注"), max_length=400, required=False)


class RequestForm(DeskForm):
    """Four things that the community needs to come back to somebody who is not registered yet."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)
    phone = forms.CharField(label=gettext_lazy("联系电话"), max_length=20)
    community = forms.CharField(label=gettext_lazy("社区"), max_length=12)
    address = forms.CharField(label=gettext_lazy("住址"), max_length=120)
    note = forms.CharField(label=gettext_lazy("备注"), max_length=200, required=False)


class WorkerWishForm(DeskForm):
    """What an elder says about a worker; the kinds are those of dispatch."""

    worker = forms.UUIDField()
    kind = forms.ChoiceField(choices=WishKind.choices)
    order = forms.UUIDField(required=False)


class ByHandForm(DeskForm):
    """A call that the telephone system did not tell us about."""

    caller_number = forms.CharField(
        label=gettext_lazy("来电号码"),
        max_length=20,
        required=False,
        validators=[RegexValidator(r"^[0-9\- ]*$", gettext_lazy("号码只能是数字，例如 13900000001 或 0931-8100001"))],
    )
    elder = forms.UUIDField(required=False)
    key = forms.UUIDField()

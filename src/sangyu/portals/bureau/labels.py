"""What a filter is called, which values it can take, and how the chosen ones read in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.http import urlencode
from django.utils.translation import gettext as _

from sangyu.access import queries as access_read
from sangyu.access.models import User
from sangyu.insight.queries import CARD_STATES, ITEM_CLASSES, LATE, Figure, class_label
from sangyu.kit.errors import NotFound
from sangyu.kit.names import mask_name
from sangyu.portals.components.stages import STAGES
from sangyu.providers import queries as providers_read
from sangyu.registry import queries as registry_read
from sangyu.registry.models import IdentityCode

NONE = "-"


@dataclass(frozen=True)
class Chosen:
    """One filter in force; `without` is the query of the list with this filter taken off."""

    label: str
    value: str
    without: str


@dataclass(frozen=True)
class Filter:
    """One filter that can be set. Shape: `values` are pairs of value and label."""

    name: str
    label: str
    values: list[tuple[str, str]]


def _titles() -> dict[str, str]:
    return {
        "street": _("街道"),
        "community": _("社区"),
        "identity": _("身份"),
        "item_class": _("服务类别"),
        "item": _("服务项目"),
        "enterprise": _("企业"),
        "elder_class": _("老人类别"),
        "elder": _("老人"),
        "stage": _("状态"),
        "late": _("超时原因"),
        "day": _("下单日期"),
        "placed_month": _("月份"),
        "month": _("服务月份"),
        "band": _("年龄"),
        "hukou": _("本地户籍"),
        "alive": _("在册"),
        "state": _("状态"),
        "quarter": _("季度"),
        "since": _("自"),
        "on": _("截至"),
    }


def chosen(viewer: User, figure: Figure, query: Mapping[str, str]) -> list[Chosen]:
    """Say the filters in force, each with the address of the list without it."""
    titles = _titles()
    return [
        Chosen(
            titles.get(name, name),
            _value(viewer, figure, name, value),
            "?" + urlencode({other: kept for other, kept in query.items() if other != name}),
        )
        for name, value in query.items()
    ]


def options(viewer: User, figure: Figure) -> list[Filter]:
    """Return the filters that a person may set on a list by hand."""
    titles = _titles()
    known = {
        "street": lambda: [(area.code, area.name) for area in access_read.subdistricts(viewer)],
        "item_class": lambda: list(ITEM_CLASSES),
        "enterprise": lambda: [(str(row.pk), row.short_name) for row in providers_read.enterprises(viewer)],
    }
    return [Filter(name, titles[name], values()) for name, values in known.items() if name in figure.dims]


def _value(viewer: User, figure: Figure, name: str, value: str) -> str:
    if value == NONE:
        return _("无")
    if name in ("alive", "hukou"):
        return _("是") if value == "yes" else _("否")
    if name in ("street", "community"):
        areas = access_read.subdistricts(viewer) if name == "street" else access_read.communities(viewer)
        return next((area.name for area in areas if area.code == value), value)
    if name == "identity":
        return dict(IdentityCode.choices).get(value, value)
    if name == "item_class":
        return dict(ITEM_CLASSES).get(value, value)
    if name == "elder_class":
        return _("%(code)s类") % {"code": value} if len(value) == 1 else class_label(value)
    if name == "stage":
        return str(STAGES[value].label) if value in STAGES else value
    if name == "late":
        return LATE.get(value, value)
    if name == "state" and figure.kind == "card":
        return dict(CARD_STATES).get(value, value)
    if name == "band":
        low, _sep, high = value.partition("-")
        return _("%(low)s至%(high)s岁（不含）") % {"low": low, "high": high}
    if name == "elder":
        return _elder(viewer, value)
    if name in ("enterprise", "item"):
        return _name_of(viewer, name, value)
    return value


def _name_of(viewer: User, name: str, value: str) -> str:
    rows = providers_read.enterprises(viewer) if name == "enterprise" else providers_read.items(viewer)
    try:
        found = rows.filter(pk=UUID(value)).first()
    except ValueError:
        return value
    return (found.short_name if name == "enterprise" else found.name) if found else value


def _elder(viewer: User, value: str) -> str:
    """Name an elder, masked as in the lists themselves."""
    try:
        return mask_name(registry_read.get_elder(viewer, UUID(value)).name)
    except (ValueError, NotFound):
        return value

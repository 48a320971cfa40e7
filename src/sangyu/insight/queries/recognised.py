"""How many elders are what, where and on which day: recognitions by kind and street, each number with its rows.

One person counts once for one kind, whatever records and repeated recognitions there are, and where the record that
stands for the person lives now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from sangyu.access.models import Area, User
from sangyu.insight import rules
from sangyu.insight.queries import sources
from sangyu.insight.queries.lens import Lens
from sangyu.insight.rules import Number
from sangyu.registry.models import Identity, IdentityCode

PERSON = Coalesce(F("elder__merged_into"), F("elder"))
# What belongs side by side. A code of two words is of the family of its first one; the rest are groups of people.
FAMILIES = {"service_class": "服务对象类别", "ability_level": "失能等级", "mode": "帮扶方式", "": "重点人群"}


@dataclass(frozen=True)
class Place:
    """A line of the table: a street or a community, its elders, and how many of them are what."""

    code: str
    name: str
    elders: Number
    numbers: tuple[Number, ...]


@dataclass(frozen=True)
class Pivot:
    """Elders by what they are and where they live. `families` are those of which anybody is anything."""

    on: date
    family: str
    families: tuple[str, ...]
    columns: tuple[str, ...]
    whole: Place
    places: tuple[Place, ...]


def recognised(viewer: User, lens: Lens) -> QuerySet[Any]:
    """The recognitions that hold on the day, one of a kind for each person who lives.

    Raises: NotAllowed.
    """
    on = lens.on
    held = Identity.objects.filter(recorded_at__lt=lens.until, valid_from__lte=on)
    held = held.filter(Q(valid_until=None) | Q(valid_until__gt=on)).annotate(person=PERSON)
    again = held.filter(person=OuterRef("person"), code=OuterRef("code"), pk__lt=OuterRef("pk"))
    rows = held.filter(person__in=sources.living(viewer, lens).order_by().values("pk"))
    return rows.filter(~Exists(again)).annotate(
        community=Coalesce(F("elder__merged_into__community"), F("elder__community")),
        community_name=Coalesce(F("elder__merged_into__community__name"), F("elder__community__name")),
        street=Coalesce(F("elder__merged_into__community__parent"), F("elder__community__parent")),
    )


def family_of(code: str) -> str:
    """Return the family of a code: of `service_class:free` it is `service_class`, of `needy` the nameless one."""
    return code.partition(":")[0] if ":" in code else ""


def pivot(viewer: User, on: date, *, family: str | None = None, street: str = "") -> Pivot:
    """Count the elders of a day by what they are, by street, or by the communities of one street.

    Without a family the first is shown of which anybody is anything.
    Raises: NotAllowed; BadLens, for a family that there is not.
    """
    lens = Lens(rules.end_of(on), cut={"street": street} if street else {})
    by = "community" if street else "street"
    rows = recognised(viewer, lens).order_by()
    counted: Counter[tuple[str, str]] = Counter()
    for place, code, n in (
        (rows.filter(street=street) if street else rows).values_list(by, "code").annotate(n=Count("pk"))
    ):
        counted[place, code] = n
    families = tuple(one for one in FAMILIES if any(family_of(code) == one for _, code in counted))
    chosen = family if family is not None else next(iter(families), "")
    if chosen not in FAMILIES:
        raise rules.BadLens("没有这一类统计。请从“老人构成”重新选。")
    codes = [code for code in IdentityCode.values if family_of(code) == chosen]
    codes = [code for code in codes if any(wanted == code for _, wanted in counted)] or codes
    living = _living(viewer, lens, by, street)
    names = dict(Area.objects.filter(pk__in=living).values_list("pk", "name"))
    labels = tuple(IdentityCode(code).label.rpartition("：")[2] for code in codes)
    within = {"street": street} if street else {}
    places = [
        _place(code, names.get(code, code), living[code], [counted[code, one] for one in codes], codes, {by: code})
        for code in sorted(living)
    ]
    sums = [sum(counted[place, one] for place in living) for one in codes]
    whole = _place("", "合计", sum(living.values()), sums, codes, within)
    return Pivot(on, chosen, families, labels, whole, tuple(places))


def _living(viewer: User, lens: Lens, by: str, street: str) -> dict[str, int]:
    rows = sources.living(viewer, lens).order_by()
    if street:
        rows = rows.filter(community__parent=street)
    by = "community" if by == "community" else "community__parent"
    return dict(rows.values_list(by).annotate(n=Count("pk")))


def _place(
    code: str, name: str, elders: int, counts: Sequence[int], codes: Iterable[str], where: dict[str, str]
) -> Place:
    return Place(
        code,
        name,
        Number(name, elders, "elders", unit="人", lens={**where, "alive": "yes"}),
        tuple(
            Number(name, n, "recognised", unit="人", lens={**where, "identity": one})
            for one, n in zip(codes, counts, strict=True)
        ),
    )

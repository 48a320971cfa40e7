"""How complete what is known of the elders is: family, income, health, interests and age, each there or lacking.

Source: Huli's information database (家庭、收入、健康、兴趣、年龄). This room is the lowest that knows all five.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from sangyu.access.models import User
from sangyu.assessment.models import Conclusion
from sangyu.benefits.models import StatedFact
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Contact, Elder, HouseholdMember, Identity, Kinship

FACETS: Mapping[str, str] = {"family": "家庭", "income": "收入", "health": "健康", "interests": "兴趣", "age": "年龄"}
# Whoever is recognised as one of these has no family to be asked for, an income that is known, a health that is known.
NO_FAMILY = ("three_no", "without_family", "childless", "lost_only_child")
POOR = ("dibao", "dibao_edge", "extreme_poor", "three_no", "five_guarantee_scattered", "five_guarantee_central")
FOUND = ("severe_disability", "care_dependent", "dementia")
LEVELS = "ability_level:"


@dataclass(frozen=True)
class Completeness:
    """How many of some elders are known whole, and of how many each of the five is known; `elders` may be none."""

    elders: int
    whole: int
    known: Mapping[str, int]

    @property
    def rate_pm(self) -> int:
        """The share of the elders of whom all five are known, per mille, rounded half up; nobody at all is whole."""
        return (2000 * self.whole + self.elders) // (2 * self.elders) if self.elders else 1000


def completeness(viewer: User, on: date) -> Completeness:
    """Count how complete the living elders of the viewer are on a day, one person once; one query."""
    rows, asked = _living(viewer), _asked(on)
    whole = Q()
    for known in asked.values():
        whole &= known
    counted = rows.aggregate(
        elders=Count("pk"),
        whole=Count("pk", filter=whole),
        **{f"known_{name}": Count("pk", filter=known) for name, known in asked.items()},
    )
    return Completeness(counted["elders"], counted["whole"], {name: counted[f"known_{name}"] for name in FACETS})


def lacking(viewer: User, facet: str, on: date) -> QuerySet[Elder, Any]:
    """The ids of the viewer's living elders of whom one of the five is not known; of an unknown one, nobody."""
    asked = _asked(on).get(facet)
    return (_living(viewer).filter(~asked) if asked is not None else Elder.objects.none()).values("pk")


def facets_of(elder: Elder, on: date) -> dict[str, bool]:
    """Say which of the five are known of one elder. Shape: facet -> known, in the order of `FACETS`."""
    marks = {f"known_{name}": known for name, known in _asked(on).items()}
    row = Elder.objects.filter(pk=elder.pk).annotate(**{name: _marked(known) for name, known in marks.items()}).get()
    return {name: getattr(row, f"known_{name}") for name in FACETS}


def _living(viewer: User) -> QuerySet[Elder]:
    return registry_read.elders(viewer).filter(merged_into=None, died_on=None).order_by()


def _marked(known: Q) -> Any:
    return ExpressionWrapper(known, output_field=BooleanField())


def _asked(on: date) -> dict[str, Q]:
    held = _standing(Identity.objects.all(), on)
    income = _standing(StatedFact.objects.filter(name="income_month_fen"), on).exclude(value=None)
    level = Conclusion.objects.filter(assessment__elder=OuterRef("pk"), valid_from__lte=on, valid_until__gt=on)
    of = registry_read.of_a_record
    return {
        "family": of(Contact.objects.exclude(relation="本人"))
        | of(_standing(Kinship.objects.all(), on))
        | of(_standing(HouseholdMember.objects.all(), on))
        | of(held.filter(code__in=NO_FAMILY)),
        "income": of(income) | of(held.filter(code__in=POOR)),
        "health": ~Q(health="")
        | of(held.filter(code__in=FOUND))
        | of(held.filter(code__startswith=LEVELS))
        | Q(Exists(level)),
        "interests": ~Q(interests=""),
        "age": Q(birth_on__lte=on),
    }


def _standing(rows: QuerySet[Any], on: date) -> QuerySet[Any]:
    return rows.filter(valid_from__lte=on).filter(Q(valid_until=None) | Q(valid_until__gt=on))

"""Elders by what they are and where: each number is what its rows are, on any day, and a person counts once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from tests.cast import BEIJING, Cast
from tests.standing import standing

from sangyu.insight import queries as insight_read
from sangyu.insight.queries import Lens
from sangyu.insight.rules import BadLens, end_of
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.models import IdentityCode

TENTH, TWENTIETH = date(2026, 11, 10), date(2026, 11, 20)


def recognised(cast: Cast, elder, code: str, begins: date = date(2026, 1, 1)):
    return registry.recognise(
        elder=elder,
        code=code,
        evidence="认定书 5号",
        valid_from=begins,
        by=cast.clerk,
        at=datetime(2026, 5, 1, 9, tzinfo=BEIJING),
    )


@standing
def classes(cast: Cast) -> Cast:
    """Grandmother Li is served free; grandfather pays a part from the fifteenth on; both live alone."""
    recognised(cast, cast.li, "service_class:free")
    recognised(cast, cast.grandpa, "service_class:low_paid", date(2026, 11, 15))
    for elder in (cast.li, cast.grandpa):
        recognised(cast, elder, "dementia")
    return cast


def told(cast: Cast, on: date, family: str, **wish: str) -> dict[str, dict[str, int]]:
    found = insight_read.pivot(cast.head, on, family=family, **wish)
    lines = [found.whole, *found.places]
    return {
        line.name: {
            label: number.value for label, number in zip(found.columns, line.numbers, strict=True) if number.value
        }
        for line in lines
    }


def agrees_with_its_rows(cast: Cast, on: date, family: str, **wish: str) -> bool:
    found = insight_read.pivot(cast.head, on, family=family, **wish)
    return all(
        insight_read.total(cast.head, number.figure, Lens(end_of(on), cut=number.lens))["n"] == number.value
        for line in (found.whole, *found.places)
        for number in (line.elders, *line.numbers)
    )


@pytest.mark.proves("HL-45")
def test_elders_are_counted_by_class_and_place_on_any_day(classes: Cast):
    street = classes.li.community.parent
    assert told(classes, TENTH, "service_class")["合计"] == {"无偿": 1}
    assert told(classes, TWENTIETH, "service_class")["合计"] == {"无偿": 1, "低偿": 1}
    assert told(classes, TWENTIETH, "service_class")[street.name]["无偿"] == 1
    communities = told(classes, TWENTIETH, "service_class", street=street.pk)
    assert communities[classes.li.community.name]["无偿"] == 1
    for on in (TENTH, TWENTIETH):
        assert agrees_with_its_rows(classes, on, "service_class")
        assert agrees_with_its_rows(classes, on, "", street=street.pk)


def test_two_records_of_one_person_count_once_and_who_died_no_more(classes: Cast):
    twice = registry.register(
        by=classes.clerk,
        at=classes.at,
        name=classes.li.name,
        document_kind="PASSPORT",
        document_number="E7654321",
        birth_on=classes.li.birth_on,
        sex=classes.li.sex,
        community_code=classes.li.community_id,
        address=classes.li.address,
        phones=["13900000088"],
        hukou_in_area=True,
    )
    recognised(classes, twice, "dementia")
    assert told(classes, TWENTIETH, "")["合计"]["失智"] == 3
    registry.find_duplicates(by=classes.head, at=classes.at)
    [shown] = registry_read.duplicate_cases(classes.head)
    for by in (classes.clerk, classes.head):
        registry.rule_duplicate(
            case_id=shown.case.pk, verdict="SAME", survivor_id=twice.pk, reason="同一人", by=by, at=classes.at
        )
    assert told(classes, TWENTIETH, "")["合计"]["失智"] == 2
    assert told(classes, TWENTIETH, "service_class")["合计"]["无偿"] == 1
    registry.record_death(
        elder_id=classes.grandpa.pk, died_on=date(2026, 11, 17), by=classes.clerk, at=classes.at + timedelta(days=9)
    )
    assert told(classes, TWENTIETH, "")["合计"]["失智"] == 1
    assert told(classes, date(2026, 11, 16), "service_class")["合计"]["低偿"] == 1
    assert agrees_with_its_rows(classes, TWENTIETH, "")


def test_what_a_district_does_not_have_is_not_asked_for(cast: Cast):
    found = insight_read.pivot(cast.head, TWENTIETH)
    assert (found.family, found.families) == ("", ("",))
    with pytest.raises(BadLens, match="没有这一类"):
        insight_read.pivot(cast.head, TWENTIETH, family="colour")
    assert {
        code
        for code in IdentityCode.values
        if insight_read.FAMILIES.get(code.partition(":")[0] if ":" in code else "") is None
    } == set()

"""Elders found by any of eleven fields together; whose data nobody touched for long, and a word that they are right."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import BEIJING, COMMUNITY, Cast
from tests.standing import standing

from sangyu.access.models import AuditEntry
from sangyu.access.queries import NotAllowed
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder
from sangyu.registry.queries import NothingWanted, Wanted

ON = date(2026, 11, 9)
PASSPORT = "E7654321"


@standing
def petrova(cast: Cast) -> Elder:
    """A lady of seventy-one with a passport and a daughter, who is recognised as living alone."""
    elder = registry.register(
        by=cast.clerk,
        at=cast.at,
        name="安娜·彼得洛夫娜",
        document_kind="PASSPORT",
        document_number=PASSPORT,
        birth_on=date(1955, 3, 8),
        sex="FEMALE",
        community_code=COMMUNITY,
        address="柳荫街19号院2单元",
        phones=["13900000077"],
        family=[registry.Kin("彼得洛娃", "女儿", "13800000078")],
        hukou_in_area=True,
    )
    registry.recognise(
        elder=elder, code="left_behind", evidence="入户单 1号", valid_from=date(2026, 1, 1), by=cast.clerk, at=cast.at
    )
    return elder


def found(cast: Cast, **wanted: Any) -> list[Elder]:
    return registry_read.found(cast.clerk, Wanted(**wanted), ON)


@pytest.mark.proves("GL-12")
@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param({"name": "安娜"}, id="name"),
        pytest.param({"name": "anbdlfn"}, id="pinyin"),
        pytest.param({"number": PASSPORT}, id="number"),
        pytest.param({"number": "4321"}, id="end of the number"),
        pytest.param({"phone": "139 0000 0077"}, id="phone"),
        pytest.param({"phone": "13800000078"}, id="family's phone"),
        pytest.param({"phone": "0077"}, id="end of the phone"),
        pytest.param({"age_from": 71, "age_to": 71}, id="age"),
        pytest.param({"community_code": COMMUNITY, "address": "柳荫街"}, id="address"),
        pytest.param({"identity": "left_behind"}, id="identity"),
        pytest.param({"sex": "FEMALE", "age_to": 71}, id="sex and age"),
    ],
)
def test_every_field_finds_and_leaves_the_others_out(cast: Cast, petrova: Elder, wanted: dict[str, Any]) -> None:
    assert found(cast, **wanted) == [petrova]
    assert registry_read.found_count(cast.clerk, Wanted(**wanted), ON) == 1
    assert found(cast, **{**wanted, "registration_number": petrova.registration_number}) == [petrova]
    assert found(cast, **{**wanted, "registration_number": cast.li.registration_number}) == []


def test_pages_go_on_where_the_last_one_ended_and_a_search_for_nothing_is_refused(cast: Cast, petrova: Elder) -> None:
    everybody = Wanted(community_code=COMMUNITY)
    first = registry_read.found(cast.clerk, everybody, ON, limit=1)
    rest = registry_read.found(cast.clerk, everybody, ON, after=(first[0].sort_key, first[0].pk))
    assert first + rest == registry_read.listed(cast.clerk)
    with pytest.raises(NothingWanted, match="至少填一个条件"):
        found(cast)


def test_a_search_is_one_statement_however_many_match(cast: Cast, petrova: Elder) -> None:
    for wanted in (Wanted(name="安娜"), Wanted(name="李", age_from=60), Wanted(phone="0077", identity="left_behind")):
        with CaptureQueriesContext(connection) as asked:
            registry_read.found(cast.clerk, wanted, ON)
        assert len(asked) == 1, wanted
    assert found(cast, name="·") == []


def test_nobody_outside_the_own_community_and_nobody_who_died(cast: Cast, petrova: Elder) -> None:
    assert registry_read.found(cast.kangan_user, Wanted(name="安娜"), ON) == []
    registry.record_death(elder_id=petrova.pk, died_on=ON, by=cast.clerk, at=cast.at)
    assert found(cast, name="安娜") == []


@pytest.mark.proves("WH-09")
def test_data_that_nobody_touched_for_long_are_listed_until_somebody_checks_them(cast: Cast, petrova: Elder) -> None:
    later = datetime(2027, 12, 1, 9, tzinfo=BEIJING)

    def stale() -> set[Elder]:
        return set(registry_read.found(cast.clerk, Wanted(untouched_months=12), later.date()))

    assert found(cast, untouched_months=12) == []
    assert stale() == {petrova, cast.li, cast.grandpa}
    act = {"by": cast.clerk, "at": later}
    registry.add_contact(elder_id=cast.li.pk, name="林晓", relation="女儿", number="13800000009", **act)
    for _ in range(2):
        registry.confirm(elder_id=petrova.pk, how="入户", **act)
    assert stale() == {cast.grandpa}
    entries = AuditEntry.objects.filter(verb="registry.confirm")
    assert [(row.object_id, row.facts["how"]) for row in entries] == [(petrova.pk, "入户")]
    assert registry_read.confirmed_at(petrova.pk) == later
    registry.confirm(elder_id=petrova.pk, how="电话", by=cast.clerk, at=later + timedelta(days=1))
    assert entries.all().count() == 2
    with pytest.raises(registry.ReasonMissing):
        registry.confirm(elder_id=cast.grandpa.pk, how=" ", **act)
    with pytest.raises(NotAllowed):
        registry.confirm(elder_id=cast.grandpa.pk, how="电话", by=cast.ma, at=later)

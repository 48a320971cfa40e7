"""Taiyuan's organisation and its figures, as far as they ask for nothing but what every programme has."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.models import AreaKind, OrganisationKind, Role, User
from sangyu.insight import queries as insight_read
from sangyu.insight.verify import verify
from sangyu.orders.models import Order
from sangyu.visits.models import Departure, Evidence, Visit
from tests.cast import Cast

DISTRICTS, COMMUNITIES = 10, 723


@pytest.mark.proves("TY-01")
def test_a_city_has_its_districts_and_723_communities_and_everybody_the_own_part_of_them(db: None) -> None:
    rows = [
        {"code": "99", "name": "某省", "kind": AreaKind.PROVINCE, "parent": None},
        {"code": "9901", "name": "某市", "kind": AreaKind.CITY, "parent": "99"},
    ]
    for n in range(DISTRICTS):
        district, street = f"9901{n:02d}", f"9901{n:02d}001"
        rows.append({"code": district, "name": f"{n}区", "kind": AreaKind.DISTRICT, "parent": "9901"})
        rows.append({"code": street, "name": f"{n}街道", "kind": AreaKind.SUBDISTRICT, "parent": district})
    for n in range(COMMUNITIES):
        street = f"9901{n % DISTRICTS:02d}001"
        community = f"{street}{n // DISTRICTS:03d}"
        rows.append({"code": community, "name": f"{n}社区", "kind": AreaKind.COMMUNITY, "parent": street})
    access.load_areas(rows=rows)
    programme = access.found_programme(slug="city", name="某市", area_code="9901", hotline_number="12349")

    def somebody(kind: str, area: str, role: str) -> User:
        body = access.found_organisation(programme=programme, kind=kind, name=f"{kind} {area}", area_code=area)
        return access.invite_user(
            organisation=body,
            username=area,
            display_name="任何人",
            roles=[role],
            password=None,
            on=date(2026, 11, 9),
        )

    seen = {
        area: len(access_read.communities(somebody(kind, area, role)))
        for kind, area, role in (
            (OrganisationKind.BUREAU, "9901", Role.BUREAU),
            (OrganisationKind.BUREAU, "990100", Role.BUREAU),
            (OrganisationKind.COMMUNITY, "990100001000", Role.COMMUNITY),
        )
    }
    assert seen == {"9901": COMMUNITIES, "990100": 73, "990100001000": 1}


@pytest.mark.proves("TY-19")
def test_no_order_is_served_without_a_visit_with_its_evidence(cast: Cast) -> None:
    cast.visited(cast.called_order())
    cast.visited(cast.order(elder=cast.grandpa, hour=14))
    cast.order(days=2)
    done = Order.objects.filter(stage="SERVED")
    assert done.count() == 2
    for order in done:
        visit = Visit.objects.get(order=order)
        assert Departure.objects.filter(visit=visit).count() == 1
        assert Evidence.objects.filter(visit=visit).exists()
    assert not any(outcome.faults for outcome in verify())
    never_visited = cast.order(days=3)
    Order.objects.filter(pk=never_visited.pk).update(stage="SERVED")  # past the verbs, which know no such way
    assert any(fault.subject == never_visited.number for outcome in verify() for fault in outcome.faults)


@pytest.mark.proves("TY-32")
def test_persons_visits_and_money_are_reported_from_their_rows(cast: Cast) -> None:
    cast.visited(cast.order(days=1))
    cast.visited(cast.order(days=2))
    cast.visited(cast.order(elder=cast.grandpa, hour=14))  # pays alone: a visit, and no beneficiary
    sections = insight_read.report(cast.head, date(2026, 11, 30)).sections
    found = {number.label: number.value for section in sections for number in section.numbers}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT elder_id) FILTER (WHERE public_fen > 0), count(*), sum(public_fen)"
            " FROM benefits_charge"
        )
        persons, visits, money_fen = cursor.fetchone()
    assert (persons, visits, money_fen) == (1, 3, 50_00)
    assert found["受益老人"] == persons
    assert found["完成的上门服务"] == visits
    assert found["公共资金"] == found["近12个月公共资金"] == money_fen

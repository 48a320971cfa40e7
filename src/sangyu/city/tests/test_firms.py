"""Enterprises and workers: licensed on paper, near their elders, able to do what was signed."""

from __future__ import annotations

from collections import Counter

import pytest

from sangyu.city import catalogue, firms
from sangyu.city.people import REFERENCE_ON
from sangyu.city.tests.town import SEED, TREE
from sangyu.kit import credit_code

SCALES = [0.01, 0.1, 1]


@pytest.fixture(scope="module", params=SCALES)
def city(request):
    made = firms.enterprises(TREE, scale=request.param, seed=SEED)
    crews = {e.ref: list(firms.workers(e, seed=SEED)) for e in made}
    return request.param, made, crews


def test_the_same_seed_gives_the_same_enterprises():
    once, again = (firms.enterprises(TREE, scale=0.1, seed=3) for _ in range(2))
    assert repr(once) == repr(again)
    assert repr(once) != repr(firms.enterprises(TREE, scale=0.1, seed=4))


def test_there_are_as_many_as_the_scale_says(city):
    scale, made, crews = city
    assert len(made) == {0.01: 6, 0.1: 13, 1: 126}[scale]
    assert sum(map(len, crews.values())) == {0.01: 100, 0.1: 1000, 1: 10_000}[scale]
    assert all(len(crew) >= 5 for crew in crews.values())


def test_names_codes_accounts_and_telephones_are_unique(city):
    _, made, crews = city
    for field in ("ref", "name", "short_name", "credit_code", "bank_account", "phone"):
        assert len({getattr(e, field) for e in made}) == len(made), field
    everybody = [w for crew in crews.values() for w in crew]
    assert len({w.ref for w in everybody}) == len({w.phone for w in everybody}) == len(everybody)


def test_every_credit_code_is_valid(city):
    for enterprise in city[1]:
        found = credit_code.parse(enterprise.credit_code)
        assert found.area_code == "620102"
        assert found.is_social_organisation == (enterprise.kind == "COMFORT")


def test_the_inner_organisation_code_is_valid_too():
    # 600037341L[:9] of a published code, 91110000600037341L.
    assert firms._organisation_check("60003734") == "1"


def test_every_subdistrict_has_three_for_daily_living_and_one_for_every_other_class(city):
    _, made, _ = city
    for subdistrict in TREE.subdistricts:
        near = Counter(c for e in made if subdistrict.code in e.subdistricts for c in e.service_classes)
        assert all(near[c] >= least for c, least in firms.COVER_MIN.items()), subdistrict


def test_contracts_are_small_where_there_are_many_enterprises():
    made = firms.enterprises(TREE, scale=1, seed=SEED)
    assert all(len(set(e.subdistricts)) == len(e.subdistricts) >= 1 for e in made)
    assert sum(len(e.subdistricts) <= 6 for e in made) >= 120


def test_every_skill_sold_is_had_by_somebody_certified(city):
    _, made, crews = city
    for enterprise in made:
        for code in enterprise.item_codes:
            item = next(i for i in catalogue.items() if i.code == code)
            able = [w for w in crews[enterprise.ref] if item.skill in w.skills]
            valid = [
                w
                for w in able
                if not item.certificate
                or any(c.kind == item.certificate and c.valid_until.year >= 2028 for c in w.certificates)
            ]
            assert valid, (enterprise.ref, item)


def test_a_few_certificates_have_run_out_but_never_those_of_the_two_officers():
    made = firms.enterprises(TREE, scale=0.2, seed=SEED)
    certificates = [(w, c) for e in made for w in firms.workers(e, seed=SEED) for c in w.certificates]
    expired = [(w, c) for w, c in certificates if c.valid_until <= REFERENCE_ON]
    assert 0.01 < len(expired) / len(certificates) < 0.06
    assert not [c for w, c in expired if c.kind == w.office]


def test_each_enterprise_has_a_safety_officer_and_a_first_aider(city):
    for crew in city[2].values():
        offices = {w.office: w for w in crew if w.office}
        assert set(offices) == {"SAFETY_OFFICER", "FIRST_AID"}
        assert all(any(c.kind == office for c in w.certificates) for office, w in offices.items())


def test_licences_have_a_time(city):
    for enterprise in city[1]:
        assert enterprise.licences[0].kind == "营业执照"
        assert all(licence.valid_from < licence.valid_until for licence in enterprise.licences)


def test_together_they_can_do_what_the_district_orders():
    made = firms.enterprises(TREE, scale=1, seed=SEED)
    assert sum(e.orders_a_day_max for e in made) > 2 * 2_720

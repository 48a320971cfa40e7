from __future__ import annotations

from tests.cast import AREAS

from sangyu.access import actions as access
from sangyu.access.models import Area, AuditHead, Organisation, OrganisationKind, Programme


def test_areas_are_loaded_parents_first_and_once(db):
    assert access.load_areas(rows=reversed(AREAS)) == len(AREAS)
    assert access.load_areas(rows=AREAS) == 0
    community = Area.objects.get(code="620102001001")
    assert community.parent.name == "酒泉路街道"
    assert Area.objects.get(code="620102").contains(community.code)
    assert not Area.objects.get(code="620102002").contains(community.code)


def test_a_programme_is_founded_once_with_an_empty_audit_book(cast):
    again = access.found_programme(slug="chengguan", name="别名", area_code="620102", hotline_number="1")
    assert again == cast.programme
    assert again.name == "城关区虚拟养老院"
    assert Programme.objects.count() == AuditHead.objects.count() == 1


def test_an_organisation_is_founded_once_per_kind_and_name(cast):
    before = Organisation.objects.count()
    again = access.found_organisation(
        programme=cast.programme, kind=OrganisationKind.COMMUNITY, name="南门社区", area_code="620102001001"
    )
    assert again == cast.community
    assert Organisation.objects.count() == before

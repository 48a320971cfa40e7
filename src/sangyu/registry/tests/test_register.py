from __future__ import annotations

from datetime import date, datetime
from functools import partial
from uuid import UUID

import pytest
from tests.cast import BEIJING, COMMUNITY, Cast, resident_number
from tests.neighbour import Neighbour
from tests.race import race, won_and_refused

from sangyu.access.models import AuditEntry
from sangyu.access.queries import NotAllowed
from sangyu.kit.phone import BadPhone
from sangyu.kit.resident_id import BadResidentId, check_digit
from sangyu.registry import actions as registry
from sangyu.registry import numbers
from sangyu.registry import queries as registry_read
from sangyu.registry.actions import AlreadyRegistered, Incomplete, Kin, NotEligible, OutsideArea
from sangyu.registry.models import Document, Elder
from sangyu.registry.rules import number_of

BORN = date(1950, 6, 1)


def register(cast, *, by=None, at=None, **other):
    given = {
        "name": "陈素云",
        "document_number": resident_number(BORN, 62),
        "community_code": COMMUNITY,
        "address": "南门巷9号",
        "phones": ["13900000061"],
        "hukou_in_area": True,
        **other,
    }
    return registry.register(by=by or cast.clerk, at=at or cast.at, **given)


@pytest.mark.proves("LZ-10")
def test_an_elder_is_registered_with_what_the_document_says_and_why(cast):
    elder = register(cast, name=" 陈素云 ", habits="爱听戏", warnings="家有台阶")
    assert (elder.name, elder.birth_on, elder.sex, elder.community_id) == ("陈素云", BORN, "FEMALE", COMMUNITY)
    assert (elder.habits, elder.warnings) == ("爱听戏", "家有台阶")
    assert elder.registration_number.startswith("001-")
    assert len(elder.door_code) == 6
    assert elder.decision["ground"] == "age_65"
    assert registry_read.card(cast.ma, elder, cast.at.date()).age == 76
    assert AuditEntry.objects.get(object_id=elder.pk).verb == "registry.register"


def test_the_family_is_reached_after_the_elder(cast):
    family = [Kin("陈亮", "儿子", "+86 139-0000-0062"), Kin("陈霞", "女儿", "0931-8000062")]
    elder = register(cast, phones=["139 0000 0061", ""], family=family)
    assert [(row.relation, row.phone) for row in registry_read.contacts(cast.ma, elder)] == [
        ("本人", "13900000061"),
        ("儿子", "13900000062"),
        ("女儿", "09318000062"),
    ]


def test_the_same_person_again_is_refused_saying_where_and_when(cast):
    register(cast)
    before = (Elder.objects.count(), AuditEntry.objects.count())
    with pytest.raises(AlreadyRegistered, match=r"陈素云，南门社区，2026-11-09登记，编号001-\d{9}.*迁移"):
        register(cast, name="陈素芸")
    assert (Elder.objects.count(), AuditEntry.objects.count()) == before


def test_the_same_person_may_be_known_next_door(cast):
    neighbour = Neighbour(cast.at)
    register(cast)
    elsewhere = register(cast, by=neighbour.clerk, community_code="620104001001")
    assert elsewhere.programme == neighbour.programme


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("620102195006010621", "校验位不符"),
        ("62010219500601062", "应为18位，现为17位"),
        ("620102500601062", "15位旧身份证号码"),
        ("6201021950０2300627", "出生日期“19500230”不存在"),
        ("62010219500601O62X", "前17位只能是数字"),
        ("", "应为18位，现为0位"),
    ],
)
def test_a_wrong_document_is_refused_naming_the_fault(cast, number, why):
    wrong = number if number != "620102195006010621" else wrong_check_digit()
    with pytest.raises(BadResidentId, match=why):
        register(cast, document_number=wrong)
    assert Elder.objects.count() == 2


def wrong_check_digit() -> str:
    right = resident_number(BORN, 62)
    return right[:17] + ("0" if right[17] != "0" else "1")


@pytest.mark.proves("LZ-10")
def test_at_64_it_is_said_from_which_day_on(cast):
    number = resident_number(date(1962, 1, 1), 63)
    with pytest.raises(NotEligible, match=r"陈素云：暂不能登记入院：还差53天满65周岁，2027年1月1日起符合"):
        register(cast, document_number=number)
    on_the_eve = datetime(2026, 12, 31, 23, 59, tzinfo=BEIJING)
    with pytest.raises(NotEligible, match="还差1天"):
        register(cast, document_number=number, at=on_the_eve)
    assert register(cast, document_number=number, at=datetime(2027, 1, 1, 0, 0, tzinfo=BEIJING)).name == "陈素云"


def test_whoever_moved_here_may_be_registered_without_hukou(cast):
    assert register(cast, hukou_in_area=False).hukou_in_area is False


def test_a_resident_of_hong_kong_is_registered_by_the_residence_permit(cast):
    first_17 = f"810000{BORN:%Y%m%d}062"
    elder = register(cast, document_number=first_17 + check_digit(first_17))
    assert Document.objects.get(elder=elder).kind == "RESIDENCE_PERMIT"


@pytest.mark.parametrize("community", ["620102002001", "620102001", "999999999999", ""])
def test_a_community_that_is_not_ones_own_is_refused(cast, community):
    with pytest.raises(OutsideArea, match="不在您负责的范围内"):
        register(cast, community_code=community)


def test_the_bureau_may_register_in_every_community_of_its_district_and_no_other(cast):
    assert register(cast, by=cast.head, community_code="620102002001").community.name == "北园社区"
    Neighbour(cast.at)
    with pytest.raises(OutsideArea):
        register(cast, by=cast.head, document_number=resident_number(BORN, 64), community_code="620104001001")


def test_others_may_not_register(cast):
    for by in (cast.ma, cast.wang, cast.kangan_user, cast.zhao_user):
        with pytest.raises(NotAllowed, match="社区专干、民政局"):
            register(cast, by=by)


@pytest.mark.parametrize(
    ("missing", "why"),
    [({"name": "  "}, "姓名不能为空"), ({"name": "长" * 61}, "不能超过60个字"), ({"address": ""}, "请填写居住地址")],
)
def test_what_no_register_can_do_without_is_asked_for(cast, missing, why):
    with pytest.raises(Incomplete, match=why):
        register(cast, **missing)


@pytest.mark.parametrize(
    "phones", [{"phones": ["1390000006"]}, {"phones": ["8000061"]}, {"family": [Kin("陈亮", "儿子", "")]}]
)
def test_a_number_that_nobody_can_ring_is_refused(cast, phones):
    with pytest.raises(BadPhone, match="手机是11位"):
        register(cast, **phones)


def test_a_long_name_is_kept_and_found(cast):
    name = "阿卜杜热合曼·阿卜杜喀迪尔·买买提吐尔逊江"
    elder = register(cast, name=name)
    assert registry_read.search(cast.ma, name) == [elder]
    assert registry_read.search(cast.ma, "买提") == [elder]


@pytest.mark.proves("LZ-10")
def test_a_number_that_is_taken_moves_on_to_the_next(cast):
    number = resident_number(BORN, 62)
    elder_id = numbers.elder_id(cast.programme.pk, number)
    Elder.objects.filter(pk=cast.grandpa.pk).update(registration_number=number_of(COMMUNITY, elder_id, 0))
    assert register(cast).registration_number == number_of(COMMUNITY, elder_id, 1)


def test_numbers_run_on_at_the_end_of_their_nine_digits():
    last = UUID(int=10**9 - 1)
    assert [number_of(COMMUNITY, last, attempt) for attempt in range(2)] == ["001-999999999", "001-000000000"]


@pytest.mark.django_db(transaction=True)
def test_two_desks_registering_one_person_at_once_make_one_elder():
    cast = Cast()
    at_the_bureau = partial(register, cast, by=cast.head)
    won, refused = won_and_refused(race(partial(register, cast), at_the_bureau))
    assert len(won) == 1
    assert [type(refusal) for refusal in refused] == [AlreadyRegistered]
    assert "陈素云，南门社区" in str(refused[0])
    assert Elder.objects.filter(name="陈素云").count() == Document.objects.filter(elder=won[0]).count() == 1

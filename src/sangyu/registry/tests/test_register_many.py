"""Many are registered as one would be: the same refusals, in words, and none of them holds up another."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast, resident_number

from sangyu.access import actions as access
from sangyu.access.models import AuditEntry, OrganisationKind, Role
from sangyu.access.queries import NotAllowed
from sangyu.kit.ids import new_id
from sangyu.registry import queries as registry_read
from sangyu.registry import rules
from sangyu.registry.actions import Kin
from sangyu.registry.actions.add_many import add_many
from sangyu.registry.actions.many import Addition, Newcomer, Recognition, Told
from sangyu.registry.actions.register_many import register_many
from sangyu.registry.actions.take_back_many import take_back_additions
from sangyu.registry.models import Contact, Document, Elder, Identity

SOUTH, NORTH = "620102001001", "620102002001"


def newcomer(n: int, *, born: date = date(1940, 5, 6), community: str = SOUTH, name: str = "贺兰芝") -> Newcomer:
    document = rules.read_document("RESIDENT_ID", resident_number(born, n))
    return Newcomer(
        document=document,
        name=name,
        birth_on=born,
        sex=document.sex,
        community_code=community,
        address="南门巷9号",
        hukou_in_area=True,
        phones=(f"139{n:08d}",),
        family=(Kin("贺小明", "儿子", f"138{n:08d}"),),
        identities=(Recognition("dibao", "低保证 7号", date(2024, 1, 1)),),
    )


def test_each_is_told_what_became_of_them(cast: Cast) -> None:
    known = rules.read_document("RESIDENT_ID", resident_number(date(1944, 3, 5), 22))
    there = Newcomer(**{**vars(newcomer(1)), "document": known})
    told = register_many(
        newcomers=[
            newcomer(101),
            there,
            newcomer(102, community=NORTH),
            newcomer(103, born=date(1990, 5, 6)),
            newcomer(101),
            newcomer(104),
        ],
        batch_id=new_id(),
        by=cast.clerk,
        at=cast.at,
    )
    words = ["", "已由别处登记", "不在您负责的范围内", "周岁", "已由别处登记", ""]
    assert [word in one.refused if word else not one.refused for word, one in zip(words, told, strict=True)] == [
        True
    ] * 6
    written = [one.elder_id for one in told if not one.refused]
    assert Elder.objects.filter(pk__in=written, registered_by=cast.clerk).count() == 2
    assert Document.objects.filter(elder_id__in=written).count() == 2
    assert Contact.objects.filter(elder_id__in=written).count() == 4
    assert Identity.objects.filter(elder_id__in=written, code="dibao").count() == 2
    assert AuditEntry.objects.filter(verb="registry.register_many").get().facts == {"elders": 2}
    assert len(set(Elder.objects.values_list("registration_number", flat=True))) == Elder.objects.count()


def test_more_of_them_take_no_more_statements(cast: Cast) -> None:
    def statements(first: int, count: int) -> int:
        batch = [newcomer(n) for n in range(first, first + count)]
        with CaptureQueriesContext(connection) as asked:
            register_many(newcomers=batch, batch_id=new_id(), by=cast.head, at=cast.at)
        return len(asked)

    assert statements(200, 40) == statements(300, 2)


def test_what_is_there_already_is_not_added_again(cast: Cast) -> None:
    wanted = Addition(
        cast.li.pk,
        contacts=(
            Kin("李秀兰", "本人", "13900000001"),
            Kin("林晓", "女儿", "13800000009"),
            Kin("李秀兰", "本人", "13900000093"),
        ),
        identities=(
            Recognition("living_alone", "入户核实单 16号", date(2022, 5, 1)),
            Recognition("needy", "证明 3号", date(2025, 1, 1)),
        ),
    )
    (told,) = add_many(additions=[wanted], by=cast.clerk, at=cast.at)
    assert (len(told.contact_ids), len(told.identity_ids)) == (2, 1)
    assert registry_read.search(cast.ma, "0093") == [cast.li]
    (again,) = add_many(additions=[wanted], by=cast.clerk, at=cast.at)
    assert again == Told(elder_id=cast.li.pk)
    assert AuditEntry.objects.filter(verb="registry.add_many", object_id=cast.li.pk).count() == 1
    assert take_back_additions(told=[told], by=cast.clerk, at=cast.at) == {cast.li.pk: ""}
    assert not Contact.objects.filter(pk__in=told.contact_ids).exists()
    assert registry_read.search(cast.ma, "0093") == [], "nobody is found by a number that was taken back"
    assert registry_read.search(cast.ma, "0001") == [cast.li]
    assert not Identity.objects.filter(pk__in=told.identity_ids).exists()


def test_the_registered_of_another_area_get_nothing(cast: Cast) -> None:
    north = access.found_organisation(
        programme=cast.programme, kind=OrganisationKind.COMMUNITY, name="北园社区", area_code=NORTH
    )
    clerk = cast.user(north, "north", "季北", Role.COMMUNITY)
    (told,) = add_many(
        additions=[Addition(cast.li.pk, contacts=(Kin("某", "邻居", "13800000009"),))], by=clerk, at=cast.at
    )
    assert "迁出" in told.refused
    assert not Contact.objects.filter(phone="13800000009").exists()


def test_only_who_registers_may(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        register_many(newcomers=[newcomer(1)], batch_id=new_id(), by=cast.ma, at=cast.at)

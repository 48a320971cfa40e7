"""Documents of every kind prove one elder each, and their numbers stand nowhere in the clear."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from tests.cast import COMMUNITY, resident_number
from tests.standing import standing

from sangyu.access.cipher import Unreadable, field_cipher
from sangyu.access.models import AuditEntry
from sangyu.access.rules.field_keys import with_key
from sangyu.kit.errors import Refusal
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Document, Elder
from sangyu.registry.numbers import number_of, unreadable

PASSPORT = "E12345678"
BORN = date(1950, 3, 1)


@standing
def traveller(cast) -> Elder:
    """An elder with a passport, whose number tells neither birth nor sex."""
    return registry.register(
        by=cast.clerk,
        at=cast.at,
        name="安娜·彼得洛夫娜",
        document_kind="PASSPORT",
        document_number=" e1234 5678",
        birth_on=BORN,
        sex="FEMALE",
        community_code=COMMUNITY,
        address="南门巷3号",
        phones=["13900000071"],
        hukou_in_area=False,
    )


def test_any_document_registers_and_is_found_again(cast, traveller):
    assert (traveller.birth_on, traveller.sex) == (BORN, "FEMALE")
    assert registry_read.registered_as(cast.clerk, PASSPORT, "PASSPORT") == traveller
    assert registry_read.registered_as(cast.clerk, PASSPORT, "TAIWAN_PERMIT") is None
    assert registry_read.card(cast.ma, traveller, cast.at.date()).document_number == "*****5678"
    assert traveller in registry_read.search(cast.ma, "5678")
    assert traveller in registry_read.search(cast.ma, "安娜 5678")
    assert cast.li not in registry_read.search(cast.ma, "5678")


@pytest.mark.proves("LZ-26")
def test_no_number_stands_in_the_clear_in_any_table(cast, traveller):
    numbers = {number_of(row) for row in Document.objects.all()}
    assert PASSPORT in numbers
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        for table in tables:
            for number in numbers:
                cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{number}%"])
                assert cursor.fetchone()[0] == 0, table
    li = Document.objects.get(elder=cast.li)
    assert number_of(li)[-4:].lower() not in cast.li.search_keys
    assert cast.li in registry_read.search(cast.ma, number_of(li)[-4:])


def test_an_elder_has_several_documents_and_each_belongs_to_one(cast, traveller):
    add = {"by": cast.clerk, "at": cast.at}
    number = number_of(Document.objects.get(elder=cast.li))
    registry.add_document(elder_id=cast.li.pk, kind="HOUSEHOLD_BOOK", number=number, **add)
    registry.add_document(elder_id=cast.li.pk, kind="PASSPORT", number="G7654321", **add)
    again = registry.add_document(
        elder_id=cast.li.pk, kind="PASSPORT", number="g7654321", expires_on=date(2030, 1, 1), **add
    )
    shown = registry_read.documents(cast.clerk, cast.li)
    assert [row.label for row in shown] == ["居民身份证", "户口簿", "护照"]
    assert (again.expires_on, shown[-1].masked) == (date(2030, 1, 1), "****4321")
    noted = AuditEntry.objects.filter(verb="registry.add_document", object_id=cast.li.pk)
    assert [row.facts["expires_on"] for row in noted].count("2030-01-01") == 1, "a change of it is noted too"
    assert len(noted) == 3
    assert cast.li in registry_read.search(cast.ma, "4321")
    with pytest.raises(registry.AlreadyRegistered, match="安娜·彼得洛夫娜"):
        registry.add_document(elder_id=cast.li.pk, kind="PASSPORT", number=PASSPORT, **add)
    with pytest.raises(Refusal, match="与证件号码中的1940-01-01不一致"):
        registry.add_document(
            elder_id=cast.grandpa.pk, kind="HOUSEHOLD_BOOK", number=resident_number(date(1940, 1, 1), 9), **add
        )


def test_a_number_moved_to_another_row_is_noticed(cast):
    li, grandpa = (Document.objects.get(elder=elder) for elder in (cast.li, cast.grandpa))
    li.number_cipher = grandpa.number_cipher
    with pytest.raises(Unreadable, match="与它的索引不符"):
        number_of(li)
    li.save()
    assert unreadable() == (2, [li.pk])


def test_after_a_change_of_keys_all_is_read_then_written_with_the_new_one(cast, traveller, settings):
    before = {row.pk: number_of(row) for row in Document.objects.all()}
    ring = with_key(field_cipher().ring, "gm", "k2", secret=bytes(range(7, 39)))
    settings.FIELD_KEYS = ring.written()
    assert {row.pk: number_of(row) for row in Document.objects.all()} == before
    assert registry.renew_documents(step=2) == len(before)
    assert registry.renew_documents() == 0
    assert all(row.number_cipher.startswith("k2.") for row in Document.objects.all())
    assert {row.pk: number_of(row) for row in Document.objects.all()} == before
    assert registry_read.registered_as(cast.clerk, PASSPORT, "PASSPORT") == traveller
    assert unreadable() == (len(before), [])


@pytest.mark.parametrize("name", ["𠮷田福", "㐂·𪚥兰", "阿卜杜热合曼·买买提", "龘䶮"])
def test_rare_characters_and_middle_dots_are_kept_sorted_and_found(cast, name):
    elder = cast.elder(name, date(1948, 2, 29), 77, ["13900000078"])
    assert Elder.objects.get(pk=elder.pk).name == name
    assert elder in registry_read.search(cast.ma, name)
    assert elder in registry_read.search(cast.ma, name[0])
    assert elder in registry_read.search(cast.ma, name.replace("·", "•"))
    listed = registry_read.listed(cast.ma)
    assert elder in listed
    assert listed == sorted(listed, key=lambda row: row.sort_key.encode())

from __future__ import annotations

from datetime import date

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction
from tests.neighbour import Neighbour

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.insert_only import INSERT_ONLY_TABLES
from sangyu.access.models import AuditEntry
from sangyu.access.rules import entry_hash


def note(cast, facts=None):
    return access.record(
        by=cast.ma, at=cast.at, verb="orders.place", object_kind="order", object_id=cast.li.pk, facts=facts
    )


def test_an_act_is_kept_with_a_hash_that_anybody_can_repeat(cast):
    entry = note(cast, {"price_fen": 6400, "wanted_on": date(2026, 11, 10), "名称": "室内保洁"})
    entry.refresh_from_db()
    assert entry.facts == {"price_fen": 6400, "wanted_on": "2026-11-10", "名称": "室内保洁"}
    assert entry.body_hash == entry_hash(
        entry_id=entry.pk,
        at=entry.at,
        by_id=cast.ma.pk,
        verb="orders.place",
        object_kind="order",
        object_id=cast.li.pk,
        facts=entry.facts,
    )


def test_one_act_on_many_is_an_entry_for_each_and_the_book_holds(cast):
    act = {"by": cast.clerk, "at": cast.at, "verb": "registry.add_many", "object_kind": "elder"}
    access.record_many(**act, facts=[(cast.li.pk, {"contacts": 2}), (cast.grandpa.pk, {"since": date(2026, 11, 9)})])
    access.record_many(**act, facts=[])
    told = AuditEntry.objects.filter(verb="registry.add_many").order_by("id").values_list("object_id", "facts")
    assert list(told) == [(cast.li.pk, {"contacts": 2}), (cast.grandpa.pk, {"since": "2026-11-09"})]
    access.seal(programme_id=cast.programme.pk)
    assert access_read.verify_chain(cast.programme.pk) == []


def test_an_act_that_is_rolled_back_was_never_done(cast):
    before = AuditEntry.objects.count()
    with transaction.atomic():
        note(cast)
        transaction.set_rollback(True)
    assert AuditEntry.objects.count() == before


def test_what_was_done_to_one_thing_is_read_oldest_first_by_those_who_see_everything(cast):
    note(cast, {"n": 2})
    verbs = [entry.verb for entry in access_read.audit_of(cast.auditor, cast.li.pk)]
    assert verbs == ["registry.register", "registry.recognise", "registry.recognise", "orders.place"]
    for stranger in (cast.clerk, cast.kangan_user, cast.zhao_user, Neighbour(cast.at).head):
        assert not access_read.audit_of(stranger, cast.li.pk).exists()


@pytest.mark.parametrize("table", INSERT_ONLY_TABLES)
@pytest.mark.parametrize("change", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"])
def test_the_audit_book_is_neither_changed_nor_emptied(cast, table, change):
    access.seal(programme_id=cast.programme.pk)
    key = next(model._meta.pk.column for model in apps.get_models() if model._meta.db_table == table)
    # The serving log-in lacks the right (ProgrammingError); an owner meets the trigger (IntegrityError).
    with (
        pytest.raises((IntegrityError, ProgrammingError), match=r"insert-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(table, key))

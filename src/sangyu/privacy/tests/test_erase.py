"""What names a person goes from every table; money and the audit book stay whole; nothing goes that is still bound."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import DatabaseError, OperationalError, connection, models, transaction
from tests.cast import resident_number
from tests.race import race

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.queries import NotAllowed
from sangyu.kit.insert_only import FORGOTTEN
from sangyu.ledger.verify import verify
from sangyu.outbox.models import Text
from sangyu.privacy import actions as privacy
from sangyu.privacy.models import Answer, Outcome
from sangyu.privacy.rules import (
    AnswerIncomplete,
    Hindrance,
    NotYetErasable,
    RequestAnswered,
    RequestIncomplete,
    SamePersonAnswers,
)
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder, Residence

YEARS = timedelta(days=4 * 365)
LI = resident_number(date(1944, 3, 5), 22)


def ask(cast, kind="ERASE", *, by=None, key="1", **more):
    said = {"asked_by": "SELF", "asker": "李秀兰", "check_made": "DOCUMENT", "check_note": "身份证原件，尾号0224"}
    said |= {"wish": "搬去女儿家，请删掉我的档案", **more}
    return privacy.take_in(elder_id=cast.li.pk, kind=kind, by=by or cast.clerk, at=cast.at, key=key, **said)


def erase(cast, request, *hindrances, by=None):
    return privacy.erase(request_id=request.pk, standing=lambda: hindrances, by=by or cast.head, at=cast.at + YEARS)


def places_of(text: str) -> list[str]:
    """Where a text still stands in the database: every text column of every table, the book of acts too."""
    found = []
    for model in apps.get_models():
        if not model.__module__.startswith("sangyu."):
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CharField | models.TextField | models.JSONField) or "Array" in repr(field):
                name = f'"{model._meta.db_table}"'
                with connection.cursor() as cursor:
                    cursor.execute(f'SELECT count(*) FROM {name} WHERE "{field.column}"::text LIKE %s', [f"%{text}%"])
                    if cursor.fetchone()[0]:
                        found.append(f"{model._meta.label}.{field.name}")
    return sorted(found)


def test_what_names_the_person_goes_and_money_and_the_audit_book_stay_whole(cast, text):
    cast.call()
    cast.visited()
    registry.move(
        elder_id=cast.li.pk,
        moved_on=cast.at.date(),
        community_code=cast.li.community_id,
        address="草场街 9 号",
        hukou_in_area=True,
        reason="换房",
        by=cast.clerk,
        at=cast.at,
    )
    assert verify() == []
    made = erase(cast, ask(cast))
    assert made.outcome == Outcome.DONE

    # An order is sealed with the name of who asked for it, and the request itself says who made it.
    assert places_of("李秀兰") == ["orders.Order.requester", "privacy.Request.asker"]
    # So does a call say from which number somebody rang.
    assert places_of("13900000001") == ["hotline.Call.caller_number"]
    assert places_of(LI) == places_of("草场街 9 号") == []
    text.refresh_from_db()
    assert (text.phone, text.body) == (FORGOTTEN, FORGOTTEN)
    assert registry_read.registered_as(cast.head, LI) is None
    assert registry_read.search(cast.head, "李秀兰") == []
    assert Residence.objects.get(elder=cast.li).address == FORGOTTEN

    gone = Elder.objects.get(pk=cast.li.pk)
    assert (gone.name, gone.address) == ("已删除", "已删除")
    assert (gone.birth_on, gone.registration_number) == (
        cast.li.birth_on,
        cast.li.registration_number,
    )
    assert registry_read.facts(gone, cast.at.date())["birth_date"] == cast.li.birth_on.isoformat()
    assert verify() == []
    access.seal(programme_id=cast.programme.pk)
    assert access_read.verify_chain(cast.programme.pk) == []


def test_who_comes_back_is_registered_anew_beside_the_record_that_was_forgotten(cast):
    erase(cast, ask(cast))
    again = registry.register(
        name="李秀兰",
        document_number=LI,
        community_code=cast.li.community_id,
        address="草场街 9 号",
        hukou_in_area=True,
        phones=["13900000001"],
        by=cast.clerk,
        at=cast.at + YEARS,
    )
    assert again.pk != cast.li.pk
    assert registry_read.registered_as(cast.head, LI) == again
    assert Elder.objects.get(pk=cast.li.pk).name == "已删除"


def test_what_is_bound_or_unfinished_is_said_with_its_day(cast):
    request = ask(cast)
    with pytest.raises(NotYetErasable, match="一张工单没有办完；民法典，2029-11-10起可以删除"):
        erase(cast, request, Hindrance("一张工单没有办完"), Hindrance("民法典", date(2029, 11, 10)))
    assert Elder.objects.get(pk=cast.li.pk).name == "李秀兰"
    assert not Answer.objects.exists()
    privacy.answer(request_id=request.pk, outcome="REFUSED", reason="三年内证据要保存", by=cast.clerk, at=cast.at)
    with pytest.raises(RequestAnswered, match="不能照办"):
        erase(cast, request)


@pytest.mark.django_db(transaction=True)
def test_what_is_unfinished_is_asked_while_nobody_can_begin_anything(cast):
    def is_free() -> bool:
        try:
            with transaction.atomic():
                Elder.objects.select_for_update(nowait=True).get(pk=cast.li.pk)
        except OperationalError:
            return False
        return True

    def standing() -> list[Hindrance]:
        assert race(is_free) == [False]
        return [Hindrance("一张工单没有办完")]

    request = ask(cast)
    assert race(is_free) == [True]
    with pytest.raises(NotYetErasable):
        privacy.erase(request_id=request.pk, standing=standing, by=cast.head, at=cast.at + YEARS)


def test_erasing_takes_two_people_and_once(cast):
    with pytest.raises(SamePersonAnswers):
        erase(cast, ask(cast, by=cast.head, key="2"))
    request = ask(cast)
    with pytest.raises(NotAllowed):
        erase(cast, request, by=cast.clerk)
    assert erase(cast, request) == erase(cast, request)
    with pytest.raises(AnswerIncomplete, match="删除这份档案"):
        privacy.answer(request_id=ask(cast, key="3").pk, outcome="DONE", reason="已删", by=cast.head, at=cast.at)


def test_a_request_says_who_asks_and_is_due_after_fifteen_working_days(cast):
    request = ask(cast, "ACCESS", wish="")
    assert ask(cast, "ACCESS", wish="") == request
    assert (request.due_on, request.due_certain) == (date(2026, 11, 30), True)
    with pytest.raises(RequestIncomplete, match="核对了身份"):
        ask(cast, "ACCESS", check_note=" ", key="2")
    with pytest.raises(RequestIncomplete, match="原话"):
        ask(cast, wish="", key="3")
    with pytest.raises(RequestIncomplete, match="老人在世"):
        ask(cast, asked_by="RELATIVE", key="4")


def test_a_forgotten_row_changes_in_no_other_way(text):
    for change in ({"body": "别的话"}, {"template": FORGOTTEN}, {"body": FORGOTTEN, "n": 9}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Text.objects.filter(pk=text.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        text.delete()

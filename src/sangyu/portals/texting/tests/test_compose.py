"""From a step of the walk to what the telephone shows."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast

from sangyu.dispatch import actions as dispatch
from sangyu.orders import actions as orders
from sangyu.outbox import queries as outbox_read
from sangyu.outbox.models import Text
from sangyu.portals.texting.compose import compose
from sangyu.portals.texting.rules import yuan
from sangyu.portals.texting.tests.conftest import DAUGHTER
from sangyu.privacy import actions as privacy
from sangyu.registry import actions as registry
from sangyu.visits import actions as visits


def kinds(texts: list[Text]) -> list[tuple[str, str]]:
    return [(text.template, text.to) for text in texts]


def states(cast: Cast) -> dict[tuple[str, str], str]:
    return {(row.text.template, row.text.to): row.state for row in outbox_read.texts(cast.programme.pk)}


def test_elder_and_family_hear_each_step_of_the_walk(town: Cast, texted) -> None:
    order = town.order(elder=town.zhou)
    taken = texted()
    assert kinds(taken) == [("taken", "ELDER"), ("taken", "FAMILY")]
    assert [text.phone for text in taken] == ["13900000041", DAUGHTER]
    assert "周老人家您好" in taken[0].body
    assert not any("周玉芬" in text.body or "南门巷" in text.body for text in taken), "no full name and no address"
    sent = town.sent(order)
    assert texted() == []
    dispatch.accept(dispatch_id=sent.pk, by=town.kangan_user, at=town.at)
    assert "康安" in texted()[0].body
    dispatch.assign(dispatch_id=sent.pk, worker_id=town.zhao.pk, by=town.kangan_user, at=town.at)
    assigned = texted()
    assert kinds(assigned) == [("assigned", "ELDER"), ("assigned", "FAMILY")]
    assert "11月10日周二10:00康安的赵勤师傅" in assigned[0].body
    visit = visits.check_in(order_id=order.pk, by=town.zhao_user, at=order.wanted_from)
    assert kinds(texted(order.wanted_from)) == [("arrived", "FAMILY")]
    visits.check_out(visit_id=visit.pk, by=town.zhao_user, at=order.wanted_until)
    served = texted(order.wanted_until)
    assert kinds(served) == [("served", "ELDER"), ("served", "FAMILY")]
    assert f"应自付{yuan(order.elder_fen)}" in served[0].body
    assert set(states(town).values()) == {"DELIVERED"}
    assert texted(order.wanted_until) == []


def test_what_happened_while_nobody_listened_is_one_text(town: Cast, texted) -> None:
    town.assigned(town.order(elder=town.grandpa))
    assert kinds(texted()) == [("assigned", "ELDER")]


def test_an_order_that_is_called_off_is_called_off_on_the_telephone(town: Cast, texted) -> None:
    order = town.order(elder=town.zhou)
    texted()
    orders.cancel(order_id=order.pk, reason="老人住院", by=town.ma, at=town.at)
    cancelled = texted()
    assert kinds(cancelled) == [("cancelled", "ELDER"), ("cancelled", "FAMILY")]
    assert "住院" not in cancelled[1].body, "a reason is nobody's business on a screen"


def test_an_enterprise_that_cannot_come_after_all_is_news(town: Cast, texted) -> None:
    order = town.order(elder=town.grandpa)
    texted()
    dispatch.refuse(dispatch_id=town.sent(order).pk, reason="NO_WORKER", by=town.kangan_user, at=town.at)
    assert texted() == [], "nobody was named yet"


def test_another_worker_is_news(town: Cast, texted) -> None:
    sent = town.assigned(town.order(elder=town.grandpa))
    texted()
    other = town.worker(town.kangan, "孙巧", "13900000013")
    dispatch.assign(dispatch_id=sent.pk, worker_id=other.pk, by=town.kangan_user, at=town.at)
    (text,) = texted()
    assert text.template == "worker_changed"
    assert "孙巧师傅" in text.body


def test_another_time_is_news(town: Cast, texted) -> None:
    order = town.order(elder=town.zhou)
    texted()
    tomorrow = order.wanted_from + timedelta(days=1)
    orders.reschedule(order_id=order.pk, wanted_from=tomorrow, by=town.wang, at=town.at, reason="老人要去医院")
    moved = texted()
    assert kinds(moved) == [("rescheduled", "ELDER"), ("rescheduled", "FAMILY")]
    assert "改到11月11日周三10:00，派定人员后再告诉您" in moved[0].body
    town.sent(order)
    assert texted() == []


def test_what_the_night_held_back_is_told_once_in_the_morning(town: Cast, texted) -> None:
    order = town.order(elder=town.zhou, days=2)
    evening = town.at.replace(hour=22)
    morning = town.at.replace(hour=8) + timedelta(days=1)
    texted(evening)
    town.assigned(order)
    texted(evening + timedelta(minutes=30))
    assert set(states(town).values()) == {"REPLACED", "WAITING"}
    texted(morning - timedelta(minutes=1))
    assert states(town)["assigned", "ELDER"] == "WAITING"
    texted(morning)
    assert states(town) == {
        ("taken", "ELDER"): "REPLACED",
        ("taken", "FAMILY"): "REPLACED",
        ("assigned", "ELDER"): "DELIVERED",
        ("assigned", "FAMILY"): "DELIVERED",
    }


def test_the_family_hears_nothing_more_once_the_elder_refuses(town: Cast, texted) -> None:
    town.order(elder=town.zhou)
    assert [text.to for text in texted()] == ["ELDER", "FAMILY"]
    said = {"channel": "VOICE", "reference": "录音 1109-17", "by": town.ma, "at": town.at}
    privacy.note_consent(elder_id=town.zhou.pk, topic="family_news", agrees=False, **said)
    town.order(elder=town.zhou, days=2)
    assert [text.to for text in texted()] == ["ELDER"]


def test_nobody_is_texted_about_the_dead(town: Cast, texted) -> None:
    order = town.order(elder=town.zhou)
    night = town.at.replace(hour=22)
    texted(night)
    registry.record_death(elder_id=town.zhou.pk, died_on=night.date(), by=town.clerk, at=night)
    texted(night.replace(hour=9) + timedelta(days=1))
    assert set(states(town).values()) == {"STOPPED"}
    orders.cancel(order_id=order.pk, reason="老人去世", by=town.ma, at=town.at)
    assert texted(town.at.replace(hour=10)) == []


def test_a_household_without_a_mobile_is_rung_about_what_matters(town: Cast, texted) -> None:
    landline = town.elder("何桂英", date(1948, 1, 1), 51, ["09318000051"])
    order = town.order(elder=landline)
    assert texted() == []
    town.assigned(order)
    (text,) = texted()
    assert (text.template, text.phone) == ("assigned", "")
    (row,) = outbox_read.texts_to_ring(town.programme.pk, town.at)
    assert (row.pk, row.state) == (text.pk, "NO_MOBILE")


def test_a_step_of_which_nobody_could_hear_any_more_is_not_told(town: Cast, texted) -> None:
    order = town.order(elder=town.zhou)
    assert texted(order.wanted_from + timedelta(minutes=1)) == []


def test_a_round_that_is_repeated_writes_nothing_twice(town: Cast, texted) -> None:
    town.order(elder=town.zhou)
    assert len(texted()) == 2
    assert texted() == []
    assert Text.objects.count() == 2


def test_a_batch_costs_the_same_whatever_its_size(town: Cast) -> None:
    def cost(orders_taken: int, first_day: int) -> int:
        for n in range(orders_taken):
            town.assigned(town.order(elder=town.zhou, days=first_day + n))
        with CaptureQueriesContext(connection) as log:
            compose(at=town.at)
        return len(log)

    assert cost(1, 1) == cost(6, 10)

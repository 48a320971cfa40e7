"""Every round can run twice and does its work once."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from tests.cast import FUND, Cast

from sangyu.access.actions import found_programme
from sangyu.access.models import AuditEntry
from sangyu.access.queries import anchors, verify_chain
from sangyu.budget import queries as budget_read
from sangyu.intake.actions.forget import KEPT_DAYS
from sangyu.kit.ids import new_id
from sangyu.kit.insert_only import FORGOTTEN
from sangyu.ledger import actions as ledger
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.rules import Reference
from sangyu.orders.models import Stage
from sangyu.outbox import actions as outbox
from sangyu.outbox import queries as outbox_read
from sangyu.outbox.models import Text
from sangyu.portals.rounds import tasks
from sangyu.privacy import queries as privacy_read
from sangyu.quality.models import Sample
from sangyu.registry import queries as registry_read


@pytest.fixture
def at(cast: Cast, monkeypatch: pytest.MonkeyPatch, settings) -> Cast:
    """Set the clock of the desks to the cast's own time."""
    from django.utils import timezone

    offset_s = int((cast.at - timezone.now()).total_seconds())
    monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(offset_s))
    return cast


def test_an_unanswered_dispatch_comes_back_to_the_centre(at: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    order = at.order(days=2)
    at.sent(order)
    tasks.take_back_unanswered(0)
    order.refresh_from_db()
    assert order.stage == Stage.SENT
    from django.utils import timezone

    later = at.at + timedelta(minutes=40)
    monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(int((later - timezone.now()).total_seconds())))
    for _ in range(2):
        tasks.take_back_unanswered(0)
    order.refresh_from_db()
    assert order.stage == Stage.PLACED


def test_the_audit_book_is_chained(at: Cast) -> None:
    tasks.seal_audit_book(0)
    tasks.seal_audit_book(0)
    assert verify_chain(at.programme.pk) == []


def test_the_root_of_the_book_is_kept_outside_once_a_day(at: Cast, tmp_path: Path, settings) -> None:
    settings.ANCHORS = None
    tasks.anchor_audit_book(0)
    settings.ANCHORS = tmp_path / "outside"
    for _ in range(2):
        tasks.anchor_audit_book(0)
    (kept,) = anchors(at.programme, settings.ANCHORS)
    assert (kept.on, kept.n) == (at.at.date(), AuditEntry.objects.count()), "sealed first, so the line vouches for all"


def test_a_sample_missed_yesterday_is_drawn_today(at: Cast) -> None:
    for _ in range(2):
        tasks.draw_sample(0)
    assert Sample.objects.filter(programme=at.programme).count() == 3


def test_what_goes_wrong_in_one_programme_keeps_no_other_waiting(at: Cast) -> None:
    # It comes first by its code, and nobody has made it a clock yet.
    found_programme(slug="aaa", name="甲", area_code="620102", hotline_number="96000")
    with pytest.raises(ExceptionGroup) as wrong:
        tasks.draw_sample(0)
    assert [note for error in wrong.value.exceptions for note in error.__notes__] == ["aaa"]
    assert Sample.objects.filter(programme=at.programme).count() == 3


def test_records_that_may_be_one_person_are_on_the_desk_in_the_morning(at: Cast) -> None:
    twin = at.elder(at.li.name, at.li.birth_on, 77, ["13900000077"])
    for _ in range(2):
        tasks.find_duplicates(0)
    (shown,) = registry_read.duplicate_cases(at.clerk)
    assert {shown.case.one_id, shown.case.other_id} == {at.li.pk, twin.pk}
    assert AuditEntry.objects.filter(verb="registry.find_duplicates").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_order_is_texted_once_and_only_where_there_is_a_gateway(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings
) -> None:
    from django.utils import timezone

    town = Cast()
    monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(int((town.at - timezone.now()).total_seconds())))
    tasks.send_texts(0)  # the desk of texts begins to listen
    town.order(elder=town.grandpa)
    settings.DEMO = False
    tasks.send_texts(0)
    assert not outbox_read.texts(town.programme.pk)
    settings.DEMO = True
    for _ in range(2):
        tasks.send_texts(0)
    assert [row.state for row in outbox_read.texts(town.programme.pk)] == ["DELIVERED"]


@pytest.mark.django_db(transaction=True)
def test_an_event_is_pushed_once(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.utils import timezone

    town = Cast()
    monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(int((town.at - timezone.now()).total_seconds())))
    tasks.push_events(0)  # the developer's desk begins to listen
    done = outbox.subscribe(
        programme_id=town.programme.pk,
        organisation_id=town.bureau.pk,
        sees_all=True,
        name="市级监管平台",
        address="http://127.0.0.1:9/",  # nobody listens there
        kinds=["order.moved"],
        by_id=town.head.pk,
        at=town.at,
        key="1",
    )
    town.order(elder=town.grandpa)
    for _ in range(2):
        tasks.push_events(0)
    (row,) = outbox_read.pushes(town.programme.pk, subscription_id=done.subscription.pk)
    assert row.state == "WAITING"
    assert {one.result for one in outbox_read.tries_of_push([row.pk])[row.pk]} == {"FAILED"}


def test_what_was_held_too_long_is_given_back(at: Cast) -> None:
    account = budget_read.account_key(at.programme.pk, FUND, 2026)
    ledger.hold(
        id=new_id(),
        account=account,
        amount_fen=100,
        cause=Reference("ORDER", new_id()),
        at=at.at,
        by_id=at.ma.pk,
        expires_at=at.at - timedelta(days=1),
    )
    assert len(ledger_read.open_holds(account)) == 1
    for _ in range(2):
        tasks.expire_holds(0)
    assert ledger_read.open_holds(account) == []


def test_what_is_past_its_days_goes_once_and_is_counted(at: Cast) -> None:
    old = at.at - timedelta(days=200)
    draft = outbox.Draft(
        programme_id=at.programme.pk,
        cause_kind="order",
        cause_id=at.li.pk,
        n=1,
        to="ELDER",
        elder_id=at.li.pk,
        phone="13900000001",
        template="taken",
        body="李老人家您好：已登记",
        not_before=old,
        send_until=old + timedelta(days=1),
    )
    outbox.queue_texts(drafts=[draft], at=old)
    for _ in range(2):
        tasks.forget_what_is_over(0)
    assert Text.objects.get().body == FORGOTTEN
    assert [(row.purpose, row.rows) for row in privacy_read.removals(at.head)] == [("tell", 1)]
    register = privacy_read.register()
    assert {one.code for one in register.purposes if one.swept} == {"sheets", "tell"}, "what this round takes away"
    assert register.purpose("sheets").days == KEPT_DAYS


def test_every_round_is_on_the_clock_and_named_in_the_readme() -> None:
    readme = (Path(tasks.__file__).parent / "README.md").read_text(encoding="utf-8")
    rounds = {task.task.name.rpartition(".")[2] for task in tasks.app.periodic_registry.periodic_tasks.values()}
    assert rounds == set(re.findall(r"^\| `(\w+)`", readme, re.MULTILINE))

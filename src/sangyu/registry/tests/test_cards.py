"""A card stands for one elder from its issue until it is replaced, and for nobody while it is lost."""

from __future__ import annotations

from datetime import date

import pytest
from tests.cast import Cast
from tests.neighbours import neighbour
from tests.race import race
from tests.standing import standing

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.actions import DiedBefore
from sangyu.registry.models import CardEvent, ElderCard
from sangyu.registry.rules import BadCardNumber, CardBlocked, CardTaken, CardUnknown

OLD, NEW = "6201000012340001", "6201000012340002"


@standing
def card(cast: Cast) -> ElderCard:
    """Grandmother Li's card."""
    return registry.issue_card(elder_id=cast.li.pk, number=OLD, by=cast.clerk, at=cast.at)


def states(cast: Cast) -> list[tuple[str, str]]:
    return sorted((row.number, row.state) for row in registry_read.cards_of(cast.clerk, cast.li))


@pytest.mark.proves("LZ-61")
def test_a_card_finds_its_elder_as_printed_or_as_read(cast, card):
    for number in (OLD, "6201 0000 1234 0001"):
        assert registry_read.find_by_card(cast.ma, number).elder == cast.li


def test_the_same_card_again_changes_nothing(cast, card):
    assert registry.issue_card(elder_id=cast.li.pk, number=OLD, by=cast.clerk, at=cast.at).pk == card.pk
    assert CardEvent.objects.count() == 1


def test_an_elder_holds_one_card(cast, card):
    with pytest.raises(CardTaken, match=r"已有一张卡（尾号0001，已发卡）.*换卡"):
        registry.issue_card(elder_id=cast.li.pk, number=NEW, by=cast.clerk, at=cast.at)


def test_a_number_is_given_once(cast, card):
    with pytest.raises(CardTaken, match="不能重复使用"):
        registry.issue_card(elder_id=cast.grandpa.pk, number=OLD, by=cast.clerk, at=cast.at)


@pytest.mark.parametrize("number", ["12345", "62010000AB340001", "", "１２３４５６"])
def test_what_is_no_card_number_is_refused(cast, number):
    with pytest.raises(BadCardNumber, match="6至24位数字"):
        registry.issue_card(elder_id=cast.li.pk, number=number, by=cast.clerk, at=cast.at)


def test_the_dead_get_no_card(cast):
    registry.record_death(elder_id=cast.li.pk, died_on=date(2026, 11, 1), by=cast.clerk, at=cast.at)
    with pytest.raises(DiedBefore, match="已登记去世"):
        registry.issue_card(elder_id=cast.li.pk, number=OLD, by=cast.clerk, at=cast.at)


@pytest.mark.proves("LZ-61")
def test_a_lost_card_is_blocked_at_once_and_works_again_when_found(cast, card):
    registry.report_lost(card_id=card.pk, by=cast.ma, at=cast.at, note="电话挂失")
    with pytest.raises(CardBlocked, match="已挂失"):
        registry_read.find_by_card(cast.ma, OLD)
    registry.report_lost(card_id=card.pk, by=cast.ma, at=cast.at)
    registry.report_found(card_id=card.pk, by=cast.clerk, at=cast.at)
    assert registry_read.find_by_card(cast.ma, OLD).card.state == "RETURNED"
    assert CardEvent.objects.count() == 3


def test_finding_what_was_never_lost_changes_nothing(cast, card):
    registry.report_found(card_id=card.pk, by=cast.clerk, at=cast.at)
    assert CardEvent.objects.count() == 1


def test_a_new_card_ends_the_old_one_for_good(cast, card):
    registry.report_lost(card_id=card.pk, by=cast.clerk, at=cast.at)
    new = registry.replace_card(card_id=card.pk, number=NEW, by=cast.clerk, at=cast.at)
    assert registry.replace_card(card_id=card.pk, number=NEW, by=cast.clerk, at=cast.at).pk == new.pk
    assert states(cast) == [(OLD, "REPLACED"), (NEW, "ISSUED")]
    with pytest.raises(CardBlocked, match="已换新卡"):
        registry_read.find_by_card(cast.ma, OLD)
    for verb in (registry.report_lost, registry.report_found):
        with pytest.raises(CardBlocked, match="已换新卡"):
            verb(card_id=card.pk, by=cast.clerk, at=cast.at)
    with pytest.raises(CardTaken, match="不能重复使用"):
        registry.replace_card(card_id=new.pk, number=OLD, by=cast.clerk, at=cast.at)
    assert states(cast) == [(OLD, "REPLACED"), (NEW, "ISSUED")]


def test_an_unknown_card_says_what_next(cast):
    with pytest.raises(CardUnknown, match=r"尾号0002.*姓名"):
        registry_read.find_by_card(cast.ma, NEW)


def test_cards_are_counted_by_state(cast, card):
    registry.replace_card(card_id=card.pk, number=NEW, by=cast.clerk, at=cast.at)
    assert registry_read.card_counts(cast.head) == {"ISSUED": 1, "LOST": 0, "RETURNED": 0, "REPLACED": 1}


def test_strangers_neither_see_nor_touch_a_card(cast, card):
    stranger = neighbour(cast, Role.BUREAU, Role.TILL)
    for user in (stranger, cast.kangan_user):
        with pytest.raises(CardUnknown):
            registry_read.find_by_card(user, OLD)
    with pytest.raises(NotFound):
        registry.report_lost(card_id=card.pk, by=stranger, at=cast.at)
    with pytest.raises(NotAllowed):
        registry.report_lost(card_id=card.pk, by=cast.kangan_user, at=cast.at)
    with pytest.raises(NotAllowed):
        registry_read.diners(cast.ma, "lxl")


@pytest.mark.django_db(transaction=True)
def test_two_desks_that_replace_one_card_give_one_new_card(cast):
    card = registry.issue_card(elder_id=cast.li.pk, number=OLD, by=cast.clerk, at=cast.at)
    answers = race(
        lambda: registry.replace_card(card_id=card.pk, number=NEW, by=cast.clerk, at=cast.at),
        lambda: registry.replace_card(card_id=card.pk, number="6201000012340003", by=cast.head, at=cast.at),
    )
    assert {type(answer) for answer in answers} == {ElderCard, CardBlocked}
    assert ElderCard.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_loss_that_several_desks_hear_of_at_once_is_one_event(cast):
    card = registry.issue_card(elder_id=cast.li.pk, number=OLD, by=cast.clerk, at=cast.at)
    events = race(*[lambda: registry.report_lost(card_id=card.pk, by=cast.ma, at=cast.at)] * 4)
    assert len({event.pk for event in events}) == 1
    assert CardEvent.objects.count() == 2

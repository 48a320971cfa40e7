"""The cast with a household that has telephones, and the round that texts it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import BEIJING, Cast

from sangyu.access.models import User
from sangyu.outbox import actions as outbox
from sangyu.outbox import queries as outbox_read
from sangyu.outbox.models import Text
from sangyu.portals.texting.compose import READER, compose
from sangyu.portals.texting.gateways import Gateway, MockGateway
from sangyu.portals.texting.send import send_due
from sangyu.registry.actions import Kin

DAUGHTER = "13900000091"


@pytest.fixture
def town(transactional_db: None) -> Cast:
    """The cast, whose messages are committed, and a desk that has begun to listen; Li's daughter has a mobile."""
    cast = Cast()
    cast.zhou = cast.elder("周玉芬", date(1950, 2, 2), 41, ["13900000041"], family=[Kin("周敏", "女儿", DAUGHTER)])
    outbox.read_on(reader=READER)
    return cast


@pytest.fixture
def texted(town: Cast) -> Callable[..., list[Text]]:
    """Do the round of the texts at a moment and return what it wrote down."""

    def go(at: datetime | None = None, *, gateway: Gateway | None = None) -> list[Text]:
        at = at or town.at
        before = set(Text.objects.values_list("pk", flat=True))
        while compose(at=at):
            pass
        while send_due(gateway=gateway or MockGateway(), at=at):
            pass
        assert outbox_read.misplaced(town.programme.pk) == []
        return list(Text.objects.exclude(pk__in=before).order_by("n", "to"))

    return go


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock of the desks."""

    def set_to(at: datetime) -> None:
        offset = at - timezone.now()
        monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(int(offset / timedelta(seconds=1)) + 1))

    set_to(datetime(2026, 11, 9, 9, 30, tzinfo=BEIJING))
    return set_to


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """Give a browser in which a user has signed in."""

    def open_as(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return open_as

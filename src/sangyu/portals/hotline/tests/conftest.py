"""The agent's morning: the clock of the desks stands where the cast's stands."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import BEIJING, Cast

from sangyu.access.models import User
from sangyu.portals.hotline.tests.browser import seated
from sangyu.portals.live.tests.conftest import Server, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MONDAY = datetime(2026, 11, 9, 9, 0, tzinfo=BEIJING)  # `cast.at`, before there is a cast


@pytest.fixture
def monday(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """The cast, on a Monday at nine."""
    set_clock(monkeypatch)
    return cast


def set_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the desks' clock stand a minute behind the cast's first moment."""
    ahead_s = ceil((MONDAY - timezone.now()).total_seconds()) + 60  # never a part of a second less
    monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(ahead_s))


@pytest.fixture
def seat(monday: Cast) -> Callable[[User], Client]:
    """Seat somebody at the desk."""

    def sit_down(who: User) -> Client:
        client = Client()
        client.force_login(who)
        return client

    return sit_down


@pytest.fixture
def agent(seat: Callable[[User], Client], monday: Cast) -> Client:
    """Agent Ma at her desk."""
    return seat(monday.ma)


@pytest.fixture(scope="session")
def one_browser(browser: Browser) -> Browser:
    """The run's browser, beside the database: its sleeping event loop would alarm Django for nothing."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # for the rest of the run, as long as that loop is there
    return browser


@pytest.fixture(scope="package")
def one_served(django_db_setup: None) -> Iterator[Server]:
    """One server for every browser at the desk; its clock starts at the cast's first moment and goes on from there."""
    with pytest.MonkeyPatch.context() as patch:
        set_clock(patch)
        with serving() as server:
            yield server


@pytest.fixture
def served(one_served: Server, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server, on the committed rows of the cast."""
    set_clock(monkeypatch)
    return one_served


@pytest.fixture
def desk(one_browser: Browser, served: Server, cast: Cast) -> Iterator[tuple[Page, Server]]:
    """Agent Ma's browser, open at her desk."""
    with seated(one_browser, served, cast.ma) as page:
        yield page, served

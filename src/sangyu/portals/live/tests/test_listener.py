"""A listener that does not keep up is let go; its browser comes back with the last id it saw."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest

from sangyu.access.models import User
from sangyu.outbox.queries import Cursor, Told
from sangyu.portals.live import app
from sangyu.portals.live.hub import UNREAD_MAX, Hub, Listener
from sangyu.portals.live.reader import News

PROGRAMME = uuid4()
T = TypeVar("T")


def run(story: Coroutine[Any, Any, T]) -> T:
    """Run a story on an event loop of its own thread; a browser test of the same run may have one in ours."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, story).result()


def news(n: int, *, programme_id: UUID = PROGRAMME, topic: str = "orders") -> News:
    cursor = Cursor(n, UUID(int=n))
    return News(Told(cursor, programme_id, topic, "order.moved", "{}", datetime.now(UTC)), cursor)


def test_a_slow_listener_ends_and_the_queue_stays_bounded() -> None:
    async def overrun() -> tuple[bool, int]:
        listener = Listener(programme_id=PROGRAMME, topics={"orders": "orders"})
        for n in range(UNREAD_MAX + 1):
            listener.offer(news(n))
        return listener.ended, len(await listener.unread(0.1))

    assert run(overrun()) == (True, UNREAD_MAX)


def test_a_listener_wants_only_its_topics_in_its_programme() -> None:
    async def wanted() -> list[bool]:
        listener = Listener(programme_id=PROGRAMME, topics={"orders": "orders"})
        return [
            listener.wants(news(1)),
            listener.wants(news(2, topic="hotline")),
            listener.wants(news(3, programme_id=uuid4())),
        ]

    assert run(wanted()) == [True, False, False]


def test_a_closed_hub_ends_its_listeners() -> None:
    async def closed() -> bool:
        hub, listener = Hub(), Listener(programme_id=PROGRAMME, topics={"orders": "orders"})
        hub.listeners.add(listener)
        hub.close()
        return listener.ended and hub.closed

    assert run(closed())


@pytest.mark.parametrize(("still", "sent"), [("signed in", True), ("signed out", False), ("other topics", False)])
def test_a_stream_ends_soon_after_its_viewer_has_signed_out_or_lost_a_role(
    monkeypatch: pytest.MonkeyPatch, still: str, sent: bool
) -> None:
    monkeypatch.setattr(app, "LOOKS_S", 0.01)
    monkeypatch.setattr(app, "LIFE_S", 0.3)
    answers = {
        "signed in": (User(), {"orders": "orders"}),
        "signed out": (None, {}),
        "other topics": (User(), {"hotline": "hotline"}),
    }
    heard: list[bytes] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        heard.append(message["body"])

    async def again() -> tuple[User | None, dict[str, str]]:
        return answers[still]

    async def story() -> None:
        listener = Listener(programme_id=PROGRAMME, topics={"orders": "orders"})
        following = asyncio.ensure_future(app.LiveStreams(Hub())._follow(send, listener, None, again))
        await asyncio.sleep(0.05)
        listener.offer(news(1))
        await following

    run(story())
    assert any(b"order.moved" in line for line in heard) == sent

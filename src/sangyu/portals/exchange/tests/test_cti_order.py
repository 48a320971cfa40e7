"""Whatever order the telephone system's events come in, and however often, every call ends up the same."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.test import Client
from tests.cast import Cast
from tests.race import race

from sangyu.hotline.models import Call
from sangyu.hotline.rules import Times
from sangyu.outbox.models import Message
from sangyu.portals.exchange.models import CtiEvent
from sangyu.portals.exchange.simulator import EVENTS, Plan, play, script
from sangyu.portals.live.tests.conftest import serving

SHUFFLES = 5


def plan(seed: int, **more: object) -> Plan:
    given = {"base": "", "key": "demo-cti-key", "called_number": "965885", "calls": 8, "per_minute": 60}
    return Plan(**{"agents": ("agent", "agent2"), "seed": seed, **given, **more})  # type: ignore[arg-type]


def say(body: dict[str, str]) -> int:
    headers = {"X-Cti-Key": "demo-cti-key"}
    return Client().post(EVENTS, json.dumps(body), content_type="application/json", headers=headers).status_code


def ends(references: list[str]) -> list[tuple[object, ...]]:
    rows = Call.objects.filter(line_reference__in=references).select_related("agent").order_by("line_reference")
    return [
        (
            row.line_reference,
            row.rang_at,
            row.agent and row.agent.username,
            row.answered_at,
            row.hung_up_at,
            Times(row.rang_at, row.answered_at, row.hung_up_at).rung_back,
        )
        for row in rows
    ]


@pytest.mark.proves("LZ-60")
def test_a_shuffled_log_ends_as_the_straight_one(cast: Cast) -> None:
    straight = [body for call in script(plan(1, calls=5), at=cast.at) for body in call]
    for body in straight:
        assert say(body) == 200
    references = sorted({body["line_reference"] for body in straight})
    as_it_was = ends(references)
    assert len(as_it_was) == 5
    assert {row[2] for row in as_it_was} == {"agent", "agent2", None}, "answered by both, and missed"
    kinds = Counter(Message.objects.filter(topic="hotline").values_list("kind", flat=True))
    dice = random.Random(1)
    for n in range(SHUFFLES):
        log = [
            {**body, "line_reference": f"{body['line_reference']}~{n}", "event_id": f"{body['event_id']}~{n}"}
            for body in straight
        ] * 2
        dice.shuffle(log)
        assert {say(body) for body in log} <= {200, 202}
        shuffled = ends([f"{reference}~{n}" for reference in references])
        assert [(row[0].rpartition("~")[0], *row[1:]) for row in shuffled] == as_it_was  # type: ignore[attr-defined]
    told = Counter(Message.objects.filter(topic="hotline").values_list("kind", flat=True))
    assert told == Counter({kind: number * (SHUFFLES + 1) for kind, number in kinds.items()})
    assert CtiEvent.objects.count() == len(straight) * (SHUFFLES + 1)


@pytest.mark.django_db(transaction=True)
def test_a_ring_and_its_hang_up_at_the_same_moment_lose_nothing(transactional_db: None) -> None:
    town = Cast()
    for n in range(4):
        ring, hangup = script(plan(7, calls=1, agents=()), at=town.at)[0]
        line = {"line_reference": f"both-{n}", "caller_number": "15400000001"}
        statuses = race(
            lambda ring=ring, line=line, n=n: say({**ring, **line, "event_id": f"r{n}"}),
            lambda hangup=hangup, line=line, n=n: say({**hangup, **line, "event_id": f"h{n}"}),
        )
        assert set(statuses) <= {200, 202}
        call = Call.objects.get(line_reference=f"both-{n}")
        assert call.hung_up_at is not None


def test_the_simulator_speaks_the_contract(transactional_db: None) -> None:
    Cast()
    with serving() as server:
        told = play(plan(4, base=f"http://127.0.0.1:{server.port}", per_minute=6000, repeat=True, shuffle=True))
    assert told["calls"] == Call.objects.count() == 8
    assert isinstance(told["statuses"], dict)
    assert set(told["statuses"]) <= {"200", "202"}
    assert sum(told["statuses"].values()) == told["events"] == 2 * CtiEvent.objects.count()
    assert not Call.objects.filter(hung_up_at=None).exists()


def test_the_same_seed_plays_the_same_calls() -> None:
    at = datetime(2026, 11, 9, 9, tzinfo=UTC)
    assert script(plan(5), at=at) == script(plan(5), at=at) != script(plan(6), at=at)

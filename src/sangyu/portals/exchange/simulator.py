"""A telephone system that does not exist: it speaks the contract of `docs/api/cti.md` against any installation.

`python -m sangyu.portals.exchange.simulator --base http://127.0.0.1:8000 --calls 20 --per-minute 200` rings, answers
and hangs up, says it twice or out of order if asked to, and prints what came back as JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

EVENTS, HEARTBEAT = "/exchange/cti/events", "/exchange/cti/heartbeat"
TIMEOUT_S = 15.0
LINES_AT_ONCE = 16
# Numbers of this range are given to nobody.
PREFIX = "154"
MISSED_PM = 150


@dataclass(frozen=True)
class Plan:
    """What to play. Shape: `agents` are user names that answer in turn; without any, every call is missed."""

    base: str
    key: str
    called_number: str
    calls: int
    per_minute: int
    agents: Sequence[str] = ()
    repeat: bool = False
    shuffle: bool = False
    seed: int = 1


@dataclass(frozen=True)
class Told:
    """What came back for one event."""

    event: str
    status: int
    took_ms: int


def script(plan: Plan, *, at: datetime) -> list[list[dict[str, str]]]:
    """Write the events of every call, in the order in which they are sent; the same seed writes the same calls."""
    dice = random.Random(plan.seed)
    return [_call(plan, n, at + timedelta(minutes=n / plan.per_minute), dice) for n in range(plan.calls)]


def play(plan: Plan) -> dict[str, object]:
    """Send everything at its pace and return the figures."""
    calls = script(plan, at=datetime.now(UTC))
    _post(plan, HEARTBEAT, {"called_number": plan.called_number})
    begun = time.monotonic()

    def dial(n: int) -> list[Told]:
        wait = begun + n * 60 / plan.per_minute - time.monotonic()
        time.sleep(max(0.0, wait))
        return [_post(plan, EVENTS, event) for event in calls[n]]

    with ThreadPoolExecutor(LINES_AT_ONCE) as lines:
        told = [one for call in lines.map(dial, range(plan.calls)) for one in call]
    took = sorted(one.took_ms for one in told)
    return {
        "calls": plan.calls,
        "events": len(told),
        "statuses": {str(status): n for status, n in sorted(Counter(one.status for one in told).items())},
        "seconds": round(time.monotonic() - begun, 2),
        "p50_ms": took[len(took) // 2] if took else 0,
        "p95_ms": took[len(took) * 95 // 100] if took else 0,
    }


def main(words: list[str]) -> int:
    """Play what the command line says; the exit code is 0 if everything was taken."""
    told = argparse.ArgumentParser(prog="simulator", description="模拟话务系统：按约定发送振铃、接听、挂断。")
    told.add_argument("--base", required=True, help="平台地址，例如 http://127.0.0.1:8000")
    told.add_argument("--key", default="demo-cti-key", help="请求头 X-Cti-Key 的密钥")
    told.add_argument("--called", default="965885", help="热线号码")
    told.add_argument("--calls", type=int, default=20, help="来电几通")
    told.add_argument("--per-minute", type=int, default=60, help="每分钟几通")
    told.add_argument("--agents", default="", help="接电话的话务员用户名，逗号分隔；不填就都没人接")
    told.add_argument("--repeat", action="store_true", help="每个事件发两遍")
    told.add_argument("--shuffle", action="store_true", help="打乱每通电话的事件先后")
    told.add_argument("--seed", type=int, default=int(time.time()), help="随机种子；相同的种子是相同的来电")
    said = told.parse_args(words)
    plan = Plan(
        base=said.base.rstrip("/"),
        key=said.key,
        called_number=said.called,
        calls=max(0, said.calls),
        per_minute=max(1, said.per_minute),
        agents=[name for name in said.agents.split(",") if name],
        repeat=said.repeat,
        shuffle=said.shuffle,
        seed=said.seed,
    )
    figures = play(plan)
    print(json.dumps(figures, ensure_ascii=False))
    statuses = figures["statuses"]
    assert isinstance(statuses, dict)
    return 0 if set(statuses) <= {"200", "202"} else 1


def _call(plan: Plan, n: int, at: datetime, dice: random.Random) -> list[dict[str, str]]:
    line = f"sim-{plan.seed}-{n}"
    caller = f"{PREFIX}{dice.randrange(10**8):08d}"
    missed = not plan.agents or dice.randrange(1000) < MISSED_PM
    spoken = timedelta(seconds=dice.randrange(30, 240))
    answered = at + timedelta(seconds=dice.randrange(2, 12))
    events = [("ring", at, "")]
    if not missed:
        events.append(("answer", answered, plan.agents[n % len(plan.agents)]))
    events.append(("hangup", answered + (timedelta() if missed else spoken), ""))
    bodies = [
        {
            "event": event,
            "event_id": f"{line}-{event}",
            "line_reference": line,
            "caller_number": caller,
            "called_number": plan.called_number,
            "agent": agent,
            "at": moment.isoformat(),
        }
        for event, moment, agent in events
    ] * (2 if plan.repeat else 1)
    if plan.shuffle:
        dice.shuffle(bodies)
    return bodies


def _post(plan: Plan, path: str, body: dict[str, str]) -> Told:
    where = urlsplit(plan.base)
    kind = HTTPSConnection if where.scheme == "https" else HTTPConnection
    line = kind(where.hostname or "", where.port, timeout=TIMEOUT_S)
    begun = time.monotonic()
    try:
        headers = {"Content-Type": "application/json", "X-Cti-Key": plan.key}
        line.request("POST", where.path + path, json.dumps(body), headers)
        answer = line.getresponse()
        answer.read()
        status = answer.status
    except (OSError, HTTPException):
        status = 0
    finally:
        line.close()
    return Told(body.get("event", "heartbeat"), status, int((time.monotonic() - begun) * 1000))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

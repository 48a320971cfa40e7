"""A stranger's way in, against a server that runs: the quick start as it stands, and the walk by the client."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from tests.cast import HOME, Cast
from tests.seat import seat

from sangyu.ledger.verify import verify
from sangyu.portals.api import sandbox
from sangyu.portals.clock import move_to, now
from sangyu.portals.live.tests.conftest import serving

CLIENT = settings.ROOT / "clients" / "python"
BLOCK = re.compile(r"^```(bash|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
GUIDES = ("quick-start.md", "quick-start.en.md")


@pytest.fixture
def house(cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """A server on the cast's Monday; its clock goes forward with ours."""
    seat(monkeypatch, cast.at + timedelta(minutes=1))(cast.ma)
    monkeypatch.setenv("SANGYU_CLOCK_FILE", str(tmp_path / "clock"))
    with serving() as server:
        yield f"http://127.0.0.1:{server.port}"


def keys(cast: Cast) -> dict[str, str]:
    people = (
        cast.ma,
        cast.wang,
        cast.kangan_user,
        cast.zhao_user,
        cast.sun,
        cast.qian,
        cast.feng,
        cast.deputy,
        cast.head,
    )
    users = {user.username: user for user in people}
    return sandbox.issue(users, more=tuple(users), at=now())


def follow(guide: str, house: str, key: str, shims: Path) -> None:
    """Run every block of a guide, the shell ones in one shell, as a reader would."""
    text = (settings.ROOT / "docs" / "api" / guide).read_text(encoding="utf-8")
    blocks = BLOCK.findall(text)
    assert len(blocks) == text.count("```") // 2 == 9
    shell = "\n".join(body for language, body in blocks if language == "bash")
    shell = re.sub(r"^export (SANGYU|KEY)=.*$", "", shell, flags=re.MULTILINE)
    surroundings = {
        **os.environ,
        "SANGYU": house,
        "KEY": key,
        "PATH": f"{shims}:{os.environ['PATH']}",
        "PYTHONPATH": str(CLIENT),
    }
    commands = [["bash", "-euo", "pipefail", "-c", shell]]
    commands += [[sys.executable, "-c", body] for language, body in blocks if language == "python"]
    for command in commands:
        ended = subprocess.run(command, env=surroundings, capture_output=True, text=True, timeout=120)
        assert ended.returncode == 0, f"{guide}: {ended.stdout}\n{ended.stderr}"
        assert ended.stdout.strip()


def walk(house: str, secrets: dict[str, str], cast: Cast) -> int:
    """Bring one call to its payment by the client; return the fen that were paid."""
    sys.path.insert(0, str(CLIENT))
    try:
        from sangyu_client import Problem, Sangyu
    finally:
        sys.path.remove(str(CLIENT))
    desk: Callable[[str], Sangyu] = lambda name: Sangyu(house, token=secrets[name])  # noqa: E731
    agent, centre, firm, worker = desk("agent"), desk("dispatcher"), desk("kangan"), desk("zhao")
    quality, money = desk("quality"), desk("finance")

    call = agent.ring_call(line_reference="line-9", caller_number="13900000001")
    call = agent.answer_call(call["id"], match=call["version"])
    (elder,) = agent.search_elders(phone="13900000001")["items"]
    item = agent.list_items()["items"][0]
    wish = {
        "elder_id": elder["id"],
        "item_id": item["id"],
        "wanted_from": "2026-11-10T02:00:00Z",
        "call_id": call["id"],
    }
    order = agent.place_order(**wish, key="order-of-line-9")
    assert agent.place_order(**wish, key="order-of-line-9") == order
    with pytest.raises(Problem) as refused:
        agent.place_order(**{**wish, "note": "另一单"}, key="order-of-line-9")
    assert (refused.value.status, refused.value.code) == (422, "api.KEY_REUSED")
    sent = centre.send_order(order["id"], match=order["version"], enterprise_id=str(cast.kangan.pk))
    sent = firm.accept_dispatch(sent["id"], match=sent["version"])
    named = firm.list_workers(sent["id"])["items"][0]["worker_id"]
    firm.assign_worker(sent["id"], match=sent["version"], worker_id=named)
    move_to(cast.at.replace(day=10, hour=10))
    place = {"lng": HOME.lng, "lat": HOME.lat}
    visit = worker.check_in(order_id=order["id"], place=place, door_code=cast.li.door_code)
    move_to(cast.at.replace(day=10, hour=12, minute=1))
    visit = worker.check_out(visit["id"], match=visit["version"], place=place, tasks_done=["地面"])
    assert visit["charge_id"] is not None
    move_to(cast.at.replace(day=10, hour=20))
    quality.draw_sample(day="2026-11-10")
    for task in quality.list_follow_up_tasks()["items"]:
        quality.follow_up(task["id"], reached=True, happened=True, satisfaction=5)
    move_to(cast.at.replace(month=12, day=1))
    for drafted in quality.draft_appraisals(month="2026-11")["items"]:
        sheet = quality.get_appraisal(drafted["id"])
        for line in [line for line in sheet["lines"] if line["score_tenths"] is None]:
            sheet = quality.score_item(
                line["item_id"], match=sheet["version"], score_tenths=line["full_tenths"], evidence="到场查看"
            )
        quality.release_appraisal(drafted["id"], match=sheet["version"])
    move_to(cast.at.replace(month=12, day=8))
    for row in quality.list_appraisals()["items"]:
        quality.finalise_appraisal(row["id"], match=quality.get_appraisal(row["id"])["version"])
    run = money.draw_up_run(month="2026-11")
    (statement,) = firm.list_statements()["items"]
    firm.confirm_statement(statement["id"], match=statement["version"], invoice_number="04412026")
    run = money.get_run(run["id"])
    run = money.explain_swing(run["id"], match=run["version"], enterprise_id=statement["enterprise_id"], text="首月")
    for name in ("approver", "deputy", "bureau"):
        run = desk(name).approve_run(run["id"], match=run["version"])
    run = money.pay_run(run["id"], match=money.get_run(run["id"])["version"], form="BANK_FILE")
    rows = list(csv.reader(io.StringIO(money.get_payment_file(run["id"], 1).decode("gb18030"))))[2:]
    answer = "\n".join(["支付编号,结果,银行流水号,原因", *(f"{row[1]},成功,BK{row[1][2:]}," for row in rows)])
    run = money.take_return(run["id"], match=run["version"], content=answer)
    assert (run["returned"], run["failed"]) == (1, 0)
    return run["net_fen"]


@pytest.mark.django_db(transaction=True)
def test_a_stranger_follows_the_guide_and_a_program_walks_from_the_call_to_the_fen(cast, house, tmp_path):
    secrets = keys(cast)
    shims = tmp_path / "bin"
    shims.mkdir()
    (shims / "date").write_text(
        '#!/bin/sh\nexec /bin/date "$1" -d 2026-11-12 "$4"\n'
    )  # the guide counts from its own day
    (shims / "date").chmod(0o755)
    for guide in GUIDES:
        follow(guide, house, secrets["agent"], shims)
    assert walk(house, secrets, cast) > 0
    assert verify(cast.programme.pk) == []

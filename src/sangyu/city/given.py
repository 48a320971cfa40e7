"""Let the city have given telephones and their monthly credit in the demo: months that were run, one that waits.

What is over was done through the verbs, once: telephones handed out by the communities; the month before the played one
paid to the telephone company; the played one refused by the bank, with its reason. After it some more elders were found
to be in need; the month that runs is reckoned with them and waits for a second person.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime, time, timedelta

from django.db import transaction

from sangyu.allowances import actions as allowances
from sangyu.allowances import queries as allowances_read
from sangyu.allowances.models import Run
from sangyu.allowances.rules import BANK_ENCODING, HEADER, RETURN_HEADER
from sangyu.benefits import actions as benefits
from sangyu.benefits.models import HandOver
from sangyu.city.applied import NEEDY, without_telephone
from sangyu.city.blueprint import BEIJING, Blueprint
from sangyu.city.people import Elder
from sangyu.city.players import Players, clerk_name, elder_id
from sangyu.kit.errors import Refusal
from sangyu.kit.money import yuan
from sangyu.kit.month import Month
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read

CODE, DEVICE = "phone-credit", "issued-phone"
POOR, FEW, MORE = "dibao", 4, 10
REFUSED = "收款单位账户状态异常"


def leave_allowances(plan: Blueprint, players: Players, *, at: datetime, progress: Callable[[str], None]) -> bool:
    """Leave telephones, the runs of their credit and one that waits, unless there are some; return whether any."""
    finance = players.users["finance"]
    if allowances_read.runs(finance, limit=1):
        return False
    with transaction.atomic():
        phones = _long_since(plan, players)
        last = _paid(plan, players)
        phones += _of_late(plan, players)
        waiting = allowances.draw_up(code=CODE, month=Month.of(at.astimezone(BEIJING).date()), by=finance, at=at)
    progress(
        f"通信补贴：发放老年手机{phones}部；{last.month}的补贴被银行退回，{waiting.month}应发{waiting.persons}人、"
        f"{yuan(waiting.given_fen)}元，等复核（approver）审批。"
    )
    return True


def _long_since(plan: Blueprint, players: Players) -> int:
    """Hand telephones to some in need when they are registered; one of them comes back broken."""
    applying = {one.n for one in without_telephone(plan)}
    needy = [one for one in plan.elders if NEEDY in one.identities and one.n not in applying]
    handed = []
    for elder in [*needy, *_poor(plan)[:FEW]]:
        handed += _handed(players, elder, plan.registered_at(elder) + timedelta(hours=1))
    for row in handed[2:3]:
        at, reason = datetime.combine(plan.month.first_day + timedelta(days=9), time(10), BEIJING), "屏幕摔坏，待换新"
        benefits.give_back(hand_over_id=row.pk, given_back_on=at.date(), reason=reason, by=row.by, at=at)
    return len(handed)


def _of_late(plan: Blueprint, players: Players) -> int:
    """Hand telephones to some more on the day after the played month."""
    at = datetime.combine(plan.month.next().first_day, time(9), BEIJING)
    return sum(len(_handed(players, elder, at)) for elder in _poor(plan)[FEW : FEW + MORE])


def _poor(plan: Blueprint) -> list[Elder]:
    return [one for one in plan.elders if POOR in one.identities]


def _handed(players: Players, elder: Elder, at: datetime) -> list[HandOver]:
    """Hand one out, to somebody who is found to be in need that day if they are not known to be; none to the dead."""
    clerk, on = players.users[clerk_name(elder.community_code)], at.astimezone(BEIJING).date()
    found = registry_read.get_elder(clerk, elder_id(players.programme.pk, elder.resident_id))
    try:
        if NEEDY not in elder.identities:
            paper = f"困难老人认定表 {elder.n:04d}号"
            registry.recognise(elder=found, code=NEEDY, evidence=paper, valid_from=on, by=clerk, at=at)
        return [
            benefits.hand_over(
                elder_id=found.pk,
                code=DEVICE,
                serial_number=f"SJ{elder.n:06d}",
                receipt=f"领用单 {elder.n:04d}号",
                handed_on=on,
                by=clerk,
                at=at,
                key=f"demo-{elder.n}",
            )
        ]
    except Refusal:
        return []


def _paid(plan: Blueprint, players: Players) -> Run:
    """Run the played month, and the one before it if it is of the same year; return the last of them."""
    months = [plan.month.previous(), plan.month] if plan.month.month > 1 else [plan.month]
    users = players.users
    for month in months:
        drawn_at = datetime.combine(month.next().first_day + timedelta(days=1), time(9), BEIJING)
        run = allowances.draw_up(code=CODE, month=month, by=users["finance"], at=drawn_at)
        allowances.set_account(
            code=CODE,
            holder="示例通信有限公司兰州分公司",
            account="6200 0000 0000 0117",
            bank="兰州示例银行",
            document="代收协议 2号",
            by=users["bureau"],
            at=drawn_at,
            key="demo",
        )
        if not run.given_fen:
            continue  # in a very small city nobody was in need
        allowances.approve(run_id=run.pk, by=users["approver"], at=drawn_at + timedelta(hours=1))
        allowances.pay(run_id=run.pk, by=users["finance"], at=drawn_at + timedelta(hours=2))
        _, content = allowances_read.get_file(users["finance"], run)
        allowances.take_return(
            run_id=run.pk,
            content=_bank_answer(content, "" if month != plan.month else REFUSED),
            by=users["finance"],
            at=drawn_at + timedelta(days=1),
        )
    return run


def _bank_answer(content: bytes, refused: str) -> bytes:
    """Answer a payment file as the bank does, from its own bytes: everything paid, or refused for one reason."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(RETURN_HEADER)
    number = HEADER.index("支付编号")
    for row in list(csv.reader(io.StringIO(content.decode(BANK_ENCODING))))[2:]:
        reference = "" if refused else f"BK{row[number][2:]}"
        writer.writerow([row[number], "失败" if refused else "成功", reference, refused])
    return out.getvalue().encode(BANK_ENCODING)

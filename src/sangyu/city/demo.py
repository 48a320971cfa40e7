"""The demo: a small Chengguan built, a month of it played to the bank's answer, and work left on every desk.

Whatever is done already is not done again: a second start only reads what the month came to, and a start after a
crash goes on where the first one stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from datetime import time as clock

from sangyu.city import areas, build, diary, pages, players
from sangyu.city.applied import leave_applications, look_who_has_not_applied
from sangyu.city.assessed import leave_assessments
from sangyu.city.blueprint import BEIJING, Blueprint, month_to_play
from sangyu.city.build import PASSWORD
from sangyu.city.close import check_books, close
from sangyu.city.given import leave_allowances
from sangyu.city.house import open_house
from sangyu.city.play import Play
from sangyu.city.players import Players
from sangyu.city.summary import summary
from sangyu.city.today import leave_work
from sangyu.city.words import NOBODY_WENT
from sangyu.kit.errors import Refusal
from sangyu.kit.money import yuan
from sangyu.kit.month import Month
from sangyu.portals.api import sandbox
from sangyu.portals.clock import now
from sangyu.quality import actions as quality

DISTRICT = "620102"
DAWN = clock(7)
SCALE, SEED = 0.005, 1


class AnotherCity(Refusal):
    """The database holds a city of another scale or seed."""

    code = "ANOTHER_CITY"


def run(
    *,
    once: bool,
    progress: Callable[[str], None],
    json: bool = False,
    base_url: str | None = None,
    scale: float = SCALE,
    seed: int = SEED,
    at: datetime | None = None,
) -> dict[str, object]:
    """Bring the demo city to its present state and return what its month came to.

    One order of now is walked over HTTP: once per city by pages that are served for it alone, or once a day by those
    of a running server, `base_url`.
    Shape: the keys of `summary`; `api`: the keys of the interface by log-in name; `seconds`: step -> seconds, of the
    steps that were taken.
    Raises: AnotherCity; BooksDoNotHold; PageRefused.
    """
    at = at or now()
    seconds: dict[str, float] = {}
    with _timed(seconds, "build"):
        plan = build_only(scale=scale, seed=seed, progress=progress, at=at)
    if diary.CLOSED not in diary.read():
        _play_and_close(plan, seconds, progress)
    who = players.load(plan)
    if not once:
        with _timed(seconds, "today"):
            leave_work(plan, who, at=at, progress=progress)
            leave_assessments(plan, who, at=at, progress=progress)
            leave_applications(plan, who, at=at, progress=progress)
            leave_allowances(plan, who, at=at, progress=progress)
            look_who_has_not_applied(who, at=at, progress=progress)
    if base_url is not None or diary.WALKED not in diary.read():
        with _timed(seconds, "pages"):
            _walk(plan, who, base_url, progress)
    with _timed(seconds, "summary"):
        told = summary(who.programme.pk, plan.month)
    keys = sandbox.issue(who.users, more=(players.manager_name(0), players.worker_name(0)), at=at)
    if not json:
        _say(plan.month, told, progress)
        for line in [*log_ins(plan), *sandbox.lines(keys)]:
            progress(line)
    return {**told, "api": {"path": "/api/v1", "keys": keys}, "seconds": seconds}


def build_only(*, scale: float, seed: int, progress: Callable[[str], None], at: datetime | None = None) -> Blueprint:
    """Build the city unless it stands, and return what it was built from.

    Raises: AnotherCity; NoSuchAreas.
    """
    plan = _begin(Blueprint(areas.read(DISTRICT), scale, seed, month_to_play(at or now())))
    if diary.BUILT not in diary.read():
        build.build(plan, progress=progress)
        diary.note(plan, diary.BUILT)
    return plan


def log_ins(plan: Blueprint) -> list[str]:
    """Return the table of log-ins, a line each."""
    clerks = [players.clerk_name(code) for code in list(plan.elders_of)[: build.CLERKS_WITH_LOG_IN]]
    firms = min(len(plan.enterprises), build.ENTERPRISES_WITH_LOG_IN)
    rows = [
        ("接线台", "agent1 agent2 agent3，值班长 supervisor"),
        ("调度台", "dispatcher1 dispatcher2"),
        ("企业工作台", f"{players.manager_name(0)} … {players.manager_name(firms - 1)}"),
        ("餐厅收银", "till1 till2"),
        ("服务人员", f"{players.worker_name(0)} … {players.worker_name(build.WORKERS_WITH_LOG_IN - 1)}"),
        ("质量台", "quality"),
        ("财务", "finance，复核 approver"),
        ("社区窗口", " ".join(clerks)),
        ("能力评估", " ".join(username for username, _ in build.ASSESSORS)),
        ("民政局", "bureau（局长），分管领导 deputy，审计 auditor"),
    ]
    return [f"登录用户（密码都是 {PASSWORD}）：", *(f"  {desk}：{names}" for desk, names in rows)]


def _play_and_close(plan: Blueprint, seconds: dict[str, float], progress: Callable[[str], None]) -> None:
    who = players.load(plan)
    with _timed(seconds, "play"):
        progress(f"开始播放{plan.month}：来电、派单、上门、回访……")
        _open_cycle(who, plan.month.first_day)
        Play(plan, who, progress=progress).run()
    with _timed(seconds, "close"):
        close(plan, who, progress=progress)
        _open_cycle(who, plan.month.next().first_day)
    with _timed(seconds, "verify"):
        check_books(who)
        progress("账簿与审计链核验无误。")
    diary.note(plan, diary.CLOSED)


def _open_cycle(who: Players, on: date) -> None:
    """Open the weekly checks, rankings and elections that are due by a day, as the round does every morning."""
    quality.open_cycle(programme_id=who.programme.pk, on=on, by=who.clock, at=datetime.combine(on, DAWN, BEIJING))


def _walk(plan: Blueprint, who: Players, base_url: str | None, progress: Callable[[str], None]) -> None:
    # The desks read the clock for themselves, and a build may have taken minutes since `at`.
    if base_url is not None:
        number = pages.walk(plan, who, base_url=base_url, at=now())
    else:
        with open_house() as address:
            number = pages.walk(plan, who, base_url=address, at=now())
        diary.note(plan, diary.WALKED)
    progress(f"工单{number}已在各个工作台的网页上走完：来电、下单、派单、接单、派人、签到、签退。")


def _begin(plan: Blueprint) -> Blueprint:
    """Return the plan as it was begun: the month stays the one that was chosen first.

    Raises: AnotherCity.
    """
    begun = diary.read().get(diary.BEGUN)
    if begun is None:
        return plan
    if (begun["scale"], begun["seed"]) != (plan.scale, plan.seed):
        raise AnotherCity(
            f"这个数据库里已有一座演示城（规模{begun['scale']}，种子{begun['seed']}），不能再建规模{plan.scale}、"
            f"种子{plan.seed}的。请换一个空的数据库，或按原来的规模和种子启动。"
        )
    return Blueprint(plan.areas, plan.scale, plan.seed, Month.parse(begun["month"]))


def _say(month: Month, told: Mapping[str, object], progress: Callable[[str], None]) -> None:
    nobody = "，".join(f"{NOBODY_WENT.get(reason, reason)}{many}张" for reason, many in told["unassigned"].items())
    progress(
        f"{month}：{told['orders']}张工单，上门{told['visits']}次；没有成行的：{nobody or '无'}。"
        f"就餐{told['meals']}份。"
    )
    progress(
        f"费用{yuan(told['charges_fen'])}元 = 老人自付{yuan(told['elder_fen'])}元"
        f" + 政府补贴{yuan(told['public_fen'])}元；预算占用{yuan(told['held_fen'])}元。"
    )
    progress(
        f"结算{yuan(told['statements_fen'])}元 - 核减{yuan(told['deducted_fen'])}元 = 拨付{yuan(told['paid_fen'])}元"
        f" = 付款文件{yuan(told['payment_file_fen'])}元。"
    )


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    finally:
        seconds[step] = round(time.monotonic() - began, 1)

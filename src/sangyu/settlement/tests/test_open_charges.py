"""What a month may still settle is looked for by number in indexes; it is what going through every charge finds."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.cast import BEIJING
from tests.neighbour import Neighbour
from tests.standing import standing

from sangyu.benefits.models import Charge, Reversal
from sangyu.kit.credit_code import check_character
from sangyu.kit.errors import Refusal
from sangyu.kit.ids import new_id
from sangyu.kit.month import Month
from sangyu.kit.point import Crs, Point
from sangyu.meals import actions as meals
from sangyu.meals.models import Sale
from sangyu.meals.tests.kitchen import NOON, Kitchen
from sangyu.providers import actions as providers
from sangyu.settlement import actions as settlement
from sangyu.settlement.actions.draw_up import _open_charges
from sangyu.settlement.models import Line, Run, Statement

MONTHS = [Month(2026, 11), Month(2026, 12)]
STEPS = ["visit", "sell", "refund", "draw", "withdraw", "object", "pay", "take back"]


def after(month: Month) -> datetime:
    first = month.next().first_day
    return datetime(first.year, first.month, 21, 9, tzinfo=BEIJING)


@standing
def kitchen(cast) -> Kitchen:
    """A visit and a meal of November, both months appraised, and a charge of the programme next door."""
    kitchen = Kitchen(cast)
    kitchen.sell(cast.li)
    cast.visited(cast.order(days=2))
    cast.month_end()
    cast.appraised(at=datetime(2027, 1, 1, 9, tzinfo=BEIJING), month=MONTHS[1])
    next_door = Neighbour(cast.at)
    row = Charge.objects.get(cause_kind="ORDER")
    row.pk, row.cause_id, row._state.adding = new_id(), new_id(), True
    row.programme, row.elder, row.item = next_door.programme, next_door.zhou, next_door.item
    row.enterprise = admitted(next_door, cast.at)
    row.save(force_insert=True)
    return kitchen


def admitted(next_door: Neighbour, at: datetime):
    return providers.admit(
        by=next_door.head, at=at, on=at.date(), name="西固邻里服务中心", short_name="邻里",
        credit_code="91620104MA0000077" + check_character("91620104MA0000077"),
        place=Point(lng=103.6, lat=36.1, crs=Crs.WGS84), capacity_per_day=5, phone="09317500001",
        bank_name="兰州示例银行西固支行", bank_account="6200000000000000077",
        licences=[providers.Paper("营业执照", "YY-77", date(2020, 1, 1), date(2028, 1, 1))],
        contract_number="西养合〔2026〕77号", contract_from=date(2026, 1, 1), contract_until=date(2027, 1, 1),
        area_codes=["620104001"], item_ids=[next_door.item.pk],
    )  # fmt: skip


def step(kitchen: Kitchen, name: str, n: int, tick: int) -> None:
    """Do one thing to the `n`th there is; the cast may refuse it, as people do."""
    cast, month = kitchen.cast, MONTHS[n % 2]
    elder = (cast.li, cast.grandpa)[n % 2]
    statements = list(Statement.objects.order_by("run__month", "enterprise", "revision"))
    sale = Sale.objects.order_by("sold_at", "n").last()
    if name == "visit":
        cast.visited(cast.order(elder=elder, days=3 + n * 5, hour=8 + tick % 8, key=f"step-{tick}"))
    elif name == "sell":
        kitchen.sell(elder, at=NOON + timedelta(days=1 + n * 5, minutes=tick))
    elif name == "refund" and sale is not None:
        meals.refund(sale_id=sale.pk, reason="打翻了", by=kitchen.he, at=sale.sold_at + timedelta(minutes=1))
    elif name == "draw":
        settlement.draw_up(month=month, by=cast.qian, at=after(month))
    elif name == "withdraw" and statements:
        gone = statements[n % len(statements)]
        settlement.withdraw(statement_id=gone.pk, reason="重出", by=cast.qian, at=after(month))
    elif name == "object" and statements:
        doubted = statements[n % len(statements)]
        settlement.object_to(statement_id=doubted.pk, text="少算一单", by=cast.kangan_user, at=after(month), lines=[1])
    elif name == "pay" and (run := Run.objects.filter(month=str(month)).first()):
        cast.paid(run)
    elif name == "take back" and (line := Line.objects.filter(withdrawn=False).order_by("charge").first()):
        settlement.take_back(line_id=line.pk, reason="未做满时长", by=cast.qian, at=after(month))


def one_by_one(programme_id: UUID, month: Month) -> set[UUID]:
    """Go through every charge there is."""
    settled = {line.charge_id for line in Line.objects.all() if not line.withdrawn}
    given_back = {reversal.charge_id for reversal in Reversal.objects.all()}
    return {
        charge.pk
        for charge in Charge.objects.all()
        if charge.programme_id == programme_id
        and charge.service_on < month.next().first_day
        and charge.pk not in settled
        and charge.pk not in given_back
    }


@settings(deadline=None, max_examples=8, database=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 4)), min_size=3, max_size=9))
@example(steps=[("sell", 1), ("refund", 0), ("visit", 4), ("draw", 0), ("withdraw", 0)])
@example(steps=[("draw", 0), ("object", 0), ("withdraw", 0), ("draw", 0), ("pay", 0), ("take back", 0), ("sell", 4)])
def test_what_stands_on_no_statement_is_found_whatever_happened(kitchen, steps):
    programme_id = kitchen.cast.programme.pk
    with transaction.atomic():
        for tick, (name, n) in enumerate(steps):
            with suppress(Refusal), transaction.atomic():
                step(kitchen, name, n, tick)
            for month in MONTHS:
                found = _open_charges(Run(programme_id=programme_id, month=str(month)), month)
                assert set(found.values_list("pk", flat=True)) == one_by_one(programme_id, month), (name, month)
        transaction.set_rollback(True)

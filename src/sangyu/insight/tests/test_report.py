"""The report of a day: each figure is what SQL counts, and a past day never changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import BEIJING, Cast
from tests.standing import standing

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.benefits import actions as benefits
from sangyu.benefits.models import Charge
from sangyu.insight import actions as insight
from sangyu.insight import queries as insight_read
from sangyu.insight import rules
from sangyu.insight.models import FrozenReport
from sangyu.insight.rules import Number, all_numbers
from sangyu.meals.tests.kitchen import Kitchen
from sangyu.orders import actions as orders
from sangyu.orders.models import Order
from sangyu.providers import actions as providers
from sangyu.providers.models import ItemClass
from sangyu.registry import actions as registry

TENTH = date(2026, 11, 10)
PAID = date(2026, 12, 5)


def numbers(cast: Cast, on: date) -> list[Number]:
    return all_numbers(insight_read.report(cast.head, on).sections)


def value(cast: Cast, on: date, figure: str, label: str, measure: str = "n") -> int | None:
    found = [n for n in numbers(cast, on) if (n.figure, n.label, n.measure) == (figure, label, measure)]
    assert found, f"no number {figure} {label} {measure}"
    return found[0].value


def sql(query: str, *parameters: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchone()[0] or 0


@standing
def kitchen(cast: Cast) -> Kitchen:
    """The canteens of the cast."""
    return Kitchen(cast)


@standing
def month(cast: Cast, kitchen: Kitchen) -> Cast:
    """November of the cast with three visits, lunches, a card, and its payment on the fifth of December."""
    cast.visited(cast.called_order())
    cast.visited(cast.order(elder=cast.grandpa, hour=14))
    cast.visited(cast.order(days=9))
    kitchen.card(cast.li)
    kitchen.sell(cast.li)
    kitchen.sell(cast.grandpa)
    cast.order(days=12)
    cast.paid(cast.drawn_up())
    return cast


INDEPENDENT = {
    ("elders", "登记老人"): "SELECT count(*) FROM registry_elder WHERE registered_at < %s",
    ("orders", "工单总数"): "SELECT count(*) FROM orders_order WHERE placed_at < %s",
    ("served", "完成的上门服务"): "SELECT count(*) FROM orders_served WHERE at < %s",
    ("meals", "老年餐厅就餐"): "SELECT count(*) FROM meals_sale s WHERE sold_at < %s AND NOT EXISTS "
    "(SELECT 1 FROM meals_refund r WHERE r.sale_id = s.id)",
    ("enterprises", "加盟企业"): "SELECT count(DISTINCT enterprise_id) FROM providers_standing WHERE at < %s",
    ("workers", "服务人员"): "SELECT count(*) FROM access_auditentry WHERE verb = 'providers.take_on' AND at < %s",
    ("canteens", "老年餐厅"): "SELECT count(*) FROM providers_canteen c JOIN access_auditentry a ON a.object_id = c.id "
    "AND a.verb = 'providers.open_canteen' AND c.contracted_until > DATE '2026-12-10' WHERE a.at < %s",
    ("cards", "发出的卡"): "SELECT count(*) FROM registry_cardevent WHERE n = 1 AND at < %s",
    ("charges", "计费"): "SELECT count(*) FROM benefits_charge WHERE at < %s",
}
MONEY = {
    ("charges", "公共资金", "public_fen"): "SELECT sum(public_fen) FROM benefits_charge WHERE at < %s",
    ("paid", "其中已拨付", "net_fen"): "SELECT sum(p.amount_fen) FROM settlement_payment p "
    "JOIN settlement_paymentfile f ON f.id = p.file_id WHERE f.at < %s",
    ("paid", "考核扣减", "deducted_fen"): "SELECT sum(s.deducted_fen) FROM settlement_statement s "
    "JOIN settlement_payment p ON p.statement_id = s.id JOIN settlement_paymentfile f ON f.id = p.file_id "
    "WHERE f.at < %s",
}


@pytest.mark.proves("LZ-53")
def test_each_figure_is_what_sql_counts(month: Cast) -> None:
    for on in (date(2026, 11, 8), TENTH, date(2026, 11, 30), PAID):
        until = datetime(on.year, on.month, on.day, tzinfo=BEIJING) + timedelta(days=1)
        found = {(number.figure, number.label, number.measure): number.value for number in numbers(month, on)}
        for (figure, label), query in INDEPENDENT.items():
            assert found[figure, label, "n"] == sql(query, until), (on, label)
        for key, query in MONEY.items():
            assert found[key] == sql(query, until), (on, key)


def test_the_figures_of_the_month_are_there_at_all(month: Cast) -> None:
    assert value(month, PAID, "served", "完成的上门服务") == 3
    assert value(month, PAID, "meals", "老年餐厅就餐") == 2
    assert value(month, PAID, "paid", "其中已拨付", "net_fen") > 0
    assert value(month, PAID, "active-cards", "可以使用") == 1


def test_every_number_is_the_number_of_its_rows(month: Cast) -> None:
    on, opened = PAID, 0
    for number in numbers(month, on):
        if not number.figure or number.value is None:
            continue
        lens = insight_read.read_lens({**number.lens, "on": on.isoformat()}, at=datetime(2026, 12, 10, tzinfo=BEIJING))
        rows = list(insight_read.open_rows(month.head, number.figure, lens))
        if number.measure == "n":
            assert len(rows) == number.value, number
        elif number.is_money:
            column = insight_read.figure_of(number.figure).sums[number.measure]
            assert sum(getattr(row, column) for row in rows) == number.value, number
        opened += 1
    assert opened > 40


@pytest.mark.proves("LZ-58")
def test_the_parts_of_the_subsidy_add_up_to_the_whole(month: Cast) -> None:
    section = next(s for s in insight_read.report(month.head, PAID).sections if s.code == "subsidy")
    lens = insight_read.Lens(rules.end_of(PAID))
    whole, paid = insight_read.total(month.head, "charges", lens), insight_read.total(month.head, "paid", lens)
    columns = [whole["n"], whole["price_fen"], whole["elder_fen"], whole["public_fen"], paid["net_fen"]]
    assert [table.title for table in section.tables] == [
        "按老人类别",
        "按企业",
        "按服务类别",
        "按服务项目",
        "按服务月份",
    ]
    for table in section.tables:
        assert [sum(cells[n].value for _, cells in table.rows) for n in range(5)] == columns, table.title


PARTS = {
    "按老人类别": "coalesce((c.decisions -> -1 -> 'facts_used' ->> 'service_class') || '类', '不分类')",
    "按企业": "(SELECT e.short_name FROM providers_enterprise e WHERE e.id = c.enterprise_id)",
    "按服务类别": "(SELECT i.item_class FROM providers_serviceitem i WHERE i.id = c.item_id)",
    "按服务项目": "(SELECT i.name FROM providers_serviceitem i WHERE i.id = c.item_id)",
    "按服务月份": "to_char(c.service_on, 'YYYY-MM')",
}


@pytest.mark.proves("LZ-58")
def test_each_part_of_the_subsidy_is_what_sql_adds_up(month: Cast, kitchen: Kitchen) -> None:
    kitchen.sell(month.grandpa, at=datetime(2026, 12, 3, 11, 50, tzinfo=BEIJING))
    section = next(s for s in insight_read.report(month.head, PAID).sections if s.code == "subsidy")
    classes = {str(label): code for code, label in ItemClass.choices}
    for table in section.tables:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {PARTS[table.title]}, count(*), sum(c.price_fen), sum(c.elder_fen), sum(c.public_fen),"
                " coalesce(sum(l.net_fen) FILTER (WHERE p.id IS NOT NULL), 0) FROM benefits_charge c"
                " LEFT JOIN settlement_line l ON l.charge_id = c.id"
                " LEFT JOIN settlement_payment p ON p.statement_id = l.statement_id GROUP BY 1"
            )
            counted = {key: tuple(sums) for key, *sums in cursor.fetchall()}
        told = {classes.get(name, name): tuple(cell.value for cell in cells) for name, cells in table.rows}
        assert told == counted, table.title
    assert {len(table.rows) for table in section.tables} >= {2, 3}, "classes and months differ"


@pytest.mark.proves("LZ-53")
def test_a_past_day_stays_as_it_was_whatever_happens_later(month: Cast) -> None:
    before = insight_read.report(month.head, PAID)
    later = datetime(2026, 12, 8, 9, tzinfo=BEIJING)
    month.at = later
    new = month.elder("张桂英", date(1950, 1, 1), 77, ["13900000077"])
    registry.record_death(elder_id=month.grandpa.pk, died_on=date(2026, 12, 1), by=month.clerk, at=later)
    card = registry.issue_card(elder_id=new.pk, number="1234567890", by=month.clerk, at=later)
    registry.report_lost(card_id=card.pk, by=month.clerk, at=later)
    waiting = Order.objects.get(stage="PLACED")
    orders.cancel(order_id=waiting.pk, reason="老人住院", by=month.ma, at=later)
    month.visited(month.order(elder=new))
    providers.suspend(enterprise_id=month.letter.pk, reason="整改", document="城民函1号", by=month.head, at=later)
    providers.let_go(worker_id=month.other_worker.pk, left_on=later.date(), reason="离职", by=month.head, at=later)
    after = insight_read.report(month.head, PAID)
    assert after.plain == before.plain
    assert after.sha256 == before.sha256
    today = insight_read.report(month.head, later.date())
    assert today.sha256 != before.sha256


def test_a_charge_taken_back_later_still_stood_then(month: Cast, kitchen: Kitchen) -> None:
    kitchen.sell(month.li, at=datetime(2026, 12, 9, 11, 40, tzinfo=BEIJING))
    ninth = insight_read.report(month.head, date(2026, 12, 9)).sha256
    charge = Charge.objects.order_by("at").last()
    benefits.reverse(
        charge_id=charge.pk, reason="重复计费", by=month.qian, at=datetime(2026, 12, 11, 9, tzinfo=BEIJING)
    )
    assert insight_read.report(month.head, date(2026, 12, 9)).sha256 == ninth
    assert insight_read.report(month.head, date(2026, 12, 11)).sha256 != ninth


def test_what_this_system_has_no_rows_for_says_so(cast: Cast) -> None:
    missing = [number for number in numbers(cast, TENTH) if number.value is None and not number.figure]
    assert {"社区医疗站", "志愿者", "免费老年手机", "户籍人口基数"} <= {number.label for number in missing}
    assert all(number.note for number in missing)


@pytest.mark.proves("LZ-58")
def test_the_cost_of_an_elder_is_its_formula(month: Cast) -> None:
    section = next(s for s in insight_read.report(month.head, PAID).sections if s.code == "cost")
    found = {number.label: number.value for number in section.numbers}
    heads = sql("SELECT count(DISTINCT elder_id) FROM benefits_charge WHERE public_fen > 0")
    assert found["受益老人"] == heads == 2
    assert found["每位受益老人"] == round(found["近12个月公共资金"] / heads)
    assert found["养老院每床建设成本（参照）"] == 6_666_667


def test_the_report_asks_the_same_number_of_questions_however_large(month: Cast) -> None:
    with CaptureQueriesContext(connection) as small:
        insight_read.report(month.head, PAID)
    for n in range(4):
        elder = month.elder(f"新登记{n}", date(1940 + n, 1, 1), 40 + n, [f"1390000010{n}"])
        month.visited(month.order(elder=elder, hour=9 + 2 * n))
    with CaptureQueriesContext(connection) as large:
        insight_read.report(month.head, PAID)
    assert len(large) == len(small)


def test_a_report_is_not_for_everybody(cast: Cast) -> None:
    for stranger in (cast.ma, cast.kangan_user, cast.clerk):
        with pytest.raises(NotAllowed):
            insight_read.report(stranger, TENTH)
    assert insight_read.report(cast.auditor, TENTH).sections


def test_freezing_keeps_a_day_once(month: Cast) -> None:
    at = datetime(2026, 12, 6, 9, tzinfo=BEIJING)
    kept = insight.freeze(on=PAID, by=month.head, at=at)
    assert kept.sha256 == insight_read.report(month.head, PAID).sha256
    assert insight.freeze(on=PAID, by=month.head, at=at + timedelta(hours=1)).pk == kept.pk
    assert FrozenReport.objects.count() == 1
    assert insight_read.unlike(insight_read.report(month.head, PAID), kept) == []


def test_a_day_that_is_not_over_is_not_frozen(month: Cast) -> None:
    with pytest.raises(rules.BadLens, match="还没有过完"):
        insight.freeze(on=PAID, by=month.head, at=datetime(2026, 12, 5, 20, tzinfo=BEIJING))


def test_the_auditor_freezes_nothing(month: Cast) -> None:
    assert month.auditor.roles == {Role.AUDITOR}
    with pytest.raises(NotAllowed):
        insight.freeze(on=PAID, by=month.auditor, at=datetime(2026, 12, 6, tzinfo=BEIJING))

"""Credits that grants fill, that are carried over, or that end with the month: what a plain loop of decisions says."""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu import policy
from sangyu.insight.queries import rehearsal
from sangyu.insight.queries.rehearsal import Cost, Edge, Listed, Money, RowChange, Sides, chain
from sangyu.insight.queries.rehearsal.sides import Side, as_of
from sangyu.kit.ids import new_id
from sangyu.policy.columns import connect

DAY = date(2026, 6, 1)
READ_FROM, GRANTS_FROM = date(2026, 1, 1), date(2026, 2, 10)
CODES = ("dibao", "entitled_group", "needy")

Elder = tuple[date, date, tuple[tuple[str, date, date | None], ...]]
Service = tuple[int, date, int]
days = st.dates(date(2026, 1, 1), date(2026, 12, 28))
elders = st.lists(
    st.tuples(
        st.dates(date(1930, 1, 1), date(1960, 1, 1)),
        st.dates(date(2025, 6, 1), date(2026, 4, 1)),
        st.lists(st.tuples(st.sampled_from(CODES), days, st.none() | days), max_size=3).map(
            lambda held: tuple((code, since, until) for code, since, until in held if until is None or since < until)
        ),
    ),
    min_size=2,
    max_size=6,
)
services = st.lists(
    st.tuples(st.integers(0, 5), st.dates(date(2026, 4, 1), date(2026, 12, 28)), st.integers(0, 30000)),
    min_size=6,
    max_size=40,
)


def side(pack: str, parameters: Mapping[str, Any], columns_from: int) -> Side:
    made = as_of(policy.load(pack), DAY, parameters, columns_from)
    return replace(made, grants_from=GRANTS_FROM, read_from=READ_FROM)


def served(of: list[Elder], what: list[Service]) -> list[tuple[int, date, int]]:
    """Give the services in their order, each by an elder there is."""
    return sorted(((who % len(of), on, fen) for who, on, fen in what), key=lambda one: one[1])


def laid_out(duck: duckdb.DuckDBPyConnection, of: list[Elder], what: list[tuple[int, date, int]]) -> None:
    """Lay the registry and the charges out as they are read."""
    duck.execute(
        """CREATE TABLE elder (n BIGINT, birth_on DATE, hukou_in_area BOOLEAN, died_on DATE, registered_on DATE,
                               street VARCHAR);
           CREATE TABLE identity (elder BIGINT, code VARCHAR, valid_from DATE, valid_until DATE, recorded_at TIMESTAMP);
           CREATE TABLE line (id BIGINT, "at" BIGINT, elder BIGINT, "on" DATE, offer VARCHAR, birth_date DATE,
                              identities VARCHAR[], since DATE, market_price_fen BIGINT, booked_price_fen BIGINT)"""
    )
    for n, (birth_on, registered_on, held) in enumerate(of):
        duck.execute("INSERT INTO elder VALUES (?, ?, true, NULL, ?, '')", [n, birth_on, registered_on])
        for code, since, until in held:
            duck.execute("INSERT INTO identity VALUES (?, ?, ?, ?, '2026-01-01')", [n, code, since, until])
    for n, (who, on, fen) in enumerate(what):
        facts = known(of[who], on)
        since = facts.get("since")
        duck.execute(
            "INSERT INTO line VALUES (?, ?, ?, ?, 'household', ?, ?, ?, ?, ?)",
            [n, n, who, on, of[who][0], facts["identities"], since, fen, fen],
        )


def known(elder: Elder, on: date) -> dict[str, Any]:
    """Say what the registry says of an elder on a day."""
    holds = [(code, since) for code, since, until in elder[2] if since <= on and (until is None or on < until)]
    told = {"birth_date": elder[0], "identities": sorted({code for code, _ in holds}), "on": on, "registered": True}
    return told | ({"since": min(since for _, since in holds)} if holds else {})


def answered(side: Side, of: list[Elder], what: list[tuple[int, date, int]]) -> list[int]:
    with connect() as duck:
        laid_out(duck, of, what)
        table = chain.decide_lines(duck, side, ["household"])
    assert table.column("lacks").null_count == table.num_rows
    return table.sort_by("id").column("public_fen").to_pylist()


def last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def filled(side: Side, of: list[Elder], what: list[tuple[int, date, int]]) -> Iterator[int]:
    """Fill and draw on each account one by one, as `benefits` does at a quote."""
    used: dict[tuple[int, int], int] = {}
    for who, on, fen in what:
        elder = of[who]

        def amount(rule: str, day: date, elder: Elder = elder) -> int:
            made = policy.decide(side.pack, rule, known(elder, day), day, side.parameters)
            return made.amount_fen or 0

        first = elder[1].month if elder[1].year == on.year else 1
        over = [last_day(on.year, month) for month in range(first, on.month)]
        due = sum(amount("needs-voucher", day) for day in over if day >= GRANTS_FROM)
        due += amount("needs-voucher", on) + amount("age-voucher", on)
        left = max(0, due - used.get((who, on.year), 0))
        facts = {"price_fen": fen, "balance_before_fen": left, "on": on}
        public = (policy.decide(side.pack, "voucher-account", facts, on).shares_fen or {})["government"]
        used[who, on.year] = used.get((who, on.year), 0) + public
        yield public


@given(elders, services, st.sampled_from([0, 1000]), st.integers(0, 40000))
@settings(deadline=None, max_examples=8)
def test_a_changed_grant_fills_the_account_anew(
    of: list[Elder], what: list[Service], columns_from: int, dibao_fen: int
) -> None:
    figures = {"voucher_month_fen": {"dibao": dibao_fen, "entitled_group": 20000}}
    changed = side("fuzhou-gulou", figures, columns_from)
    done = served(of, what)
    assert answered(changed, of, done) == list(filled(changed, of, done))


def carried(side: Side, of: list[Elder], what: list[tuple[int, date, int]], carries: bool) -> list[int]:
    """Draw on each month's credit one decision after the other; a month without a service is asked on its last day."""
    public: dict[int, int] = {}
    for who, elder in enumerate(of):
        left = 0
        begins = max(READ_FROM, GRANTS_FROM.replace(day=1), elder[1].replace(day=1))
        for month in range(begins.month, 13) if begins.year == 2026 else range(2, 13):
            used, balance = 0, None
            mine = [(n, on, fen) for n, (whose, on, fen) in enumerate(what) if whose == who and on.month == month]
            for n, on, fen in mine or [(None, last_day(2026, month), 0)]:
                facts = {**known(elder, on), "price_fen": fen, "used_before_fen": used}
                facts |= {"left_last_period_fen": left} if carries else {}
                made = policy.decide(side.pack, "purchase-quota", facts, on, side.parameters)
                assert made.shares_fen is not None
                used += made.shares_fen["government"]
                balance = made.balance_fen
                if n is not None:
                    public[n] = made.shares_fen["government"]
            left = balance or 0
    return [public[n] for n in sorted(public)]


@given(elders, services, st.sampled_from([0, 1000]), st.booleans())
@settings(deadline=None, max_examples=8)
def test_a_month_s_credit_ends_or_is_carried_over(
    of: list[Elder], what: list[Service], columns_from: int, carries: bool
) -> None:
    taiyuan = side("taiyuan", {"roll_over": carries}, columns_from)
    done = served(of, what)
    assert answered(taiyuan, of, done) == carried(taiyuan, of, done, carries)


@pytest.mark.parametrize("columns_from", [0, 1000])
def test_what_a_grant_misses_is_named_and_draws_on_nothing(columns_from: int) -> None:
    unset = side("fuzhou-gulou", {"voucher_month_fen": {"dibao": 30000}}, columns_from)
    of: list[Elder] = [(date(1950, 1, 1), date(2026, 1, 5), (("entitled_group", date(2026, 3, 1), None),))]
    with connect() as duck:
        laid_out(duck, of, [(0, date(2026, 2, 20), 100), (0, date(2026, 4, 2), 100)])
        table = chain.decide_lines(duck, unset, ["household"]).sort_by("id")
    assert table.column("lacks").to_pylist() == [None, "voucher_month_fen"]
    assert isinstance(table, pa.Table)


def test_one_entry_of_a_table_of_figures_is_tried() -> None:
    held = {"voucher_month_fen": {"dibao": 30000, "entitled_group": 20000}}
    tried = rehearsal.tried(policy.load("fuzhou-gulou"), held, DAY, "voucher_month_fen/dibao", "250")
    assert tried.parameters == {"voucher_month_fen": {"dibao": 25000, "entitled_group": 20000}}
    assert (tried.label, tried.before, tried.after) == (
        "民政局设定的数字 · 各类困难群体的月服务券 · 低保",
        "300.00元",
        "250.00元",
    )


def test_what_is_kept_is_read_back_the_same() -> None:
    cost = Cost("2026-11", 3, 1, 100, 200, 50)
    people = Sides("", 2, 1, 100, 0, 0)
    money = Money(("家政",), cost, 100, (cost,), (), (), people, (), (), (RowChange("a", 3, "b", None, 1, 2),), ())
    edge = Edge(75, True, False, ("午餐",), (("2027-01", 4),))
    found = rehearsal.Rehearsal(
        DAY, DAY, DAY, "a", "b", "c", "d", (("x", "y"),), money, (), (edge,), (), {"gainers": (Listed(new_id(), 5),)}
    )
    read = rehearsal.Rehearsal.from_kept(json.loads(json.dumps(found.to_kept())))
    assert (read, read.lists) == (found, found.lists)

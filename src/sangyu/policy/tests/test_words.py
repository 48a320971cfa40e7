"""The words of the language beyond one city: each on a small invented pack, at its edges and with something missing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sangyu.policy import BadFact, BadParameter, Decision, Pack, decide, load
from sangyu.policy.check import check
from sangyu.policy.tests.change import written

DAY = date(2020, 6, 15)
PACK = """
[pack]
title = "桑榆试验区"
area = "000000"
[documents.notice]
title = "试验区养老服务办法"
number = "试字1号"
level = "district"
[switches.joined]
label = "两项补贴"
values = ["add", "best", "first"]
[parameters.rate_pm]
label = "自付千分比"
type = "int"
[parameters.minutes_m]
label = "每分钟米数"
type = "int"
[parameters.payer_of_rest]
label = "余额由谁付"
type = "code"
codes = ["government", "elder"]
[parameters.tiers_fen]
label = "各类补贴"
type = "map"
[parameters.hours_matrix]
label = "各类各级时长"
type = "matrix"
[figures.near]
label = "近处老人数"
formula = "count(distances_m <= 10 * minutes_m)"
[figures.age_at_month_end]
label = "月末年龄"
formula = "age_on(month_end)"
[figures.years_since]
label = "第几年"
formula = "year(on) - year(since) + 1"
[derived.base_fen]
label = "基本补贴"
rule = "base"
answer = "amount_fen"
"""
RULES: dict[str, tuple[str, str]] = {
    "base": ('form = "tier"', "age,amount_fen,because\n>=80,30.00,满80岁{amount_fen}\n,0,未满80岁\n"),
    "joined": (
        'form = "tier"\nrows = "joined"',
        """identities,amount_fen,because
,base_fen,基本{amount_fen}
dibao,20.00,低保{amount_fen}
three_no&dibao,"at(tiers_fen, both)",两者{amount_fen}
,0,没有
""",
    ),
    "matrix": (
        'form = "tier"\nrows = "best"',
        """identities,ability_level,hours,because
extreme_poor,,"at(hours_matrix, extreme_poor, ability_level)",
,,"at(hours_matrix, other, ability_level)",
""",
    ),
    "nearness": ('form = "statistic"', "value,denominator,because\nhalf_up(near * 1000 / total),total,\n"),
    "of-kind": ('form = "statistic"', 'value,because\n"at(counts, category)",\n'),
    "both": (
        'form = "eligible"',
        "identities,eligible,ground,because\nliving_alone&empty_nest,yes,both,\n,no,,{lacking}\n",
    ),
    "purse": (
        'form = "account"\npayers = ["elder", "sponsor"]',
        "available,because\nbalance_before_fen,用{used_fen}，剩{balance_fen}\n",
    ),
    "pool": ('form = "split"', "by,because\ncounts,按人数\n"),
    "part": (
        'form = "split"\npayers = ["elder", "government"]',
        "elder,government,because\nrate_pm pm,rest,自付{elder}\n",
    ),
    "whole-cost": (
        'form = "split"\nshared = "cost_fen"\npayers = ["elder", "government"]',
        'elder,government,because\nrest,"min(500.00, cost_fen)",\n',
    ),
    "who-pays": (
        'form = "split"\npayers = ["elder", "government"]',
        "payer_of_rest,elder,government,because\nelder,rest,0,\n,0,rest,\n",
    ),
    "stay": (
        'form = "schedule"\nwords = { since = "入住日期" }',
        'until,because\n"months_through(since, 1)",{until}\n',
    ),
    "thirty": ('form = "schedule"', 'until,because\n"days_through(since, 30)",\n'),
    "signs": (
        'form = "schedule"',
        """month_end,due,done,because
>on,0,0,
,2,"min(2, count(month_start <= distinct(events) <= on))",应{due}次，缺{overdue}次
""",
    ),
    "licence": ('form = "limit"', "licence_until,result,because\n>=on,pass,\n,fail,\n"),
    "month-end": ('form = "tier"', "age_at_month_end,amount_fen,because\n>=80,100.00,\n,0,\n"),
    "whole-year": ('form = "tier"', 'amount_fen,because\n"100 * months_aged(80, month_end)",\n'),
    "next-month": ('form = "tier"', 'amount_fen,because\n"100 * months_aged(80, last_month_end)",\n'),
    "rest-of-year": ('form = "tier"', "amount_fen,because\n100 * months_from(since),\n"),
    "first-year": ('form = "tier"', "years_since,amount_fen,because\n>=2,100 - month(since),\n,0,\n"),
}
FIGURES = '[figures.cost_fen]\nlabel = "全部费用"\nformula = "price_fen + other_cost_fen"\n'


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    folder = written(tmp_path, PACK + FIGURES, RULES)
    return load(folder.name, folder.parent)


def ask(pack: Pack, rule: str, on: date = DAY, parameters: dict[str, Any] | None = None, **facts: Any) -> Decision:
    return decide(pack, rule, facts, on=on, parameters=parameters)


def test_pack_of_all_words_is_sound_but_for_its_missing_cases(pack: Pack) -> None:
    assert [finding.message for finding in check(pack.folder)] == ["没有算例"]


def test_members_of_a_list_are_counted_in_a_range_with_its_bounds(pack: Pack) -> None:
    walk = {"minutes_m": 60}
    assert ask(pack, "nearness", parameters=walk, distances_m=[600, 601, 0], total=3).value == 667
    assert ask(pack, "nearness", distances_m=[], total=3).value == 0, "an empty list has no member in any range"
    assert ask(pack, "nearness", distances_m=[1], total=3).missing == "minutes_m"
    assert ask(pack, "nearness", parameters=walk, total=3).missing == "distances_m"


def test_key_of_a_map_may_be_said_by_a_fact(pack: Pack) -> None:
    assert ask(pack, "of-kind", counts={"rehab": 4, "other": 1}, category="rehab").value == 4
    assert ask(pack, "of-kind", counts={"rehab": 4}, category="other").value == 0
    assert ask(pack, "of-kind", counts={"rehab": 4}).missing == "category"


def test_all_of_a_list_must_be_there(pack: Pack) -> None:
    assert ask(pack, "both", identities=["empty_nest", "needy", "living_alone"]).ground == "both"
    refused = ask(pack, "both", identities=["living_alone"])
    assert (refused.eligible, refused.because) == (False, "身份类别须兼有独居和空巢")
    assert ask(pack, "both").missing == "identities"


def test_rows_that_match_together_add_up_and_are_told_together(pack: Pack) -> None:
    both = {"tiers_fen": {"both": 700}}
    sum_of = ask(pack, "joined", parameters=both, age=80, identities=["dibao"])
    assert (sum_of.amount_fen, sum_of.row, sum_of.because) == (5000, 2, "基本30元；低保20元；合计50元")
    assert ask(pack, "joined", parameters=both, age=80, identities=["dibao", "three_no"]).amount_fen == 5700
    assert ask(pack, "joined", age=79, identities=["dibao"]).because == "低保20元", "what gives nothing is not told"
    assert ask(pack, "joined", age=79, identities=[]).because == "没有"


def test_switch_says_whether_the_best_or_the_first_row_counts(pack: Pack) -> None:
    facts: dict[str, Any] = {"age": 79, "identities": ["dibao"]}
    best = ask(pack, "joined", parameters={"joined": "best"}, age=80, identities=["dibao"])
    assert (best.amount_fen, best.row) == (3000, 2)
    assert ask(pack, "joined", parameters={"joined": "best"}, **facts).row == 3
    assert ask(pack, "joined", parameters={"joined": "first"}, **facts).amount_fen == 0
    with pytest.raises(BadParameter):
        ask(pack, "joined", parameters={"joined": "worst"}, **facts)


def test_joined_rows_ask_only_for_what_changes_the_amount(pack: Pack) -> None:
    best = {"joined": "best", "tiers_fen": {"both": 700}}
    assert ask(pack, "joined", parameters=best, age=80).amount_fen == 3000, "no other row is higher"
    assert ask(pack, "joined", parameters=best, age=79).missing == "identities"
    assert ask(pack, "joined", parameters={"tiers_fen": {"both": 700}}, age=80).missing == "identities"
    assert ask(pack, "joined", age=80, identities=["dibao", "three_no"]).missing == "tiers_fen"
    assert ask(pack, "joined", identities=["dibao"]).missing == "age"


def test_amount_of_another_rule_may_be_given_instead(pack: Pack) -> None:
    assert ask(pack, "joined", identities=[], base_fen=123).amount_fen == 123
    with pytest.raises(BadFact, match="base_fen"):
        ask(pack, "joined", identities=[], base_fen="123")
    assert ask(pack, "base", age=80, base_fen=123).amount_fen == 3000, "a number does not say which row it came from"


def test_matrix_is_read_by_two_keys_and_an_absent_entry_is_still_wanted(pack: Pack) -> None:
    table = {"hours_matrix": {"extreme_poor": {"mild": 30}, "other": {"mild": 10, "severe": 20}}}
    assert ask(pack, "matrix", parameters=table, identities=[], ability_level="severe").hours == 20
    assert ask(pack, "matrix", parameters=table, identities=["extreme_poor"], ability_level="mild").hours == 30
    wanted = ask(pack, "matrix", parameters=table, identities=["extreme_poor"], ability_level="severe")
    assert (wanted.missing, "其中没有“severe”一项" in wanted.because) == ("hours_matrix", True)
    with pytest.raises(BadParameter, match="两层"):
        ask(pack, "matrix", parameters={"hours_matrix": {"other": 20}}, identities=[], ability_level="mild")


def test_parameter_may_be_one_of_some_codes(pack: Pack) -> None:
    assert ask(pack, "who-pays", price_fen=9).missing == "payer_of_rest"
    said = ask(pack, "who-pays", price_fen=9, parameters={"payer_of_rest": "elder"})
    assert said.shares_fen == {"elder": 9, "government": 0}
    with pytest.raises(BadParameter, match="government、elder"):
        ask(pack, "who-pays", price_fen=9, parameters={"payer_of_rest": "sponsor"})


def test_purse_is_drawn_on_until_it_is_empty(pack: Pack) -> None:
    drawn = ask(pack, "purse", price_fen=700, balance_before_fen=500)
    assert (drawn.used_fen, drawn.balance_fen, drawn.granted_fen) == (500, 0, None)
    assert drawn.shares_fen == {"elder": 200, "sponsor": 500}
    assert ask(pack, "purse", price_fen=700, balance_before_fen=-1).balance_fen == 0
    assert ask(pack, "purse", price_fen=700).missing == "balance_before_fen"


def test_pool_is_allotted_in_proportion_with_ties_to_the_first_named(pack: Pack) -> None:
    shares = ask(pack, "pool", price_fen=200, counts={"c2": 1, "c1": 1, "c3": 1}).shares_fen
    assert shares == {"c2": 67, "c1": 67, "c3": 66}
    assert ask(pack, "pool", price_fen=0, counts={"c1": 1}).shares_fen == {"c1": 0}
    for counts in ({}, {"c1": 0}, {"c1": -1, "c2": 2}):
        with pytest.raises(BadFact, match="可以分配"):
            ask(pack, "pool", price_fen=200, counts=counts)


def test_rate_may_be_a_parameter_and_does_not_matter_where_nothing_is_shared(pack: Pack) -> None:
    assert ask(pack, "part", price_fen=3, parameters={"rate_pm": 500}).shares_fen == {"elder": 2, "government": 1}
    assert ask(pack, "part", price_fen=3).missing == "rate_pm"
    assert ask(pack, "part", price_fen=0).shares_fen == {"elder": 0, "government": 0}
    with pytest.raises(BadParameter, match="0 至 1000"):
        ask(pack, "part", price_fen=3, parameters={"rate_pm": 1001})


def test_what_is_shared_may_be_a_figure(pack: Pack) -> None:
    shares = ask(pack, "whole-cost", price_fen=40_000, other_cost_fen=20_000).shares_fen
    assert shares == {"elder": 10_000, "government": 50_000}
    assert ask(pack, "whole-cost", price_fen=40_000).shares_fen == {"elder": 0, "government": 40_000}
    assert ask(pack, "whole-cost", other_cost_fen=40_000).missing == "price_fen"


def test_share_above_a_figure_that_is_shared_is_found_by_the_check(tmp_path: Path) -> None:
    split = ('form = "split"\nshared = "cost_fen"\npayers = ["elder", "government"]', "elder,government\nrest,500.00\n")
    folder = written(tmp_path, PACK + FIGURES, {**RULES, "whole-cost": split})
    assert any("不能合成价格" in finding.message for finding in check(folder))


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2020-06-15", "2020-07-14"),
        ("2020-01-31", "2020-02-29"),
        ("2020-01-29", "2020-02-28"),
        ("2019-12-01", "2019-12-31"),
    ],
)
def test_term_of_a_month_ends_the_day_before_the_same_day_or_on_the_last(pack: Pack, since: str, until: str) -> None:
    assert ask(pack, "stay", since=since).until == date.fromisoformat(until)


def test_term_of_days_counts_its_first(pack: Pack) -> None:
    assert ask(pack, "thirty", since="2020-01-31").until == date(2020, 2, 29)


def test_rule_has_its_own_words_for_what_it_asks(pack: Pack) -> None:
    assert ask(pack, "stay").because == "缺少“入住日期”（since），补充后才能判定"
    assert ask(pack, "thirty").because == "缺少“起始日期”（since），补充后才能判定"


def test_row_may_say_what_is_due_and_done(pack: Pack) -> None:
    events = ["2020-06-01", "2020-06-01", "2020-06-30", "2020-07-01"]
    last = ask(pack, "signs", on=date(2020, 6, 30), since="2020-01-01", events=events)
    assert (last.due, last.done, last.overdue, last.because) == (2, 2, 0, "应2次，缺0次")
    assert ask(pack, "signs", on=date(2020, 6, 30), since="2020-01-01", events=events[:2]).overdue == 1
    assert ask(pack, "signs", on=date(2020, 6, 29), since="2020-01-01").due == 0, "before the last day nobody asks"
    assert ask(pack, "signs", on=date(2020, 6, 30), since="2020-01-01").missing == "events"


def test_limit_may_do_without_a_figure(pack: Pack) -> None:
    assert (ask(pack, "licence", licence_until="2020-06-15").result, None) == ("pass", None)
    assert ask(pack, "licence", licence_until="2020-06-14").result == "fail"


def test_age_is_counted_on_another_day_from_the_birth_date(pack: Pack) -> None:
    assert ask(pack, "month-end", birth_date="1940-06-30").amount_fen == 10_000
    assert ask(pack, "month-end", birth_date="1940-07-01").amount_fen == 0
    assert ask(pack, "month-end", age=79).amount_fen == 0, "an age alone stands as it is"
    assert ask(pack, "month-end").missing == "age"


def test_months_of_the_year_at_an_age(pack: Pack) -> None:
    assert ask(pack, "whole-year", birth_date="1940-07-01").amount_fen == 600
    assert ask(pack, "next-month", birth_date="1940-07-01").amount_fen == 500
    assert ask(pack, "whole-year", birth_date="1940-01-31").amount_fen == 1200
    assert ask(pack, "next-month", birth_date="1939-12-31").amount_fen == 1200
    assert [ask(pack, "whole-year", age=age).amount_fen for age in (79, 80)] == [0, 1200]
    assert ask(pack, "whole-year").missing == "age"


@pytest.mark.parametrize(
    ("since", "months"), [("2020-06-30", 7), ("2020-12-31", 1), ("2019-12-31", 12), ("2021-01-01", 0)]
)
def test_months_of_the_year_from_a_day(pack: Pack, since: str, months: int) -> None:
    assert ask(pack, "rest-of-year", since=since).amount_fen == 100 * months


def test_without_a_first_day_it_is_the_whole_year(pack: Pack) -> None:
    assert ask(pack, "rest-of-year").amount_fen == 1200


def test_date_that_there_is_not_lies_in_no_range(pack: Pack) -> None:
    assert ask(pack, "first-year", since="2019-11-02").amount_fen == 89
    assert ask(pack, "first-year", since="2020-01-02").amount_fen == 0
    assert ask(pack, "first-year").amount_fen == 0


def test_range_that_no_number_can_miss_asks_for_none(tmp_path: Path) -> None:
    head = PACK + FIGURES + '[settings.least]\nlabel = "起始年龄"\nvalues = [60, 0]\n'
    rules = {**RULES, "elder": ('form = "eligible"', "age,eligible,ground,because\n>=least,yes,old,\n,no,,{lacking}\n")}
    folder = written(tmp_path, head, rules)
    pack = load(folder.name, folder.parent)
    assert ask(pack, "elder", parameters={"least": 0}).ground == "old"
    assert ask(pack, "elder").missing == "age"
    assert ask(pack, "elder", age=59).because == "现年59周岁，须满60周岁", "the bound is told by its value"
    soon = ask(pack, "elder", birth_date="1960-06-20")
    assert (soon.changes_on, soon.because) == (date(2020, 6, 20), "还差5天满60周岁，2020年6月20日起符合")

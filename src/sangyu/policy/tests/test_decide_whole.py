"""Whole decisions and whole refusals: what an official is told, and what is stored, to the letter."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sangyu.policy import BadAnswer, BadFact, Pack, PolicyError, UnknownRule, decide, load
from sangyu.policy.replay import COMPARED, Replayed, replay
from sangyu.policy.tests.change import written
from sangyu.policy.tests.hamlet_facts import PACK
from sangyu.policy.versions import SHORT

NOTICE = """
[pack]
title = "一处"
area = "000000"
[documents.notice]
title = "通知"
[derived.service_class]
label = "类别"
rule = "class"
[derived.worth_fen]
label = "折算"
rule = "worth"
answer = "amount_fen"
[figures.total_fen]
label = "合计"
formula = "price_fen + other_cost_fen"
[switches.open]
label = "是否受理"
values = [false, true]
"""
SPANS = '{ from = 2014-01-01, until = 2016-01-01, table = "class.csv" }, { from = 2016-01-01, table = "later.csv" }'
RULES = {
    "class": (
        f'form = "eligible"\ntitle = "分类"\nversions = [{SPANS}]\n',
        "identities,age,eligible,ground,because\ndibao,>=60,yes,A,低保\nthree_no,>65,yes,B,三无\n,,no,,{lacking}\n",
    ),
    "later": ('form = "eligible"', "identities,eligible,ground,because\ndibao,yes,A,低保\n,no,,不是低保\n"),
    "worth": (
        'form = "grant"\ntitle = "折算"\nversions = [{ from = 2016-01-01, table = "worth.csv" }]',
        "beds,amount_fen,because\n>=1,beds,\n,0,\n",
    ),
    "both": (
        'form = "grant"\nrows = "add"',
        "beds,non_profit,amount_fen,because\n>=10,,10.00,十张床{amount_fen}\n,yes,beds,非营利{amount_fen}\n<5,,0,不足\n",
    ),
    "best": (
        'form = "grant"\nrows = "best"',
        "beds,non_profit,amount_fen,because\n>=10,,10.00,十张床\n,yes,beds * 2.00,非营利\n,,0,没有\n",
    ),
    "member": (
        'form = "eligible"',
        """open,mode,service_class,total_fen,eligible,ground,because
,institution,,,no,,已入住机构
yes,,A,,yes,class,本类
yes,,,<=10.00,yes,means,收入低
no,,,,no,,未受理
,,,,no,,{lacking}
""",
    ),
    "gap": ('form = "tier"', "beds,mode,amount_fen,because\n>=10,,10.00,\n5..9,home,5.00,\n"),
    "reads": (
        'form = "tier"',
        "service_class,worth_fen,amount_fen,because\nA,,worth_fen,\n,>=5,5.00,\n,,0,\n",
    ),
}
EARLY, DAY = date(2015, 6, 15), date(2016, 6, 15)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = written(tmp_path_factory.mktemp("whole"), NOTICE, RULES)
    return load(folder.name, folder.parent)


def told(pack: Pack, rule: str, on: date | None = EARLY, **facts: Any) -> dict[str, Any]:
    """Decide, and give what differs from decision to decision."""
    made = decide(pack, rule, facts, on=on).to_json()
    assert (made.pop("pack"), made.pop("rule"), made.pop("digest")) == ("elsewhere", rule, pack.digest[:SHORT])
    assert made.pop("source")["locator"] == "第一条"
    return made


def test_without_a_day_and_before_the_first_version_nothing_is_read(pack: Pack) -> None:
    nothing: dict[str, Any] = {"facts_used": {}, "parameters_used": {}}
    asked = {"outcome": "needs_fact", "missing": "on", "because": "缺少“服务日期（办理日期）”（on），补充后才能判定"}
    assert told(pack, "class", None, age=70) == asked | nothing
    made = told(pack, "class", date(2013, 12, 31), age=70)
    assert made == nothing | {"outcome": "not_in_force", "on": "2013-12-31", "because": made["because"]}
    assert "2014年1月1日起" in made["because"]


def test_a_day_in_the_facts_may_be_written_or_a_day_and_the_call_wins(pack: Pack) -> None:
    for day in ("2016-06-15", DAY):
        assert decide(pack, "gap", {"on": day, "beds": 10}).on == DAY
    assert decide(pack, "gap", {"on": DAY, "beds": 10}, on=EARLY).on == EARLY
    with pytest.raises(BadFact):
        decide(pack, "gap", {"on": "15 June", "beds": 10})


def test_a_refusal_names_what_lacks_in_the_ground_that_came_nearest(pack: Pack) -> None:
    version = {"on": "2015-06-15", "version": "2014-01-01..2016-01-01", "outcome": "decided", "parameters_used": {}}
    made = told(pack, "class", identities=["three_no"], birth_date="1956-06-15")
    assert made == version | {
        "row": 4,
        "because": "还差2557天满66周岁，2022年6月15日起符合",
        "facts_used": {"identities": ["three_no"], "birth_date": "1956-06-15", "age": 59},
        "eligible": False,
        "lacking": "age",
        "changes_on": "2022-06-15",
    }
    assert told(pack, "class", identities=["three_no"], age=66) == version | {
        "row": 3,
        "because": "三无",
        "facts_used": {"identities": ["three_no"], "age": 66},
        "eligible": True,
        "ground": "B",
    }
    poor = told(pack, "class", identities=[], age=70)
    assert (poor["lacking"], "changes_on" in poor, poor["row"]) == ("identities", False, 4)
    own = told(pack, "class", DAY, identities=["needy"])
    assert (own["lacking"], own["because"], own["row"]) == ("identities", "不是低保", 3)


def test_a_derived_fact_or_a_figure_may_lack_but_never_a_reading(pack: Pack) -> None:
    def lacks(accepts: bool, **facts: Any) -> tuple[Any, ...]:
        own = {
            "mode": "home",
            "identities": [],
            "price_fen": 1001,
            "other_cost_fen": 0,
            "parameters": {"open": accepts},
        }
        made = decide(pack, "member", {**own, **facts}, on=DAY)
        return made.row, made.lacking, made.changes_on

    assert lacks(True) == (6, "service_class", None)
    assert lacks(True, identities=["dibao"]) == (3, None, None)
    assert lacks(True, price_fen=1000) == (4, None, None)
    assert lacks(True, mode="institution") == (2, "mode", None)
    assert lacks(False) == (5, None, None)


def test_age_refuses_until_the_birthday_or_no_longer_in_a_later_version(pack: Pack) -> None:
    def changes(**facts: Any) -> Any:
        return decide(pack, "class", facts, on=EARLY).changes_on

    assert changes(identities=["dibao"], birth_date="1955-09-01") == date(2015, 9, 1)
    assert changes(identities=["dibao"], birth_date="1957-09-01") == date(2017, 9, 1)
    assert changes(identities=["three_no"], birth_date="1956-09-01") == date(2022, 9, 1)
    assert changes(identities=["dibao"], age=59) is None
    assert changes(identities=[], birth_date="1957-09-01") is None


def test_a_class_that_is_given_is_taken_and_one_of_another_day_refused(pack: Pack) -> None:
    made = told(pack, "class", service_class="B", identities=[])
    assert made.pop("because")
    assert made == {
        "outcome": "decided",
        "on": "2015-06-15",
        "version": "2014-01-01..2016-01-01",
        "row": 3,
        "facts_used": {"service_class": "B"},
        "parameters_used": {},
        "eligible": True,
        "ground": "B",
    }
    with pytest.raises(BadFact) as refusal:
        decide(pack, "class", {"service_class": "B"}, on=DAY)
    assert str(refusal.value) == "“类别”（service_class）在 2016-06-15 没有 'B' 这一类"


def test_rows_that_match_together_are_told_together(pack: Pack) -> None:
    made = told(pack, "both", DAY, beds=12, non_profit=True)
    assert (made["amount_fen"], made["row"], made["facts_used"]) == (1012, 2, {"beds": 12, "non_profit": True})
    assert "十张床" in made["because"]
    assert "非营利" in made["because"]
    assert told(pack, "both", DAY, beds=12, non_profit=False)["because"] == "十张床10元"
    few = told(pack, "both", DAY, beds=0, non_profit=True)
    assert (few["amount_fen"], few["row"], few["because"]) == (0, 4, "不足")
    assert told(pack, "both", DAY, beds=12)["missing"] == "non_profit"
    assert told(pack, "both", DAY, non_profit=True)["missing"] == "beds"
    assert told(pack, "best", DAY, beds=12)["missing"] == "non_profit"
    assert (
        told(pack, "best", DAY, beds=12, non_profit=True)["row"],
        told(pack, "best", DAY, beds=5, non_profit=True)["amount_fen"],
    ) == (3, 1000)
    same = told(pack, "best", DAY, beds=0, non_profit=True)
    assert (same["row"], same["amount_fen"]) == (3, 0)
    with pytest.raises(BadAnswer, match="没有一行适用"):
        decide(pack, "both", {"beds": 7, "non_profit": False}, on=DAY)


def test_a_table_with_a_gap_asks_before_it_refuses(pack: Pack) -> None:
    assert told(pack, "gap", DAY, beds=7)["missing"] == "mode"
    assert told(pack, "gap", DAY, mode="home")["missing"] == "beds"
    with pytest.raises(BadAnswer) as refusal:
        decide(pack, "gap", {"beds": 7, "mode": "delivery"}, on=DAY)
    assert str(refusal.value) == "tables/gap.csv 没有一行适用于这些事实，表末应有兜底的一行"


def test_a_derived_fact_is_decided_on_the_same_day_or_asked_for(pack: Pack) -> None:
    made = told(pack, "reads", DAY, identities=["dibao"], beds=7)
    used = {"identities": ["dibao"], "service_class": "A", "beds": 7, "worth_fen": 7}
    assert (made["amount_fen"], made["row"], made["facts_used"]) == (7, 2, used)
    assert told(pack, "reads", DAY, identities=[], beds=7)["row"] == 3
    assert told(pack, "reads", DAY, beds=7)["missing"] == "identities"
    assert told(pack, "reads", DAY, identities=["dibao"])["missing"] == "beds"
    assert told(pack, "reads", DAY, service_class="A", worth_fen=3)["amount_fen"] == 3
    with pytest.raises(BadAnswer) as refusal:
        decide(pack, "reads", {"identities": ["dibao"], "age": 70, "beds": 7}, on=EARLY)
    assert "2016年1月1日起" in str(refusal.value)


def test_a_question_that_cannot_be_asked_is_refused(pack: Pack) -> None:
    with pytest.raises(UnknownRule) as unknown:
        decide(pack, "nothing", {}, on=DAY)
    assert str(unknown.value) == f"规则包 elsewhere 没有规则 nothing，现有：{'、'.join(RULES)}"
    with pytest.raises(BadFact) as wrong:
        decide(pack, "gap", {"beds": 10, "parameters": ["none"]}, on=DAY)
    assert str(wrong.value) == "“参数与读法开关”（parameters）应为对照表"


def test_figures_in_the_facts_win_over_those_of_the_programme() -> None:
    asked = {"income_month_fen": 500}
    for own, said, row in (
        ({}, {"line_fen": 501}, 2),
        ({"line_fen": 500}, {"line_fen": 501}, 3),
        ({}, {"line_fen": 500}, 3),
    ):
        made = decide(PACK, "low", {**asked, "parameters": own}, on=DAY, parameters=said)
        assert (made.row, made.parameters_used) == (row, {**said, **own})
    assert decide(PACK, "low", asked, on=DAY).missing == "line_fen"


def test_a_stored_decision_is_taken_again_or_says_why_not(pack: Pack) -> None:
    stored = decide(pack, "both", {"beds": 12, "non_profit": True}, on=DAY).to_json()
    asked: list[tuple[str, str | None]] = []

    def again(pack_id: str, digest: str | None) -> Pack:
        asked.append((pack_id, digest))
        return pack

    made = replay(stored, again)
    assert (made.same, made.different, made.why, made.again) == (True, (), "", stored)
    assert asked == [("elsewhere", pack.digest[:SHORT])]
    other = replay({**stored, "amount_fen": 1, "row": 3}, again)
    assert (other.same, other.different) == (False, ("row", "amount_fen"))
    lost = replay({**stored, "rule": "nothing"}, again)
    assert (lost.same, lost.again, lost.different) == (False, None, COMPARED)
    assert lost.why == f"规则包 elsewhere 没有规则 nothing，现有：{'、'.join(RULES)}"
    silent = {"rule": "", "because": "没有规则"}
    assert replay(silent, again) == Replayed(silent, silent)
    dayless = decide(pack, "both", {}).to_json()
    del dayless["digest"]
    assert replay(dayless, again).same
    assert asked[-1] == ("elsewhere", None)
    assert COMPARED[:4] == ("outcome", "missing", "version", "row")
    assert list(COMPARED[4:]) == sorted(COMPARED[4:])


def test_what_refuses_in_a_walk_is_an_error_of_the_policy(pack: Pack) -> None:
    with pytest.raises(PolicyError):
        decide(pack, "gap", {"beds": "ten"}, on=DAY)

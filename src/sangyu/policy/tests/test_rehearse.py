"""A changed pack is tried on a table of facts: who gains, who loses, what it costs; what is missing is said."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from sangyu.policy import decide, load
from sangyu.policy.cli import main
from sangyu.policy.errors import BadFact
from sangyu.policy.read import Reader
from sangyu.policy.rehearse import facts_table, rehearse
from sangyu.policy.tests.change import PACK_ID, changed

HEADER = "on,age,registered,identities,place,meal,nth_of_day,mode,price_fen,street"
LINES = """
2018-03-06,76,yes,none,contracted_canteen,lunch,1,dine_in,1500,雁滩
2018-03-06,80,是,无,contracted_canteen,lunch,1,dine_in,1500,雁滩
2018-04-06,66,yes,none,contracted_canteen,lunch,1,dine_in,1500,雁滩
2018-04-06,66,yes,three_no,contracted_canteen,lunch,1,dine_in,1500,张掖路
2018-04-06,,yes,none,contracted_canteen,lunch,1,dine_in,1500,张掖路
2018-04-06,50,yes,none,contracted_canteen,lunch,1,dine_in,1500,张掖路
"""


@pytest.fixture
def change(tmp_path: Path) -> Path:
    """Eleven yuan from 75 on instead of ten, eight below instead of nine."""
    changed(tmp_path, "tables/lunch-subsidy.csv", "min(1000, price_fen)", "min(1100, price_fen)")
    return changed(tmp_path, "tables/lunch-subsidy.csv", "min(900, price_fen)", "min(800, price_fen)")


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "facts.csv"
    path.write_text(HEADER + LINES, encoding="utf-8-sig")
    return path


def test_gainers_losers_and_costs_by_group(change: Path, lines: Path) -> None:
    after = Reader(change).pack
    assert after is not None
    told = rehearse(load(PACK_ID), after, "lunch-subsidy", facts_table(lines), by="street")
    assert (told.whole.lines, told.whole.unknown, told.missing) == (6, 1, {"age": 1})
    assert (told.whole.before, told.whole.after) == (1000 + 1000 + 900 + 1500, 1100 + 1100 + 800 + 1500)
    assert (told.whole.gainers, told.whole.gained, told.whole.losers, told.whole.lost) == (2, 200, 1, 100)
    assert [(one.name, one.after - one.before, one.unknown) for one in told.groups] == [
        ("张掖路", 0, 1),
        ("雁滩", 100, 0),
    ]
    months = rehearse(load(PACK_ID), after, "lunch-subsidy", facts_table(lines), by="month").groups
    assert [(one.name, one.before, one.after) for one in months] == [("2018-03", 2000, 2200), ("2018-04", 2400, 2300)]


def test_the_sums_are_those_of_single_decisions(change: Path, lines: Path) -> None:
    after = Reader(change).pack
    assert after is not None
    table = facts_table(lines)
    single = [
        [decide(pack, "lunch-subsidy", facts).shares_fen for facts in table.to_pylist()]
        for pack in (load(PACK_ID), after)
    ]
    known = [(was["government"], now["government"]) for was, now in zip(*single, strict=True) if was and now]
    told = rehearse(load(PACK_ID), after, "lunch-subsidy", table, by="street")
    assert (told.whole.before, told.whole.after) == tuple(map(sum, zip(*known, strict=True)))
    assert rehearse(load(PACK_ID), after, "lunch-subsidy", table, by="street", columns_from=0) == told


def test_a_figure_of_the_bureau_is_rehearsed_too(lines: Path) -> None:
    pack, table = load(PACK_ID), facts_table(lines)
    told = rehearse(
        pack,
        pack,
        "lunch-subsidy",
        table,
        on=date(2014, 9, 1),
        parameters={"rate_before_2014_10_fen": 500},
        parameters_after={"rate_before_2014_10_fen": 600},
    )
    assert (told.whole.gainers, told.whole.gained) == (3, 300)
    unset = rehearse(pack, pack, "lunch-subsidy", table, on=date(2014, 9, 1))
    assert (unset.whole.unknown, unset.missing) == (4, {"rate_before_2014_10_fen": 3, "age": 1})


def test_the_command_prints_a_table_or_json(change: Path, lines: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["rehearse", PACK_ID, "--change", f"{change}/", "--facts", str(lines), "--by", "street"]
    assert main(arguments) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "午餐补贴（lunch-subsidy），单位：元"
    assert "  合计  6  44.00  45.00  1.00  2  2.00  1  1.00  1" in said
    assert said[-1] == "6 行事实，1 条规则；只是试算，没有记账"
    assert main([*arguments, "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["whole"]["gainers"] == 2


def test_what_cannot_be_read_is_said_by_line(tmp_path: Path, lines: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("on,age\n2018-03-06,七十五\n", encoding="utf-8")
    with pytest.raises(BadFact, match="第2行“年龄（周岁）”"):
        facts_table(bad)
    assert main(["rehearse", PACK_ID, "--change", PACK_ID, "--facts", str(lines), "--by", "town"]) == 2
    assert "没有“town”这一列" in capsys.readouterr().err

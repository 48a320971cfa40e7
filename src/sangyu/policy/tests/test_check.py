"""Checking: every planted fault is reported with its file, its line and what is wrong; a sound pack has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from sangyu.policy import BadPack, load, pack_ids, packs_folder, stages
from sangyu.policy.check import check
from sangyu.policy.tests.change import PACK_ID, changed, line_of

LUNCH = "tables/lunch-subsidy.csv"


@pytest.mark.parametrize("pack_id", pack_ids())
def test_shipped_pack_has_no_faults(pack_id: str) -> None:
    assert check(packs_folder() / pack_id) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "at", "said"),
    [
        pytest.param(LUNCH, ">=75,", ">=seventy,", ">=seventy", "不认识的名称“seventy”", id="unknown name"),
        pytest.param(LUNCH, "not lunch", "not brunch", "not brunch", "没有代码“brunch”", id="unknown code"),
        pytest.param(LUNCH, "65..74", "74..65", "74..65", "下限大于上限", id="range upside down"),
        pytest.param(LUNCH, "65..74", "65..75", "65..75", "在 age=75 处重叠", id="overlap"),
        pytest.param(
            LUNCH,
            "65..74",
            "65..72",
            ">=75,",
            "年龄（周岁）73至74没有写到：第13行和第12行都不管",
            id="hole",
        ),
        pytest.param(LUNCH, ">=75,", ">=76,", ">=76,", "年龄（周岁）75没有写到", id="hole of one value"),
        pytest.param(LUNCH, "{age_gap:65}", "{nobody}", "{nobody}", "{nobody} 没有对应的名称", id="placeholder"),
        pytest.param(LUNCH, '"min(900, price_fen)"', "900", "rest,900,", "不能合成价格", id="share above the price"),
        pytest.param(
            LUNCH,
            '"min(900, price_fen)"',
            '"price_fen + 1 - min(1, (2000 - price_fen) * (2000 - price_fen))"',
            "(2000 - price_fen)",
            "不能合成价格 2000 分",
            id="share above the one price that its formula names",
        ),
        pytest.param(LUNCH, '"min(900, price_fen)"', "rest", "rest,rest", "只能有一方付余额", id="two rests"),
        pytest.param(LUNCH, '"min(900, price_fen)"', "1000.00", "1000.00", "不能合成价格", id="share in yuan"),
        pytest.param(LUNCH, "rest,0,不在签约", "400 pm,500 pm,不在签约", "400 pm", "不足 1000", id="per-mille short"),
        pytest.param(LUNCH, "rest,0,不在签约", "600 pm,500 pm,不在签约", "600 pm", "超过 1000", id="per-mille over"),
        pytest.param(LUNCH, "rest,0,不在签约", ",0,不在签约", ",0,不在签约", "不能为空", id="empty answer"),
        pytest.param(LUNCH, "not lunch,lunch", "not lunch", "not lunch", "格", id="cells missing"),
        pytest.param("tables/registration.csv", "\n,,no", "\n<40,,no", "<40", "表有空档", id="gap"),
        pytest.param(
            "tables/registration.csv", ",eligible,", ",allowed,", "allowed", "缺少结果列", id="outcome missing"
        ),
        pytest.param(
            "tables/service-class.csv", "three_no,yes,A", ",yes,A", "class_b_identities", "永远不会适用", id="dead row"
        ),
        pytest.param("tables/annual-budget.csv", "pass", "good", "good", "pass、warn、fail", id="unknown result"),
        pytest.param(
            "tables/platform-price.csv",
            "half_up(market_price_fen * 800 / 1000)",
            "market_price_fen * 800 / 1000",
            "800 / 1000",
            "要写明进位",
            id="division without rounding",
        ),
        pytest.param(
            "pack.toml",
            'locator = "服务价格比市场价低20%"\n',
            "",
            "[rules.platform-price]",
            "规则没有出处",
            id="rule without source",
        ),
        pytest.param("pack.toml", 'form = "grant"', 'form = "gift"', "[rules.settlement]", "形式 'gift'", id="form"),
        pytest.param(
            "pack.toml",
            "{ from = 2014-10-01, table",
            "{ from = 2014-09-01, table",
            "[rules.meal-entry]",
            "有效期重叠",
            id="versions overlap",
        ),
        pytest.param(
            "pack.toml",
            "{ from = 2014-10-01, table",
            "{ from = 2014-11-01, table",
            "[rules.meal-entry]",
            "有空档",
            id="versions apart",
        ),
        pytest.param(
            "pack.toml",
            'label = "年度补贴预算（分）"',
            'label = "年度补贴预算（分）"\ndefault = 0',
            "[parameters.budget_fen]",
            "不得有默认值",
            id="parameter with default",
        ),
        pytest.param(
            "pack.toml",
            "[parameters.budget_fen]",
            '[parameters.spare_fen]\nlabel = "备用"\n\n[parameters.budget_fen]',
            "[parameters.spare_fen]",
            "没有一条规则用到",
            id="unused parameter",
        ),
        pytest.param(
            "pack.toml",
            '"sum(meal_subsidies_fen)"',
            '"sum(meal_subsidies_fen) + meals_fen"',
            "[figures.meals_fen]",
            "绕回了自己",
            id="cycle",
        ),
        pytest.param(
            "pack.toml",
            'price = "platform-price"',
            'price = "gold"',
            "[offers.household]",
            "应是一条 tier 规则",
            id="offer",
        ),
        pytest.param(
            "pack.toml",
            "{ from = 2014-10-01, table",
            '{ from = "2014-10-01", table',
            "[rules.meal-entry]",
            "不加引号",
            id="date in quotes",
        ),
        pytest.param(
            "tables/lunch-subsidy.until-2014-10-01.csv",
            '"min(rate_before_2014_10_fen, price_fen)"',
            "rate_before_2014_10_fen",
            "rest,rate_before_2014_10_fen",
            "不能合成价格",
            id="rate above the price",
        ),
        pytest.param("pack.toml", "[pack]\n", "[pack\n", "[pack", "写法有误", id="not toml"),
        pytest.param("cases.jsonl", '"elder": 500', '"elder": 501', '"elder": 501', "得到", id="case fails"),
        pytest.param("cases.jsonl", '{"id"', '"id"', '"id": "CG-registration-01"', "不是一行 JSON", id="case not json"),
    ],
)
def test_fault_is_reported_where_it_stands(tmp_path: Path, file: str, old: str, new: str, at: str, said: str) -> None:
    folder = changed(tmp_path, file, old, new)
    found = check(folder)
    here = [
        finding
        for finding in found
        if finding.file == f"{PACK_ID}/{file}" and finding.line == line_of(folder, file, at)
    ]
    assert any(said in finding.message for finding in here), "\n".join(map(str, found))


@pytest.mark.parametrize("written_for", ["73..74", "73|74"])
def test_a_row_written_for_what_was_left_out_closes_the_hole(tmp_path: Path, written_for: str) -> None:
    row = ",,,,,65..74,,,,,,,rest,"
    folder = changed(tmp_path, LUNCH, row, row.replace("74", "72"))
    told = [finding.message for finding in check(folder) if "没有写到" in finding.message]
    assert [one.partition("没有写到")[0] for one in told] == ["年龄（周岁）73至74"]
    table = folder / LUNCH
    refused = f",,,,,{written_for},,,,,,,rest,0,73、74周岁不享受就餐补贴，自付{{elder}}\n"
    text = table.read_text(encoding="utf-8-sig")
    table.write_text(text.replace(",,,,,65..72", f"{refused},,,,,65..72"), encoding="utf-8-sig")
    assert not any("没有写到" in finding.message for finding in check(folder))


def test_fixed_shares_stand_where_the_row_fixes_the_price(tmp_path: Path) -> None:
    row = "65..74,,,,,1500,,600,900,"
    folder = changed(tmp_path, LUNCH, '65..74,,,,,,,rest,"min(900, price_fen)",', row)
    assert not [finding for finding in check(folder) if "合成" in finding.message]


def test_table_saved_in_another_encoding_is_told_how_to_save(tmp_path: Path) -> None:
    folder = changed(tmp_path, LUNCH, "rest", "rest")
    text = (folder / LUNCH).read_text(encoding="utf-8-sig")
    (folder / LUNCH).write_bytes(text.encode("gb18030"))
    finding = check(folder)[0]
    assert finding.file.endswith(LUNCH)
    assert "CSV UTF-8" in finding.message


def test_missing_and_forgotten_tables_are_reported(tmp_path: Path) -> None:
    folder = changed(tmp_path, "pack.toml", 'table = "canteen-day.csv"', 'table = "canteen.csv"')
    assert [str(one) for one in check(folder)] == [f"{PACK_ID}/tables/canteen.csv:0: [canteen-day] 没有这张表"]
    (folder / "tables/canteen.csv").write_bytes((folder / "tables/canteen-day.csv").read_bytes())
    assert [str(one) for one in check(folder)] == [f"{PACK_ID}/tables/canteen-day.csv:0: 没有一条规则用到这张表"]


def test_locator_is_compared_with_the_text_where_there_is_one(tmp_path: Path) -> None:
    folder = changed(tmp_path, "pack.toml", "比市场价低20%", "比市场价低30%")
    pack = load(PACK_ID)
    assert check(folder) == []
    texts = tmp_path / "texts"
    texts.mkdir()
    said = [locator for _, _, _, locator in stages.named_places(pack.folder)]
    whole = "\n".join([*(rule.source.locator for rule in pack.rules.values()), *said])
    (texts / pack.documents["virtual-nursing-home"].file).write_text(whole, encoding="utf-8")
    (finding,) = check(folder, texts)
    assert (finding.rule, finding.line) == ("platform-price", line_of(folder, "pack.toml", "[rules.platform-price]"))


def test_what_no_rule_uses_is_told_without_a_rule(tmp_path: Path) -> None:
    spare = '[parameters.spare_fen]\nlabel = "备用"\n\n[parameters.budget_fen]'
    folder = changed(tmp_path, "pack.toml", "[parameters.budget_fen]", spare)
    line = line_of(folder, "pack.toml", "[parameters.spare_fen]")
    assert [str(one) for one in check(folder)] == [f"{PACK_ID}/pack.toml:{line}: “spare_fen”没有一条规则用到"]


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    folder = changed(tmp_path, LUNCH, "not lunch", "not brunch")
    changed(tmp_path, LUNCH, "65..74", "74..65")
    assert len(check(folder)) == 2


def test_faulty_pack_is_never_given_out(tmp_path: Path) -> None:
    folder = changed(tmp_path, LUNCH, "65..74", "74..65")
    with pytest.raises(BadPack, match=r"lunch-subsidy\.csv:13"):
        load(PACK_ID, folder.parent)

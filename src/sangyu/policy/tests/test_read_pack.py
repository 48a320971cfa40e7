"""A pack as it is read: every word of its folder stands in the tree, and what is left out has its one meaning."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sangyu.policy import ir
from sangyu.policy.content import digest
from sangyu.policy.read import Reader

TOML = """[pack]
title = "某区规则"
area = "某区"
leap_birthday = "02-28"

[documents.notice]
title = "关于居家养老的通知"
number = "某府〔2014〕1号"
level = "district"
issued_on = 2014-10-01
file = "notice.txt"
[documents.bare]

[funds.purse]
title = "区级补贴"
level = "district"
budget = "budget-of-year"
[funds.spare]

[switches.way]
label = "几行合用"
values = ["first", "best"]
readings = ["取第一行", "取最高"]
[switches.carried]
values = [false, true]
[settings.ages]
values = [60, 65]
[settings.groups]
label = "对象"
values = [["dibao", "three_no"]]

[parameters.rate_fen]
label = "标准"
band = "rate-band.amount_fen"
[parameters.shares]
type = "map"
sum_to = 1000
[parameters.choice]
type = "code"
codes = ["a", "b"]

[figures.twice]
label = "两倍"
formula = "rate_fen * 2"
[figures.older]
formula = "age + 1"

[derived.class]
label = "类别"
rule = "who"
aliases = ["service_class"]
[derived.may]
rule = "who"
answer = "eligible"
[derived.much]
rule = "price"
answer = "amount_fen"

[rules.who]
form = "eligible"
title = "谁能享受"
document = "notice"
locator = "60周岁以上"
area = "某街道"
priority = 3
group = "first"
stacking = "best"
words = { age = "申请时的年龄" }
domains = { ability_level = ["none", "mild"] }
versions = [{ until = 2014-10-01, table = "who.2014.csv" }, { from = 2014-10-01, table = "who.csv" }]

[rules.price]
form = "tier"
document = "bare"
locator = "每小时"
rows = "way"

[rules.shared]
form = "split"
document = "notice"
locator = "共同负担"
payers = ["elder", "government"]
shared = "market_price_fen"

[rules.credit]
form = "account"
document = "notice"
locator = "每月"
payers = ["elder", "government"]
roll_over = "carried"

[rules.rate-band]
form = "limit"
document = "notice"
locator = "5—10元"

[offers.home]
title = "居家服务"
fund = "purse"
price = "price"
split = "shared"
account = "credit"
account_when = { class = "A" }
eligible = "who"
facts = { meal = "lunch" }
answers = { age = "price.amount_fen" }
grants = { price = "month" }
[offers.free]
fund = "spare"
account = "credit"
"""
TABLES = {
    "who": "age,eligible,ground,because\n>=60,yes,A,可以\n<50, No ,,不可以\n,no,B|C,不可以\n",
    "who.2014": '\n\nage, eligible,ground,because\n#年龄,是,none,\n"65..\n74",是, old ,\n\n,否,B, 不可以 \n',
    "price": "ability_level,age,amount_fen\nnone, 60..64 ,twice\n,,10.00\n",
    "shared": "elder,government,because\nrest,300 pm,好\n",
    "credit": "may,granted,because\nyes,5000,好\nno,none,没有\n",
    "rate-band": "amount_fen,result,figure,because\n500..1000,pass,amount_fen,好\n,warn,0,高\n",
}


@pytest.fixture
def pack(tmp_path: Path) -> ir.Pack:
    folder = tmp_path / "somewhere"
    (folder / "tables").mkdir(parents=True)
    (folder / "pack.toml").write_text(TOML, encoding="utf-8-sig")
    for name, text in TABLES.items():
        (folder / "tables" / f"{name}.csv").write_text(text, encoding="utf-8-sig")
    reader = Reader(folder)
    assert [str(one) for one in reader.findings] == []
    assert reader.pack is not None
    return reader.pack


def test_every_word_of_a_pack_is_in_the_tree(pack: ir.Pack) -> None:
    assert (pack.id, pack.title, pack.area, pack.leap_birthday) == ("somewhere", "某区规则", "某区", "02-28")
    assert (pack.folder.name, pack.digest) == (pack.id, digest(pack.folder))
    assert list(pack.documents.values()) == [
        ir.Document(
            "notice", "关于居家养老的通知", "某府〔2014〕1号", date(2014, 10, 1), "notice.txt", "district", line=6
        ),
        ir.Document("bare", "", "", None, "", "", line=12),
    ]
    assert list(pack.funds.values()) == [
        ir.Fund("purse", "区级补贴", "district", "budget-of-year"),
        ir.Fund("spare", "", "", ""),
    ]
    assert list(pack.settings.values()) == [
        ir.Setting("way", "几行合用", True, ("first", "best"), ("取第一行", "取最高"), line=20),
        ir.Setting("carried", "carried", True, (False, True), line=24),
        ir.Setting("ages", "ages", False, (60, 65), line=26),
        ir.Setting("groups", "对象", False, (("dibao", "three_no"),), line=28),
    ]
    assert list(pack.parameters.values()) == [
        ir.Parameter("rate_fen", "标准", "int", line=32, band=ir.Band("rate-band", "amount_fen")),
        ir.Parameter("shares", "shares", "map", 1000, line=35),
        ir.Parameter("choice", "choice", "code", codes=("a", "b"), line=38),
    ]
    assert [(one.name, one.label, one.formula, one.line) for one in pack.figures.values()] == [
        ("twice", "两倍", ir.Arithmetic("multiply", ir.Name("parameter", "rate_fen"), ir.Const(2)), 42),
        ("older", "older", ir.Arithmetic("add", ir.Name("fact", "age"), ir.Const(1)), 45),
    ]
    assert list(pack.derived.values()) == [
        ir.Derived("class", "类别", "who", "ground", ("old", "B", "A"), ("service_class",), line=48),
        ir.Derived("may", "may", "who", "eligible", (), line=52),
        ir.Derived("much", "much", "price", "amount_fen", (), line=55),
    ]
    assert list(pack.offers.values()) == [
        ir.Offer(
            kind="home",
            title="居家服务",
            fund="purse",
            price="price",
            split="shared",
            account="credit",
            account_when={"class": "A"},
            eligible="who",
            facts={"meal": "lunch"},
            answers={"age": ("price", "amount_fen")},
            grants={"price": "month"},
        ),
        ir.Offer("free", "free", "spare", account="credit"),
    ]


def test_every_word_of_a_rule_is_in_the_tree(pack: ir.Pack) -> None:
    assert [
        (
            *(rule.id, rule.form, rule.title, rule.area, rule.priority, rule.group, rule.stacking, rule.payers),
            *(rule.shared, rule.roll_over, rule.rows, rule.line),
        )
        for rule in pack.rules.values()
    ] == [
        ("who", "eligible", "谁能享受", "某街道", 3, "first", "best", (), "price_fen", "", "first", 59),
        ("price", "tier", "price", "某区", 0, "price", "add", (), "price_fen", "", "way", 72),
        (
            "shared",
            "split",
            "shared",
            "某区",
            0,
            "shared",
            "add",
            ("elder", "government"),
            "market_price_fen",
            "",
            "first",
            78,
        ),
        (
            "credit",
            "account",
            "credit",
            "某区",
            0,
            "credit",
            "add",
            ("elder", "government"),
            "price_fen",
            "carried",
            "first",
            85,
        ),
        ("rate-band", "limit", "rate-band", "某区", 0, "rate-band", "add", (), "price_fen", "", "first", 92),
    ]
    assert {rule.id: str(rule.source) for rule in pack.rules.values()} == {
        "who": "某府〔2014〕1号《关于居家养老的通知》“60周岁以上”",
        "price": "《》“每小时”",
        "shared": "某府〔2014〕1号《关于居家养老的通知》“共同负担”",
        "credit": "某府〔2014〕1号《关于居家养老的通知》“每月”",
        "rate-band": "某府〔2014〕1号《关于居家养老的通知》“5—10元”",
    }
    assert pack.rules["who"].words == {"age": "申请时的年龄"}
    assert pack.rules["who"].domains == {"ability_level": ("none", "mild")}


def test_every_cell_of_a_table_is_in_the_tree_with_its_line(pack: ir.Pack) -> None:
    assert [
        (
            *(version.label, version.from_on, version.until_on, version.table.file),
            *([name.name for name in version.table.columns], version.table.outcomes),
        )
        for rule in pack.rules.values()
        for version in rule.versions
    ] == [
        ("..2014-10-01", None, date(2014, 10, 1), "tables/who.2014.csv", ["age"], ("eligible", "ground")),
        ("2014-10-01..", date(2014, 10, 1), None, "tables/who.csv", ["age"], ("eligible", "ground")),
        ("..", None, None, "tables/price.csv", ["ability_level", "age"], ("amount_fen",)),
        ("..", None, None, "tables/shared.csv", [], ("elder", "government")),
        ("..", None, None, "tables/credit.csv", ["may"], ("granted",)),
        ("..", None, None, "tables/rate-band.csv", ["amount_fen"], ("result", "figure")),
    ]
    assert [
        (row.line, [(cell.column.name, cell.text) for cell in row.cells], dict(row.answers), row.because)
        for rule in pack.rules.values()
        for version in rule.versions
        for row in version.table.rows
    ] == [
        (5, [("age", "65..\n74")], {"eligible": ir.Const(True), "ground": ir.Const("old")}, ""),
        (8, [], {"eligible": ir.Const(False), "ground": ir.Const("B")}, "不可以"),
        (2, [("age", ">=60")], {"eligible": ir.Const(True), "ground": ir.Const("A")}, "可以"),
        (3, [("age", "<50")], {"eligible": ir.Const(False)}, "不可以"),
        (4, [], {"eligible": ir.Const(False), "ground": ir.Const("B|C")}, "不可以"),
        (2, [("ability_level", "none"), ("age", "60..64")], {"amount_fen": ir.Name("figure", "twice")}, ""),
        (3, [], {"amount_fen": ir.Const(1000)}, ""),
        (2, [], {"elder": ir.Rest(), "government": ir.PerMille(300)}, "好"),
        (2, [("may", "yes")], {"granted": ir.Const(5000)}, "好"),
        (3, [("may", "no")], {"granted": ir.NoAccount()}, "没有"),
        (2, [("amount_fen", "500..1000")], {"result": ir.Const("pass"), "figure": ir.Name("fact", "amount_fen")}, "好"),
        (3, [], {"result": ir.Const("warn"), "figure": ir.Const(0)}, "高"),
    ]

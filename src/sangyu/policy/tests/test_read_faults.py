"""Every fault that reading finds, word for word with file, line and rule, and all of them in one reading."""

from __future__ import annotations

from pathlib import Path

from sangyu.policy.read import Reader


def faults(tmp_path: Path, toml: str, **tables: str) -> list[str]:
    """Write a pack and read it; give what is wrong with it, in the order in which it is told."""
    folder = tmp_path / "elsewhere"
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / "tables" / f"{name.replace('_', '-')}.csv").write_text(text, encoding="utf-8")
    (folder / "pack.toml").write_text(toml, encoding="utf-8")
    reader = Reader(folder)
    assert (reader.pack is None) is bool(reader.findings)
    assert {type(one.rule) for one in reader.findings} <= {str}
    return [str(one).removeprefix("elsewhere/") for one in reader.findings]


HEADS = """[documents.notice]
title = "通知"
level = "village"

[switches.empty]
[switches.told]
values = ["a", "b"]
readings = ["甲"]
[settings.none]
values = []

[parameters.odd]
type = "float"
[parameters.choice]
type = "code"
[parameters.number]
codes = ["a"]
[parameters.free]
default = 1
[parameters.set]
value = 1

[figures.broken]
formula = "price_fen +"
[figures.silent]
[figures.round]
formula = "round_again + 1"
[figures.round_again]
formula = "round * 2"

[derived.homeless]
rule = "nowhere"
[derived.deaf]
rule = "kept"
answer = "why"

[rules.kept]
form = "eligible"
document = "notice"
locator = "第一条"
versions = [{ table = "kept.csv" }, { table = "kept.csv" }]
"""


def test_what_a_pack_declares_wrongly(tmp_path: Path) -> None:
    assert faults(tmp_path, HEADS, kept="eligible,ground,because\nyes,all,可以\n") == [
        "pack.toml:1: 文件“notice”的级别 'village' 应为 national、provincial、municipal、district、street",
        "pack.toml:5: “empty”没有可用的值（values），第一个值是默认读法",
        "pack.toml:6: “told”的读法说明（readings）与值的个数不同",
        "pack.toml:9: “none”没有可用的值（values），第一个值是默认读法",
        "pack.toml:12: 参数“odd”的类型 'float' 应为 int、code、map、matrix、steps",
        "pack.toml:14: 参数“choice”：类型为 code 的写明 codes，其他类型不写",
        "pack.toml:16: 参数“number”：类型为 code 的写明 codes，其他类型不写",
        "pack.toml:18: 参数“free”不得有默认值：文件没有写明的数字要由主管部门设定",
        "pack.toml:20: 参数“set”不得有默认值：文件没有写明的数字要由主管部门设定",
        "pack.toml:31: 推导事实“homeless”所用的规则 'nowhere' 不存在",
        "pack.toml:33: 推导事实“deaf”的 answer 'why' 应为 ground、eligible、amount_fen、hours、units、value、figure",
        "pack.toml:23: 算式“price_fen +”写法有误",
        "pack.toml:25: 算式“”写法有误",
        "pack.toml:37: [kept] 两个版本的有效期重叠：.. 与 ..",
        "pack.toml:26: “round”的推导绕回了自己",
        "pack.toml:28: “round_again”的推导绕回了自己",
        "pack.toml:0: [pack] 缺少 title",
        "pack.toml:0: [pack] 缺少 area",
    ]


OFFERS = """[pack]
title = "某区"
area = "某区"

[documents.notice]
title = "通知"

[funds.purse]

[derived.class]
rule = "who"

[rules.who]
form = "eligible"
document = "notice"
locator = "第一条"
[rules.much]
form = "tier"
document = "notice"
locator = "第一条"

[offers.wrong]
eligible = "much"
price = "who"
split = "who"
account = "much"
account_when = { nobody = "A", class = "C" }
facts = { colour = "red" }
answers = { age = "who", shade = "who.ground", month = "nowhere.hours", units = "much.size" }
grants = { who = "month", much = "week" }
[offers.poor]
fund = "purse"
account_when = { class = "A" }
[offers.silent]
fund = "purse"
[offers.strange]
fund = "purse"
eligible = "nowhere"
account = "nowhere"
grants = { nowhere = "year" }
"""


def test_what_a_service_declares_wrongly(tmp_path: Path) -> None:
    who = "age,eligible,ground,because\n>=60,yes,A,可以\n,no,,不可以\n"
    much = "amount_fen,because\n100,一元\n"
    assert faults(tmp_path, OFFERS, who=who, much=much) == [
        "pack.toml:22: 服务种类“wrong”的 eligible 应是一条 eligible 规则，现为 'much'",
        "pack.toml:22: 服务种类“wrong”的 price 应是一条 tier 规则，现为 'who'",
        "pack.toml:22: 服务种类“wrong”的 split 应是一条 split 规则，现为 'who'",
        "pack.toml:22: 服务种类“wrong”的 account 应是一条 account 规则，现为 'much'",
        "pack.toml:22: 服务种类“wrong”的 grants 里 who = 'month' 应是一条 tier 规则和它的周期（month 或 year）",
        "pack.toml:22: 服务种类“wrong”的 grants 里 much = 'week' 应是一条 tier 规则和它的周期（month 或 year）",
        "pack.toml:22: 服务种类“wrong”的 资金 None 不存在",
        "pack.toml:22: 服务种类“wrong”的 account_when 里 nobody = 'A' 不存在",
        "pack.toml:22: 服务种类“wrong”的 account_when 里 class = 'C' 不存在",
        "pack.toml:22: 服务种类“wrong”的 answers 里 age 应写成“规则.答复”，如 home-hours.hours，现为 'who'",
        "pack.toml:22: 服务种类“wrong”的 answers 里 month 应写成“规则.答复”，如 home-hours.hours，现为 'nowhere.hours'",
        "pack.toml:22: 服务种类“wrong”的 answers 里 units 应写成“规则.答复”，如 home-hours.hours，现为 'much.size'",
        "pack.toml:22: 服务种类“wrong”的 事实 colour 不存在",
        "pack.toml:22: 服务种类“wrong”的 事实 shade 不存在",
        "pack.toml:22: 服务种类“wrong”的 事实 month 不存在",
        "pack.toml:22: 服务种类“wrong”的 事实 units 不存在",
        "pack.toml:31: 服务种类“poor”的 split 没有写：不能全部由 account 支付的，要写明怎样分担",
        "pack.toml:34: 服务种类“silent”的 split 没有写：不能全部由 account 支付的，要写明怎样分担",
        "pack.toml:36: 服务种类“strange”的 eligible 应是一条 eligible 规则，现为 'nowhere'",
        "pack.toml:36: 服务种类“strange”的 account 应是一条 account 规则，现为 'nowhere'",
        "pack.toml:36: 服务种类“strange”的 grants 里 nowhere = 'year' 应是一条 tier 规则和它的周期（month 或 year）",
    ]


RULES = """[pack]
title = "某区"
area = "某区"

[documents.notice]
title = "通知"

[switches.way]
values = ["best", "add"]
[switches.colour]
values = ["red", "blue"]
[settings.open]
values = ["first", "best"]

[rules.formless]
[rules.sourceless]
form = "grant"
document = "letter"
locator = "第一条"
stacking = "heap"
roll_over = "wheel"
rows = "all"
words = { age = "年龄", size = "大小" }
[rules.wordless]
form = "eligible"
document = "notice"
rows = "way"
[rules.coloured]
form = "tier"
document = "notice"
locator = "第一条"
rows = "colour"
[rules.opened]
form = "tier"
document = "notice"
locator = "第一条"
rows = "open"
versions = [{ from = "2014-10-01", table = "opened.csv" }, { until = 2014, table = "opened.csv" }]
[rules.alone]
form = "split"
document = "notice"
locator = "第一条"
payers = ["elder"]
[rules.periods]
form = "tier"
document = "notice"
locator = "第一条"
rows = "add"
versions = [
  { from = 2016-01-01, until = 2015-01-01, table = "opened.csv" },
  { until = 2014-01-01, table = "opened.csv" },
  { from = 2013-12-31, until = 2014-06-01, table = "opened.csv" },
  { from = 2014-06-02, table = "opened.csv" },
  { from = 2018-01-01, table = "opened.csv" },
]
"""


def test_what_a_rule_declares_wrongly(tmp_path: Path) -> None:
    plain = "amount_fen,because\n100,一元\n"
    tables = {"sourceless": plain, "coloured": plain, "opened": plain, "alone": "elder,because\nrest,都由老人付\n"}
    assert faults(tmp_path, RULES, wordless="eligible,ground,because\nyes,all,可以\n", **tables) == [
        "pack.toml:15: [formless] 形式 '' 应为 eligible、tier、split、account、grant、limit、schedule、statistic",
        "pack.toml:16: [sourceless] 规则没有出处：要写明文件（document）和原文片段（locator）",
        "pack.toml:16: [sourceless] 叠加方式 'heap' 应为 add、best 或 first",
        "pack.toml:16: [sourceless] 结转开关 'wheel' 不存在",
        "pack.toml:16: [sourceless] rows = 'all' 应为 first、best、add，或取这些值的开关",
        "pack.toml:16: [sourceless] words 里的“size”不是事实，也不是表里用到的分类",
        "pack.toml:24: [wordless] 规则没有出处：要写明文件（document）和原文片段（locator）",
        "pack.toml:24: [wordless] 几行合用（rows）只用于给出金额的 tier 和 grant",
        "pack.toml:28: [coloured] rows = 'colour' 应为 first、best、add，或取这些值的开关",
        "pack.toml:33: [opened] rows = 'open' 应为 first、best、add，或取这些值的开关",
        "pack.toml:33: [opened] 有效期 from 要写成日期，如 2014-10-01，不加引号",
        "pack.toml:33: [opened] 有效期 until 要写成日期，如 2014-10-01，不加引号",
        "pack.toml:39: [alone] 分担规则要写明付款方（payers），至少两方；按数量分配的写结果列 by",
        "pack.toml:44: [periods] 两个版本的有效期重叠：..2014-01-01 与 2013-12-31..2014-06-01",
        "pack.toml:44: [periods] 两个版本之间有空档：2013-12-31..2014-06-01 与 2014-06-02..",
        "pack.toml:44: [periods] 两个版本的有效期重叠：2014-06-02.. 与 2016-01-01..2015-01-01",
        "pack.toml:44: [periods] 两个版本之间有空档：2016-01-01..2015-01-01 与 2018-01-01..",
        "pack.toml:44: [periods] 版本 2016-01-01..2015-01-01 的有效期是空的",
    ]


BANDS = """[pack]
title = "某区"
area = "某区"
[documents.notice]
title = "通知"
[parameters.choice]
label = "某项"
type = "code"
codes = ["a"]
band = "band.amount_fen"
[parameters.nowhere]
label = "某项"
band = "none.amount_fen"
[parameters.formless]
label = "某项"
band = "paid.amount_fen"
[parameters.factless]
label = "某项"
band = "band.size"
[parameters.bare]
label = "某项"
band = "band"
[parameters.elsewhere]
label = "某项"
band = "band.age"
[parameters.far]
label = "某项"
band = "far.amount_fen"
[parameters.by]
label = "某项"
band = "work.amount_fen"
[parameters.daily]
label = "某项"
band = "daily.amount_fen"
[figures.two]
formula = "amount_fen * 2"
[rules.band]
form = "limit"
document = "notice"
locator = "第一条"
[rules.far]
form = "limit"
document = "notice"
locator = "第一条"
[rules.work]
form = "limit"
document = "notice"
locator = "第一条"
[rules.daily]
form = "limit"
document = "notice"
locator = "第一条"
[rules.paid]
form = "tier"
document = "notice"
locator = "第一条"
"""


def test_a_band_asks_one_fact_of_one_limit(tmp_path: Path) -> None:
    tables = {
        "band": "amount_fen,result,because\n<=100,pass,可以\n,fail,不可以\n",
        "far": "amount_fen,age,result,because\n<=100,,pass,可以\n,,fail,不可以\n",
        "work": "amount_fen,two,result,because\n<=100,,pass,可以\n,,fail,不可以\n",
        "daily": "on,amount_fen,result,because\n>=2014-01-01,<=100,pass,可以\n,,fail,不可以\n",
        "paid": "amount_fen,because\n100,一元\n",
    }
    assert faults(tmp_path, BANDS, **tables) == [
        "pack.toml:6: [band] 参数“choice”的幅度（band）只用于数字",
        "pack.toml:11: [none] 参数“nowhere”的幅度（band）应写成“limit 规则.事实”，如 opening-award-band.amount_fen",
        "pack.toml:14: [paid] 参数“formless”的幅度（band）应写成“limit 规则.事实”，如 opening-award-band.amount_fen",
        "pack.toml:17: [band] 参数“factless”的幅度（band）应写成“limit 规则.事实”，如 opening-award-band.amount_fen",
        "pack.toml:20: 参数“bare”的幅度（band）应写成“limit 规则.事实”，如 opening-award-band.amount_fen",
        "pack.toml:23: [band] 参数“elsewhere”的幅度（band）：规则 band 要只看 age 一个事实，现在看的是 amount_fen",
        "pack.toml:26: [far] 参数“far”的幅度（band）：规则 far 要只看 amount_fen 一个事实，现在看的是 age、amount_fen",
        "pack.toml:29: [work] 参数“by”的幅度（band）：规则 work 要只看 amount_fen 一个事实，现在看的是 amount_fen、two",
    ]


def test_a_band_of_a_rule_that_cannot_be_read_is_not_told_too(tmp_path: Path) -> None:
    toml = BANDS.partition("[parameters.nowhere]")[0] + BANDS[BANDS.index("[rules.band]") :].partition("[rules.far]")[0]
    assert faults(tmp_path, toml, band="amount_fen,result,because\n<=100,good,可以\n") == [
        "tables/band.csv:2: [band] “result”列只能写 pass、warn、fail",
    ]


def test_a_derivation_that_leads_back_to_itself_is_told_at_each_of_its_names(tmp_path: Path) -> None:
    toml = """[pack]
title = "某区"
area = "某区"
[documents.notice]
title = "通知"
[derived.class]
rule = "who"
[derived.size]
rule = "how"
answer = "amount_fen"
[derived.sound]
rule = "how"
answer = "amount_fen"
[figures.twice]
formula = "size * 2"
[figures.age_too]
formula = "age + 1"
[rules.who]
form = "eligible"
document = "notice"
locator = "第一条"
[rules.how]
form = "tier"
document = "notice"
locator = "第一条"
"""
    who = "twice,eligible,ground,because\n>=60,yes,A,可以\n,no,,不可以\n"
    assert faults(tmp_path, toml, who=who, how="class,amount_fen,because\nA,100,一元\n,age_too,一元\n") == [
        "pack.toml:14: “twice”的推导绕回了自己",
        "pack.toml:6: “class”的推导绕回了自己",
        "pack.toml:8: “size”的推导绕回了自己",
    ]


def test_a_class_that_an_empty_table_gives_is_told_of_the_table_alone(tmp_path: Path) -> None:
    toml = PLAIN.format(rule="only", form="eligible", more='[derived.class]\nrule = "only"')
    assert faults(tmp_path, toml, only="\n,\n") == ["tables/only.csv:1: [only] 表是空的"]


PLAIN = """[pack]
title = "某区"
area = "某区"
[documents.notice]
title = "通知"
[rules.{rule}]
form = "{form}"
document = "notice"
locator = "第一条"
{more}
"""


def read(tmp_path: Path, form: str, table: str, more: str = "") -> list[str]:
    """Give what is wrong with the one table of a pack of one rule."""
    return faults(tmp_path, PLAIN.format(rule="only", form=form, more=more), only=table)


def test_what_is_wrong_with_the_columns_of_a_table(tmp_path: Path) -> None:
    def said(form: str, table: str, more: str = "") -> list[str]:
        return read(tmp_path, form, table, more)

    assert said("tier", "hours,amount_fen,because\n1,2,好\n") == [
        "tables/only.csv:1: [only] 结果列“hours”不能与“amount_fen”同用",
    ]
    assert said("limit", "figure,because\n1,好\n") == [
        "tables/only.csv:1: [only] 缺少结果列“result”",
    ]
    assert said("schedule", "due,due,colour,because,because\n1,1,,好,好\n") == [
        "tables/only.csv:1: [only] 缺少结果列“done”",
        "tables/only.csv:1: [only] 结果列“due”写了两次",
        "tables/only.csv:1: [only] 不认识的名称“colour”：既不是事实，也不是本包的参数、开关或算式",
        "tables/only.csv:1: [only] 结果列“because”写了两次",
    ]
    assert said("split", "age,because\n,好\n", 'payers = ["elder", "street"]') == [
        "tables/only.csv:1: [only] 缺少结果列“elder”",
        "tables/only.csv:1: [only] 缺少结果列“street”",
    ]
    assert said("account", "available,because\n100,好\n", 'payers = ["elder", "street"]') == []
    assert said("account", "granted,available,because\n100,100,好\n") == [
        "tables/only.csv:1: [only] 结果列“available”不能与“granted”同用",
    ]
    assert said("statistic", "denominator,because\n100,好\n") == [
        "tables/only.csv:1: [only] 缺少结果列“value”",
    ]


def test_what_is_wrong_with_the_rows_of_a_table(tmp_path: Path) -> None:
    rows = """age,on,eligible,ground,because
#年龄,日期,,,
old,2014-13-01,maybe,all,{age}
,,no,,{nobody}{age_gap}{age_gap:x}{age_gap:65}{lacking}{ground}{elder}

>=60,,yes,,好
,,yes
"""
    assert read(tmp_path, "eligible", rows) == [
        "tables/only.csv:3: [only] “age”列：不认识的名称“old”：既不是事实，也不是本包的参数、开关或算式",
        "tables/only.csv:3: [only] “on”列：“2014-13-01”不是日期",
        "tables/only.csv:3: [only] “eligible”列：“maybe”应写 yes 或 no",
        "tables/only.csv:4: [only] 说明里的 {nobody} 没有对应的名称",
        "tables/only.csv:4: [only] 说明里的 {age_gap} 没有对应的名称",
        "tables/only.csv:4: [only] 说明里的 {age_gap:x} 没有对应的名称",
        "tables/only.csv:4: [only] 说明里的 {elder} 没有对应的名称",
        "tables/only.csv:6: [only] “ground”列：结果列“ground”不能为空",
        "tables/only.csv:7: [only] 这一行有 3 格，表头有 5 格",
    ]
    paid = 'elder,street,because\nrest,"","{elder}{street}{centre}"\n'
    assert read(tmp_path, "split", paid, 'payers = ["elder", "street"]') == [
        "tables/only.csv:2: [only] “street”列：结果列“street”不能为空",
        "tables/only.csv:2: [only] 说明里的 {centre} 没有对应的名称",
    ]
    assert read(tmp_path, "schedule", "every,because\nday,好\n") == [
        "tables/only.csv:2: [only] “every”列只能写 week、month、quarter、year",
    ]
    assert read(tmp_path, "limit", "result,because\npassed,好\n") == [
        "tables/only.csv:2: [only] “result”列只能写 pass、warn、fail",
    ]
    assert read(tmp_path, "tier", "amount_fen,because\n#1,好\n") == [
        "tables/only.csv:1: [only] 表里没有一行规则",
    ]
    assert read(tmp_path, "tier", "\n , \n") == [
        "tables/only.csv:1: [only] 表是空的",
    ]


def test_a_file_that_cannot_be_read_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"

    def told() -> list[str]:
        found = Reader(folder).findings
        assert {type(one.rule) for one in found} <= {str}
        return [str(one) for one in found]

    assert told() == [
        "elsewhere/pack.toml:0: 没有这个文件",
    ]
    assert faults(tmp_path, "[pack]\ntitle = \n") == [
        "pack.toml:2: 写法有误：Invalid value (at line 2, column 9)",
    ]
    (folder / "pack.toml").write_bytes("标题".encode("gb18030"))
    assert told() == [
        "elsewhere/pack.toml:0: 不是 UTF-8 编码，请用记事本另存，编码选 UTF-8",
    ]
    assert faults(tmp_path, "[pack]\narea = ''\n") == [
        "pack.toml:1: [pack] 缺少 title",
        "pack.toml:1: [pack] 缺少 area",
    ]
    (folder / "pack.toml").write_text(PLAIN.format(rule="only", form="tier", more=""), encoding="utf-8")
    table = folder / "tables" / "only.csv"
    assert told() == [
        "elsewhere/tables/only.csv:0: [only] 没有这张表",
    ]
    table.write_bytes("amount_fen,because\n1,规则\n".encode("gb18030"))
    assert told() == [
        "elsewhere/tables/only.csv:0: [only] 不是 UTF-8 编码，请在 Excel 里另存为“CSV UTF-8（逗号分隔）”",
    ]
    table.write_text(f'amount_fen,because\n1,"{"长" * 140_000}\n', encoding="utf-8")
    assert told() == [
        "elsewhere/tables/only.csv:0: [only] 有一格长得不像话，多半是引号没有配对，请核对",
    ]
    table.write_text("amount_fen,because\n1,x\n" + "#" * 1_250_000, encoding="utf-8")
    assert told() == [
        "elsewhere/tables/only.csv:0: [only] 表有 1.3 MB，最多 1 MB；规则表通常只有几十行，请核对是不是放错了文件",
    ]
    notes = ("#" * 99 + "\n") * 9_999
    table.write_text(f"amount_fen,because\n1,x\n{notes}".ljust(1_000_000, "#"), encoding="utf-8")
    (folder / "full.csv").write_text("#" * 1_000_000, encoding="utf-8")
    assert (table.stat().st_size, told()) == (1_000_000, [])
    (folder / "prices.csv").write_bytes("价格".encode("gb18030"))
    (folder / "wide.csv").write_text("#" * 1_000_001, encoding="utf-8")
    assert told() == [
        "elsewhere/prices.csv:0: 不是 UTF-8 编码，请在 Excel 里另存为“CSV UTF-8（逗号分隔）”",
        "elsewhere/wide.csv:0: 超过 1 MB；名单和考核表通常只有几十行，请核对是不是放错了文件",
    ]

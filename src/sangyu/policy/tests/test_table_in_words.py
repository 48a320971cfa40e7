"""Every kind of test, answer and formula of every form, written as an official reads it: whole tables, line by line."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from sangyu.policy import Pack, load
from sangyu.policy.table_text import Line, Sheet, code_text, reading, sheet
from sangyu.policy.tests.change import written

PACK = """
[pack]
title = "试验镇"
area = "000000"
[documents.notice]
title = "办法"
number = "1号"
level = "district"
[switches.kind]
label = "类型"
values = ["dibao", "other"]
readings = ["低保的读法", "其他读法"]
[switches.strict]
label = "从严"
values = [true, false]
readings = ["从严", "从宽"]
[switches.loose]
label = "放宽"
values = [false, true]
[settings.needy]
label = "困难身份"
values = [["dibao"]]
[settings.least]
label = "最低年龄"
values = [60]
[parameters.rate_pm]
label = "比例"
type = "int"
[parameters.line_fen]
label = "收入线"
type = "int"
[parameters.table]
label = "分档"
type = "steps"
[parameters.weights]
label = "权重"
type = "map"
[parameters.band]
label = "片区"
type = "code"
codes = ["near", "dibao", "government"]
[figures.spare_fen]
label = "余钱"
formula = "price_fen - 100"
[derived.class]
label = "类别"
rule = "class"
answer = "ground"
"""
RULES = {
    "entry": ('form = "eligible"', "call_to,eligible,ground,because\nother,yes,A,\n,no,,\n"),
    "class": (
        'form = "eligible"\nwords = { age = "岁数" }',
        (
            "age,age,identities,kind,strict,loose,registered,eligible,ground,because\n"
            '>=least,<80,dibao&needy,dibao,yes,,no,yes,A,"岁数{age}，{lacking}，{age_gap:65}，{ground}"\n'
            "60..64,,not dibao|extreme_poor,not other,no,yes,,yes,B,\n"
            "65,,needy,dibao|other,,no,yes,yes,B,{identities}\n"
            "not 5|6,>70,,,,,,no,,\n"
            "<=70,,,,,,,no,,{lacking}\n"
        ),
    ),
    "price": (
        'form = "tier"',
        (
            "price_fen,since,class,band,on,amount_fen,because\n"
            '<=spare_fen,2020-01-02..2020-02-03,A,near|dibao,>month_start,"min(500, price_fen'
            ', 9.00 + 100 * 2)",{amount_fen}\n'
            '>100,>=2020-01-02,not A,government,,"half_up((price_fen + 100) * rate_pm / 1000)'
            ' - (price_fen - 100 - 200)",\n'
            '"500",>since,,,<year_end,"max(spare_fen * 2, 2 * (price_fen - 5)) + count(distin'
            'ct(events)) * 100",\n'
            '<=line_fen,,,,,"at(weights, dibao) + has(equipment, seat, staff) + lacks(equipme'
            'nt, seat) + counts.meal_emergency * 5 + counts.odd",\n'
            ',,,,,"step(table, age) - (count * 2) + sum(meal_subsidies_fen) - up(price_fen / '
            '3) + down(price_fen / count)",\n'
        ),
    ),
    "share": (
        'form = "split"\npayers = ["elder", "government", "district"]',
        (
            "beds,elder,government,district,because\n"
            "1,rest,300 pm,rate_pm pm,{elder}\n"
            '2,rest,100 + 200,"min(500, price_fen) - 100",{government}\n'
            '3,0,rest,"min(count * price_fen, 5 * 3)",\n'
        ),
    ),
    "hours": (
        'form = "tier"',
        ("age,hours,because\n>1,10 + 20,\n,count,\n"),
    ),
    "units": (
        'form = "tier"',
        (
            "age,units,because\n"
            ">1,count(month_start <= events < on),\n"
            ',"count(distances_m > 900) + count(distances_m <= count)",\n'
        ),
    ),
    "credit": (
        'form = "account"',
        ("mode,granted,because\nhome,5000,\n,none,\n"),
    ),
    "minutes": (
        'form = "account"\nshared = "minutes"',
        ("mode,granted,because\nhome,60,\n,none,\n"),
    ),
    "grant": (
        'form = "grant"',
        ('count,amount_fen,because\n>1,"weighted(counts, weights)",\n,0,\n'),
    ),
    "limit": (
        'form = "limit"',
        ("count,result,figure,because\n>1,pass,count,\n>0,warn,count * 100,\n,fail,0,\n"),
    ),
    "every": (
        'form = "schedule"',
        ("category,every,because\nweek,week,\nmonth,month,\nquarter,quarter,\n,year,\n"),
    ),
    "due": (
        'form = "schedule"',
        (
            "age,due,done,because\n"
            '>1,2,"months_aged(80, month_end)",\n'
            ",year(on) - month(on) + age_on(on),months_from(since),\n"
        ),
    ),
    "until": (
        'form = "schedule"',
        ('age,until,because\n>1,"days_through(since, 30)",\n,"months_through(since, 1)",\n'),
    ),
    "rate": (
        'form = "statistic"',
        ("value,denominator,because\nhalf_up(count * 1000 / total),total,{value:pm}\n"),
    ),
    "by": (
        'form = "split"\npayers = ["district", "street"]',
        ("age,by,because\n,counts,\n"),
    ),
}
WORDS: Mapping[str, Sheet] = {
    "entry": Sheet(("被叫",), ("是否符合",), (Line(2, ("其他电话",), ("是",), ""), Line(3, ("",), ("否",), ""))),
    "class": Sheet(
        ("岁数", "岁数", "身份类别", "类型", "从严", "放宽", "已登记入院"),
        ("是否符合", "依据"),
        (
            Line(
                2,
                ("≥最低年龄", "＜80", "低保＋困难", "低保的读法", "从严", "", "否"),
                ("是", "A"),
                "岁数〔岁数〕，〔差在哪里〕，〔差多少岁数〕，〔依据〕",
            ),
            Line(3, ("60—64", "", "不是低保、特困供养", "不是其他读法", "从宽", "是", ""), ("是", "B"), ""),
            Line(4, ("65", "", "困难", "低保的读法、其他读法", "", "否", "是"), ("是", "B"), "〔身份类别〕"),
            Line(5, ("不是5、6", "＞70", "", "", "", "", ""), ("否", ""), ""),
            Line(6, ("≤70", "", "", "", "", "", ""), ("否", ""), "〔差在哪里〕"),
        ),
    ),
    "price": Sheet(
        ("价格", "起始日期", "类别", "片区", "服务日期（办理日期）"),
        ("金额",),
        (
            Line(
                2,
                ("≤余钱", "2020年1月2日—2020年2月3日", "A", "near、低保", "＞本月第一天"),
                ("取小(5元，价格，9元＋1元×0.02元)",),
                "〔金额〕",
            ),
            Line(
                3,
                ("＞1元", "≥2020年1月2日", "不是A", "政府", ""),
                ("四舍五入((价格＋1元)×比例 ÷ 1000)－(价格－1元－2元)",),
                "",
            ),
            Line(
                4,
                ("5元", "＞起始日期", "", "", "＜本年最后一天"),
                ("取大(余钱×2，2×(价格－0.05元))＋个数(去重(已发生日期))×1元",),
                "",
            ),
            Line(
                5,
                ("≤收入线", "", "", "", ""),
                (
                    "查表(权重，低保)＋有几项(配置清单，席位，人员)＋缺几项(配置清单，席位)＋分类数量·用餐与应急×0.05元＋分类数量·odd",
                ),
                "",
            ),
            Line(
                6,
                ("", "", "", "", ""),
                ("查分档表(分档，年龄（周岁）)－数量×0.02元＋合计(各餐补贴)－进一(价格 ÷ 3)＋舍去(价格 ÷ 数量)",),
                "",
            ),
        ),
    ),
    "share": Sheet(
        ("床位数",),
        ("自付", "政府", "区财政"),
        (
            Line(2, ("1",), ("其余", "30%", "比例"), "〔自付〕"),
            Line(3, ("2",), ("其余", "1元＋2元", "取小(5元，价格)－1元"), "〔政府〕"),
            Line(4, ("3",), ("0元", "其余", "取小(数量×价格，0.05元×0.03元)"), ""),
        ),
    ),
    "hours": Sheet(
        ("年龄（周岁）",),
        ("小时",),
        (
            Line(2, ("＞1",), ("10＋20",), ""),
            Line(3, ("",), ("数量",), ""),
        ),
    ),
    "units": Sheet(
        ("年龄（周岁）",),
        ("数量",),
        (
            Line(2, ("＞1",), ("已发生日期中≥本月第一天 ＜服务日期（办理日期）的个数",), ""),
            Line(3, ("",), ("各老人到最近服务点的距离中＞900的个数＋各老人到最近服务点的距离中≤数量的个数",), ""),
        ),
    ),
    "credit": Sheet(
        ("方式",),
        ("本期额度",),
        (
            Line(2, ("居家照料",), ("50元",), ""),
            Line(3, ("",), ("不开户",), ""),
        ),
    ),
    "minutes": Sheet(
        ("方式",),
        ("本期额度",),
        (
            Line(2, ("居家照料",), ("60",), ""),
            Line(3, ("",), ("不开户",), ""),
        ),
    ),
    "grant": Sheet(
        ("数量",),
        ("金额",),
        (
            Line(2, ("＞1",), ("加权合计(分类数量，权重)",), ""),
            Line(3, ("",), ("0元",), ""),
        ),
    ),
    "limit": Sheet(
        ("数量",),
        ("结论", "数字"),
        (
            Line(2, ("＞1",), ("达标", "数量"), ""),
            Line(3, ("＞0",), ("提醒", "数量×100"), ""),
            Line(4, ("",), ("不达标", "0"), ""),
        ),
    ),
    "every": Sheet(
        ("分类",),
        ("周期",),
        (
            Line(2, ("周",), ("每周",), ""),
            Line(3, ("月",), ("每月",), ""),
            Line(4, ("季",), ("每季",), ""),
            Line(5, ("",), ("每年",), ""),
        ),
    ),
    "due": Sheet(
        ("年龄（周岁）",),
        ("应做", "已做"),
        (
            Line(2, ("＞1",), ("2", "本年满龄月数(80，本月最后一天)"), ""),
            Line(
                3,
                ("",),
                (
                    "年份(服务日期（办理日期）)－月份(服务日期（办理日期）)＋当日年龄(服务日期（办理日期）)",
                    "本年起算月数(起始日期)",
                ),
                "",
            ),
        ),
    ),
    "until": Sheet(
        ("年龄（周岁）",),
        ("截止日",),
        (
            Line(2, ("＞1",), ("满日止(起始日期，30)",), ""),
            Line(3, ("",), ("满月止(起始日期，1)",), ""),
        ),
    ),
    "rate": Sheet(
        (),
        ("数值", "分母"),
        (Line(2, (), ("四舍五入(数量×1000 ÷ 总数)", "总数"), "〔数值〕"),),
    ),
    "by": Sheet(
        ("年龄（周岁）",),
        ("按什么分",),
        (Line(2, ("",), ("分类数量",), ""),),
    ),
}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = written(tmp_path_factory.mktemp("words"), PACK, RULES)
    return load(folder.name, folder.parent)


@pytest.mark.parametrize("rule", RULES)
def test_a_table_in_words(pack: Pack, rule: str) -> None:
    assert sheet(pack.rules[rule], pack.rules[rule].versions[0], pack) == WORDS[rule]


def test_codes_and_readings_in_words(pack: Pack) -> None:
    assert code_text(True) == "是"
    assert code_text([False, "dibao", ("government", "zz")]) == "否、低保、政府、zz"
    assert code_text(12) == "12"
    assert code_text("district") == "区财政"
    told = [("kind", "dibao"), ("kind", "z"), ("strict", False), ("loose", True), ("needy", ("dibao",)), ("least", 60)]
    assert [reading(pack.settings[name], value) for name, value in told] == [
        *("低保的读法", "z", "从宽", "是", "低保", "60"),
    ]

"""A pack and its edited copy: every entry, version, row and cell that changed is told, as whole sentences in order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from sangyu.policy import Pack
from sangyu.policy.diff import CellChange, Change, State, diff
from sangyu.policy.read import Reader
from sangyu.policy.tests.hillside import PACK_ID, TABLES, hillside

HOURS = TABLES["hours.csv"]
TOML = [
    ('title = "山坡镇规划"\n', 'number = "山规2号"\nlevel = "district"\n'),
    ("issued_on = 2020-01-02\n", "issued_on = 2020-03-04\n"),
    ('[funds.town]\ntitle = "镇级资金"\n', '[funds.town]\ntitle = "镇级资金"\nlevel = "street"\n\n[funds.extra]\n'),
    (
        'label = "结转"\nvalues = [false, true]\nreadings = ["不结转", "结转到下月"]',
        'label = "结转"\nvalues = [true, false]',
    ),
    ('values = [["dibao"], [\n  "dibao", "needy" ]]', 'values = [["dibao", "needy"], []]'),
    ('[parameters.area_band]\nlabel = "片区"\ntype = "code"\ncodes = ["near", "far"]\n', ""),
    ('[derived.kin]\nlabel = "对象类别"', '[derived.kin]\nlabel = "类别"\naliases = ["class"]'),
    (
        '[rules.visit]\nform = "schedule"\ntitle = "走访"',
        (
            '[rules.call]\nform = "schedule"\ntitle = "通话"\ndocument = "plan"\nlocator = "第七条"\n'
            'versions = [{ table = "visit.csv" }]\n\n'
            '[rules.visit]\nform = "schedule"\ntitle = "上门走访"\nwords = { age = "岁数" }'
        ),
    ),
    (
        'versions = [{ from = 2020-01-02, table = "credit.csv" }]',
        'versions = [{ from = 2020-02-02, table = "credit.csv" }]',
    ),
    ("from = 2021-01-01", "from = 2021-01-01, until = 2023-01-01"),
    ('fund = "town"', 'fund = "town"\nfacts = { meal = "lunch", registered = true, on = 2020-01-01 }'),
]
EDITS: Mapping[str, list[tuple[str, str]]] = {
    "pack.toml": TOML,
    "tables/kin.csv": [
        (">=80,not dibao,2019-01-01,60,yes,B,高龄", ">=85,not dibao|needy,,65,yes,B,很高龄"),
        (">=min_age,needy", ">=min_age,dibao"),
    ],
    "tables/meal.old.csv": [
        ("A,yes,2,1500,0,rest,0,全免", "A,no,1,15.50,500,rest,0,全免"),
        (",,,,rest,0,0,", ",,,,rest,1,0,\n"),
    ],
    "tables/meal.csv": [
        ("A,,,0,rest,0,全免", "A,,,0,rest,0,全免\nB,2,>=10.00,3.00,rest,-5,新\nA|B,,not 1500,0,rest,0,又"),
        (',>=meals_per_day,,rest,"min(500, price_fen)",0,"每餐补, {government}"\n', ""),
    ],
    "tables/norm.csv": [
        ("amount_fen,result,figure,because", "result,amount_fen,figure,because"),
        ("100.00..200.00,pass", "pass,100.00..250.00"),
        (",fail", "fail,"),
    ],
    "tables/hours.csv": [
        ("ability_level,month_start,hours,because", "ability_level,age,hours,because"),
        (",>2020-01-01,10", ",>=60,10"),
    ],
}


def edited(parent: Path, edits: Mapping[str, list[tuple[str, str]]]) -> Pack:
    """Write the pack with pieces of its files replaced, the first of each, and read it."""
    folder = hillside(parent)
    for file, pieces in edits.items():
        text = (folder / file).read_bytes().decode()
        for old, new in pieces:
            assert old in text, f"{old!r} is not in {file}"
            text = text.replace(old, new, 1)
        (folder / file).write_bytes(text.encode())
    reader = Reader(folder)
    assert reader.pack is not None, reader.findings
    return reader.pack


@pytest.fixture(scope="module")
def was(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return edited(tmp_path_factory.mktemp("was"), {})


@pytest.fixture(scope="module")
def now(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return edited(tmp_path_factory.mktemp("now"), EDITS)


def told(before: State, after: State) -> list[str]:
    return [str(change) for change in diff(before, after)]


def test_a_changed_folder_is_told_whole(was: Pack, now: Pack) -> None:
    assert told(State(was), State(now)) == [
        "改动文件“山坡镇养老服务办法”（notice）：“印发日期”由 2020年1月2日 改为 2020年3月4日",
        (
            "改动文件“plan”（plan）：“名称”由 山坡镇规划 改为 （空）；“文号”由 （空） 改为 山规2号；“level”由 "
            "（空） 改为 district"
        ),
        "改动资金“镇级资金”（town）：“level”由 （空） 改为 street",
        "新增资金“extra”（extra）",
        (
            "改动读法开关“结转”（roll_over）：“可选的值（第一个是默认）”由 否、是 改为 是、否；“读法”由 不结转"
            "、结转到下月 改为 （空）"
        ),
        "改动设置“困难身份”（needy）：“可选的值（第一个是默认）”由 dibao、dibao、needy 改为 dibao、needy、（空）",
        "删去参数“片区”（area_band）",
        "改动推导事实“类别”（kin）：“名称”由 对象类别 改为 类别；“aliases”由 （空） 改为 class",
        "改动服务种类“午餐”（meal）：“facts”由 （空） 改为 meal = lunch，registered = 是，on = 2020年1月1日",
        "改动规则“上门走访”（visit）：“名称”由 走访 改为 上门走访；“words”由 （空） 改为 age = 岁数",
        "新增规则“通话”（call）",
        (
            "“对象”（kin）第3行改动：年龄（周岁） >=min_age，身份类别 困难 → 是否符合 是，依据 A；“身份类别”由 "
            "困难 改为 低保"
        ),
        (
            "“对象”（kin）第4行改动：年龄（周岁） >=80，身份类别 不是 低保，起始日期 2019-01-01，起始年龄 60 → "
            "是否符合 是，依据 B；“年龄（周岁）”由 >=80 改为 >=85；“身份类别”由 不是 低保 改为 不是 低保|困难；"
            "“起始日期”由 2019-01-01 改为 （空）；“起始年龄”由 60 改为 65；“说明”由 高龄 改为 很高龄"
        ),
        (
            "“助餐”（meal）第2行改动：对象类别 A，结转 是，每日餐数 2，价格 15元 → 自付 0元，政府 余额，区财政 "
            "0元；“结转”由 是 改为 否；“每日餐数”由 2 改为 1；“价格”由 15元 改为 15.50元；“自付”由 0元 改为 5元"
        ),
        "“助餐”（meal）第5行改动：其他情形 → 自付 余额，政府 0元，区财政 0元；“政府”由 0元 改为 0.01元",
        "改动规则版本“助餐”（meal）：“有效期”由 2021年1月1日起 改为 2021年1月1日起2023年1月1日前",
        "“助餐”（meal）第4行新增：类别 B，每日餐数 2，价格 >=10.00 → 自付 3元，政府 余额，区财政 -0.05元",
        (
            "“助餐”（meal）第5行改动：每日餐数 >=meals_per_day → 自付 余额，政府 min(500, price_fen)，区财政 0"
            "元；“类别”由 （空） 改为 A|B；“每日餐数”由 >=meals_per_day 改为 （空）；“价格”由 （空） 改为 not 1"
            "500；“自付”由 余额 改为 0元；“政府”由 min(500, price_fen) 改为 余额；“说明”由 每餐补, {government}"
            " 改为 又"
        ),
        (
            "“幅度[元]”（norm）第2行改动：金额 100.00..200.00 → 结论 pass，数字 amount_fen；“金额”由 100.00..20"
            "0.00 改为 100.00..250.00"
        ),
        (
            "“时长”（hours）第3行改动：本月第一天 >2020-01-01 → 小时 10；“年龄（周岁）”由 （空） 改为 >=60；“本"
            "月第一天”由 >2020-01-01 改为 （空）"
        ),
        "删去规则版本“月额度”（credit）：2020年1月2日起，共2行",
        "新增规则版本“月额度”（credit）：2020年2月2日起，共2行",
    ]


def test_two_days_of_one_pack_are_told_whole(was: Pack, now: Pack) -> None:
    assert told(State(was, date(2020, 1, 1)), State(was, date(2021, 6, 1))) == [
        (
            "“助餐”（meal）第3行改动：对象类别 A，结转 是，每日餐数 2，价格 15元 → 自付 0元，政府 余额，区财政 "
            "0元；“每日餐数”由 2 改为 （空）；“价格”由 15元 改为 （空）；“结转”由 是 改为 （空）"
        ),
        (
            "“助餐”（meal）第5行改动：对象类别 A|B，价格 <20.00 → 自付 余额，政府 5元，区财政 3元；“对象类别”由"
            " A|B 改为 （空）；“每日餐数”由 （空） 改为 >=meals_per_day；“价格”由 <20.00 改为 （空）；“政府”由 "
            "5元 改为 min(500, price_fen)；“区财政”由 3元 改为 0元；“说明”由 各付 改为 每餐补, {government}"
        ),
        "“助餐”（meal）第6行改动：其他情形 → 自付 余额，政府 0元，区财政 0元；“说明”由 （空） 改为 不补",
        "新增规则版本“月额度”（credit）：2020年1月2日起，共2行",
    ]


def test_the_way_back_is_told_whole(was: Pack, now: Pack) -> None:
    assert told(State(now), State(was)) == [
        "改动文件“山坡镇养老服务办法”（notice）：“印发日期”由 2020年3月4日 改为 2020年1月2日",
        (
            "改动文件“山坡镇规划”（plan）：“文号”由 山规2号 改为 （空）；“level”由 district 改为 （空）；“名称”"
            "由 （空） 改为 山坡镇规划"
        ),
        "改动资金“镇级资金”（town）：“level”由 street 改为 （空）",
        "删去资金“extra”（extra）",
        (
            "改动读法开关“结转”（roll_over）：“可选的值（第一个是默认）”由 是、否 改为 否、是；“读法”由 （空） "
            "改为 不结转、结转到下月"
        ),
        "改动设置“困难身份”（needy）：“可选的值（第一个是默认）”由 dibao、needy、（空） 改为 dibao、dibao、needy",
        "新增参数“片区”（area_band）",
        "改动推导事实“对象类别”（kin）：“名称”由 类别 改为 对象类别；“aliases”由 class 改为 （空）",
        "改动服务种类“午餐”（meal）：“facts”由 meal = lunch，registered = 是，on = 2020年1月1日 改为 （空）",
        "删去规则“通话”（call）",
        "改动规则“走访”（visit）：“名称”由 上门走访 改为 走访；“words”由 age = 岁数 改为 （空）",
        (
            "“对象”（kin）第3行改动：年龄（周岁） >=min_age，身份类别 低保 → 是否符合 是，依据 A；“身份类别”由 "
            "低保 改为 困难"
        ),
        (
            "“对象”（kin）第4行改动：年龄（周岁） >=85，身份类别 不是 低保|困难，起始年龄 65 → 是否符合 是，依"
            "据 B；“年龄（周岁）”由 >=85 改为 >=80；“身份类别”由 不是 低保|困难 改为 不是 低保；“起始日期”由 （"
            "空） 改为 2019-01-01；“起始年龄”由 65 改为 60；“说明”由 很高龄 改为 高龄"
        ),
        (
            "“助餐”（meal）第2行改动：类别 A，结转 否，每日餐数 1，价格 15.50元 → 自付 5元，政府 余额，区财政 0"
            "元；“结转”由 否 改为 是；“每日餐数”由 1 改为 2；“价格”由 15.50元 改为 15元；“自付”由 5元 改为 0元"
        ),
        "“助餐”（meal）第5行改动：其他情形 → 自付 余额，政府 0.01元，区财政 0元；“政府”由 0.01元 改为 0元",
        "改动规则版本“助餐”（meal）：“有效期”由 2021年1月1日起2023年1月1日前 改为 2021年1月1日起",
        "“助餐”（meal）原第4行删去：类别 B，每日餐数 2，价格 >=10.00 → 自付 3元，政府 余额，区财政 -0.05元",
        (
            "“助餐”（meal）第5行改动：类别 A|B，价格 not 1500 → 自付 0元，政府 余额，区财政 0元；“对象类别”由 A"
            "|B 改为 （空）；“每日餐数”由 （空） 改为 >=meals_per_day；“价格”由 not 1500 改为 （空）；“自付”由 "
            "0元 改为 余额；“政府”由 余额 改为 min(500, price_fen)；“说明”由 又 改为 每餐补, {government}"
        ),
        (
            "“幅度[元]”（norm）第2行改动：金额 100.00..250.00 → 结论 pass，数字 amount_fen；“金额”由 100.00..25"
            "0.00 改为 100.00..200.00"
        ),
        (
            "“时长”（hours）第3行改动：年龄（周岁） >=60 → 小时 10；“本月第一天”由 （空） 改为 >2020-01-01；“年"
            "龄（周岁）”由 >=60 改为 （空）"
        ),
        "新增规则版本“月额度”（credit）：2020年1月2日起，共2行",
        "删去规则版本“月额度”（credit）：2020年2月2日起，共2行",
    ]


def test_a_rule_without_a_version_on_one_of_the_days_came_or_went(was: Pack) -> None:
    old, new = State(was, date(2019, 12, 31)), State(was, date(2020, 1, 2))
    assert told(old, old) == []
    assert told(old, new) == ["新增规则版本“月额度”（credit）：2020年1月2日起，共2行"]
    assert told(new, old) == ["删去规则版本“月额度”（credit）：2020年1月2日起，共2行"]
    assert told(State(was), new) == []


def test_changes_carry_their_rows_and_cells(was: Pack, tmp_path: Path) -> None:
    edits = {
        "hours.csv": [(",>2020-01-01,10,轻", ",>2020-01-01,12,中\n,,5,轻")],
        "norm.csv": [(",fail,amount_fen,不在\n", "")],
    }
    now = edited(tmp_path, {f"tables/{name}": pieces for name, pieces in edits.items()})
    found = diff(State(was), State(now))
    gone = "其他情形 → 结论 fail，数字 amount_fen"
    assert found == [
        Change("removed", "行", "norm", "幅度[元]", row_before=3, row=gone),
        Change(
            *("changed", "行", "hours", "时长", 3, 3, "本月第一天 >2020-01-01 → 小时 10"),
            cells=(CellChange("hours", "小时", "10", "12"), CellChange("because", "说明", "轻", "中")),
        ),
        Change("added", "行", "hours", "时长", row_after=4, row="其他情形 → 小时 5"),
    ]
    assert [one.to_json() for one in found[:2]] == [
        {
            "what": "removed",
            "kind": "行",
            "id": "norm",
            "title": "幅度[元]",
            "row_before": 3,
            "row_after": None,
            "row": gone,
            "cells": [],
            "said": f"“幅度[元]”（norm）原第3行删去：{gone}",
        },
        {
            "what": "changed",
            "kind": "行",
            "id": "hours",
            "title": "时长",
            "row_before": 3,
            "row_after": 3,
            "row": "本月第一天 >2020-01-01 → 小时 10",
            "cells": [
                {"column": "hours", "header": "小时", "before": "10", "after": "12"},
                {"column": "because", "header": "说明", "before": "轻", "after": "中"},
            ],
            "said": "“时长”（hours）第3行改动：本月第一天 >2020-01-01 → 小时 10；“小时”由 10 改为 12；"
            "“说明”由 轻 改为 中",
        },
    ]
    assert now.id == PACK_ID


def test_rows_are_paired_by_what_they_have_in_common(was: Pack, tmp_path: Path) -> None:
    header = "age,count,beds,hours,because\n"
    old = "1,1,1,1,a\n2,2,2,2,b\n3,3,3,3,c\n"
    new = "3,3,3,4,c\n9,9,9,9,x\n1,1,2,1,a\n2,2,2,3,y\n"
    pair = [
        edited(tmp_path / str(number), {"tables/hours.csv": [(HOURS, header + rows)]})
        for number, rows in enumerate((old, new))
    ]
    assert [(one.what, one.row_before, one.row_after) for one in diff(*map(State, pair))] == [
        ("added", None, 2),
        ("added", None, 3),
        ("changed", 2, 4),
        ("changed", 3, 5),
        ("removed", 4, None),
    ]
    assert [(one.what, one.row_before, one.row_after) for one in diff(*map(State, reversed(pair)))] == [
        ("removed", 2, None),
        ("removed", 3, None),
        ("changed", 4, 2),
        ("changed", 5, 3),
        ("added", None, 4),
    ]


def test_a_yes_in_other_letters_is_told_as_it_is_written(was: Pack, tmp_path: Path) -> None:
    now = edited(tmp_path, {"tables/kin.csv": [("60,yes,B", "60,true,B")]})
    assert [one.cells for one in diff(State(was), State(now))] == [(CellChange("eligible", "是否符合", "是", "true"),)]

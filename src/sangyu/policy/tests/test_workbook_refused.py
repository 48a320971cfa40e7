"""A workbook that cannot be taken over is refused with every fault by sheet and cell, and nothing is written."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from pathlib import Path

import pytest

from sangyu.policy.excel import pack_files, to_excel
from sangyu.policy.excel_back import from_excel
from sangyu.policy.excel_read import BadWorkbook
from sangyu.policy.tests.hillside import FILES, PACK_ID, hillside, put, refused
from sangyu.policy.tests.workbook import Workbook


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hillside")
    to_excel(hillside(folder), folder / "x.xlsx")
    return folder / "x.xlsx"


@pytest.fixture
def book(exported: Path) -> Workbook:
    return Workbook.read(exported)


def test_faults_of_the_sections_are_all_told(book: Workbook, tmp_path: Path) -> None:
    put(book, "文件", {"E4": "去年", "A6": "notice", "B6": "又一个", "A7": "7x", "B7": "坏代码", "B8": "没有代码"})
    put(book, "读法开关", {"C4": "也许", "C5": "三", "C6": ""})
    put(book, "设置", {"C5": "x"})
    put(book, "参数", {"E6": "一百", "D4": "a", "B8": ""})
    put(book, "算式", {"A2": "ID", "B2": ""})
    put(book, "规则", {"H4": "对像", "H7": "时长", "B6": "助餐补贴", "E6": "别处", "C6": "tier", "D6": "plan"})
    put(book, "规则", {"F9": "2020-02-30", "A11": "visit", "B11": "走访", "C11": "schedule", "D11": "plan"})
    put(book, "规则", {"E11": "第六条", "H11": "走访2", "A12": "visit", "H12": "走访3", "A13": "a b"})
    put(book, "规则", {"A14": "../x", "H14": "走访4", "A15": "new", "H15": "走访4", "I15": "../new.csv"})
    for name in ("走访2", "走访3", "走访4"):
        book.sheets[name] = [list(row) for row in book.sheets["走访"]]
    del book.sheets["算例"]
    book.sheets["空表"] = [[]]
    book.sheets["草稿"] = [["", ""], ["", "x"]]
    assert refused(book, tmp_path) == [
        "参数!E6: “一百”不是整数",
        "对象: “规则”表里没有一行用到这张工作表；请在“规则”表里加一行，或者删掉这张工作表",
        "幅度 元: “规则”表里没有一行用到这张工作表；请在“规则”表里加一行，或者删掉这张工作表",
        "文件!A6: “notice”已写在第4行",
        "文件!A7: 代码“7x”要以英文字母开头，只用字母、数字、- 和 _",
        "文件!A8: 代码“”要以英文字母开头，只用字母、数字、- 和 _",
        "文件!E4: “去年”不是日期，应写成 2014-10-01",
        "算例: 缺少这张工作表，请从导出的工作簿里复制回来",
        "算式: 缺少“算式代码”“名称”列，或隐藏的代码行被删掉了",
        "草稿: “规则”表里没有一行用到这张工作表；请在“规则”表里加一行，或者删掉这张工作表",
        "规则!A13: 代码“a b”要以英文字母开头，只用字母、数字、- 和 _",
        "规则!A14: 代码“../x”要以英文字母开头，只用字母、数字、- 和 _",
        "规则!B6: 同一条规则的各行要一样：上面一行写的是“助餐”",
        "规则!C6: 同一条规则的各行要一样：上面一行写的是“split”",
        "规则!D6: 同一条规则的各行要一样：上面一行写的是“notice”",
        "规则!E6: 同一条规则的各行要一样：上面一行写的是“第二条”",
        "规则!F11: 这条规则已有同一天生效的版本，请改生效日",
        "规则!F12: 这条规则已有同一天生效的版本，请改生效日",
        "规则!F15: 这条规则已有同一天生效的版本，请改生效日",
        "规则!F9: “2020-02-30”不是日期，应写成 2014-10-01",
        "规则!H4: 没有工作表“对像”；改了工作表的名称，这里也要改",
        "规则!H8: 工作表“时长”已用在上面一行；每个版本要有自己的工作表",
        "设置!C5: “x”不是整数",
        "读法开关!C4: “也许”应写 yes 或 no",
        "读法开关!C5: “三”不是整数",
        "读法开关!C6: 要写默认值",
    ]


def test_sheets_and_columns_that_are_gone_are_all_told(book: Workbook, tmp_path: Path) -> None:
    del book.sheets["参数"]
    del book.sheets["规则"]
    for row in book.sheets["文件"]:
        del row[1:3]
    del book.sheets["设置"][1:]
    assert refused(book, tmp_path) == [
        "助餐（2021-01-01前）: “规则”表里没有一行用到这张工作表；请在“规则”表里加一行，或者删掉这张工作表",
        "助餐（2021-01-01起）: “规则”表里没有一行用到这张工作表；请在“规则”表里加一行，或者删掉这张工作表",
        "参数: 缺少这张工作表，请从导出的工作簿里复制回来",
        "对象: “规则”表里没有一行用到这张工作表；请在“规则”表里加一行，或者删掉这张工作表",
        "幅度 元: “规则”表里没有一行用到这张工作表；请在“规则”表里加一行，或者删掉这张工作表",
        "文件: 缺少“标题”“文号”列，或隐藏的代码行被删掉了",
        "时长: “规则”表里没有一行用到这张工作表；请在“规则”表里加一行，或者删掉这张工作表",
        "月额度（2020-01-02起）: “规则”表里没有一行用到这张工作表；请在“规则”表里加一行，或者删掉这张工作表",
        "规则: 缺少这张工作表，请从导出的工作簿里复制回来",
        "设置: 缺少“设置代码”“名称”“默认值”“常见的值（一行一个）”列，或隐藏的代码行被删掉了",
        "走访: “规则”表里没有一行用到这张工作表；请在“规则”表里加一行，或者删掉这张工作表",
    ]


def test_cells_that_do_not_fit_their_columns_are_all_told(book: Workbook, tmp_path: Path) -> None:
    put(book, "对象", {"A4": 75.5, "A5": date(2020, 1, 1), "A6": True, "B5": 3, "B6": False})
    put(
        book,
        "对象",
        {
            "C4": datetime.combine(date(2020, 1, 1), time(8, 30)),
            "C5": "明天",
            "C6": 2020.0,
            "D4": "x",
            "E6": "也许",
            "E5": 1,
        },
    )
    put(book, "对象", {"F4": 2.5, "F5": date(2020, 1, 1), "G4": date(2020, 1, 2), "G5": 3.50, "G6": True})
    put(book, "助餐（2021-01-01前）", {"D4": 4.999, "D5": "<20", "E5": "12.345", "F5": True, "G5": date(2020, 1, 1)})
    put(book, "助餐（2021-01-01前）", {"J3": "意见", "K4": "x"})
    put(book, "算例", {"C4": "age 75", "D5": "every"})
    book.sheets["时长"][1] = [""] * 5
    put(book, "走访", {"C2": "", "C3": ""})
    put(book, "规则", {"H9": "助餐3", "H8": "时长2"})
    book.sheets["助餐3"] = [list(row) for row in book.sheets["助餐（2021-01-01起）"]]
    book.sheets["时长2"] = [["x"], ["", ""], ["", ""], ["a"]]
    assert refused(book, tmp_path) == [
        "助餐（2021-01-01前）!D4: “price_fen”列：金额 4.999 元不足一分，最多两位小数",
        "助餐（2021-01-01前）!D5: “price_fen”列：“<20”分不清是元还是分；写元要带两位小数，如 >=1800.00",
        "助餐（2021-01-01前）!E5: “elder”列：金额 12.345 元不足一分，最多两位小数",
        "助餐（2021-01-01前）!F5: “government”列：这一列要的是金额（元），不是 TRUE",
        (
            "助餐（2021-01-01前）!G5: “district”列：Excel 把这一格变成了日期 2020-01-01，这一列要的是金额（元）"
            "；请把单元格设成“文本”再写"
        ),
        (
            "助餐（2021-01-01前）!J3: 不认识的列“意见”：表头写事实、参数或开关的名称或代码（如“年龄（周岁）”或 "
            "age）；不要的列请删掉"
        ),
        (
            "助餐（2021-01-01前）!K3: 不认识的列“”：表头写事实、参数或开关的名称或代码（如“年龄（周岁）”或 age"
            "）；不要的列请删掉"
        ),
        "对象!A4: “age”列：这一列要的是整数，不是 75.5",
        "对象!A5: “age”列：Excel 把这一格变成了日期 2020-01-01，这一列要的是整数；请把单元格设成“文本”再写",
        "对象!A6: “age”列：这一列要的是整数，不是 TRUE",
        "对象!B5: “identities”列：这一列要的是代码，不是 3",
        "对象!B6: “identities”列：这一列要的是代码，不是 FALSE",
        "对象!C4: “since”列：日期后面带了时间：2020-01-01 08:30:00；只写日期，如 2014-10-01",
        "对象!C6: “since”列：这一列要的是日期，不是 2020",
        "对象!E5: “eligible”列：这一列要的是是或否（yes/no），不是 1",
        "对象!F4: “ground”列：这一列要的是代码，不是 2.5",
        "对象!F5: “ground”列：Excel 把这一格变成了日期 2020-01-01，这一列要的是代码；请把单元格设成“文本”再写",
        "时长: “规则”表里没有一行用到这张工作表；请在“规则”表里加一行，或者删掉这张工作表",
        "时长2: 没有隐藏的代码行（第2行），认不出各列；请从导出的工作簿里复制工作表",
        "时长2!A3: 不认识的列“”：表头写事实、参数或开关的名称或代码（如“年龄（周岁）”或 age）；不要的列请删掉",
        "月额度（2020-01-02起）: “规则”表里没有一行用到这张工作表；请在“规则”表里加一行，或者删掉这张工作表",
        "算例!C4: “age 75”应写成 名称 = 值，如 age = 75",
        "算例!D5: “every”应写成 名称 = 值，如 age = 75",
        "走访!C3: 不认识的列“”：表头写事实、参数或开关的名称或代码（如“年龄（周岁）”或 age）；不要的列请删掉",
    ]


def test_what_the_reader_of_packs_refuses_is_told_by_sheet_and_cell(book: Workbook, tmp_path: Path) -> None:
    put(book, "对象", {"A4": ">=abc", "F4": "", "E5": "也许"})
    put(book, "助餐（2021-01-01起）", {"D6": "", "E6": "min("})
    put(book, "规则", {"D7": "law", "E8": ""})
    put(book, "读法开关", {"E5": "一餐"})
    put(book, "算式", {"C4": "x +"})
    put(book, "参数", {"C5": "word"})
    assert refused(book, tmp_path) == [
        "助餐（2021-01-01前）!A4: [meal] “kin”列：“kin”没有代码“A”，可用：B",
        "助餐（2021-01-01前）!A5: [meal] “kin”列：“kin”没有代码“A”，可用：B",
        "助餐（2021-01-01起）!A4: [meal] “kin”列：“kin”没有代码“A”，可用：B",
        "助餐（2021-01-01起）!D6: [meal] “elder”列：结果列“elder”不能为空",
        "助餐（2021-01-01起）!E6: [meal] “government”列：算式“min(”写法有误",
        "参数!A5: 参数“area_band”的类型 'word' 应为 int、code、map、matrix、steps",
        "参数!A5: 参数“area_band”：类型为 code 的写明 codes，其他类型不写",
        "对象!A4: [kin] “age”列：不认识的名称“abc”：既不是事实，也不是本包的参数、开关或算式",
        "对象!E5: [kin] “eligible”列：“也许”应写 yes 或 no",
        "对象!F4: [kin] “ground”列：结果列“ground”不能为空",
        "月额度（2020-01-02起）!A4: [credit] “kin”列：“kin”没有代码“A”，可用：B",
        "算式!A4: 算式“x +”写法有误",
        "规则!A7: [norm] 规则没有出处：要写明文件（document）和原文片段（locator）",
        "规则!A8: [hours] 规则没有出处：要写明文件（document）和原文片段（locator）",
        "读法开关!A5: “meals_per_day”的读法说明（readings）与值的个数不同",
    ]


def test_a_setting_that_a_table_needs_cannot_be_dropped(book: Workbook, tmp_path: Path) -> None:
    del book.sheets["设置"][4]
    assert refused(book, tmp_path) == [
        "对象!A3: [kin] 不认识的名称“min_age”：既不是事实，也不是本包的参数、开关或算式",
        "对象!A4: [kin] “age”列：不认识的名称“min_age”：既不是事实，也不是本包的参数、开关或算式",
    ]


def test_a_service_whose_rule_is_gone_is_told_by_its_section(book: Workbook, tmp_path: Path) -> None:
    del book.sheets["规则"][4:6]
    del book.sheets["助餐（2021-01-01前）"]
    del book.sheets["助餐（2021-01-01起）"]
    assert refused(book, tmp_path) == [
        "pack.toml [offers.meal]: 服务种类“meal”的 split 应是一条 split 规则，现为 'meal'",
    ]


def test_a_column_that_nobody_knows_stays_as_it_was_where_a_sheet_serves_another_rule(
    book: Workbook, tmp_path: Path
) -> None:
    put(book, "规则", {"H8": "幅度 元", "H7": "时长"})
    assert refused(book, tmp_path) == [
        "幅度 元!A3: [hours] 不认识的名称“figure”：既不是事实，也不是本包的参数、开关或算式",
        "幅度 元!A3: [hours] 不认识的名称“result”：既不是事实，也不是本包的参数、开关或算式",
        "幅度 元!A4: [hours] “amount_fen”列：算式“100.00..200.00”写法有误",
        "幅度 元!A5: [hours] “amount_fen”列：结果列“amount_fen”不能为空",
        "时长!A3: [norm] 不认识的名称“hours”：既不是事实，也不是本包的参数、开关或算式",
        "时长!A3: [norm] 缺少结果列“figure”",
        "时长!A3: [norm] 缺少结果列“result”",
    ]


def test_a_workbook_of_another_pack_or_with_a_torn_hidden_sheet_is_refused(book: Workbook, tmp_path: Path) -> None:
    torn = "edited.xlsx: 工作簿里隐藏的“_原文”不完整，请重新导出"
    hidden = book.sheets["_原文"]
    for name in ("/etc/passwd", "../other/pack.toml", "tables/../../x", ""):
        book.sheets["_原文"] = [*hidden, [name, "", "x"]]
        assert refused(book, tmp_path) == [torn]
    book.sheets["_原文"] = [row for row in hidden if row[0] != "pack.toml"]
    assert refused(book, tmp_path) == [torn]
    book.sheets["_原文"] = [row for row in hidden if row[0] != "tables/visit.csv"]
    assert refused(book, tmp_path) == [torn]
    book.sheets["_原文"] = [["sangyu-pack-0", PACK_ID], *hidden[1:]]
    no_book = "edited.xlsx: 不是由 sangyu policy to-excel 导出的工作簿：请先导出，在导出的工作簿里改"
    assert refused(book, tmp_path) == [no_book]
    del book.sheets["_原文"]
    assert refused(book, tmp_path) == [no_book]


def test_another_folder_or_a_pack_that_was_changed_meanwhile_is_not_written_over(
    exported: Path, tmp_path: Path
) -> None:
    with pytest.raises(BadWorkbook) as found:
        from_excel(exported, tmp_path / "valley")
    assert str(found.value) == ("x.xlsx: 这是规则包 hillside 的工作簿，不能读到文件夹 valley 里；文件夹请叫 hillside")
    folder = hillside(tmp_path)
    (folder / "NOTES.md").write_text("别人的改动\n", encoding="utf-8")
    with pytest.raises(BadWorkbook) as found:
        from_excel(exported, folder)
    assert str(found.value) == (
        f"x.xlsx: 规则包 {folder} 在这个工作簿导出以后改过，直接读回会盖掉那些改动；请重新导出再改，或读到别的文件夹，"
        "确定要盖掉就加 --replace"
    )
    assert (folder / "NOTES.md").read_text(encoding="utf-8") == "别人的改动\n"
    (folder / "tables" / "stray.csv").write_text("x\n", encoding="utf-8")
    from_excel(exported, folder, replace=True)
    assert pack_files(folder) == FILES
    assert [path.name for path in tmp_path.iterdir()] == [PACK_ID]


def test_what_a_check_finds_points_at_sheet_and_cell(exported: Path, tmp_path: Path) -> None:
    def about(message: str) -> str:
        return "".join(re.findall(r"^\[\w+\]", message))

    found = from_excel(exported, tmp_path / PACK_ID)
    assert [f"{one.sheet}!{one.cell} {about(one.message)}".rstrip() for one in found] == [
        "appraisal-sheet!A3",
        *("算例! [credit]", "算例! [hours]", "算例! [kin]", "算例! [meal]", "算例! [norm]", "算例! [visit]"),
        *("算例!D4 [kin]", "算例!D5 [visit]", "文件!A5", "设置!A4", "参数!A4", "参数!A5", "参数!A6", "算式!A4"),
        *("助餐（2021-01-01起）!A7 [meal]", "助餐（2021-01-01前）!A5 [meal]"),
    ]
    set_figures = {"monthly_fen": 5_000}
    more = from_excel(exported, tmp_path / PACK_ID, parameters=set_figures, on=date(2020, 6, 1))
    assert [(one.sheet, one.cell) for one in more if one not in found] == [("幅度 元", "A5")]
    less = from_excel(exported, tmp_path / PACK_ID, register=False)
    assert [(one.sheet, one.cell) for one in found if one not in less] == [("文件", "A5")]

"""What an official changes in a workbook is what changes in the pack's files, line by line, and nothing else."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import pytest

from sangyu.policy.excel import pack_files, to_excel
from sangyu.policy.excel_back import from_excel
from sangyu.policy.excel_layout import FIRST_ROW
from sangyu.policy.tests.hillside import CASES, FILES, PACK_ID, changes, hillside, put
from sangyu.policy.tests.workbook import Workbook


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hillside")
    to_excel(hillside(folder), folder / "x.xlsx")
    return folder / "x.xlsx"


@pytest.fixture
def book(exported: Path) -> Workbook:
    return Workbook.read(exported)


def test_documents_switches_settings_parameters_and_figures_are_changed_and_added(
    book: Workbook, tmp_path: Path
) -> None:
    put(
        book,
        "文件",
        {"D4": "市", "C4": "", "C5": "山规", "D5": "区县", "E5": datetime.combine(date(2020, 3, 4), time())},
    )
    put(book, "文件", {"A6": "extra", "B6": "补充通知", "D6": " 省 ", "E6": "2021/05/06"})
    put(book, "读法开关", {"C4": "yes", "C5": 3, "E5": "三餐\n一餐\n两餐", "B6": "一个月有多长"})
    put(book, "读法开关", {"A7": "weekend", "B7": "周末", "C7": True, "D7": "no\nyes"})
    put(book, "读法开关", {"A8": "share", "B8": "比例", "C8": -5, "D8": "10"})
    put(book, "读法开关", {"A9": "who", "C9": "all", "D9": "some\n all \n\nnone", "E9": "一些\n 全部 \n\n没有"})
    put(book, "设置", {"C4": "dibao、needy", "C5": 65})
    put(book, "设置", {"A6": "places", "B6": "地点", "C6": "（空）", "D6": "home、 school"})
    put(book, "参数", {"B4": "月补助（分）", "F4": "", "D5": "near，far, mid", "E6": 1000.0})
    put(book, "参数", {"A8": "kind", "B8": "种类", "C8": "code", "D8": "a、b、", "E8": "", "F8": ""})
    put(book, "算式", {"C4": " up(price_fen / 2) ", "A5": "twice_fen", "B5": "两倍", "C5": "price_fen * 2"})
    put(book, "规则", {"B5": "助餐补贴", "B6": "助餐补贴", "E4": "第一条第二款 ", "D7": "plan", "F9": "2020-02-02"})
    assert changes(book, tmp_path) == {
        "pack.toml": [
            "@@ -8,2 +8 @@",
            '-number = "山字1号"',
            '-level = "district"',
            '+level = "municipal"',
            "@@ -14,0 +14,8 @@",
            '+number = "山规"',
            '+level = "district"',
            "+issued_on = 2020-03-04",
            "+",
            "+[documents.extra]",
            '+title = "补充通知"',
            '+level = "provincial"',
            "+issued_on = 2021-05-06",
            "@@ -22,2 +29,2 @@",
            "-values = [false, true]",
            '-readings = ["不结转", "结转到下月"]',
            "+values = [true, false]",
            '+readings = ["结转到下月", "不结转"]',
            "@@ -27,2 +34,2 @@",
            "-values = [1, 2]",
            '-readings = ["一餐", "两餐"]',
            "+values = [3, 1, 2]",
            '+readings = ["三餐", "一餐", "两餐"]',
            "@@ -31 +38 @@",
            '-label = "月的长短"',
            '+label = "一个月有多长"',
            "@@ -34,0 +42,12 @@",
            "+[switches.weekend]",
            '+label = "周末"',
            "+values = [true, false]",
            "+",
            "+[switches.share]",
            '+label = "比例"',
            "+values = [-5, 10]",
            "+",
            "+[switches.who]",
            '+values = ["all", "some", "none"]',
            '+readings = ["全部", "一些", "没有"]',
            "+",
            "@@ -37,2 +56 @@",
            '-values = [["dibao"], [',
            '-  "dibao", "needy" ]]',
            '+values = [["dibao", "needy"], ["dibao"]]',
            "@@ -42 +60,5 @@",
            "-values = [60, 65]",
            "+values = [65, 60]",
            "+",
            "+[settings.places]",
            '+label = "地点"',
            '+values = [[], ["home", "school"]]',
            "@@ -45 +67 @@",
            '-label = "每月补助（分）"',
            '+label = "月补助（分）"',
            "@@ -47 +68,0 @@",
            '-band = "norm.amount_fen"',
            "@@ -52 +73 @@",
            '-codes = ["near", "far"]',
            '+codes = ["near", "far", "mid"]',
            "@@ -57 +78,6 @@",
            "-sum_to = 100  # 四项",
            "+sum_to = 1000",
            "+",
            "+[parameters.kind]",
            '+label = "种类"',
            '+type = "code"',
            '+codes = ["a", "b"]',
            "@@ -61 +87,5 @@",
            '-formula = "down(price_fen / 2)"',
            '+formula = "up(price_fen / 2)"',
            "+",
            "+[figures.twice_fen]",
            '+label = "两倍"',
            '+formula = "price_fen * 2"',
            "@@ -73 +103 @@",
            '-locator = "第一条"',
            '+locator = "第一条第二款"',
            "@@ -77 +107 @@",
            '-title = "助餐"',
            '+title = "助餐补贴"',
            "@@ -89 +119 @@",
            '-document = "notice"',
            '+document = "plan"',
            "@@ -104 +134,3 @@",
            '-versions = [{ from = 2020-01-02, table = "credit.csv" }]',
            "+versions = [",
            '+  { from = 2020-02-02, table = "credit.csv" },',
            "+]",
        ],
    }


def test_values_of_a_setting_keep_their_kind(book: Workbook, tmp_path: Path) -> None:
    put(book, "读法开关", {"C4": "否", "D4": "是\nno", "E4": "甲\n乙", "D6": "30_days", "E6": "三十天\n日历"})
    put(book, "读法开关", {"A7": "paid", "C7": "是", "D7": "否\n是", "A8": "free", "C8": "否", "D8": "no"})
    put(book, "设置", {"D4": "（空）\n dibao 、needy", "C4": "（空）", "D5": "60\n -7"})
    put(book, "设置", {"A6": "place", "C6": "home", "D6": "12"})
    put(book, "设置", {"A7": "home", "B7": "", "C7": "a", "D7": "b、c"})
    put(book, "参数", {"D5": "near"})
    assert changes(book, tmp_path) == {
        "pack.toml": [
            "@@ -23 +23 @@",
            '-readings = ["不结转", "结转到下月"]',
            '+readings = ["乙", "甲"]',
            "@@ -33 +33,7 @@",
            '-readings = ["日历月", "30天"]',
            '+readings = ["三十天", "日历"]',
            "+",
            "+[switches.paid]",
            "+values = [true, false]",
            "+",
            "+[switches.free]",
            "+values = [false]",
            "@@ -37,2 +43 @@",
            '-values = [["dibao"], [',
            '-  "dibao", "needy" ]]',
            '+values = [[], ["dibao", "needy"]]',
            "@@ -42 +47,7 @@",
            "-values = [60, 65]",
            "+values = [60, -7]",
            "+",
            "+[settings.place]",
            '+values = ["home", 12]',
            "+",
            "+[settings.home]",
            '+values = ["a", ["b", "c"]]',
            "@@ -52 +63 @@",
            '-codes = ["near", "far"]',
            '+codes = ["near"]',
        ],
    }


def test_rules_come_go_and_get_versions(book: Workbook, tmp_path: Path) -> None:
    book.sheets["新时长"] = [list(row) for row in book.sheets["时长"]]
    put(book, "规则", {"A11": "gift", "B11": "慰问", "C11": "tier", "D11": "plan", "E11": "第七条", "H11": "新时长"})
    put(book, "新时长", {"C4": 31})
    book.sheets["走访2"] = [list(row) for row in book.sheets["走访"]]
    put(book, "规则", {"G10": date(2022, 1, 1), "A12": "visit", "B12": "走访", "C12": "schedule", "D12": "plan"})
    put(book, "规则", {"E12": "第六条", "F12": date(2022, 1, 1), "H12": "走访2", "I12": "visit.csv"})
    put(book, "走访2", {"B7": "year"})
    del book.sheets["幅度 元"]
    del book.sheets["规则"][6]
    put(book, "参数", {"F4": ""})
    del book.sheets["算式"][3]
    assert changes(book, tmp_path) == {
        "pack.toml": [
            "@@ -47 +46,0 @@",
            '-band = "norm.amount_fen"',
            "@@ -58,4 +56,0 @@",
            "-",
            "-[figures.half_fen]",
            '-label = "半价"',
            '-formula = "down(price_fen / 2)"',
            "@@ -86,6 +80,0 @@",
            "-[rules.norm]",
            '-form = "limit"',
            '-title = "幅度[元]"',
            '-document = "notice"',
            '-locator = "第三条"',
            "-",
            "@@ -110,0 +100,13 @@",
            "+versions = [",
            '+  { until = 2022-01-01, table = "visit.csv" },',
            '+  { from = 2022-01-01, table = "visit.from-2022-01-01.csv" },',
            "+]",
            "+",
            "+[rules.gift]",
            '+form = "tier"',
            '+title = "慰问"',
            '+document = "plan"',
            '+locator = "第七条"',
            "+versions = [",
            '+  { table = "gift.csv" },',
            "+]",
        ],
        "tables/gift.csv": [
            "+ability_level,month_start,hours,because",
            "+moderate|severe,,31,重",
            "+,>2020-01-01,10,轻",
            "+,,0,无",
            "+",
        ],
        "tables/norm.csv": [
            "gone",
        ],
        "tables/visit.from-2022-01-01.csv": [
            "+month_length,every,because",
            "+30_days,week,每周",
            "+# 其余,,,还有一格",
            "+# 末行",
            "+,year,每月",
            "+",
        ],
    }


def test_cells_and_rows_of_tables_are_changed(book: Workbook, tmp_path: Path) -> None:
    put(
        book,
        "对象",
        {"A5": "≥８５", "B5": "非低保、 失能", "C5": date(2018, 2, 3), "D5": 66, "G6": "不是：{lacking}  "},
    )
    book.sheets["对象"].insert(4, ["65至79", "独居", "2020-05-06", "", True, "B", "说明，有逗号, ", ""])
    put(book, "助餐（2021-01-01前）", {"D4": 15.5, "F5": "６", "H6": "都自付", "B5": False, "A6": " A、B "})
    put(book, "助餐（2021-01-01起）", {"A5": "# 改过的话 ", "F7": 1, "G3": "话", "B6": 2})
    del book.sheets["助餐（2021-01-01起）"][3]
    book.sheets["助餐（2021-01-01起）"].append(["# 末尾", "", "", "", "", 3.0, "", ""])
    put(book, "时长", {"A4": "中度失能|重度失能", "C5": 12.0, "B5": ">2021-01-01", "D6": "", "E6": ""})
    put(book, "月额度（2020-01-02起）", {"B4": 60, "A3": "对象 "})
    put(book, "appraisal-sheet", {"C4": "培训 ", "A5": "norms", "B5": 2.0, "C5": date(2020, 1, 1)})
    put(book, "读法说明", {"A5": "新的一行", "A7": 7.0, "A8": "完", "A9": ""})
    assert changes(book, tmp_path) == {
        "NOTES.md": [
            "@@ -1,0 +2,4 @@",
            "+新的一行",
            "+一、按日历月。",
            "+7",
            "+完",
            "@@ -3,2 +6,0 @@",
            "-一、按日历月。",
            "-",
        ],
        "appraisal-sheet.csv": [
            "@@ -3,0 +4 @@",
            "+norms,2,2020-01-01",
        ],
        "tables/credit.csv": [
            "@@ -2,2 +2,2 @@",
            "-#类别",
            "-A,5000,每月{granted_fen}",
            "+#对象,本期额度,说明",
            "+A,60.00,每月{granted_fen}",
        ],
        "tables/hours.csv": [
            "@@ -3,2 +3,2 @@",
            "-,>2020-01-01,10,轻",
            "-,,0,无",
            "+,>2021-01-01,12,轻",
            "+,,0,",
        ],
        "tables/kin.csv": [
            "@@ -4,2 +4,3 @@",
            "->=80,not dibao,2019-01-01,60,yes,B,高龄\r",
            "-,,,,no,,{lacking}\r",
            '+65..79,living_alone,2020-05-06,,yes,B,"说明，有逗号,"\r',
            "+>=85,not dibao|care_dependent,2018-02-03,66,yes,B,高龄\r",
            "+,,,,no,,不是：{lacking}\r",
        ],
        "tables/meal.csv": [
            "@@ -2,5 +2,6 @@",
            "-#类别,餐数,价格（分）,自付,政府,区,说明",
            "-A,,,0,rest,0,全免",
            "-# 以下按年龄,,,,,,",
            '-,>=meals_per_day,,rest,"min(500, price_fen)",0,"每餐补, {government}"',
            "-,,,rest,0,0,不补",
            "+#类别,餐数,价格（分）,自付,政府,区,话",
            "+# 改过的话,,,,,,",
            '+,2,,rest,"min(500, price_fen)",0,"每餐补, {government}"',
            "+,,,rest,0,1.00,不补",
            "+# 末尾,,,,,3,",
            "+",
        ],
        "tables/meal.old.csv": [
            "@@ -2 +2,3 @@",
            "-A,yes,2,1500,0,rest,0,全免",
            "+A,yes,2,15.50,0,rest,0,全免",
            "+A|B,no,,<20.00,rest,6.00,300,各付",
            "+A|B,,,,rest,0,0,都自付",
            "@@ -4,3 +5,0 @@",
            "-A|B,,,<20.00,rest,5.00,300,各付",
            "-,,,,rest,0,0,",
            "-",
        ],
    }


def test_columns_come_go_and_change_places(book: Workbook, tmp_path: Path) -> None:
    for row, text in zip(book.sheets["走访"], ["", "", "年龄（周岁）", ">=80", "", "", ""], strict=True):
        row.insert(1, text)
    for row in book.sheets["对象"]:
        del row[3]
    for row in book.sheets["助餐（2021-01-01前）"]:
        row[4], row[5] = row[5], row[4]
    hours = book.sheets["时长"]
    for row, amount, kin in zip(
        hours, ["", "price_fen", "价格", 20.5, "", ""], ["", "", "对象类别", "A", "", ""], strict=True
    ):
        row.insert(2, amount)
        row.insert(1, kin)
        row.insert(0, "")
    for row, text in zip(book.sheets["助餐（2021-01-01起）"], ["", "", "半价", "<10.00", "", "", ""], strict=True):
        row.insert(1, row.pop(2))
        row.insert(6, text)
    for row, text in zip(book.sheets["月额度（2020-01-02起）"], ["", "kin", "类别二", "", "not A"], strict=True):
        row.insert(1, text)
    assert changes(book, tmp_path) == {
        "tables/credit.csv": [
            "@@ -1,4 +1,4 @@",
            "-kin,granted,because",
            "-#类别",
            "-A,5000,每月{granted_fen}",
            "-,none,没有",
            "+kin,kin,granted,because",
            "+#类别,类别二,本期额度,说明",
            "+A,,5000,每月{granted_fen}",
            "+,not A,none,没有",
        ],
        "tables/hours.csv": [
            "@@ -1,4 +1,4 @@",
            "-ability_level,month_start,hours,because",
            "-moderate|severe,,30,重",
            "-,>2020-01-01,10,轻",
            "-,,0,无",
            "+ability_level,kin,month_start,price_fen,hours,because",
            "+moderate|severe,A,,20.50,30,重",
            "+,,>2020-01-01,,10,轻",
            "+,,,,0,无",
        ],
        "tables/kin.csv": [
            "@@ -1,5 +1,5 @@",
            "-\ufeffage,identities,since,min_age,eligible,ground,because\r",
            "-#年龄,身份,起始日,起始年龄,是否,依据,说明\r",
            '->=min_age,needy,,,yes,A,"困难，{age}周岁"\r',
            "->=80,not dibao,2019-01-01,60,yes,B,高龄\r",
            "-,,,,no,,{lacking}\r",
            "+\ufeffage,identities,since,eligible,ground,because\r",
            "+#年龄,身份,起始日,是否,依据,说明\r",
            "+>=min_age,needy,,yes,A,困难，{age}周岁\r",
            "+>=80,not dibao,2019-01-01,yes,B,高龄\r",
            "+,,,no,,{lacking}\r",
        ],
        "tables/meal.csv": [
            "@@ -1,6 +1,7 @@",
            "-kin,meals_per_day,price_fen,elder,government,district,because",
            "-#类别,餐数,价格（分）,自付,政府,区,说明",
            "-A,,,0,rest,0,全免",
            "-# 以下按年龄,,,,,,",
            '-,>=meals_per_day,,rest,"min(500, price_fen)",0,"每餐补, {government}"',
            "-,,,rest,0,0,不补",
            "+kin,price_fen,meals_per_day,elder,government,district,half_fen,because",
            "+#类别,价格（分）,餐数,自付,政府,区,半价,说明",
            "+A,,,0,rest,0,<10.00,全免",
            "+# 以下按年龄,,,,,,,",
            '+,,>=meals_per_day,rest,"min(500, price_fen)",0,,"每餐补, {government}"',
            "+,,,rest,0,0,,不补",
            "+",
        ],
        "tables/meal.old.csv": [
            "@@ -1,2 +1,4 @@",
            "-kin,roll_over,meals_per_day,price_fen,elder,government,district,because",
            "-A,yes,2,1500,0,rest,0,全免",
            "+kin,roll_over,meals_per_day,price_fen,government,elder,district,because",
            "+A,yes,2,1500,rest,0,0,全免",
            "+A|B,,,<20.00,5.00,rest,300,各付",
            "+,,,,0,rest,0,",
            "@@ -4,3 +5,0 @@",
            "-A|B,,,<20.00,rest,5.00,300,各付",
            "-,,,,rest,0,0,",
            "-",
        ],
        "tables/visit.csv": [
            "@@ -1,5 +1,5 @@",
            "-month_length,every,because",
            "-30_days,week,每周",
            "-# 其余,,,还有一格",
            "-# 末行",
            "-,month,每月",
            "+month_length,age,every,because",
            "+30_days,>=80,week,每周",
            "+# 其余,,,",
            "+# 末行,,,",
            "+,,month,每月",
        ],
    }


def test_a_new_sheet_takes_its_columns_from_the_one_it_was_copied_from(book: Workbook, tmp_path: Path) -> None:
    book.sheets["另一张"] = [list(row) for row in book.sheets["appraisal-sheet"]]
    put(book, "另一张", {"C4": "技能"})
    assert changes(book, tmp_path) == {
        "appraisal-sheet.csv": [
            "@@ -3 +3 @@",
            "-staff,S1,培训",
            "+staff,S1,技能",
        ],
    }


@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_a_pack_without_notes_examples_and_lists_comes_back_to_the_letter(bom: str, tmp_path: Path) -> None:
    folder = hillside(tmp_path)
    for name in ("NOTES.md", "cases.jsonl", "appraisal-sheet.csv"):
        (folder / name).unlink()
    text = bom + FILES["pack.toml"].replace("\n", "\r\n" if bom else "\n").rstrip()
    (folder / "pack.toml").write_bytes(text.encode())
    bare = pack_files(folder)
    to_excel(folder, tmp_path / "x.xlsx")
    from_excel(tmp_path / "x.xlsx", tmp_path / "again" / PACK_ID)
    assert pack_files(tmp_path / "again" / PACK_ID) == bare
    book = Workbook.read(tmp_path / "x.xlsx")
    put(book, "算例", {"A4": "H-1", "B4": "visit", "C4": "on = 2020-06-15", "D4": "every = month"})
    put(book, "读法说明", {"A4": "新写的"})
    put(book, "文件", {"B5": "规划"})
    from_excel(book.save(tmp_path / "y.xlsx"), tmp_path / "new" / PACK_ID)
    case = '{"id": "H-1", "pack": "hillside", "rule": "visit", "facts": {"on": "2020-06-15"}, '
    case += '"expect": {"every": "month"}, "source": "", "note": ""}\n'
    changed = text.replace('title = "山坡镇规划"' + "\r" * bool(bom), 'title = "规划"')
    new = {"cases.jsonl": case, "NOTES.md": "新写的\n", "pack.toml": changed}
    assert pack_files(tmp_path / "new" / PACK_ID) == {**bare, **new}


def test_examples_keep_their_byte_order_mark_where_nobody_touches_them(tmp_path: Path) -> None:
    folder = hillside(tmp_path)
    (folder / "cases.jsonl").write_text("\ufeff" + FILES["cases.jsonl"], encoding="utf-8")
    to_excel(folder, tmp_path / "x.xlsx")
    book = Workbook.read(tmp_path / "x.xlsx")
    assert book.sheets["算例"][FIRST_ROW][0] == "H-1"
    from_excel(book.save(tmp_path / "y.xlsx"), tmp_path / "again" / PACK_ID)
    assert pack_files(tmp_path / "again" / PACK_ID) == pack_files(folder)


def test_worked_examples_are_read_as_they_are_typed(book: Workbook, tmp_path: Path) -> None:
    facts = (
        'on = 2020-06-16\n age ＝ ７０\nidentities: ["dibao", "needy"]\n\nregistered = 是\nmode = “home”\nsince=null'
    )
    put(book, "算例", {"C4": facts, "A5": 1001.0, "F5": " 备注 ", "A7": "H-3", "B7": "visit"})
    put(book, "算例", {"C7": "on = 2021-01-01", "D7": "every = month\nok = 否\nno：no\nx = yes\ny = [1,"})
    from_excel(book.save(tmp_path / "edited.xlsx"), tmp_path / PACK_ID)
    first, second, third = (tmp_path / PACK_ID / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    typed = '"on": "2020-06-16", "age": 70, "identities": ["dibao", "needy"], '
    typed += '"registered": true, "mode": "home", "since": null'
    was = '"on": "2020-06-15", "age": 70, "identities": ["dibao"], "since": null'
    assert first == CASES.splitlines()[0].replace(was, typed)
    assert second == CASES.splitlines()[2].replace("H-2", "1001").removesuffix("}") + ', "note": "备注"}'
    expected = (
        '"expect": {"every": "month", "ok": false, "no": false, "x": true, "y": "[1,"}, "source": "", "note": ""}'
    )
    assert third == '{"id": "H-3", "pack": "hillside", "rule": "visit", "facts": {"on": "2021-01-01"}, ' + expected


def test_an_example_is_dropped_and_notes_and_lists_stay_as_they_were(book: Workbook, tmp_path: Path) -> None:
    del book.sheets["算例"][3]
    del book.sheets["读法说明"]
    book.sheets["空表"] = [["", ""], []]
    put(book, "时长", {"B2": "month_start ", "E5": 77})
    from_excel(book.save(tmp_path / "edited.xlsx"), tmp_path / PACK_ID)
    assert pack_files(tmp_path / PACK_ID) == {**FILES, "cases.jsonl": CASES.split("\n")[2] + "\n"}

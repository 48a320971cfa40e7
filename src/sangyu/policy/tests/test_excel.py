"""A pack goes to Excel and back: untouched to the letter, changed as it was meant, or refused by sheet and cell."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.policy import decide, pack_ids, packs_folder
from sangyu.policy.cli import main
from sangyu.policy.excel import pack_files, to_excel
from sangyu.policy.excel_back import from_excel
from sangyu.policy.excel_cells import Column, said, same, shown
from sangyu.policy.excel_layout import CODE_ROW, FIRST_ROW, HEAD_ROW
from sangyu.policy.excel_read import FILE_BYTES_MAX, BadWorkbook
from sangyu.policy.read import Reader
from sangyu.policy.tests.change import PACK_ID
from sangyu.policy.tests.workbook import Formula, Workbook

LUNCH = "午餐补贴（2014-10-01起）"
SEVENTY_FIVE = ">=75"
ELDER = {"registered": True, "identities": [], "meal": "lunch", "nth_of_day": 1, "mode": "dine_in"}
AT_TABLE = {**ELDER, "place": "contracted_canteen", "price_fen": 1500}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("excel") / "pack.xlsx"
    to_excel(packs_folder() / PACK_ID, path)
    return path


@pytest.fixture
def book(exported: Path) -> Workbook:
    return Workbook.read(exported)


def taken(book: Workbook, tmp_path: Path) -> Path:
    """Save a workbook and take it over. Shape: the folder of the pack."""
    folder = tmp_path / "packs" / PACK_ID
    from_excel(book.save(tmp_path / "edited.xlsx"), folder)
    return folder


def refusals(book: Workbook, tmp_path: Path) -> list[str]:
    """Take a workbook over that must be refused, and see that nothing was written."""
    with pytest.raises(BadWorkbook) as refused:
        taken(book, tmp_path)
    assert not (tmp_path / "packs" / PACK_ID).exists()
    assert not list((tmp_path / "packs").glob(".from-excel-*"))
    return [str(finding) for finding in refused.value.findings]


@pytest.mark.parametrize("pack_id", pack_ids())
def test_every_pack_comes_back_to_the_letter(pack_id: str, tmp_path: Path) -> None:
    to_excel(packs_folder() / pack_id, tmp_path / "x.xlsx")
    assert from_excel(tmp_path / "x.xlsx", tmp_path / pack_id) == []
    assert pack_files(tmp_path / pack_id) == pack_files(packs_folder() / pack_id)


def test_another_program_that_keeps_only_values_changes_nothing(book: Workbook, tmp_path: Path) -> None:
    assert pack_files(taken(book, tmp_path)) == pack_files(packs_folder() / PACK_ID)


def test_a_changed_amount_is_the_only_line_that_changes(book: Workbook, tmp_path: Path) -> None:
    book.put(LUNCH, SEVENTY_FIVE, "government", "min(1100, price_fen)")
    folder = taken(book, tmp_path)
    was = (packs_folder() / PACK_ID / "tables/lunch-subsidy.csv").read_text(encoding="utf-8").splitlines()
    now = (folder / "tables/lunch-subsidy.csv").read_text(encoding="utf-8").splitlines()
    assert [line for line in now if line not in was] == [line.replace("1000", "1100") for line in was if ">=75" in line]
    pack = Reader(folder).pack
    assert pack is not None
    assert decide(pack, "lunch-subsidy", {**AT_TABLE, "age": 76}, date(2018, 3, 6)).shares_fen == {
        "elder": 400,
        "government": 1100,
    }


@pytest.mark.parametrize(
    ("typed", "written"),
    [(25, "25.00"), (25.5, "25.50"), ("２５．００", "25.00"), (" 30 ", "30.00"), (0, "0"), (20, "2000")],
)
def test_a_number_in_a_money_column_is_yuan(book: Workbook, tmp_path: Path, typed: object, written: str) -> None:
    sheet = "基本通信补贴"
    row = next(row for row in range(FIRST_ROW, 20) if 20 in book.sheets[sheet][row])
    column = book.sheets[sheet][CODE_ROW].index("amount_fen")
    book.sheets[sheet][row][column] = typed
    table = (taken(book, tmp_path) / "tables/phone-credit.csv").read_text(encoding="utf-8").splitlines()
    assert f",{written}," in table[row - 1]


def test_a_row_typed_with_full_width_digits_labels_and_spaces_is_understood(book: Workbook, tmp_path: Path) -> None:
    rows = book.sheets[LUNCH]
    row, _ = book.find(LUNCH, SEVENTY_FIVE, "age")
    said = {"age": "≥９０ ", "elder": 0, "government": "rest ", "because": "年满90周岁，政府全额补贴{government} "}
    rows.insert(row, [said.get(str(code), "") for code in rows[CODE_ROW]])
    rows[row][rows[CODE_ROW].index("identities")] = "独居、 孤寡"
    folder = taken(book, tmp_path)
    assert ",living_alone|without_family,>=90,,,,,,,0,rest,年满90周岁，政府全额补贴{government}\n" in (
        folder / "tables/lunch-subsidy.csv"
    ).read_text(encoding="utf-8")


def test_a_date_cell_is_a_date(tmp_path: Path) -> None:
    to_excel(packs_folder() / "qujing", tmp_path / "x.xlsx")
    book = Workbook.read(tmp_path / "x.xlsx")
    rows = book.sheets["规则"]
    sheet = next(str(row[rows[CODE_ROW].index("sheet")]) for row in rows if row[0] == "plan-2017")
    book.put(sheet, "<2017-01-01", "since", date(2016, 12, 31))
    from_excel(book.save(tmp_path / "y.xlsx"), tmp_path / "qujing")
    assert "\n2016-12-31,included," in (tmp_path / "qujing/tables/plan-2017.csv").read_text(encoding="utf-8")


def test_a_default_reading_a_parameter_and_a_document_are_changed_in_pack_toml(book: Workbook, tmp_path: Path) -> None:
    book.put("读法开关", "meals_per_day", "default", 2)
    book.put("参数", "per_order_fen", "label", "每单补贴（分）")
    book.put("文件", "virtual-nursing-home", "issued_on", date(2015, 3, 1))
    book.sheets["参数"].append(["visit_fee_fen", "上门费（分）", "int", "", ""])
    book.put("设置", "class_b_identities", "default", "entitled_group、dibao")
    book.put("文件", "virtual-nursing-home", "level", "市")
    folder = taken(book, tmp_path)
    pack = Reader(folder).pack
    assert pack is not None
    assert pack.settings["meals_per_day"].values == (2, 1)
    assert pack.settings["meals_per_day"].readings == ("每日两餐", "每日一餐")
    assert pack.settings["class_b_identities"].default == ("entitled_group", "dibao")
    assert pack.parameters["per_order_fen"].label == "每单补贴（分）"
    assert pack.parameters["visit_fee_fen"].type == "int"
    document = pack.documents["virtual-nursing-home"]
    assert (document.issued_on, document.level) == (date(2015, 3, 1), "municipal")
    was = (packs_folder() / PACK_ID / "pack.toml").read_text(encoding="utf-8").splitlines()
    now = (folder / "pack.toml").read_text(encoding="utf-8").splitlines()
    assert (Counter(was) - Counter(now)).total() == 5  # and every comment stands where it stood


def test_a_copied_sheet_with_a_first_day_becomes_a_new_version(book: Workbook, tmp_path: Path) -> None:
    book.sheets["午餐2027"] = [list(row) for row in book.sheets[LUNCH]]
    book.put("午餐2027", SEVENTY_FIVE, "government", "min(12.00, price_fen)")
    rules = book.sheets["规则"]
    row, until = book.find("规则", LUNCH, "until")
    rules[row][until] = date(2027, 1, 1)
    new = list(rules[row])
    new[until - 1 : until + 2] = [date(2027, 1, 1), "", "午餐2027"]
    rules.insert(row + 1, new)
    folder = taken(book, tmp_path)
    pack = Reader(folder).pack
    assert pack is not None
    paid = [
        (decide(pack, "lunch-subsidy", {**AT_TABLE, "age": 76}, on).shares_fen or {})["government"]
        for on in (date(2026, 12, 31), date(2027, 1, 1))
    ]
    assert paid == [1000, 1200]
    assert (folder / "tables/lunch-subsidy.from-2027-01-01.csv").is_file()


def test_a_worked_example_is_changed_and_another_added(book: Workbook, tmp_path: Path) -> None:
    rows = book.sheets["算例"]
    rows[FIRST_ROW][rows[CODE_ROW].index("note")] = "改过的备注"
    facts = "on = 2018-03-06\nage = ６６\nlives_in_area = 是"
    rows.append(["CG-new-1", "registration", facts, 'eligible = true\nground = "age_65"', "案例13", "", ""])
    lines = (taken(book, tmp_path) / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    was = (packs_folder() / PACK_ID / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    assert lines[1:-1] == was[1:]
    assert '"note": "改过的备注"' in lines[0]
    assert '"facts": {"on": "2018-03-06", "age": 66, "lives_in_area": true}' in lines[-1]


def test_what_is_no_plain_value_is_said_by_sheet_and_cell(book: Workbook, tmp_path: Path) -> None:
    book.put(LUNCH, SEVENTY_FIVE, "age", Formula("=70+5"))
    book.merged.append((LUNCH, "B20:C21"))
    book.sheets["登记入院"][FIRST_ROW] += [""] * 300 + ["x"]
    said = "\n".join(refusals(book, tmp_path))
    assert f"{LUNCH}!F13: 这一格是公式" in said
    assert f"{LUNCH}!B20:C21: 这几格合并了" in said
    assert "登记入院!KU4: 表太大" in said


def test_values_that_do_not_fit_their_column_are_said_by_sheet_and_cell(book: Workbook, tmp_path: Path) -> None:
    typed = [
        ("age", 75.5),
        ("price_fen", ">=1800"),
        ("elder", 4.999),
        ("registered", 1),
        ("mode", date(2026, 3, 5)),
    ]
    for code, value in typed:
        book.sheets[LUNCH][13][book.sheets[LUNCH][CODE_ROW].index(code)] = value
    book.put("读法开关", "meals_per_day", "default", "三")
    book.put("规则", "spot-check", "from", "明年")
    book.sheets[LUNCH][HEAD_ROW].append("经办人意见")
    book.sheets["Sheet1"] = [["草稿"]]
    said = "\n".join(refusals(book, tmp_path))
    for wanted in (
        f"{LUNCH}!F14: “age”列：这一列要的是整数，不是 75.5",
        f"{LUNCH}!K14: “price_fen”列：“>=1800”分不清是元还是分",
        f"{LUNCH}!M14: “elder”列：金额 4.999 元不足一分",
        f"{LUNCH}!G14: “registered”列：这一列要的是是或否",
        f"{LUNCH}!I14: “mode”列：Excel 把这一格变成了日期 2026-03-05",
        f"{LUNCH}!Q3: 不认识的列“经办人意见”",
        "读法开关!C5: “三”不是整数",
        "Sheet1: “规则”表里没有一行用到这张工作表",
        "“明年”不是日期",
    ):
        assert wanted in said


def test_what_the_reader_of_packs_refuses_is_said_by_sheet_and_cell(book: Workbook, tmp_path: Path) -> None:
    book.put(LUNCH, SEVENTY_FIVE, "age", ">=七十五")
    book.put("规则", "spot-check", "locator", "")
    found = refusals(book, tmp_path)
    assert any(one.startswith(f"{LUNCH}!F13: [lunch-subsidy] “age”列") for one in found)
    assert any(re.match(r"规则!A\d+: \[spot-check\] 规则没有出处", one) for one in found)


def test_sheets_that_are_gone_or_called_otherwise_are_named(book: Workbook, tmp_path: Path) -> None:
    book.sheets = {("午餐" if name == LUNCH else name): rows for name, rows in book.sheets.items()}
    del book.sheets["参数"]
    said = "\n".join(refusals(book, tmp_path))
    assert f"规则!H8: 没有工作表“{LUNCH}”" in said
    assert "参数: 缺少这张工作表" in said
    del book.sheets["_原文"]
    assert "不是由 sangyu policy to-excel 导出的工作簿" in refusals(book, tmp_path)[0]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0 an old or locked workbook"])
def test_a_file_that_is_no_workbook_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(content)
    with pytest.raises(BadWorkbook, match=r"另存为“Excel 工作簿（\.xlsx）”"):
        from_excel(tmp_path / "x.xlsx", tmp_path / PACK_ID)


def test_a_workbook_of_ten_megabytes_is_refused_before_it_is_opened(exported: Path, tmp_path: Path) -> None:
    big = tmp_path / "big.xlsx"
    big.write_bytes(exported.read_bytes() + b"\0" * FILE_BYTES_MAX)
    with pytest.raises(BadWorkbook, match="超过 8 MB"):
        from_excel(big, tmp_path / PACK_ID)


@pytest.mark.parametrize(
    ("row", "times", "wanted"),
    [(">=90,yes,age_90,九十岁\n", 400_000, " MB，最多 1 MB"), ('">=90' + "x" * 200_000, 1, "引号没有配对")],
)
def test_a_table_of_ten_megabytes_or_without_an_end_is_refused(
    tmp_path: Path, row: str, times: int, wanted: str
) -> None:
    folder = tmp_path / PACK_ID
    shutil.copytree(packs_folder() / PACK_ID, folder)
    for table in ("registration.csv", "service-class.csv"):
        with (folder / "tables" / table).open("a", encoding="utf-8") as file:
            file.write(row * times)
    found = [str(finding) for finding in Reader(folder).findings]
    for table in ("registration", "service-class"):
        assert [one for one in found if one.startswith(f"{PACK_ID}/tables/{table}.csv:0:") and wanted in one]


def test_faults_that_a_check_finds_point_at_the_cell(
    book: Workbook, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book.put("登记入院", ">=65", "age", ">=66")
    book.save(tmp_path / "edited.xlsx")
    folder = tmp_path / "packs" / PACK_ID
    assert main(["from-excel", str(tmp_path / "edited.xlsx"), str(folder)]) == 1
    said = capsys.readouterr().out
    assert re.search(r"^算例!D\d+: \[registration\] 算例 \S+ 不对：", said, re.MULTILINE)
    assert re.search(r"^已读回 .*，\d+ 处问题$", said, re.MULTILINE)
    assert ">=66" in (folder / "tables/registration.csv").read_text(encoding="utf-8")


def test_a_pack_that_changed_meanwhile_is_not_overwritten_unless_one_says_so(book: Workbook, tmp_path: Path) -> None:
    folder = tmp_path / "packs" / PACK_ID
    shutil.copytree(packs_folder() / PACK_ID, folder)
    path = book.save(tmp_path / "x.xlsx")
    assert from_excel(path, folder) == []
    (folder / "NOTES.md").write_text("别人的改动\n", encoding="utf-8")
    with pytest.raises(BadWorkbook, match="导出以后改过"):
        from_excel(path, folder)
    assert (folder / "NOTES.md").read_text(encoding="utf-8") == "别人的改动\n"
    assert from_excel(path, folder, replace=True) == []
    with pytest.raises(BadWorkbook, match=f"文件夹请叫 {PACK_ID}"):
        from_excel(path, tmp_path / "wuhan")


def test_the_commands_go_out_and_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, folder = tmp_path / "x.xlsx", tmp_path / "wuhan"
    assert main(["to-excel", "wuhan", str(file)]) == 0
    assert main(["from-excel", str(file), str(folder)]) == 0
    assert capsys.readouterr().out == f"已导出 {file}\n已读回 {folder}，0 处问题\n"
    assert main(["to-excel", "atlantis", str(file)]) == 2
    assert capsys.readouterr().err == "没有规则包 atlantis\n"
    file.write_text("x", encoding="utf-8")
    assert main(["from-excel", str(file), str(folder)]) == 1
    assert "没有读回，规则包没有改动" in capsys.readouterr().out


@given(st.integers(-(10**15) + 1, 10**15 - 1))
@settings(deadline=None, max_examples=200)
def test_an_amount_survives_the_binary_fractions_of_excel(fen: int) -> None:
    money = Column("amount_fen", "money", "金额")
    sign, whole = "-" if fen < 0 else "", abs(fen)
    text = f"{sign}{whole // 100}.{whole % 100:02d}"
    put = shown(text, money)
    assert isinstance(put, Decimal)
    assert same(float(put), put)
    assert said(float(put), money) == (text if fen else "0")

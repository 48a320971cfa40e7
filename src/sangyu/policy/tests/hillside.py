"""A small invented pack in which every section, every form and every kind of column and of line end occurs."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sangyu.policy.excel import pack_files
from sangyu.policy.excel_back import from_excel
from sangyu.policy.excel_read import BadWorkbook
from sangyu.policy.tests.workbook import Workbook

PACK_ID = "hillside"
TOML = """# 山坡镇：虚构的规则包。
[pack]
title = "山坡镇"
area = "000000"

[documents.notice]
title = "山坡镇养老服务办法"
number = "山字1号"
level = "district"
issued_on = 2020-01-02
file = "notice.txt"

[documents.plan]
title = "山坡镇规划"

[funds.town]
title = "镇级资金"

# 读法
[switches.roll_over]
label = "结转"
values = [false, true]
readings = ["不结转", "结转到下月"]

[switches.meals_per_day]
label = "每日餐数"
values = [1, 2]
readings = ["一餐", "两餐"]

[switches.month_length]
label = "月的长短"
values = ["calendar", "30_days"]
readings = ["日历月", "30天"]

[settings.needy]
label = "困难身份"
values = [["dibao"], [
  "dibao", "needy" ]]

[settings.min_age]
label = "起始年龄"
values = [60, 65]

[parameters.monthly_fen]
label = "每月补助（分）"
type = "int"
band = "norm.amount_fen"

[parameters.area_band]
label = "片区"
type = "code"
codes = ["near", "far"]

[parameters.weights]
label = "权重"
type = "map"
sum_to = 100  # 四项

[figures.half_fen]
label = "半价"
formula = "down(price_fen / 2)"

[derived.kin]
label = "对象类别"
rule = "kin"
answer = "ground"

# 规则
[rules.kin]
form = "eligible"
title = "对象"
document = "notice"
locator = "第一条"

[rules.meal]
form = "split"
title = "助餐"
document = "notice"
locator = "第二条"
payers = ["elder", "government", "district"]
versions = [
  { until = 2021-01-01, table = "meal.old.csv" },
  { from = 2021-01-01, table = "meal.csv" },
]

[rules.norm]
form = "limit"
title = "幅度[元]"
document = "notice"
locator = "第三条"

[rules.hours]
form = "tier"
title = "时长"
document = "notice"
locator = "第四条"

[rules.credit]
form = "account"
title = "月额度"
document = "notice"
locator = "第五条"
roll_over = "roll_over"
versions = [{ from = 2020-01-02, table = "credit.csv" }]

[rules.visit]
form = "schedule"
title = "走访"
document = "plan"
locator = "第六条"

[offers.meal]
title = "午餐"
fund = "town"
split = "meal"
"""
TABLES = {
    "kin.csv": (
        "\ufeffage,identities,since,min_age,eligible,ground,because\r\n"
        "#年龄,身份,起始日,起始年龄,是否,依据,说明\r\n"
        '>=min_age,needy,,,yes,A,"困难，{age}周岁"\r\n'
        ">=80,not dibao,2019-01-01,60,yes,B,高龄\r\n"
        ",,,,no,,{lacking}\r\n"
    ),
    "meal.old.csv": (
        "kin,roll_over,meals_per_day,price_fen,elder,government,district,because\n"
        "A,yes,2,1500,0,rest,0,全免\n"
        "\n"
        "A|B,,,<20.00,rest,5.00,300,各付\n"
        ",,,,rest,0,0,\n"
    ),
    "meal.csv": (
        "kin,meals_per_day,price_fen,elder,government,district,because\n"
        "#类别,餐数,价格（分）,自付,政府,区,说明\n"
        "A,,,0,rest,0,全免\n"
        "# 以下按年龄,,,,,,\n"
        ',>=meals_per_day,,rest,"min(500, price_fen)",0,"每餐补, {government}"\n'
        ",,,rest,0,0,不补"
    ),
    "norm.csv": "amount_fen,result,figure,because\n100.00..200.00,pass,amount_fen,在幅度内\n,fail,amount_fen,不在\n",
    "hours.csv": "ability_level,month_start,hours,because\nmoderate|severe,,30,重\n,>2020-01-01,10,轻\n,,0,无\n",
    "credit.csv": "kin,granted,because\n#类别\nA,5000,每月{granted_fen}\n,none,没有\n",
    "visit.csv": "month_length,every,because\n30_days,week,每周\n# 其余,,,还有一格\n# 末行\n,month,每月\n",
}
CASES = (
    '{"id": "H-1", "pack": "hillside", "rule": "kin", "facts": {"on": "2020-06-15", "age": 70, "identities": ["dibao"],'
    ' "since": null}, "expect": {"eligible": true, "ground": "A"}, "source": "第一条", "note": "困难"}\n'
    "\n"
    '{"id": "H-2", "pack": "hillside", "rule": "visit", "facts": {"on": "2020-06-15"}, "expect": {"every": "month"},'
    ' "source": "第六条"}\n'
)
OTHERS = {
    "NOTES.md": "# 读法\n\n一、按日历月。\n",
    "cases.jsonl": CASES,
    "appraisal-sheet.csv": "\ufeffdimension,code,name\n#方面,编号,项目\nstaff,S1,培训\n",
}
FILES = {"pack.toml": TOML, **{f"tables/{name}": text for name, text in TABLES.items()}, **OTHERS}


def hillside(parent: Path) -> Path:
    """Write the pack. Shape: its folder."""
    folder = parent / PACK_ID
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


def put(book: Workbook, sheet: str, cells: Mapping[str, Any]) -> None:
    """Type into cells, by their names in Excel; the sheet grows where it must."""
    rows = book.sheets[sheet]
    for cell, value in cells.items():
        row, column = int(cell[1:]) - 1, ord(cell[0]) - ord("A")
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].extend([""] * (column + 1 - len(rows[row])))
        rows[row][column] = value


def changes(book: Workbook, tmp_path: Path) -> dict[str, list[str]]:
    """Take the workbook over and tell what it changed. Shape: file -> its lines, `-` gone and `+` new, in order."""
    folder = tmp_path / "packs" / PACK_ID
    from_excel(book.save(tmp_path / "edited.xlsx"), folder)
    return differences(pack_files(folder))


def differences(files: Mapping[str, str]) -> dict[str, list[str]]:
    told = {}
    for name in sorted({*FILES, *files}):
        was, now = FILES.get(name), files.get(name)
        if was is None or now is None:
            told[name] = ["gone"] if now is None else [f"+{line}" for line in now.split("\n")]
        elif was != now:
            lines = difflib.unified_diff(was.split("\n"), now.split("\n"), n=0, lineterm="")
            told[name] = [line for line in lines if not line.startswith(("---", "+++"))]
    return told


def refused(book: Workbook, tmp_path: Path) -> list[str]:
    """Take a workbook over that must be refused: all that is said, and nothing is written."""
    with pytest.raises(BadWorkbook) as found:
        from_excel(book.save(tmp_path / "edited.xlsx"), tmp_path / "packs" / PACK_ID)
    assert not list(tmp_path.glob("packs/*"))
    return [str(finding) for finding in found.value.findings]

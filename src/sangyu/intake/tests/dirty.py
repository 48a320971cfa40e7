"""Sheets as bureaus have them: people nobody knows, dirt that does no harm, and faults that are remembered."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from sangyu.intake.rules.columns import ELDERS
from sangyu.kit.resident_id import check_digit

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = ["秀兰", "德厚", "桂英", "建国", "玉珍", "凤英", "志明", "淑华", "阿依古丽·买买提", "𠮷祥", "宝山", "翠花"]
_ROADS = ["南门巷", "酒泉路", "庆阳路", "中山街", "静宁路", "金昌路"]
_WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
Line = dict[str, Any]
_SERIAL_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True)
class Formula:
    """A cell that reckons."""

    text: str


@dataclass
class Sheet:
    """Lines to write, and what was planted. Shape: `planted` (line in the sheet, column); `doubles` lines."""

    communities: list[str]
    lines: list[Line] = field(default_factory=list)
    planted: set[tuple[int, str]] = field(default_factory=set)
    doubles: set[int] = field(default_factory=set)
    merges: list[tuple[int, int, str]] = field(default_factory=list)


def person(rng: random.Random, n: int, communities: list[str]) -> Line:
    """Make one right line; the same seed and number make the same person."""
    born = date(1930, 1, 1) + timedelta(days=rng.randrange(9_500))
    first_17 = f"{rng.choice(['620102', '620103', '110101', '510104'])}{born:%Y%m%d}{n % 1000:03d}"
    number = first_17 + check_digit(first_17)
    line: Line = {
        "name": rng.choice(_SURNAMES) + rng.choice(_GIVEN),
        "document_number": number,
        "community": rng.choice(communities),
        "address": f"{rng.choice(_ROADS)}{rng.randrange(1, 400)}号{rng.randrange(1, 9)}单元{rng.randrange(101, 904)}",
        "hukou_in_area": rng.choice(["是", "是", "否"]),
        "phone_1": f"139{rng.randrange(10**8):08d}",
        "kin_1_name": rng.choice(_SURNAMES) + rng.choice(_GIVEN),
        "kin_1_relation": rng.choice(["儿子", "女儿", "老伴"]),
        "kin_1_phone": f"138{rng.randrange(10**8):08d}",
    }
    if rng.random() < 0.4:
        line |= {
            "identity_1": rng.choice(["低保", "独居", "重点优抚", "空巢"]),
            "identity_1_evidence": f"证明{n}号",
            "identity_1_from": date(2020, 1, 1) + timedelta(days=rng.randrange(2_000)),
        }
    return line


def people(rng: random.Random, count: int, communities: list[str]) -> Iterator[Line]:
    """Make right lines of different people."""
    seen: set[str] = set()
    n = 0
    while len(seen) < count:
        line = person(rng, n, communities)
        n += 1
        if line["document_number"] not in seen:
            seen.add(line["document_number"])
            yield line


def dirtied(rng: random.Random, line: Line) -> Line:
    """Write a right line as people do: all of it still says the same."""
    line = dict(line)
    roll = rng.random
    if roll() < 0.2:
        line["document_number"] = line["document_number"].translate(_WIDE)
    elif roll() < 0.2:
        number = line["document_number"]
        line["document_number"] = f" {number[:6]} {number[6:14]} {number[14:].lower()}"
    if roll() < 0.2:
        line["phone_1"] = f"+86 {line['phone_1'][:3]}-{line['phone_1'][3:7]}-{line['phone_1'][7:]}"
    elif roll() < 0.2:
        line["phone_1"] = int(line["phone_1"])
    if roll() < 0.2:
        line["hukou_in_area"] = {"是": "√", "否": "×"}[line["hukou_in_area"]]
    if roll() < 0.2:
        line["community"] = line["community"].rpartition("/")[2]
    if roll() < 0.2:
        line["name"] = f"　{line['name']} "
    since = line.get("identity_1_from")
    if since and roll() < 0.5:
        line["identity_1_from"] = rng.choice(
            [
                f"{since:%Y}年{since.month}月{since.day}日",
                f"{since:%Y/%m/%d}",
                f"{since:%Y%m%d}",
                (since - _SERIAL_EPOCH).days,
            ]
        )
    if roll() < 0.1:
        line["habits"] = rng.choice(["'=不是公式", "'-怕冷", "'+每天散步", "'@喜欢听戏"])
    return line


def _set(column: str, value: Any) -> Callable[[Line], str]:
    def plant(line: Line) -> str:
        line[column] = value
        return column

    return plant


def _wrong_digit(line: Line) -> str:
    number = line["document_number"]
    line["document_number"] = number[:17] + ("0" if number[17] != "0" else "1")
    return "document_number"


def _short(line: Line) -> str:
    line["document_number"] = line["document_number"][:17]
    return "document_number"


def _other_birth(line: Line) -> str:
    number = line["document_number"]
    born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    line["birth_on"] = born + timedelta(days=1)
    return "birth_on"


def _other_sex(line: Line) -> str:
    line["sex"] = "女" if int(line["document_number"][16]) % 2 else "男"
    return "sex"


def _young(line: Line) -> str:
    number = line["document_number"]
    first_17 = f"{number[:6]}{int(number[6:10]) + 40}{number[10:17]}"  # forty years on, so that no two become the same
    line["document_number"] = first_17 + check_digit(first_17)
    return "document_number"


def _no_paper(line: Line) -> str:
    line |= {"identity_1": "低保", "identity_1_evidence": "", "identity_1_from": date(2024, 1, 1)}
    return "identity_1_evidence"


def _backwards(line: Line) -> str:
    line |= {"identity_1": "低保", "identity_1_evidence": "低保证", "identity_1_from": date(2024, 1, 1)}
    line["identity_1_until"] = date(2023, 1, 1)
    return "identity_1_until"


def _no_day(line: Line) -> str:
    line |= {"identity_1": "低保", "identity_1_evidence": "低保证", "identity_1_from": "2023-02-30"}
    return "identity_1_from"


FAULTS: list[Callable[[Line], str]] = [
    _set("name", ""),
    _set("address", " "),
    _set("document_number", ""),
    _set("document_number", "6.20102194403052E+17"),
    _set("community", "没有这个社区"),
    _set("hukou_in_area", "大概是"),
    _set("phone_1", "1390000"),
    _set("kin_1_phone", ""),
    _set("kin_1_name", "名\x07字"),
    _set("identity_2_evidence", "有证明没有身份"),
    _wrong_digit,
    _short,
    _other_birth,
    _other_sex,
    _young,
    _no_paper,
    _backwards,
    _no_day,
]
_MORE_OF = {"identity_2_evidence": ("identity_2", "identity_2_from"), "kin_1_phone": ()}


def dirty_sheet(seed: int, count: int, communities: list[str], *, workbook: bool, fault_pm: int = 150) -> Sheet:
    """Make a sheet with faults in `fault_pm` of a thousand lines, some lines twice, and much dirt besides.

    Faults that only a workbook can have (formulas, joined cells) are planted in workbooks only.
    """
    rng = random.Random(seed)
    sheet = Sheet(communities)
    for line in people(rng, count, communities):
        n = len(sheet.lines) + 2
        line_now = dirtied(rng, line)
        roll = rng.randrange(1000)
        if roll < fault_pm:
            line_now = {**line, **{key: value for key, value in line_now.items() if key == "habits"}}
            column = rng.choice(FAULTS)(line_now)
            wanted = _MORE_OF.get(column) or (column,)
            sheet.planted |= {(n, one) for one in wanted}
        elif workbook and roll < fault_pm + 15:
            line_now["address"] = Formula("=A1&B1")
            sheet.planted.add((n, "address"))
        elif roll < fault_pm + 25 and sheet.lines and not _spoilt(sheet, n - 1):
            line_now = {**line_now, "document_number": sheet.lines[-1]["document_number"]}
            sheet.doubles.add(n)
        sheet.lines.append(line_now)
    if workbook:
        _join(sheet, rng)
    return sheet


def _spoilt(sheet: Sheet, n: int) -> bool:
    return n in sheet.doubles or any(line == n for line, _ in sheet.planted)


def _join(sheet: Sheet, rng: random.Random) -> None:
    """Join the addresses of two neighbours, as people do who live in one house."""
    for n in range(10, len(sheet.lines), max(20, len(sheet.lines) // 10)):
        if _spoilt(sheet, n) or _spoilt(sheet, n + 1):
            continue
        sheet.lines[n - 1]["address"] = ""
        sheet.merges.append((n, n + 1, "address"))
        sheet.planted |= {(n, "address"), (n + 1, "address")}


def to_xlsx(sheet: Sheet, path: Path) -> Path:
    """Write a sheet as a workbook, with days as days and numbers as numbers."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    page, day = book.add_worksheet("名单"), book.add_format({"num_format": "yyyy/m/d"})
    for place, column in enumerate(ELDERS.columns):
        page.write_string(0, place, column.label)
    for n, line in enumerate(sheet.lines, start=1):
        for place, column in enumerate(ELDERS.columns):
            value = line.get(column.key, "")
            if isinstance(value, Formula):
                page.write_formula(n, place, value.text, None, "算出来的")
            elif isinstance(value, date):
                page.write_datetime(n, place, value, day)
            elif isinstance(value, int):
                page.write_number(n, place, value)
            elif value:
                page.write_string(n, place, value)
    for first, last, key in sheet.merges:
        place = ELDERS.keys.index(key)
        page.merge_range(first - 1, place, last - 1, place, sheet.lines[first - 2].get(key, ""))
    book.close()
    return path


def to_csv(sheet: Sheet, path: Path, *, encoding: str = "utf-8", beside: tuple[str, ...] = ()) -> Path:
    """Write a sheet as text, on demand with columns `beside` that nobody asked for."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*(column.label for column in ELDERS.columns), *beside])
        for line in sheet.lines:
            writer.writerow([_text(line.get(key, "")) for key in (*ELDERS.keys, *beside)])
    return path


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)

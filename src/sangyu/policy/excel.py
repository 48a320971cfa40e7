"""Lay a pack out as an Excel workbook that an official can read, print, sign and change.

One sheet for each version of a rule: Chinese headers over a hidden row of codes, amounts in yuan, dates as dates,
drop-downs for codes. `excel_back` takes the workbook over again.
"""

from __future__ import annotations

import json
import tempfile
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sangyu.policy import ir
from sangyu.policy.errors import BadPack, Finding
from sangyu.policy.excel_cells import Column, Shown, column, shown
from sangyu.policy.excel_layout import (
    BOM,
    CASE_FIELDS,
    CASES,
    CHOICES,
    CODE_ROW,
    FIRST_ROW,
    HEAD_ROW,
    HELP,
    MARK,
    NOTES,
    ORIGIN,
    ORIGINAL,
    RULES,
    SECTIONS,
    TITLE_ROW,
    Field,
    Line,
    csv_lines,
    section_cells,
    sheet_names,
)
from sangyu.policy.excel_read import cell_name
from sangyu.policy.read import Reader
from sangyu.policy.table_text import LEVELS

_SPARE_ROWS = 40  # drop-downs reach so far below the last row
_HELP = (
    "改法：在各张规则表里直接改数字、增删行，保存后用 sangyu policy from-excel 读回。",
    "一、每张表从上往下看，第一行全部条件都符合的就算数；条件空着表示不限。次序有意义，不要排序。",
    "二、金额一律以元填写（360 或 360.00 都是三百六十元）；写成比较时带两位小数，如 >=1800.00。",
    "三、日期用 Excel 的日期格式；范围写 65..74（含两端），多个值写 a|b，排除写 not a。",
    "四、代码列有下拉清单，也可以填中文名称（如 低保）；是否填 yes、no 或 是、否。",
    "五、不要用公式，不要合并单元格；第二行隐藏的代码行和隐藏的工作表不要删。",
    "六、从某天起换标准：复制原来的规则表，改好数字，再在“规则”表里加一行，写明生效日；原来那行写上截止日。",
    "七、改了金额，“算例”里对应的应得答复也要改；读回时会逐条核对，指出在哪张表哪一格。",
)


def to_excel(folder: Path, path: Path) -> None:
    """Write the pack in `folder` as a workbook; an existing file is replaced only when the new one is whole.

    Raises: BadPack, if the pack cannot be read; OSError.
    """
    reader = Reader(folder)
    if reader.pack is None:
        raise BadPack(reader.findings)
    files = pack_files(folder)
    with tempfile.TemporaryDirectory(dir=path.resolve().parent) as scratch:
        draft = Path(scratch) / "draft.xlsx"
        _Book(draft, reader.pack, files).write()
        draft.replace(path)


def pack_files(folder: Path) -> dict[str, str]:
    """Read the files of a pack as they stand, byte order marks and ends of line included. Shape: name -> text.

    Raises: BadPack, if one is no UTF-8 text.
    """
    return {one.relative_to(folder).as_posix(): _text(one, folder) for one in _files(folder)}


def _files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if not any(part[0] in "._" for part in path.relative_to(folder).parts))


def _text(path: Path, folder: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        raise BadPack([Finding(name, 0, "", "不是 UTF-8 文本，不能放进工作簿")]) from None


class _Book:
    """One workbook while it is being written."""

    def __init__(self, path: Path, pack: ir.Pack, files: Mapping[str, str]) -> None:
        self._pack, self._files = pack, files
        self._toml = tomllib.loads(files["pack.toml"].removeprefix(BOM))
        self._book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
        self._lists: dict[tuple[str, ...], str] = {}
        base = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#C9CDD4", "font_size": 11}
        self._look = {
            "text": self._book.add_format({**base, "num_format": "@"}),
            "money": self._book.add_format({**base, "num_format": "#,##0.00", "align": "right"}),
            "int": self._book.add_format({**base, "num_format": "0", "align": "right"}),
            "date": self._book.add_format({**base, "num_format": "yyyy-mm-dd", "align": "left"}),
            "result": self._book.add_format({**base, "num_format": "@", "bg_color": "#EEF5EC"}),
            "head": self._book.add_format({**base, "bold": True, "bg_color": "#E8ECF1"}),
            "title": self._book.add_format({"bold": True, "font_size": 14}),
            "plain": self._book.add_format({"valign": "top"}),
        }

    def write(self) -> None:
        """Write all sheets and close the file."""
        self._help(self._book.add_worksheet(HELP))
        named = list(sheet_names(self._toml.get("rules", {})))
        self._section(RULES, list(self._rule_rows(named)))
        for rule, _, period, sheet in named:
            self._table(sheet, f"tables/{period.get('table', f'{rule}.csv')}", self._pack.rules[rule])
        for sheet, (kind, _) in SECTIONS.items():
            if sheet != RULES:
                said = self._toml.get(kind, {})
                self._section(sheet, [section_cells(sheet, key, one) for key, one in said.items()])
        self._cases()
        self._notes()
        for name in self._files:
            if name.endswith(".csv") and not name.startswith("tables/"):
                self._table(Path(name).stem[:31], name, None)
        self._hidden()
        self._book.close()

    # -- the shape that all sheets have --------------------------------------------------------------------------------

    def _sheet(self, name: str, title: str, fields: Sequence[Field]) -> Worksheet:
        sheet = self._book.add_worksheet(name)
        sheet.write_string(TITLE_ROW, 0, title, self._look["title"])
        for place, field in enumerate(fields):
            sheet.write_string(CODE_ROW, place, field.key, self._look["plain"])
            sheet.write_string(HEAD_ROW, place, field.header, self._look["head"])
            sheet.set_column(place, place, field.width, None, {"hidden": field.hidden})
        sheet.set_row(CODE_ROW, None, None, {"hidden": True})
        sheet.freeze_panes(FIRST_ROW, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(TITLE_ROW, HEAD_ROW)
        sheet.set_footer(f"&L{self._pack.title}&C&A&R第&P页 共&N页")
        return sheet

    def _put(self, sheet: Worksheet, row: int, place: int, value: Shown, look: Format | None = None) -> None:
        if isinstance(value, str):
            sheet.write_string(row, place, value, look or self._look["text"])
        elif isinstance(value, date):
            sheet.write_datetime(row, place, value, self._look["date"])
        elif isinstance(value, Decimal):
            sheet.write_number(row, place, value, self._look["money"])
        else:
            sheet.write_number(row, place, value, self._look["int"])

    def _choose(
        self, sheet: Worksheet, place: int, rows: int, choices: Iterable[str], *, first: int = FIRST_ROW, only: bool
    ) -> None:
        """Put a drop-down on a column; `only`: nothing else may be typed."""
        wanted = tuple(choices)
        if not wanted:
            return
        if wanted not in self._lists:
            self._lists[wanted] = (
                f"='{CHOICES}'!${_letters(len(self._lists))}$1:${_letters(len(self._lists))}${len(wanted)}"
            )
        sheet.data_validation(
            first,
            place,
            max(first, FIRST_ROW + rows + _SPARE_ROWS),
            place,
            {
                "validate": "list",
                "source": self._lists[wanted],
                "error_type": "stop" if only else "information",
                "error_title": "请从清单里选",
                "error_message": "只能填清单里的值。"
                if only
                else "清单里没有；可以写 a|b、not a 或算式，确定要这样写吗？",
            },
        )

    # -- sheets ----------------------------------------------------------------------------------------------------

    def _help(self, sheet: Worksheet) -> None:
        sheet.set_column(0, 0, 110)
        sheet.write_string(0, 0, f"{self._pack.title}：规则工作簿", self._look["title"])
        for row, said in enumerate(_HELP, 2):
            sheet.write_string(row, 0, said, self._look["plain"])
        sheet.write_string(len(_HELP) + 3, 0, f"规则包 {self._pack.id}，内容摘要 {self._pack.digest}")

    def _rule_rows(self, named: list[tuple[str, int, Mapping[str, Any], str]]) -> Iterable[dict[str, Any]]:
        for rule, _, period, sheet in named:
            yield {
                **section_cells(RULES, rule, self._toml["rules"][rule]),
                "from": period.get("from", ""),
                "until": period.get("until", ""),
                "sheet": sheet,
                "file": period.get("table", f"{rule}.csv"),
            }

    def _section(self, name: str, rows: list[dict[str, Any]]) -> None:
        fields = SECTIONS[name][1]
        sheet = self._sheet(name, f"{self._pack.title} · {name}", fields)
        for number, cells in enumerate(rows, FIRST_ROW):
            for place, field in enumerate(fields):
                self._put(sheet, number, place, cells.get(field.key, ""))
            if name == "读法开关":
                self._choose_one(sheet, number, str(cells["values"]).split("\n"))
        choices = {
            "form": get_args(ir.Form),
            "type": get_args(ir.ParameterType),
            "document": tuple(self._toml.get("documents", {})),
            "level": tuple(LEVELS.values()),
        }
        for place, field in enumerate(fields):
            self._choose(sheet, place, len(rows), choices.get(field.key, ()), only=True)

    def _choose_one(self, sheet: Worksheet, row: int, values: list[str]) -> None:
        sheet.data_validation(row, 2, row, 2, {"validate": "list", "source": values, "error_type": "stop"})

    def _table(self, name: str, file: str, rule: ir.Rule | None) -> None:
        lines = csv_lines(self._files[file])
        header, rows = lines[0].cells, lines[1:]
        notes = rows.pop(0).cells if rows and rows[0].is_note else ()
        columns = [
            self._column(code, place, rule, [line for line in rows if not line.is_note])
            for place, code in enumerate(header)
        ]
        fields = [
            Field(one.code, heading(one, notes[place] if place < len(notes) else None), _width(one, place, rows))
            for place, one in enumerate(columns)
        ]
        title = f"{rule.title}    出处：{rule.source}" if rule else f"{self._pack.title} · {name}"
        sheet = self._sheet(name, title, [*fields, Field(ORIGIN + file, "原行号", 8, hidden=True)])
        for number, line in enumerate(rows, FIRST_ROW):
            for place, text in enumerate(line.cells[: len(columns)]):
                outcome = rule is not None and _is_outcome(columns[place].code, rule)
                look = self._look["result"] if outcome else None
                self._put(sheet, number, place, text if line.is_note else shown(text, columns[place]), look)
            self._put(sheet, number, len(columns), line.number)
        for place, one in enumerate(columns):
            choices = ("yes", "no") if one.kind == "bool" else tuple(one.codes)
            self._choose(sheet, place, len(rows), choices, only=one.closed or one.kind == "bool")
            if any(one.codes.values()):
                told = "\n".join(f"{code}  {said}" for code, said in one.codes.items())
                sheet.write_comment(HEAD_ROW, place, told, {"x_scale": 2, "y_scale": 1 + len(one.codes) / 6})

    def _column(self, code: str, place: int, rule: ir.Rule | None, lines: list[Line]) -> Column:
        texts = [line.cells[place] for line in lines if place < len(line.cells)]
        return column(code.strip(), rule, self._pack, texts)

    def _cases(self) -> None:
        file = "cases.jsonl"
        fields = [*CASE_FIELDS, Field(ORIGIN + file, "原行号", 8, hidden=True)]
        sheet = self._sheet(CASES, f"{self._pack.title} · 算例", fields)
        lines = [line for line in enumerate(self._files.get(file, "").split("\n"), 1) if line[1].strip()]
        for row, (number, line) in enumerate(lines, FIRST_ROW):
            case = json.loads(line.removeprefix(BOM))
            for place, field in enumerate(CASE_FIELDS):
                self._put(sheet, row, place, case_cell(case.get(field.key, "")))
            self._put(sheet, row, len(CASE_FIELDS), number)
        self._choose(sheet, 1, len(lines), tuple(self._pack.rules), only=True)

    def _notes(self) -> None:
        sheet = self._sheet(NOTES, f"{self._pack.title} · 读法说明", [Field("text", "NOTES.md，一行一格", 130)])
        for row, line in enumerate(self._files.get("NOTES.md", "").split("\n"), FIRST_ROW):
            self._put(sheet, row, 0, line)

    def _hidden(self) -> None:
        lists = self._book.add_worksheet(CHOICES)
        lists.hide()
        for place, choices in enumerate(self._lists):
            for row, choice in enumerate(choices):
                lists.write_string(row, place, choice)
        sheet = self._book.add_worksheet(ORIGINAL)
        sheet.very_hidden()
        sheet.write_row(0, 0, [MARK, self._pack.id])
        row = 1
        for file, text in self._files.items():
            for line in text.removeprefix(BOM).split("\n"):
                sheet.write_string(row, 0, file)
                sheet.write_string(row, 1, "BOM" if text.startswith(BOM) else "")
                sheet.write_string(row, 2, line)
                row += 1


def heading(column: Column, note: str | None) -> str:
    """Give the header of a column: what the table says over it, amounts in yuan."""
    said = column.title if note is None else note.removeprefix("#")
    return said.replace("（分）", "（元）") if column.kind == "money" else said


def case_cell(value: Any) -> str:
    """Show a part of a case: facts and answers with one line each."""
    if isinstance(value, Mapping):
        return "\n".join(f"{name} = {json.dumps(one, ensure_ascii=False)}" for name, one in value.items())
    return str(value)


def _is_outcome(code: str, rule: ir.Rule) -> bool:
    return any(code in version.table.outcomes for version in rule.versions)


def _width(column: Column, place: int, rows: list[Line]) -> int:
    longest = max((len(line.cells[place]) for line in rows if place < len(line.cells)), default=0)
    return 60 if column.code == "because" else min(34, max(11, 2 * len(column.title) + 2, longest + 2))


def _letters(place: int) -> str:
    return cell_name(0, place).rstrip("1")

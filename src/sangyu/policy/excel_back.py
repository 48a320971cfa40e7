"""Take a workbook over as a pack: what nobody touched to the letter, what was changed as it was meant, or nothing.

The pack is written beside its place, read and checked there, and moved only when it can be read; every fault points at
sheet and cell.
"""

from __future__ import annotations

import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sangyu.policy.check import check
from sangyu.policy.errors import Finding
from sangyu.policy.excel import pack_files
from sangyu.policy.excel_layout import BOM, MARK, NOTES, ORIGINAL
from sangyu.policy.excel_read import BadWorkbook, CellFinding, Sheet, cell_name, read_book
from sangyu.policy.excel_sections import Sections
from sangyu.policy.excel_sheets import Cases, Tables, notes_text
from sangyu.policy.read import Reader
from sangyu.policy.toml_text import TomlText

_COLUMN = re.compile(r"“([^”]+)”列")


def from_excel(
    path: Path,
    folder: Path,
    *,
    replace: bool = False,
    parameters: Mapping[str, Any] | None = None,
    on: date | None = None,
    register: bool = True,
) -> list[CellFinding]:
    """Write the pack of a workbook to `folder`; the faults that a check still finds are given back.

    `parameters`, `on` and `register` are as `check` takes them. A pack in `folder` that has changed since the workbook
    was made is only overwritten with `replace`. A repeat writes the same.
    Raises: BadWorkbook, with sheet and cell of every fault of a pack that cannot be read; then nothing is written.
    """
    book = read_book(path)
    pack_id, files = original(path, book)
    folder = folder.resolve()
    if folder.name != pack_id:
        raise _refused(path, f"这是规则包 {pack_id} 的工作簿，不能读到文件夹 {folder.name} 里；文件夹请叫 {pack_id}")
    if not replace and folder.exists() and pack_files(folder) != files:
        raise _refused(
            path,
            f"规则包 {folder} 在这个工作簿导出以后改过，直接读回会盖掉那些改动；请重新导出再改，或读到别的文件夹，"
            f"确定要盖掉就加 --replace",
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".from-excel-") as scratch:
        before = Path(scratch) / "before" / pack_id
        _write(before, files)
        draft = Path(scratch) / "draft" / pack_id
        taken = _Taken(book, files, Reader(before), path)
        _write(draft, taken.files)
        found = [taken.place(finding) for finding in Reader(draft).findings]
        if found:
            raise BadWorkbook(sorted(set(found)))
        found = [taken.place(finding) for finding in check(draft, parameters=parameters, on=on, register=register)]
        _move(draft, folder, Path(scratch) / "old")
    return found


class _Taken:
    """The files that a workbook means, and where each of their lines stands in it."""

    def __init__(self, book: Mapping[str, Sheet], files: Mapping[str, str], reader: Reader, path: Path) -> None:
        if reader.pack is None:
            raise _refused(path, f"工作簿里隐藏的“{ORIGINAL}”不完整，请重新导出")
        text = files["pack.toml"]
        toml = TomlText(text.removeprefix(BOM))
        findings: list[CellFinding] = []
        self._sections = Sections(book, tomllib.loads(toml.text), toml, findings)
        self._tables = Tables(book, files, reader.pack, findings)
        self._cases = Cases(book, files.get("cases.jsonl", ""), reader.pack.id, findings)
        self.files = {name: said for name, said in files.items() if not name.startswith("tables/")}
        for file, (sheet, rule) in self._sections.tables.items():
            self.files[f"tables/{file}"] = self._tables.read(sheet, f"tables/{file}", rule)
        self.files.update(self._tables.others(self._sections.sheets))
        if findings:
            raise BadWorkbook(sorted(set(findings)))
        self._toml = toml
        self.files["pack.toml"] = (BOM if text.startswith(BOM) else "") + toml.text
        for name, said in (("cases.jsonl", self._cases.text), ("NOTES.md", self._notes(book, files))):
            if said or name in files:
                self.files[name] = said

    def _notes(self, book: Mapping[str, Sheet], files: Mapping[str, str]) -> str:
        return notes_text(book[NOTES], files.get("NOTES.md", "")) if NOTES in book else files.get("NOTES.md", "")

    def place(self, finding: Finding) -> CellFinding:
        """Say in which sheet and cell the fault of a file and line stands."""
        about = f"[{finding.rule}] " if finding.rule else ""
        file = finding.file.partition("/")[2]
        if file == "pack.toml":
            header = self._toml.header_at(finding.line)
            sheet, row = self._sections.places.get(header, ("", 0))
            if not sheet:
                return CellFinding(f"pack.toml [{header}]", "", about + finding.message)
            return CellFinding(sheet, cell_name(row, 0), about + finding.message)
        if file == "cases.jsonl":
            return CellFinding(*self._cases.place(finding.line), about + finding.message)
        column = _COLUMN.match(finding.message)
        return CellFinding(
            *self._tables.place(file, finding.line, column[1] if column else ""), about + finding.message
        )


def _refused(path: Path, message: str) -> BadWorkbook:
    return BadWorkbook([CellFinding(path.name, "", message)])


def original(path: Path, book: Mapping[str, Sheet]) -> tuple[str, dict[str, str]]:
    """Find the pack's id and the files as they were when the workbook was made.

    Raises: BadWorkbook, if it is no workbook of a pack.
    """
    sheet = book.get(ORIGINAL)
    if sheet is None or sheet.value(0, 0) != MARK:
        raise _refused(path, "不是由 sangyu policy to-excel 导出的工作簿：请先导出，在导出的工作簿里改")
    lines: dict[str, list[str]] = {}
    boms = set()
    for row in range(1, len(sheet.rows)):
        file = str(sheet.value(row, 0))
        if Path(file).is_absolute() or ".." in Path(file).parts or not file:
            raise _refused(path, f"工作簿里隐藏的“{ORIGINAL}”不完整，请重新导出")
        lines.setdefault(file, []).append(str(sheet.value(row, 2)))
        if sheet.value(row, 1) == "BOM":
            boms.add(file)
    files = {file: (BOM if file in boms else "") + "\n".join(said) for file, said in lines.items()}
    if "pack.toml" not in files:
        raise _refused(path, f"工作簿里隐藏的“{ORIGINAL}”不完整，请重新导出")
    return str(sheet.value(0, 1)), files


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def _move(draft: Path, folder: Path, old: Path) -> None:
    """Put the new pack in place; the old one stands until the new one is there."""
    if folder.exists():
        os.rename(folder, old)
    try:
        os.rename(draft, folder)
    except OSError:
        if old.exists():
            os.rename(old, folder)
        raise

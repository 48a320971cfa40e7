"""Read a table kept as text (CSV), whatever wrote it: line by line, in its own letters and with its own mark; pure."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from sangyu.intake.rules.cells import Cell
from sangyu.intake.rules.refusals import BadFile

_CHUNK = 1 << 20
_MARKS = (",", "\t", ";", "，")
_LETTERS = ("utf-8", "gb18030")
_UNLIKE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-", b"\x1f\x8b")
FIELD_MAX = 32_767  # characters of a cell, as in Excel
Line = tuple[int, dict[int, Cell]]


def lines(path: Path, *, columns_max: int, rows_max: int) -> Iterator[Line]:
    """Give the lines of a table as (number, column -> cell), empty ones left out.

    A cell `="0123"`, by which people keep Excel from making a number of it, is read as 0123.
    Raises: BadFile, for what is no text, and for a line that is no line of a table.
    """
    letters = _letters(path)
    csv.field_size_limit(FIELD_MAX)
    with path.open(encoding=letters, newline="") as file:
        first = file.readline()
        mark = max(_MARKS, key=first.count)
        file.seek(0)
        reader = csv.reader(file, delimiter=mark)
        try:
            for found in reader:
                line = reader.line_num
                if line > rows_max:
                    raise BadFile(f"文件超过{rows_max}行。请分成几个文件再交。")
                if len(found) > columns_max:
                    raise BadFile(f"第{line}行有{len(found)}列，最多{columns_max}列。请删掉多余的列，或核对分隔符。")
                cells: dict[int, Cell] = {place: _cell(text) for place, text in enumerate(found) if text.strip()}
                if cells:
                    yield line, cells
        except csv.Error as error:
            raise BadFile(
                f"第{reader.line_num}行读不出来：引号没有配对，或一格超过{FIELD_MAX}字。请用 Excel 另存为 .xlsx 再交。"
            ) from error


def _cell(text: str) -> str:
    if text.startswith('="') and text.endswith('"') and '"' not in text[2:-1]:
        return text[2:-1]
    return text


def _letters(path: Path) -> str:
    """Tell in which letters a file is written: the first in which all of it can be read.

    Raises: BadFile.
    """
    with path.open("rb") as file:
        begin = file.read(8)
        if begin.startswith(_UNLIKE):
            raise BadFile("文件名是 .csv，里面却不是文本。请核对是不是选错了文件，或在 Excel 里另存为 .xlsx。")
        if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            letters = "utf-16"
        elif begin.startswith(codecs.BOM_UTF8):
            letters = "utf-8-sig"
        else:
            letters = next((one for one in _LETTERS if _is_written_in(path, one)), "")
    if not letters or not _is_written_in(path, letters):
        raise BadFile("文件里的字读不出来：既不是 UTF-8，也不是 GB18030。请用 Excel 另存为 .xlsx 再交。")
    return letters


def _is_written_in(path: Path, letters: str) -> bool:
    decoder = codecs.getincrementaldecoder(letters)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                if "\0" in decoder.decode(chunk):
                    return False
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True

"""Read a large workbook line by line: half a million people are never in memory at once; pure.

The usual readers hold every cell of a sheet. Here the sheet runs through a parser once, the words that cells share lie
in a file beside it, and formulas, faults of Excel and merged cells are told as such.
Whatever is hostile was refused at the door (`policy.excel_door`) before a value is looked at.
"""

from __future__ import annotations

import mmap
import re
import tempfile
import zipfile
from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

from sangyu.intake.rules.cells import Cell, Form, Raw, day_of_serial
from sangyu.intake.rules.refusals import BadFile
from sangyu.intake.rules.table_text import FIELD_MAX, Line
from sangyu.policy.excel_door import MAIN, Limits, admitted, parts

ROWS_MAX, COLUMNS_MAX = 600_000, 120
MERGES_MAX = 5_000
FILE_BYTES_MAX = 50_000_000
LIMITS = Limits(
    file_bytes_max=FILE_BYTES_MAX,
    unpacked_bytes_max=1_200_000_000,
    parts_max=2_000,
    usual="请按街道分成几个文件再交",
    unlike="请把名单复制到新的工作簿里再交",
    ratio_max=120,
)
_CHUNK = 1 << 16
_SPACE = MAIN[1:-1]
_DAYS = frozenset([*range(14, 18), 22, *range(27, 37), *range(50, 59)])  # formats of days that need no words (ECMA-376)
_NO_DAY = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_", re.ASCII)
_RANGE = re.compile(r"([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)", re.ASCII)


@dataclass(frozen=True)
class Merge:
    """Cells that were joined. Shape: lines and columns from first to last, both included; 0 = A."""

    first_line: int
    last_line: int
    first_column: int
    last_column: int


@dataclass
class Book:
    """A workbook that was admitted: its visible sheets by name, and what `lines` finds out on the way."""

    archive: zipfile.ZipFile
    sheets: Mapping[str, str]
    texts: Texts
    day_styles: frozenset[int]
    from_1904: bool
    merges: list[Merge] = field(default_factory=list)

    def lines(self, sheet: str) -> Iterator[Line]:
        """Give the lines of a sheet as (number, column -> cell), empty ones left out; `merges` is whole at the end.

        Raises: BadFile.
        """
        reader = _Reader(self)
        self.merges.clear()
        with self.archive.open(self.sheets[sheet]) as part:
            while chunk := part.read(_CHUNK):
                reader.feed(chunk)
                yield from reader.take()
            reader.feed(b"", final=True)
            yield from reader.take()


@contextmanager
def opened(path: Path) -> Iterator[Book]:
    """Open a workbook after everything hostile was refused; the words it shares lie in a nameless file meanwhile.

    Raises: BadWorkbook, BadFile.
    """
    with ExitStack() as stack:
        archive = stack.enter_context(admitted(path, LIMITS))
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        hidden = {
            sheet.get("name", "") for sheet in book.iter(f"{MAIN}sheet") if sheet.get("state", "visible") != "visible"
        }
        setting = book.find(f"{MAIN}workbookPr")
        texts = stack.enter_context(_texts(archive))
        yield Book(
            archive=archive,
            sheets={name: part for name, part in parts(archive) if name not in hidden},
            texts=texts,
            day_styles=_day_styles(archive),
            from_1904=setting is not None and setting.get("date1904") in ("1", "true"),
        )


class Texts:
    """The words that cells share, by number; on disk."""

    def __init__(self, file: IO[bytes], ends: array[int]) -> None:
        self._ends = ends
        size = ends[-1] if ends else 0
        self._map = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) if size else b""

    def __getitem__(self, n: int) -> str:
        if not 0 <= n < len(self._ends):
            raise BadFile("工作簿损坏：有一格指向不存在的文字。请在 Excel 里另存一次再交。")
        return unescaped(bytes(self._map[self._ends[n - 1] if n else 0 : self._ends[n]]).decode())

    def close(self) -> None:
        """Let go of the file."""
        if isinstance(self._map, mmap.mmap):
            self._map.close()


@contextmanager
def _texts(archive: zipfile.ZipFile) -> Iterator[Texts]:
    with tempfile.TemporaryFile() as file:
        ends: array[int] = array("Q")
        if "xl/sharedStrings.xml" in archive.namelist():
            _Shared(file, ends).read(archive)
        file.flush()
        texts = Texts(file, ends)
        try:
            yield texts
        finally:
            texts.close()


class _Shared:
    """Write the words that cells share one behind the other; how they are read aloud (`rPh`) is left out."""

    def __init__(self, file: IO[bytes], ends: array[int]) -> None:
        self._file, self._ends = file, ends
        self._in_text, self._aloud = False, False
        self._words: list[str] = []
        self._end = 0

    def read(self, archive: zipfile.ZipFile) -> None:
        """Read the whole part."""
        parser = _parser(self._start, self._stop, self._text)
        with archive.open("xl/sharedStrings.xml") as part:
            while chunk := part.read(_CHUNK):
                _feed(parser, chunk)
            _feed(parser, b"", final=True)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "si":
            self._words = []
        elif tag == "rPh":
            self._aloud = True
        elif tag == "t":
            self._in_text = not self._aloud

    def _stop(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "t":
            self._in_text = False
        elif tag == "rPh":
            self._aloud = False
        elif tag == "si":
            self._end += self._file.write("".join(self._words).encode())
            self._ends.append(self._end)

    def _text(self, text: str) -> None:
        if self._in_text:
            self._words.append(text)


class _Reader:
    """Follow one sheet: cells are gathered into lines, and lines handed on as soon as they are over."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._parser = _parser(self._start, self._stop, self._text)
        self._lines: list[Line] = []
        self._cells: dict[int, Cell] = {}
        self._line = self._column = 0
        self._type = self._style = ""
        self._formula = self._listening = False
        self._words: list[str] = []
        self._columns: dict[str, int] = {}

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        """Read on."""
        _feed(self._parser, chunk, final=final)

    def take(self) -> list[Line]:
        """Hand on the lines that are over."""
        found, self._lines = self._lines, []
        return found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "c":
            self._column = self._place(attributes.get("r"))
            self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._words, self._formula = [], False
        elif tag in ("v", "t"):
            self._listening = True
        elif tag == "f":
            self._formula = True
        elif tag == "row":
            told = attributes.get("r", "")
            self._line = int(told) if told.isdigit() else self._line + 1
            self._column = -1
            if self._line > ROWS_MAX:
                raise BadFile(f"工作表超过{ROWS_MAX}行。请分成几个文件再交。")
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _stop(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "c":
            self._keep()
        elif tag in ("v", "t"):
            self._listening = False
        elif tag == "row" and self._cells:
            self._lines.append((self._line, self._cells))
            self._cells = {}

    def _text(self, text: str) -> None:
        if self._listening:
            self._words.append(text)

    def _place(self, reference: str | None) -> int:
        """Return the column of a cell; one that names none stands beside the last."""
        letters = (reference or "").rstrip("0123456789")
        if not letters:
            return self._column + 1
        place = self._columns.get(letters)
        if place is None:
            if len(letters) > 3:
                raise BadFile("工作簿损坏：有一格不知道在哪一列。请在 Excel 里另存一次再交。")
            place = self._columns[letters] = column_of(letters)
        return place

    def _keep(self) -> None:
        text = "".join(self._words)
        if not text and not self._formula:
            return
        if self._column >= COLUMNS_MAX:
            raise BadFile(f"第{self._line}行超过{COLUMNS_MAX}列。请删掉多余的列再交。")
        cell: Cell
        if self._formula:
            cell = Raw(text, Form.FORMULA)
        elif self._type == "s":
            cell = self._book.texts[int(text)]
        elif self._type == "e":
            cell = Raw(text, Form.ERROR)
        elif self._type == "b":
            cell = "是" if text == "1" else "否"
        elif self._type == "d":
            cell = Raw(text[:10], Form.DAY)
        elif self._type == "n":
            cell = self._number(text)
        else:
            cell = unescaped(text)
        if isinstance(cell, str):
            if len(cell) > FIELD_MAX:
                raise BadFile(f"第{self._line}行有一格超过{FIELD_MAX}个字。请缩短再交。")
            if not cell.strip():
                return
        self._cells[self._column] = cell

    def _number(self, text: str) -> Raw:
        if self._style.isdigit() and int(self._style) in self._book.day_styles:
            whole = text.partition(".")[0]
            found = day_of_serial(int(whole), from_1904=self._book.from_1904) if whole.isdigit() else None
            if found is not None:
                return Raw(found.isoformat(), Form.DAY)
        return Raw(text, Form.NUMBER)

    def _merge(self, reference: str) -> None:
        found = _RANGE.fullmatch(reference)
        if found is None:
            return
        if len(self._book.merges) >= MERGES_MAX:
            raise BadFile(f"工作表里有{MERGES_MAX}处以上的合并单元格。请全选，取消合并，每一行单独填写再交。")
        self._book.merges.append(Merge(int(found[2]), int(found[4]), column_of(found[1]), column_of(found[3])))


def unescaped(text: str) -> str:
    """Return a text as it was typed: what XML cannot hold is written as `_x0007_` (ECMA-376, 22.9.2.19)."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def column_of(letters: str) -> int:
    """Return the place of a column by its letters: A is 0."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def _parser(
    start: Callable[[str, dict[str, str]], None], stop: Callable[[str], None], text: Callable[[str], None]
) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = stop
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_definitions
    return parser


def _refuse_definitions(*_told: object) -> None:
    raise BadFile("文件里带有表格用不着的定义，不能读入。请在 Excel 里另存为“Excel 工作簿（.xlsx）”再交。")


def _feed(parser: expat.XMLParserType, chunk: bytes, *, final: bool = False) -> None:
    try:
        parser.Parse(chunk, final)
    except expat.ExpatError as error:
        raise BadFile("工作簿损坏，读到一半读不下去。请在 Excel 里另存一次再交。") from error


def _day_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    """Return the numbers of the styles that show a number as a day."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
    own = {
        one.get("numFmtId"): _NO_DAY.sub("", one.get("formatCode", "")).casefold()
        for one in styles.iter(f"{MAIN}numFmt")
    }
    found = set()
    for n, style in enumerate(styles.iterfind(f"{MAIN}cellXfs/{MAIN}xf")):
        form = style.get("numFmtId", "0")
        written = own.get(form)
        if (written is not None and ("y" in written or "d" in written)) or (written is None and int(form) in _DAYS):
            found.add(n)
    return frozenset(found)

"""The door for workbooks that came from outside: what is no plain archive of tables is refused before it is read.

Sizes are looked at before anything is unpacked, and what unpacks to another size than it says is refused before
anybody else reads it; macros, links to other files and what is embedded, because a table needs none of them. Rule
tables and sheets of people come through this one door; only what is too large for one of them differs (`Limits`).
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from sangyu.policy.errors import PolicyError

_CHUNK = 1 << 16
# What reading an archive raises that is damaged, lacks a part or its end, holds no XML or XML in letters that nobody
# reads here, or is packed in a way that nobody can unpack.
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError),
    *(ElementTree.ParseError, LookupError, ValueError),
)
_WORDS = ("<!DOCTYPE", "<!ENTITY")
# A part may be written in sixteen bits a letter, and a parser reads that too.
_DEFINITIONS = tuple(word.encode(letters) for word in _WORDS for letters in ("ascii", "utf-16-le", "utf-16-be"))
_OVERLAP = max(map(len, _DEFINITIONS)) - 1
_OLE = b"\xd0\xcf\x11\xe0"  # how a workbook begins that is locked by a password, or is of the old kind (.xls)
_SMALL_BYTES = 1_000_000  # what unpacks to less than this is no bomb, however tightly it was packed
# Beginnings of names in the archive -> what the part is, and how to be rid of it.
_FOREIGN: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("xl/vbaProject", "xl/macrosheets/", "xl/vbaData"),
        "这个工作簿带有宏，不能读入。请在 Excel 里另存为“Excel 工作簿（.xlsx）”，去掉宏再上传",
    ),
    (
        ("xl/externalLinks/", "xl/connections", "xl/queryTables/"),
        "这个工作簿连着别的文件或数据源，里面的数会跟着别处变。请在 Excel 的“数据→编辑链接”里断开链接再上传",
    ),
    (
        ("xl/embeddings/", "xl/activeX/", "xl/ctrlProps/"),
        "这个工作簿里嵌了别的文件或控件。请删掉嵌入的对象，只留表格再上传",
    ),
)
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, order=True)
class CellFinding:
    """Point at one fault of a workbook: sheet, cell (`E7`; empty: the sheet as a whole), and what to do."""

    sheet: str
    cell: str
    message: str

    def __str__(self) -> str:
        return f"{self.sheet}!{self.cell}: {self.message}" if self.cell else f"{self.sheet}: {self.message}"


class BadWorkbook(PolicyError):
    """The workbook cannot be taken over; `findings` says where and why. Nothing was changed."""

    code = "BAD_WORKBOOK"

    def __init__(self, findings: Iterable[CellFinding]) -> None:
        self.findings = list(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


@dataclass(frozen=True)
class Limits:
    """Say what is too large for one kind of workbook, and what such a workbook usually is.

    `ratio_max`: how many times its packed size a part may unpack to; 0 asks nothing.
    """

    file_bytes_max: int
    unpacked_bytes_max: int
    parts_max: int
    usual: str
    unlike: str
    ratio_max: int = 0


@contextmanager
def admitted(path: Path, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """Open the archive of a workbook after everything hostile was refused; damage met later is refused in words too.

    Raises: BadWorkbook; OSError.
    """
    _refuse_size(path, limits)
    _refuse_locked(path)
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_foreign(path, archive)
            _unpack(path, archive, limits)
            yield archive
    except _UNREADABLE as error:
        raise broken(path) from error
    except RuntimeError as error:  # a part is locked
        raise _locked(path) from error


def cell_name(row: int, column: int) -> str:
    """Name a cell as Excel does: (0, 0) is A1."""
    letters, column = "", column + 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"


def broken(path: Path) -> BadWorkbook:
    """Make the refusal of a file that is no workbook or is damaged."""
    return _bad(path, "打不开：不是 .xlsx 工作簿，或者已损坏；请在 Excel 里另存为“Excel 工作簿（.xlsx）”再试")


def _refuse_size(path: Path, limits: Limits) -> None:
    size = path.stat().st_size
    if size > limits.file_bytes_max:
        limit = limits.file_bytes_max // 1_000_000
        raise _bad(path, f"工作簿有 {size / 1_000_000:.1f} MB，超过 {limit} MB；{limits.usual}")


def _refuse_locked(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(len(_OLE)) == _OLE:
            raise _locked(path)


def _refuse_foreign(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse what no table needs: by what lies in the archive, whatever the file is called."""
    names = archive.namelist()
    found = [said for starts, said in _FOREIGN if any(name.startswith(starts) for name in names)]
    if found:
        raise BadWorkbook([CellFinding(path.name, "", said) for said in found])


def _unpack(path: Path, archive: zipfile.ZipFile, limits: Limits) -> None:
    """Unpack every part once, keeping nothing: its checksum must be right, and none may bring definitions of its own.

    Raises: BadZipFile, if a part is not what the list of contents says.
    """
    parts = archive.infolist()
    unpacked, most = sum(part.file_size for part in parts), limits.unpacked_bytes_max
    if unpacked > most:
        raise _bad(path, f"解开后有 {unpacked // 1_000_000} MB，超过 {most // 1_000_000} MB；{limits.unlike}")
    if len(parts) > limits.parts_max:
        raise _bad(path, f"里面有 {len(parts)} 个文件，超过 {limits.parts_max} 个；{limits.unlike}")
    if limits.ratio_max and any(
        part.file_size > max(_SMALL_BYTES, limits.ratio_max * part.compress_size) for part in parts
    ):
        raise _bad(path, f"有一部分解开后是原来的 {limits.ratio_max} 倍以上，表格不会这样；{limits.unlike}")
    for part in parts:
        with archive.open(part) as file:
            before = b""
            while chunk := file.read(_CHUNK):
                if any(word in before + chunk for word in _DEFINITIONS):
                    raise broken(path)
                before = chunk[-_OVERLAP:]


def _bad(path: Path, message: str) -> BadWorkbook:
    return BadWorkbook([CellFinding(path.name, "", message)])


def _locked(path: Path) -> BadWorkbook:
    said = "打不开：设了密码，或者是旧格式（.xls）；请在 Excel 里取消密码，另存为“Excel 工作簿（.xlsx）”再试"
    return _bad(path, said)


def parts(archive: zipfile.ZipFile) -> Iterable[tuple[str, str]]:
    """List the sheets and the parts of the archive that hold them."""
    relations = {
        one.get("Id"): one.get("Target", "")
        for one in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{MAIN}sheet"):
        target = relations[sheet.get(_RELATIONS)]
        yield sheet.get("name", ""), target.lstrip("/") if target.startswith("/") else f"xl/{target}"

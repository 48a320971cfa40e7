"""A pack's files as a workbook and back, and their examination: in folders of the moment, so that nothing half stands.

Shape of files everywhere here: name (`pack.toml`, `tables/x.csv`, `cases.jsonl`) -> text, to the letter.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from sangyu.policy import BadPack, Pack
from sangyu.policy.check import check
from sangyu.policy.errors import PolicyError
from sangyu.policy.read import Reader

if TYPE_CHECKING:
    from sangyu.policy.excel_read import CellFinding, Sheet

LINES_MAX = 1000  # of one sheet; the longest table of the nine packs has about fifty


class OtherWorkbook(PolicyError):
    """The workbook is of another pack, or was made of a version that is no longer the newest."""

    code = "OTHER_WORKBOOK"


@dataclass(frozen=True)
class Fault:
    """What an examination found: file and line, sheet and cell (empty without a workbook), and the sentence."""

    place: str
    cell: str
    message: str

    def __str__(self) -> str:
        return f"{'，'.join(filter(None, (self.cell, self.place)))}：{self.message}"

    def to_json(self) -> dict[str, str]:
        """Give a plain dict of JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Examined:
    """Files that can be read as a pack, the pack that they mean, and what a check finds in them."""

    files: Mapping[str, str]
    pack: Pack
    faults: tuple[Fault, ...]

    @property
    def deciding(self) -> dict[str, str]:
        """The files that decide: those of the digest."""
        return _deciding(self.files)

    @property
    def explaining(self) -> dict[str, str]:
        """The other files: worked examples and notes."""
        return {name: text for name, text in self.files.items() if not decides(name)}


def decides(name: str) -> bool:
    """Tell whether a file of a pack is one that its digest covers."""
    path = PurePosixPath(name)
    return name == "pack.toml" or (path.parent.as_posix() == "tables" and path.suffix == ".csv")


def texts_beside(folder: Path) -> dict[str, str]:
    """Read what lies in a pack's folder beside the files that decide."""
    there = {path.relative_to(folder): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {
        name.as_posix(): path.read_bytes().decode("utf-8")
        for name, path in there.items()
        if not decides(name.as_posix()) and not any(part[0] in "._" for part in name.parts)
    }


def _deciding(files: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in files.items() if decides(name)}


def to_workbook(pack_id: str, files: Mapping[str, str]) -> bytes:
    """Lay files of a pack out as a workbook that an official can change and hand back."""
    from sangyu.policy.excel import to_excel  # only who asks for a workbook pays for its writer

    with _laid_out(pack_id, files) as folder:
        path = folder.parent / f"{pack_id}.xlsx"
        to_excel(folder, path)
        return path.read_bytes()


def examine(pack_id: str, files: Mapping[str, str]) -> Examined:
    """Read and check files of a pack as `sangyu policy check` does.

    Raises: BadPack, if they cannot be read.
    """
    with _laid_out(pack_id, files) as folder:
        pack = _read(folder)
        return Examined(files, pack, tuple(Fault(f"{one.file}:{one.line}", "", one.message) for one in check(folder)))


def from_workbook(content: bytes, name: str, pack: Pack, base: Mapping[str, str]) -> Examined:
    """Take over a workbook that was made of `base`, the files of `pack`, and check what it means.

    Raises: BadWorkbook, with sheet and cell of every fault that keeps it from being read; OtherWorkbook.
    """
    from sangyu.policy.excel_back import from_excel, original
    from sangyu.policy.excel_read import read_book

    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / _plain(name)
        path.write_bytes(content)
        _refuse_macros(path)
        book = read_book(path)
        _refuse_long(book)
        pack_id, files = original(path, book)
        if pack_id != pack.id:
            raise OtherWorkbook(
                f"这是规则包 {pack_id} 的工作簿，本项目执行的是“{pack.title}”（{pack.id}）。"
                f"请下载本项目现行规则的工作簿，在它里面改。"
            )
        if _deciding(files) != _deciding(base):
            raise OtherWorkbook(
                "这个工作簿是从另一个版本导出的，直接采用会把那以后的改动退回去。"
                "请重新下载最新版的工作簿，把改动填进去再上传。"
            )
        folder = Path(scratch) / "taken" / pack.id
        try:
            found = from_excel(path, folder)
        except OSError as error:  # a name that no file can have, typed into a hidden column
            raise OtherWorkbook(
                f"工作簿里写的文件名“{Path(str(error.filename)).name}”不能用。请重新下载工作簿，不要改动隐藏的列。"
            ) from error
        return Examined(_files(folder), _read(folder), tuple(_both(folder, found)))


def _both(folder: Path, found: list[CellFinding]) -> Iterator[Fault]:
    """Say of each finding where it stands in the file and in the workbook; both lists are in the same order."""
    for line, cell in zip(check(folder), found, strict=True):
        where = f"{cell.sheet}!{cell.cell}" if cell.cell else cell.sheet
        yield Fault(f"{line.file}:{line.line}", where, line.message)


@contextmanager
def _laid_out(pack_id: str, files: Mapping[str, str]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / pack_id
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        yield folder


def _read(folder: Path) -> Pack:
    reader = Reader(folder)
    if reader.pack is None:
        raise BadPack(reader.findings)
    return reader.pack


def _files(folder: Path) -> dict[str, str]:
    from sangyu.policy.excel import pack_files

    return pack_files(folder)


def _plain(name: str) -> str:
    """Keep of a file's name what is safe to use and to show."""
    kept = "".join(one for one in name.replace("\\", "/").rpartition("/")[2] if one.isprintable())[-60:]
    return kept.lstrip(".") or "工作簿.xlsx"


def _refuse_macros(path: Path) -> None:
    from sangyu.policy.excel_read import BadWorkbook, CellFinding

    if not zipfile.is_zipfile(path):
        return  # whatever it is, the reader of workbooks says so
    with zipfile.ZipFile(path) as archive:
        if any(one.endswith("vbaProject.bin") for one in archive.namelist()):
            said = "这个工作簿带有宏，不能读入。请在 Excel 里另存为“Excel 工作簿（.xlsx）”，去掉宏再上传"
            raise BadWorkbook([CellFinding(path.name, "", said)])


def _refuse_long(book: Mapping[str, Sheet]) -> None:
    from sangyu.policy.excel_layout import CASES, CHOICES, NOTES, ORIGINAL
    from sangyu.policy.excel_read import BadWorkbook, CellFinding

    no_tables = (ORIGINAL, CHOICES, CASES, NOTES)  # lines of files and worked examples
    long = [sheet for sheet in book.values() if len(sheet.rows) > LINES_MAX and sheet.name not in no_tables]
    if long:
        said = f"一张规则表最多 {LINES_MAX} 行，请删掉下面多余的行再上传"
        raise BadWorkbook([CellFinding(sheet.name, "", f"有 {len(sheet.rows)} 行；{said}") for sheet in long])

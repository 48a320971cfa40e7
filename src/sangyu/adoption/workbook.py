"""A pack's files as a workbook and back, and their examination: in folders of the moment, so that nothing half stands.

Shape of files everywhere here: name (`pack.toml`, `tables/x.csv`, `cases.jsonl`) -> text, to the letter.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sangyu.policy import BadPack, Pack
from sangyu.policy.check import check
from sangyu.policy.content import decides
from sangyu.policy.errors import Finding, PolicyError
from sangyu.policy.read import Reader

if TYPE_CHECKING:
    from sangyu.policy.excel_read import CellFinding


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
        return deciding(self.files)

    @property
    def explaining(self) -> dict[str, str]:
        """The other files: worked examples and notes."""
        return {name: text for name, text in self.files.items() if not decides(name)}


def texts_beside(folder: Path) -> dict[str, str]:
    """Read what lies in a pack's folder beside the files that decide."""
    there = {path.relative_to(folder): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {
        name.as_posix(): path.read_bytes().decode("utf-8")
        for name, path in there.items()
        if not decides(name.as_posix()) and not any(part[0] in "._" for part in name.parts)
    }


def deciding(files: Mapping[str, str]) -> dict[str, str]:
    """Keep of a pack's files those that its digest covers."""
    return {name: text for name, text in files.items() if decides(name)}


def to_workbook(pack_id: str, files: Mapping[str, str]) -> bytes:
    """Lay files of a pack out as a workbook that an official can change and hand back."""
    from sangyu.policy.excel import to_excel  # only who asks for a workbook pays for its writer

    with _laid_out(pack_id, files) as folder:
        path = folder.parent / f"{pack_id}.xlsx"
        to_excel(folder, path)
        return path.read_bytes()


@dataclass(frozen=True)
class Asked:
    """What an examination asks beyond the files: a bureau's own figures on a day, and whether documents are registered.

    A version from before documents had a level is not held up for it.
    """

    parameters: Mapping[str, Any]
    on: date
    register: bool

    @classmethod
    def of(cls, base: Pack, parameters: Mapping[str, Any], on: date) -> Asked:
        """Ask as the version that is changed allows."""
        return cls(parameters, on, any(document.level for document in base.documents.values()))


def examine(pack_id: str, files: Mapping[str, str], asked: Asked) -> Examined:
    """Read and check files of a pack as `sangyu policy check` does.

    Raises: BadPack, if they cannot be read.
    """
    with _laid_out(pack_id, files) as folder:
        pack = _read(folder)
        found = tuple(Fault(f"{one.file}:{one.line}", "", one.message) for one in _checked(folder, asked))
        return Examined(files, pack, found)


def from_workbook(content: bytes, name: str, pack: Pack, base: Mapping[str, str], asked: Asked) -> Examined:
    """Take over a workbook that was made of `base`, the files of `pack`, and check what it means.

    Raises: BadWorkbook, with sheet and cell of every fault that keeps it from being read; OtherWorkbook.
    """
    from sangyu.policy.excel_back import from_excel, original
    from sangyu.policy.excel_read import read_book

    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / _plain(name)
        path.write_bytes(content)
        book = read_book(path)
        pack_id, files = original(path, book)
        if pack_id != pack.id:
            raise OtherWorkbook(
                f"这是规则包 {pack_id} 的工作簿，本项目执行的是“{pack.title}”（{pack.id}）。"
                f"请下载本项目现行规则的工作簿，在它里面改。"
            )
        if deciding(files) != deciding(base):
            raise OtherWorkbook(
                "这个工作簿是从另一个版本导出的，直接采用会把那以后的改动退回去。"
                "请重新下载最新版的工作簿，把改动填进去再上传。"
            )
        folder = Path(scratch) / "taken" / pack.id
        try:
            found = from_excel(path, folder, parameters=asked.parameters, on=asked.on, register=asked.register)
        except OSError as error:  # a name that no file can have, typed into a hidden column
            raise OtherWorkbook(
                f"工作簿里写的文件名“{Path(str(error.filename)).name}”不能用。请重新下载工作簿，不要改动隐藏的列。"
            ) from error
        return Examined(_files(folder), _read(folder), tuple(_both(folder, found, asked)))


def _checked(folder: Path, asked: Asked) -> list[Finding]:
    return check(folder, parameters=asked.parameters, on=asked.on, register=asked.register)


def _both(folder: Path, found: list[CellFinding], asked: Asked) -> Iterator[Fault]:
    """Say of each finding where it stands in the file and in the workbook; both lists are in the same order."""
    for line, cell in zip(_checked(folder, asked), found, strict=True):
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

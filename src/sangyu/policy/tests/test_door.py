"""Real broken workbooks at the one door that desk and command share: a sentence with sheet and cell, nothing loaded."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sangyu.policy import packs_folder
from sangyu.policy.cli import main
from sangyu.policy.excel import pack_files, to_excel
from sangyu.policy.excel_read import FILE_BYTES_MAX, LINES_MAX, UNPACKED_BYTES_MAX
from sangyu.policy.tests.change import PACK_ID
from sangyu.policy.tests.workbook import Formula, Workbook

SHEET = "登记入院"
WORKBOOK = "xl/workbook.xml"
Spoil = Callable[[bytes, Path], bytes]  # of the workbook, with a folder to work in


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("door") / "pack.xlsx"
    to_excel(packs_folder() / PACK_ID, path)
    return path.read_bytes()


def with_parts(content: bytes, parts: Mapping[str, bytes]) -> bytes:
    """Put other parts into a workbook, in place of those of the same name."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as was, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as now:
        for name in was.namelist():
            if name not in parts:
                now.writestr(name, was.read(name))
        for name, part in parts.items():
            now.writestr(name, part)
    return out.getvalue()


def edited(change: Callable[[Workbook], None]) -> Spoil:
    """Save the workbook with another program after a change."""

    def spoil(content: bytes, folder: Path) -> bytes:
        (folder / "was.xlsx").write_bytes(content)
        book = Workbook.read(folder / "was.xlsx")
        change(book)
        return book.save(folder / "now.xlsx").read_bytes()

    return spoil


def formula(book: Workbook) -> None:
    book.sheets[SHEET][3][0] = Formula("=60+5")


def merged(book: Workbook) -> None:
    book.merged.append((SHEET, "B20:C21"))


def long(book: Workbook) -> None:
    book.sheets[SHEET] += [["x"]] * LINES_MAX


def lying(content: bytes, _folder: Path) -> bytes:
    """Let a part unpack to far more than the list of contents says."""
    bomb = with_parts(content, {"xl/sharedStrings.xml": b"<sst>" + b" " * 3_000_000})
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        size = archive.getinfo("xl/sharedStrings.xml").file_size
    return bomb.replace(size.to_bytes(4, "little"), (1_000).to_bytes(4, "little"))


def locked(content: bytes, _folder: Path) -> bytes:
    """Mark every part as locked by a password, as an archive does."""
    out = bytearray(content)
    for place in [found.start() for found in re.finditer(b"PK\x01\x02", content)]:
        out[place + 8] |= 1
    for place in [found.start() for found in re.finditer(b"PK\x03\x04", content)]:
        out[place + 6] |= 1
    return bytes(out)


def billion_laughs(content: bytes, _folder: Path) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        said = archive.read(WORKBOOK)
    head, _, rest = said.partition(b"?>")
    return with_parts(content, {WORKBOOK: head + b'?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + rest})


def in_letters(name: str) -> Spoil:
    """Say that the list of sheets is written in some encoding."""

    def spoil(content: bytes, _folder: Path) -> bytes:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            said = archive.read(WORKBOOK)
        said = re.sub(rb'encoding="[^"]*"', f'encoding="{name}"'.encode(), said, count=1)
        return with_parts(content, {WORKBOOK: said})

    return spoil


def late_laughs(content: bytes, _folder: Path) -> bytes:
    """Bring definitions behind a comment that is longer than what is read at a time."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        said = archive.read(WORKBOOK)
    head, _, rest = said.partition(b"?>")
    late = b"?><!--" + b" " * 70_000 + b'--><!DOCTYPE x [<!ENTITY a "aaaa">]>'
    return with_parts(content, {WORKBOOK: head + late + rest})


BROKEN: dict[str, tuple[Spoil, str]] = {
    "formula": (edited(formula), f"{SHEET}!A4: 这一格是公式；请复制后选择性粘贴为“值”"),
    "merged": (edited(merged), f"{SHEET}!B20:C21: 这几格合并了；请取消合并"),
    "long": (edited(long), f"{SHEET}!A{LINES_MAX + 1}: 有 "),
    "macro": (lambda book, _: with_parts(book, {"xl/vbaProject.bin": b"macro"}), "这个工作簿带有宏，不能读入"),
    "old macro": (
        lambda book, _: with_parts(book, {"xl/macrosheets/sheet1.xml": b"<x/>"}),
        "这个工作簿带有宏，不能读入",
    ),
    "link": (lambda book, _: with_parts(book, {"xl/externalLinks/externalLink1.xml": b"<x/>"}), "连着别的文件或数据源"),
    "data source": (lambda book, _: with_parts(book, {"xl/connections.xml": b"<x/>"}), "连着别的文件或数据源"),
    "embedded": (lambda book, _: with_parts(book, {"xl/embeddings/oleObject1.bin": b"x"}), "嵌了别的文件或控件"),
    "password": (lambda *_: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "设了密码，或者是旧格式（.xls）"),
    "locked parts": (locked, "设了密码"),
    "10 MB": (lambda book, _: book + b"\0" * (FILE_BYTES_MAX + 2_000_000), "超过 8 MB"),
    "zip bomb": (
        lambda book, _: with_parts(book, {"xl/media/x.bin": b"\0" * (UNPACKED_BYTES_MAX + 1)}),
        "解开后有 80 MB，超过 80 MB",
    ),
    "lying zip bomb": (lying, "打不开：不是 .xlsx 工作簿，或者已损坏"),
    "entities": (billion_laughs, "打不开：不是 .xlsx 工作簿，或者已损坏"),
    "late entities": (late_laughs, "打不开：不是 .xlsx 工作簿，或者已损坏"),
    "letters of several bytes": (in_letters("gbk"), "打不开：不是 .xlsx 工作簿，或者已损坏"),
    "letters of nobody": (in_letters("foo"), "打不开：不是 .xlsx 工作簿，或者已损坏"),
    "many parts": (lambda book, _: with_parts(book, {f"x/{n}": b"" for n in range(2_001)}), "超过 2000 个"),
    "csv in GBK": (lambda *_: "年龄,补贴\n75,10\n".encode("gb18030"), "打不开：不是 .xlsx 工作簿"),
    "empty": (lambda *_: b"", "打不开：不是 .xlsx 工作簿"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_the_command_refuses_it_in_a_sentence_and_the_pack_stays_to_the_letter(
    what: str, exported: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil, said = BROKEN[what]
    folder = Path(shutil.copytree(packs_folder() / PACK_ID, tmp_path / "packs" / PACK_ID))
    before = pack_files(folder)
    path = tmp_path / "改好的.xlsm"
    path.write_bytes(spoil(exported, tmp_path))
    assert main(["from-excel", str(path), str(folder), "--replace"]) == 1
    told = capsys.readouterr().out
    assert said in told
    assert told.splitlines()[0].startswith((f"{SHEET}!", "改好的.xlsm: "))
    assert "没有读回，规则包没有改动" in told
    assert pack_files(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == [PACK_ID]

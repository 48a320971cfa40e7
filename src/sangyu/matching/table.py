"""Open a register as it came: comma-separated text line by line, or a workbook, whose first sheet is in memory."""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import python_calamine

from sangyu.matching.rules import FileUnreadable
from sangyu.policy.excel_door import BadWorkbook, Limits, admitted

FILE_BYTES_MAX = 100_000_000
LINES_MAX = 2_000_000
_CHUNK = 1 << 20
_WORKBOOK, _LOCKED = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_ENCODINGS = ("utf-8-sig", "gb18030")
_LIMITS = Limits(
    file_bytes_max=60_000_000,
    unpacked_bytes_max=800_000_000,
    parts_max=2_000,
    usual="请把名册另存为CSV（逗号分隔）再上传",
    unlike="这不像一份名册，请重新导出",
    ratio_max=300,
)


def sha256_of(path: Path) -> str:
    """Return the hash of a file's bytes.

    Raises: FileUnreadable, for an empty file and one that is too large.
    """
    size = path.stat().st_size
    if not 0 < size <= FILE_BYTES_MAX:
        limit = FILE_BYTES_MAX // 1_000_000
        raise FileUnreadable(f"文件有{size / 1_000_000:.1f}MB，应大于0、不超过{limit}MB。请核对文件，或分地区交。")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def lines_of(path: Path) -> Iterator[Sequence[Any]]:
    """Yield the cells of each line: of the first sheet of a workbook, or of text in UTF-8 or GB 18030.

    Raises: FileUnreadable, in words for whoever handed the file in.
    """
    with path.open("rb") as file:
        begin = file.read(len(_WORKBOOK))
    if begin in (_WORKBOOK, _LOCKED):
        yield from _bounded(_workbook(path))
    else:
        yield from _bounded(_text(path))


def _bounded(lines: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    yield from islice(lines, LINES_MAX)
    if next(lines, None) is not None:
        raise FileUnreadable(f"名册超过{LINES_MAX}行，请分地区交。")


def _workbook(path: Path) -> Iterator[Sequence[Any]]:
    try:
        with admitted(path, _LIMITS), python_calamine.CalamineWorkbook.from_path(path) as book:
            yield from book.get_sheet_by_index(0).iter_rows()
    except BadWorkbook as bad:
        raise FileUnreadable("；".join(finding.message for finding in bad.findings) + "。") from bad
    except python_calamine.CalamineError as broken:
        raise FileUnreadable("打不开这个工作簿，可能已损坏。请在 Excel 里另存一次再上传。") from broken


def _text(path: Path) -> Iterator[Sequence[Any]]:
    encoding = next((name for name in _ENCODINGS if _decodes(path, name)), None)
    if encoding is None:
        raise FileUnreadable("认不出文件的文字。请把名册另存为 .xlsx 或CSV（UTF-8或GB18030）再上传。")
    with path.open(encoding=encoding, newline="") as file:
        head = file.readline()
        file.seek(0)
        try:
            yield from csv.reader(file, delimiter="\t" if head.count("\t") > head.count(",") else ",")
        except csv.Error as bad:
            raise FileUnreadable("这不是逗号分隔的表格，有一行读不下去。请重新导出。") from bad


def _decodes(path: Path, encoding: str) -> bool:
    """Whether a whole file is text in these letters; what holds a zero byte is no text."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                if b"\0" in chunk:
                    return False
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True

"""Read one cell: what Excel and people make of a word, a day, a telephone number or a choice; pure.

A cell that was read well is written back in one plain form, and that form is read as the same again.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sangyu.intake.rules.refusals import BadCell
from sangyu.kit import phone


class Form(StrEnum):
    """How a cell is stored where that is not plain text."""

    NUMBER = "NUMBER"
    DAY = "DAY"
    FORMULA = "FORMULA"
    ERROR = "ERROR"
    MERGED = "MERGED"


@dataclass(frozen=True, slots=True)
class Raw:
    """A cell that is no plain text, with the text that the file keeps of it."""

    text: str
    form: Form


Cell = str | Raw

# A spreadsheet runs what begins like this; a mark before it keeps it a text, and a mark that stands there already is
# doubled, so that reading takes back exactly what writing added.
_RUNS = "=+-@\t\r\n＝＋－＠"
_MARK = "'"
_EXACT_DIGITS = 15
_POWER = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,2}", re.ASCII)
_WHOLE = re.compile(r"(\d+)(?:\.0*)?", re.ASCII)
_DAY = re.compile(r"(\d{4})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?(?: 0?0:00(?::00)?)?", re.ASCII)
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd\ufffe\uffff]")
_FIRST_SERIAL, _LAST_SERIAL = 61, 80_000  # from March 1900, as a day that Excel invented lies before it, to 2119
_EPOCH, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_YES = frozenset(["是", "有", "对", "y", "yes", "true", "1", "√", "✓"])
_NO = frozenset(["否", "无", "不是", "没有", "n", "no", "false", "0", "×"])


def guarded(text: str) -> str:
    """Write a text so that no spreadsheet takes it for a formula; `unguarded` gives it back."""
    return _MARK + text if text[:1] and (text[0] in _RUNS or text[0] == _MARK) else text


def unguarded(text: str) -> str:
    """Take away the mark that `guarded` set, and nothing else."""
    return text[1:] if text[:1] == _MARK and text[1:2] and (text[1] in _RUNS or text[1] == _MARK) else text


def day_of_serial(serial: int, *, from_1904: bool = False) -> date | None:
    """Return the day that a spreadsheet counts as this number; None where it counts wrongly or the day is absurd."""
    if not _FIRST_SERIAL <= serial <= _LAST_SERIAL:
        return None
    return (_EPOCH_1904 if from_1904 else _EPOCH) + timedelta(days=serial)


def shown(cell: Cell) -> str:
    """Return the text of a cell as a page shows it."""
    return cell if isinstance(cell, str) else cell.text


def legible(text: str) -> str:
    """Return a text without what nobody sees and no database keeps."""
    return _CONTROL.sub("", text)


def words(cell: Cell, *, length_max: int = 200) -> str:
    """Read words as they stand, blanks at the ends left out; characters are never replaced by others like them.

    Raises: BadCell.
    """
    text = _plain(cell)
    if isinstance(cell, Raw) and cell.form == Form.DAY:
        raise BadCell(f"这一格被 Excel 存成了日期（{cell.text}）。请把单元格格式改为“文本”，重新输入。")
    text = " ".join(text.split())
    if len(text) > length_max:
        raise BadCell(f"这一格有{len(text)}个字，最多{length_max}个。请缩短。")
    return text


def number_word(cell: Cell) -> str:
    """Read a long number (document, card) as text; one that Excel has rounded is refused, as its end is lost.

    Raises: BadCell.
    """
    text = words(cell, length_max=40)
    if _POWER.fullmatch(unicodedata.normalize("NFKC", text)) or (
        isinstance(cell, Raw) and _digits(text) > _EXACT_DIGITS
    ):
        raise BadCell(
            f"号码被 Excel 存成了数值（{text}），后几位已经丢失，不能猜。请把这一列的格式改为“文本”，对照证件重新输入。"
        )
    return text


def day(cell: Cell) -> date:
    """Read a day: a date of Excel, its number, or year, month and day in figures.

    Raises: BadCell, also for a day that can be read in two ways.
    """
    text = unicodedata.normalize("NFKC", _plain(cell)).strip()
    whole = _WHOLE.fullmatch(text)
    if whole and (len(whole[1]) == 5 or (isinstance(cell, Raw) and len(whole[1]) < 6)):
        found = day_of_serial(int(whole[1]))
        if found is not None:
            return found
    said = _DAY.fullmatch(text) or _EIGHT.fullmatch(whole[1] if whole else text)
    if said is None:
        raise BadCell(f"看不懂日期“{text[:20]}”。请写成年-月-日，如2026-11-09，年份写四位。")
    try:
        found = date(*(int(part) for part in said.groups()))
    except ValueError:
        raise BadCell(f"没有“{text[:20]}”这一天。请核对月份和日子。") from None
    if not 1880 <= found.year <= 2119:
        raise BadCell(f"年份{found.year}不合理。请核对。")
    return found


def telephone(cell: Cell) -> str:
    """Read a telephone number.

    Raises: BadCell, BadPhone.
    """
    text = number_word(cell)
    whole = _WHOLE.fullmatch(text)
    return phone.parse(whole[1] if whole and isinstance(cell, Raw) else text)


def yes_or_no(cell: Cell) -> bool:
    """Read 是 or 否, however it is ticked.

    Raises: BadCell.
    """
    text = unicodedata.normalize("NFKC", _plain(cell)).strip().casefold()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise BadCell(f"这里只能填“是”或“否”，现为“{text[:20]}”。请改正。")


def folded(text: str) -> str:
    """Return a label as it is compared: without blanks, stars, notes in brackets, and full-width forms."""
    plain = re.sub(r"[(\[【〔].*?[)\]】〕]", "", unicodedata.normalize("NFKC", text).casefold())
    return "".join(character for character in plain if not character.isspace() and character not in "*:：、.。")


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)


def _plain(cell: Cell) -> str:
    if isinstance(cell, str):
        if _CONTROL.search(cell):
            raise BadCell("这一格里有看不见的控制字符或乱码。请删掉重新输入。")
        return unguarded(cell)
    if cell.form == Form.FORMULA:
        raise BadCell("这一格是公式，算出的数不作数。请复制后选择性粘贴为“值”。")
    if cell.form == Form.ERROR:
        raise BadCell(f"这一格是 Excel 的错误值 {cell.text}。请改成实际内容。")
    if cell.form == Form.MERGED:
        raise BadCell("这一格与别的格合并了，看不出每一行各是什么。请取消合并，每一行单独填写。")
    return cell.text

"""Edit the workbook of the newest version in tests as an official would."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sangyu.adoption import queries as adoption_read
from sangyu.adoption.models import Adoption
from sangyu.adoption.workbook import to_workbook
from sangyu.policy.tests.workbook import Workbook

CREDIT = "B类月补贴50元"
FIRST_DAY = date(2026, 12, 1)


def workbook(programme_id: UUID) -> Workbook:
    """Download the workbook of the newest version and open it."""
    newest = adoption_read.newest(programme_id)
    return opened(_exported(newest.pack_id, newest.digest))


def opened(content: bytes) -> Workbook:
    """Read a workbook from its bytes."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.xlsx"
        path.write_bytes(content)
        return Workbook.read(path)


def saved(book: Workbook) -> bytes:
    """Save a workbook and give its bytes."""
    with TemporaryDirectory() as folder:
        return book.save(Path(folder) / "y.xlsx").read_bytes()


def credit_of(programme_id: UUID, yuan: int = 60, first_day: date = FIRST_DAY) -> bytes:
    """Let class B's monthly credit be another sum from a day on: a copied sheet, and a row of its own in 规则."""
    newest = adoption_read.newest(programme_id)
    return _credit(newest.pack_id, newest.digest, yuan, first_day)


@cache
def _credit(pack_id: str, digest: str, yuan: int, first_day: date) -> bytes:
    book = opened(_exported(pack_id, digest))
    copied = f"{CREDIT}（新）"
    book.sheets[copied] = [list(row) for row in book.sheets[CREDIT]]
    put_credit(book, copied, yuan)
    rules = book.sheets["规则"]
    row, until = book.find("规则", CREDIT, "until")
    rules[row][until] = first_day
    new = list(rules[row])
    new[until - 1 : until + 3] = [first_day, "", copied, ""]
    rules.insert(row + 1, new)
    return saved(book)


@cache
def _exported(pack_id: str, digest: str) -> bytes:
    newest = Adoption.objects.filter(pack_id=pack_id, digest=digest).latest("valid_from")
    return to_workbook(pack_id, adoption_read.whole_files(newest))


def put_credit(book: Workbook, sheet: str, yuan: int) -> None:
    """Change the sum in a sheet of the credit."""
    place = book.sheets[sheet][1].index("granted")
    row = next(row for row in book.sheets[sheet] if row[place] in (50, "50", "50.00", "5000"))
    row[place] = yuan

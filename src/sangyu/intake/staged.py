"""How a line is staged: its cells encrypted as this line of this batch, what is said of them in the clear beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from uuid import UUID

from sangyu.access.cipher import field_cipher
from sangyu.intake.models import StagedRow
from sangyu.intake.rules import Cell, Fault, Form, Raw

# A sentence may quote a cell, and in a wrong cell anything may stand: no number of a document or telephone is told.
_NUMBER = re.compile(r"\d(?:[ -]?\d){8,}[Xx]?")


def encrypted(batch_id: UUID, number: int, cells: Mapping[str, Cell]) -> str:
    """Encrypt the cells of a line, so that it can be read as this line of this batch only."""
    told = {key: cell if isinstance(cell, str) else [cell.form, cell.text] for key, cell in cells.items() if cell != ""}
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return field_cipher().encrypt(text, bound_to=f"{batch_id}:{number}")


def cells_of(row: StagedRow) -> dict[str, Cell]:
    """Read the cells of a line. Shape: empty cells are left out; empty after they were forgotten.

    Raises: Unreadable.
    """
    if not row.cells_cipher:
        return {}
    told = json.loads(field_cipher().decrypt(row.cells_cipher, bound_to=f"{row.batch_id}:{row.line}"))
    return {key: one if isinstance(one, str) else Raw(one[1], Form(one[0])) for key, one in told.items()}


def dumped(faults: Iterable[Fault]) -> str:
    """Write what is said of cells as it is stored."""
    return json.dumps(told(faults), ensure_ascii=False)


def told(faults: Iterable[Fault]) -> list[dict[str, str]]:
    """Return what is said of cells in the shape in which it is stored: long numbers but for their ends hidden."""
    return [{"column": fault.column, "what": _NUMBER.sub(_ends, fault.what)} for fault in faults]


def _ends(number: re.Match[str]) -> str:
    return f"{number[0][:3]}…{number[0][-2:]}"

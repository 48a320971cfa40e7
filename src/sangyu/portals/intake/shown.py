"""What the pages show of lines: the cell as Excel calls it, what stands in it, and what is wrong, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sangyu.intake.models import Batch, Outcome, StagedRow
from sangyu.intake.rules import Cell, Kind, Template, shown
from sangyu.intake.rules.columns import DOCUMENT
from sangyu.intake.staged import cells_of
from sangyu.kit.names import mask_phone
from sangyu.policy.excel_door import cell_name
from sangyu.registry.rules import mask_document

NUMBERS = (Kind.NUMBER, Kind.PHONE)
# What may have happened to an elder meanwhile, by the verb in the audit book or by the room that has rows.
_HAPPENED = {
    "registry.recognise": "登记后又作了身份认定",
    "registry.end_recognition": "补充的身份后来被终止过",
    "registry.record_death": "登记后又登记了去世",
    "registry.add_many": "登记后又有另一批作了补充",
    "registry.issue_card": "登记后已发卡",
    "hotline": "登记后已有来电",
    "orders": "登记后已有工单",
    "visits": "登记后已有上门服务",
    "meals": "登记后已有就餐",
    "benefits": "登记后已有补贴",
    "assessment": "登记后已安排评估",
    "safety": "登记后已有报警",
    "quality": "登记后已有回访或投诉",
}


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong with a line. `place` is the cell as Excel calls it; empty: the line as a whole."""

    place: str
    label: str
    text: str
    what: str


@dataclass(frozen=True)
class Shown:
    """A line as a page shows it, numbers masked."""

    row: StagedRow
    name: str
    number: str
    wrong: list[Wrong]
    notes: list[tuple[str, str, str]]
    said: str
    about: str


def lines_shown(batch: Batch, template: Template, rows: list[StagedRow]) -> list[Shown]:
    """Return lines as their page shows them."""
    return [_shown(batch, template, row) for row in rows]


def _shown(batch: Batch, template: Template, row: StagedRow) -> Shown:
    cells = cells_of(row)
    wrong = [
        Wrong(
            place_of(batch, row, one["column"]),
            template.column(one["column"]).label,
            masked(template, one["column"], cells.get(one["column"], "")),
            one["what"],
        )
        for one in row.faults
    ]
    if row.double_of is not None:
        said = _("与第%(n)s行是同一个证件。请留下对的一行，把另一行改正或删去。") % {"n": row.double_of}
        wrong.append(Wrong("", "", "", said))
    if row.outcome == Outcome.REFUSED:
        wrong.append(Wrong("", "", "", row.said))
    notes = [
        (
            template.column(one["column"]).label,
            masked(template, one["column"], cells.get(one["column"], "")),
            one["what"],
        )
        for one in row.differences
    ]
    said = _HAPPENED.get(row.said, _("登记后又有别的业务")) if row.outcome == Outcome.KEPT else ""
    about = [shown(cells.get(key, "")) for key in ("community", "address", "identity_1", "kin_1_name")]
    return Shown(
        row=row,
        name=shown(cells.get("name", "")),
        number=masked(template, DOCUMENT.key, cells.get(DOCUMENT.key, "")),
        wrong=wrong,
        notes=notes,
        said=said,
        about=" · ".join(text for text in about if text),
    )


def place_of(batch: Batch, row: StagedRow, key: str) -> str:
    """Name the cell of a column in a line; a column that the sheet lacks has no place."""
    place = batch.places.get(key)
    return f"{batch.sheet}!{cell_name(row.line - 1, place)}" if place is not None else ""


def masked(template: Template, key: str, cell: Cell) -> str:
    """Return what stands in a cell, the numbers of documents and telephones hidden but for their ends."""
    text = shown(cell)
    kind = template.column(key).kind
    if kind == Kind.NUMBER:
        return mask_document(text) if text else ""
    return mask_phone(text) if kind == Kind.PHONE else text


def fields(batch: Batch, template: Template, row: StagedRow, lists: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Return the fields in which a line is mended, in the order of the sheet; `first` are those to look at.

    A number that is right is `locked`: nobody has to see it to mend another cell.
    """
    cells = cells_of(row)
    faults = {one["column"]: one["what"] for one in row.faults}
    found = []
    for column in template.columns:
        text = shown(cells.get(column.key, ""))
        whole = column.key == DOCUMENT.key and (row.double_of is not None or row.outcome == Outcome.REFUSED)
        locked = bool(text) and column.kind in NUMBERS and column.key not in faults and not whole
        options = (
            lists.get(column.choices, []) if column.choices else ["是", "否"] if column.kind == Kind.YES_NO else []
        )
        found.append(
            {
                "key": column.key,
                "label": column.label,
                "text": masked(template, column.key, text) if locked else text,
                "locked": locked,
                "first": column.key in faults or whole,
                "required": column.required,
                "help": column.help,
                "error": faults.get(column.key, ""),
                "place": place_of(batch, row, column.key),
                "options": [(option, option) for option in options],
                "unlisted": text if options and text and text not in options else "",
            }
        )
    return found

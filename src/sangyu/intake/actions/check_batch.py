"""Read a file that was handed in, check every line and stage it; then say which lines contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import connection, transaction

from sangyu.intake.actions.common import CHUNK, file_of, known_to, passed, stage
from sangyu.intake.actions.examine import examine
from sangyu.intake.models import Batch, Outcome, Stage, StagedRow, Standing
from sangyu.intake.rules import (
    ELDERS,
    BadFile,
    Cell,
    Fault,
    Form,
    Head,
    Known,
    Raw,
    Template,
    table_text,
    template_called,
)
from sangyu.intake.rules.cells import shown
from sangyu.intake.rules.columns import HEAD_WITHIN, no_head, read_head
from sangyu.intake.rules.workbook import COLUMNS_MAX, ROWS_MAX, Book, Merge, opened
from sangyu.intake.staged import cells_of, encrypted, told
from sangyu.kit.errors import Refusal
from sangyu.policy.excel_door import BadWorkbook

FAULT_MAX = 600
TEXT = "表"  # a table kept as text has no sheets
MERGED_LINES_MAX = 2_000
Lines = Iterator[tuple[int, Mapping[int, Cell]]]


class _Elsewhere(Exception):
    """Somebody else is at this batch, or has done with it."""


def check_batch(*, batch_id: UUID, at: datetime) -> Batch:
    """Read, check and stage the file of a batch, a chunk at a time; one that was broken off begins anew.

    A file that cannot be read leaves the batch refused, with the reason in words; a batch that is checked stays as it
    is. The file is gone afterwards: what counts of it is staged, encrypted. Of two at once one checks the batch.
    """
    batch = Batch.objects.select_related("by__organisation").get(pk=batch_id)
    if batch.stage != Stage.RECEIVED:
        return batch
    try:
        _begin(batch)
        with ExitStack() as stack:
            done = _stage(batch, stack, known_to(batch.by, at))
        if not done:
            raise BadFile("表头下面没有一行内容。请填好再交。")
        with transaction.atomic():
            _hold(batch, way=done)
            mark_doubles(batch, None)
            passed(batch, Stage.CHECKED, checked_at=at, way=0)
            file_of(batch).unlink(missing_ok=True)
    except _Elsewhere:
        pass
    except BadWorkbook as refusal:
        refuse(batch, "；".join(finding.message for finding in refusal.findings) + "。", at)
    except Refusal as refusal:
        refuse(batch, str(refusal), at)
    batch.refresh_from_db()
    return batch


def mark_doubles(batch: Batch, indexes: list[str] | None) -> None:
    """Mark every line whose document stands in an earlier one too, of all lines or of those with some indexes.

    Only where a line is a person: in a list of recognitions or contacts a document may stand in many lines. What is
    written already stays what it was, as it is taken back by that.
    """
    if batch.template != ELDERS.code:
        return
    with connection.cursor() as cursor:
        # One pass, no join: nobody has counted lines staged just now, and a join would be planned for none.
        cursor.execute(
            """
            SELECT id, first FROM (
                SELECT id, line, outcome, min(line) OVER (PARTITION BY number_index) AS first FROM intake_stagedrow
                WHERE batch_id = %(batch)s AND number_index <> ''
                  AND (%(indexes)s::text[] IS NULL OR number_index = ANY(%(indexes)s))
            ) AS told WHERE line > first AND outcome = %(waiting)s
            """,
            {"batch": batch.pk, "indexes": indexes, "waiting": Outcome.WAITING.value},
        )
        doubles = cursor.fetchall()
        for start in range(0, len(doubles), CHUNK):
            part = doubles[start : start + CHUNK]
            cursor.execute(
                "UPDATE intake_stagedrow AS row SET double_of = n.first, standing = %s"
                " FROM unnest(%s::uuid[], %s::int[]) AS n (id, first) WHERE row.id = n.id",
                [Standing.WRONG.value, [one[0] for one in part], [one[1] for one in part]],
            )


def refuse(batch: Batch, fault: str, at: datetime) -> None:
    """Say of a batch that waits to be checked why it could not be read; nothing of it is kept, nor its file."""
    with transaction.atomic():
        held = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
        if held.stage == Stage.RECEIVED:
            StagedRow.objects.filter(batch=batch).delete()
            Batch.objects.filter(pk=batch.pk).update(stage=Stage.REFUSED, fault=fault[:FAULT_MAX], checked_at=at)
        file_of(batch).unlink(missing_ok=True)


@transaction.atomic
def _begin(batch: Batch) -> None:
    """Begin at the first line, whatever somebody has staged of this batch before."""
    held = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if held.stage != Stage.RECEIVED:
        raise _Elsewhere
    StagedRow.objects.filter(batch=batch).delete()
    Batch.objects.filter(pk=batch.pk).update(way=0)


def _hold(batch: Batch, *, way: int) -> None:
    """Lock a batch until the transaction is over, if it still stands where this check has brought it.

    Raises: _Elsewhere.
    """
    held = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if held.stage != Stage.RECEIVED or held.way != way:
        raise _Elsewhere


def _stage(batch: Batch, stack: ExitStack, known: Known) -> int:
    """Stage all lines of the file; return how many there are."""
    template, path = template_called(batch.template), file_of(batch)
    if not path.exists():
        raise BadFile("文件没有收完整。请重新交一次。")
    if path.suffix == ".csv":
        lines = table_text.lines(path, columns_max=COLUMNS_MAX, rows_max=ROWS_MAX)
        return _stage_lines(batch, template, known, TEXT, lines)[1]
    book = stack.enter_context(opened(path))
    name = _sheet(book, template)
    head, done = _stage_lines(batch, template, known, name, book.lines(name))
    _mark_merged(batch, template, head, book.merges)
    return done


def _sheet(book: Book, template: Template) -> str:
    """Choose the first visible sheet in whose first lines the head of the template stands.

    Raises: BadFile.
    """
    for name in book.sheets:
        if _head(template, book.lines(name)) is not None:
            return name
    raise no_head(template)


def _head(template: Template, lines: Lines) -> Head | None:
    for number, cells in islice(lines, HEAD_WITHIN):
        width = max(cells) + 1
        head = read_head(template, number, [shown(cells.get(place, "")) for place in range(width)])
        if head is not None:
            return head
    return None


def _stage_lines(batch: Batch, template: Template, known: Known, sheet: str, lines: Lines) -> tuple[Head, int]:
    head = _head(template, lines)
    if head is None:
        raise no_head(template)
    Batch.objects.filter(pk=batch.pk).update(
        sheet=sheet[:60], places=dict(head.places), unused=[name[:40] for name in head.unused[:20]]
    )
    places = {place: key for key, place in head.places.items()}
    done = 0
    while chunk := list(islice(lines, CHUNK)):
        rows = [(number, _by_key(cells, places)) for number, cells in chunk]
        rows = [(number, cells) for number, cells in rows if cells]
        found = examine(template, [cells for _, cells in rows], known, batch.by)
        staged = [one.line(number, cells) for one, (number, cells) in zip(found, rows, strict=True)]
        with transaction.atomic():
            _hold(batch, way=done)
            stage(batch.pk, staged)
            done += len(staged)
            Batch.objects.filter(pk=batch.pk).update(way=done)
    return head, done


def _by_key(cells: Mapping[int, Cell], places: Mapping[int, str]) -> dict[str, Cell]:
    return {places[place]: cell for place, cell in cells.items() if place in places}


def _mark_merged(batch: Batch, template: Template, head: Head, merges: list[Merge]) -> None:
    """Say of every cell that was joined with others that it was; the sheet tells of them only at its end."""
    for merge in merges:
        keys = [key for key, place in head.places.items() if merge.first_column <= place <= merge.last_column]
        first = max(merge.first_line, head.line + 1)
        if not keys or first > merge.last_line:
            continue
        if merge.last_line - first >= MERGED_LINES_MAX:
            raise BadFile(f"第{first}到{merge.last_line}行合并了单元格。请取消合并，每一行单独填写再交。")
        _mark(batch, template, keys, StagedRow.objects.filter(batch=batch, line__range=(first, merge.last_line)))


def _mark(batch: Batch, template: Template, keys: list[str], rows: Iterable[StagedRow]) -> None:
    changed = []
    for row in rows:
        cells = cells_of(row)
        faults = {one["column"]: Fault(**one) for one in row.faults}
        for key in keys:
            cells[key] = Raw(shown(cells.get(key, "")), Form.MERGED)
            faults[key] = Fault(key, "这一格与别的格合并了，看不出每一行各是什么。请取消合并，每一行单独填写。")
        row.cells_cipher = encrypted(batch.pk, row.line, cells)
        row.faults = told(faults[key] for key in template.keys if key in faults)
        row.standing, row.differences, row.elder_id = Standing.WRONG, [], None
        changed.append(row)
    StagedRow.objects.bulk_update(changed, ["cells_cipher", "faults", "standing", "differences", "elder_id"])

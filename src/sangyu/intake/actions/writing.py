"""Write the right lines of a batch into the register: chunk by chunk, each whole, so that a stopped one goes on."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from sangyu.access import actions as access
from sangyu.access.models import User
from sangyu.intake.actions.common import ensure_kept, known_to, lock, passed, spans
from sangyu.intake.actions.examine import family_of, identities_of, phones_of
from sangyu.intake.models import Batch, Outcome, Stage, StagedRow, Standing
from sangyu.intake.rules import Checked, Known, NothingChosen, check, template_called
from sangyu.intake.staged import cells_of
from sangyu.registry.actions.add_many import add_many
from sangyu.registry.actions.elders import Kin
from sangyu.registry.actions.many import OWN, Addition, Newcomer, Told
from sangyu.registry.actions.register_many import register_many

RIGHT = (Standing.NEW, Standing.MORE)
SAID_MAX = 300


@transaction.atomic
def begin_writing(*, batch_id: UUID, by: User, at: datetime, only: Collection[int] | None = None) -> Batch:
    """Decide that the right lines of a batch be written, all of them or only some; `write` does it.

    Lines that are wrong stay behind and can be mended and written later.
    Raises: NotAllowed; NotFound; NotNow; NothingChosen.
    """
    batch = lock(batch_id, by, Stage.CHECKED, Stage.WRITTEN)
    ensure_kept(batch)
    rows = StagedRow.objects.filter(batch=batch, standing__in=RIGHT, outcome=Outcome.WAITING)
    if only is not None:
        StagedRow.objects.filter(batch=batch, picked=True).update(picked=False)
        rows.filter(line__in=list(only)).update(picked=True)
        rows = rows.filter(picked=True)
    if not rows.exists():
        raise NothingChosen("没有可以入库的行：没有勾选，或勾选的都有错、已入库。请先改正，或换几行。")
    batch.chosen, batch.stage, batch.way = only is not None, Stage.WRITING, 0
    batch.written_by, batch.begun_at = by, at
    batch.save(update_fields=["chosen", "stage", "way", "written_by", "begun_at"])
    access.record(
        by=by,
        at=at,
        verb="intake.write",
        object_kind="batch",
        object_id=batch.pk,
        facts={"lines": rows.count(), "chosen": only is not None},
    )
    return batch


def write(*, batch_id: UUID, at: datetime) -> Batch:
    """Write what was decided, as the person who decided it; written lines are not written again.

    A line that the register refuses meanwhile says why and holds up no other.
    """
    batch = Batch.objects.select_related("written_by__organisation", "written_by__programme").get(pk=batch_id)
    if batch.stage == Stage.WRITING and batch.written_by is not None:
        known = known_to(batch.written_by, at)
        for lines in spans(batch.pk):
            _write_span(batch, batch.written_by, known, at, lines)
        _finish(batch, at)
        batch.refresh_from_db()
    return batch


def _write_span(batch: Batch, by: User, known: Known, at: datetime, lines: tuple[int, int]) -> None:
    """Write what is to be written between two lines, in a transaction of its own."""
    with transaction.atomic():
        held = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
        rows = list(_open(held, lines)) if held.stage == Stage.WRITING else []
        if rows:
            template = template_called(batch.template)
            checked = [check(template, cells_of(row), known) for row in rows]
            _keep(rows, _told(rows, checked, held, by, at))
            Batch.objects.filter(pk=batch.pk).update(way=held.way + len(rows))


def _finish(batch: Batch, at: datetime) -> None:
    with transaction.atomic():
        held = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
        if held.stage == Stage.WRITING:
            passed(held, Stage.WRITTEN, written_at=at)


def _open(batch: Batch, lines: tuple[int, int]) -> QuerySet[StagedRow]:
    """Return the lines of a stretch that wait to be written, with what writing asks of them."""
    rows = StagedRow.objects.filter(batch=batch, line__range=lines, standing__in=RIGHT, outcome=Outcome.WAITING)
    rows = rows.filter(picked=True) if batch.chosen else rows
    return rows.only("batch_id", "line", "cells_cipher", "standing", "elder_id").order_by("line")


def _told(
    rows: Sequence[StagedRow], checked: Sequence[Checked], batch: Batch, by: User, at: datetime
) -> dict[UUID, Told]:
    """Hand the new ones and the additions to the register. Shape: row -> what became of it."""
    told: dict[UUID, Told] = {}
    new: list[tuple[StagedRow, Newcomer]] = []
    more: list[tuple[StagedRow, Addition]] = []
    for row, one in zip(rows, checked, strict=True):
        if one.faults:
            told[row.pk] = Told(refused=one.faults[0].what[:SAID_MAX])
        elif row.elder_id is None or row.standing == Standing.NEW:
            new.append((row, _newcomer(one)))
        else:
            own = tuple(Kin(one.values["name"], OWN, number) for number in phones_of(one))
            more.append((row, Addition(row.elder_id, (*own, *family_of(one)), identities_of(one))))
    written = register_many(newcomers=[line for _, line in new], batch_id=batch.pk, by=by, at=at) if new else []
    added = add_many(additions=[line for _, line in more], by=by, at=at) if more else []
    told |= {row.pk: one for (row, _), one in zip(new, written, strict=True)}
    told |= {row.pk: one for (row, _), one in zip(more, added, strict=True)}
    return told


def _newcomer(one: Checked) -> Newcomer:
    values = one.values
    if one.document is None:
        raise AssertionError("a line without a readable document has a fault")
    return Newcomer(
        document=one.document,
        name=values["name"],
        birth_on=values["birth_on"],
        sex=values["sex"],
        community_code=values["community"],
        address=values["address"],
        hukou_in_area=values["hukou_in_area"],
        phones=phones_of(one),
        family=family_of(one),
        identities=identities_of(one),
        habits=values.get("habits", ""),
        warnings=values.get("warnings", ""),
    )


def _keep(rows: Sequence[StagedRow], told: dict[UUID, Told]) -> None:
    """Note of every line what became of it, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE intake_stagedrow AS row SET outcome = n.outcome, said = n.said, elder_id = n.elder_id,"
            " written = n.written FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::uuid[], %s::jsonb[])"
            " AS n (id, outcome, said, elder_id, written) WHERE row.id = n.id",
            [
                [row.pk for row in rows],
                [Outcome.REFUSED.value if told[row.pk].refused else Outcome.WRITTEN.value for row in rows],
                [told[row.pk].refused[:SAID_MAX] for row in rows],
                [told[row.pk].elder_id for row in rows],
                [
                    json.dumps(
                        {
                            "contacts": [str(pk) for pk in told[row.pk].contact_ids],
                            "identities": [str(pk) for pk in told[row.pk].identity_ids],
                        }
                    )
                    for row in rows
                ],
            ],
        )

"""What the verbs of this room share: the lock on a batch, how lines are staged, and what they are checked against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Max, Min, Q

from sangyu.access import queries as access_read
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.intake import queries as intake_read
from sangyu.intake.models import Batch, Outcome, Stage, StagedRow, Standing
from sangyu.intake.rules import Cell, Fault, Known, NotNow
from sangyu.intake.staged import dumped, encrypted
from sangyu.kit.ids import new_id
from sangyu.ledger.actions import insert
from sangyu.registry import numbers
from sangyu.registry.actions.many import decider_of
from sangyu.registry.models import DocumentKind, IdentityCode, IdentitySource, Sex
from sangyu.registry.rules import DocumentSaid

BEIJING = ZoneInfo("Asia/Shanghai")
CHUNK = 1_000
WRITERS = (Role.COMMUNITY, Role.BUREAU)
COLUMNS = (
    *("id", "batch_id", "line", "cells_cipher", "number_index", "standing", "faults", "differences"),
    *("elder_id", "outcome", "picked", "said", "written"),
)


@dataclass(frozen=True)
class Line:
    """A line as it is staged."""

    number: int
    cells: Mapping[str, Cell]
    number_index: str
    standing: str
    faults: tuple[Fault, ...]
    differences: tuple[Fault, ...]
    elder_id: UUID | None


def folder() -> Path:
    """Return where files lie until they are checked; nobody but the server's account may look into it."""
    place = Path(settings.VAR) / "intake"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def file_of(batch: Batch) -> Path:
    """Return where the file of a batch lies while it waits to be checked."""
    return folder() / f"{batch.pk}{Path(batch.file_name).suffix.lower()}"


def lock(batch_id: UUID, by: User, *stages: str) -> Batch:
    """Lock a batch of the person's own area that stands at one of some stages, until the verb is over.

    Raises: NotAllowed; NotFound; NotNow.
    """
    ensure_role(by, *WRITERS)
    intake_read.get_batch(by, batch_id)
    batch = Batch.objects.select_for_update(no_key=True).get(pk=batch_id)
    if batch.stage not in stages:
        raise NotNow(f"这一批现在是“{batch.get_stage_display()}”，不能这样办。请刷新页面看最新情况。")
    return batch


def ensure_kept(batch: Batch) -> None:
    """Refuse a batch whose lines were emptied: nothing can be mended or written of it.

    Raises: NotNow.
    """
    if batch.emptied_at is not None:
        raise NotNow("这一批的内容已过期清除，不能再改，也不能入库。请重新交表。")


def known_to(by: User, at: datetime) -> Known:
    """Gather what the lines of somebody's batch are checked against; four statements, however many lines."""
    today = at.astimezone(BEIJING).date()
    areas = access_read.communities(by).select_related("parent")
    decide = decider_of(by, today)
    return Known(
        today=today,
        communities={area.code: f"{area.parent.name}/{area.name}" if area.parent else area.name for area in areas},
        document_kinds={code: str(label) for code, label in DocumentKind.choices},
        identities={code: str(label) for code, label in IdentityCode.choices},
        identity_sources={code: str(label) for code, label in IdentitySource.choices},
        sexes={code: str(label) for code, label in Sex.choices if code != Sex.UNKNOWN},
        lacks=lambda born, hukou: decide(born, hukou).lacks,
    )


def index_of(document: DocumentSaid | None) -> str:
    """Return the index by which the register knows a document; '' if there is none."""
    return numbers.index_of(document.number, document.kind) if document else ""


def stage(batch_id: UUID, lines: Iterable[Line]) -> None:
    """Write lines in the quickest way there is, each waiting to be written into the register."""
    insert(
        StagedRow,
        COLUMNS,
        (
            (
                new_id(),
                batch_id,
                line.number,
                encrypted(batch_id, line.number, line.cells),
                line.number_index,
                line.standing,
                dumped(line.faults),
                dumped(line.differences),
                line.elder_id,
                *(Outcome.WAITING.value, False, "", "{}"),
            )
            for line in lines
        ),
    )


def spans(batch_id: UUID) -> Iterator[tuple[int, int]]:
    """Give the stretches of lines in which a batch is worked through: first and last, both included.

    Whoever asked again and again for the next open lines would read past all that are done, every time.
    """
    told = StagedRow.objects.filter(batch_id=batch_id).aggregate(first=Min("line"), last=Max("line"))
    if told["last"] is not None:
        for first in range(told["first"], told["last"] + 1, CHUNK):
            yield first, first + CHUNK - 1


def counted(batch_id: UUID) -> dict[str, int]:
    """Count the lines of a batch by how they stand and what became of them. Shape: every standing and outcome."""
    rows = StagedRow.objects.filter(batch_id=batch_id)
    wanted: dict[str, Any] = {f"is_{code}": Count("pk", filter=Q(standing=code)) for code in Standing.values}
    wanted |= {f"has_{code}": Count("pk", filter=Q(outcome=code)) for code in Outcome.values}
    wanted["is_PICKED"] = Count("pk", filter=Q(picked=True))
    found = rows.aggregate(all=Count("pk"), **wanted)
    return {key.removeprefix("is_").removeprefix("has_") if key != "all" else "ALL": n for key, n in found.items()}


def passed(batch: Batch, stage: Stage, **more: Any) -> None:
    """Move a batch on and count its lines anew."""
    Batch.objects.filter(pk=batch.pk).update(stage=stage, counts=counted(batch.pk), **more)

"""Reads of what closed months still owe back: corrections, and the statements that take them back."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Sum

from sangyu.access.models import User
from sangyu.settlement import rules
from sangyu.settlement.models import Correction, Difference, Run, Statement, Waiver
from sangyu.settlement.queries.statements import get_statement, runs


def owed(run: Run, enterprise_id: UUID) -> list[rules.Owed]:
    """Return what an enterprise still owes back for months before a run, oldest first; waived ones left out."""
    rows = (
        Correction.objects.filter(
            ~Exists(Waiver.objects.filter(correction=OuterRef("pk"))),
            line__statement__run__programme_id=run.programme_id,
            line__statement__run__month__lt=run.month,
            line__statement__enterprise_id=enterprise_id,
        )
        .select_related("line__charge")
        .order_by("at", "id")
    )
    taken = _taken([row.pk for row in rows])
    open_ = [rules.Owed(row.pk, row.line.charge.fund, row.amount_fen - taken.get(row.pk, 0)) for row in rows]
    return [one for one in open_ if one.open_fen > 0]


def differences(viewer: User, statement: Statement) -> list[Difference]:
    """Return what a statement takes back for earlier months, in its order, with the line each goes back to."""
    rows = Difference.objects.filter(statement=get_statement(viewer, statement.pk)).order_by("n")
    return list(
        rows.select_related(
            "correction__by",
            "correction__line__charge__elder",
            "correction__line__charge__item",
            "correction__line__statement__run",
        )
    )


@dataclass(frozen=True)
class Standing:
    """A correction with what was taken back of it so far, and whether it was let go."""

    correction: Correction
    taken_fen: int
    waiver: Waiver | None

    @property
    def open_fen(self) -> int:
        """What is still to be taken back."""
        return 0 if self.waiver else self.correction.amount_fen - self.taken_fen


def corrections(viewer: User, run: Run) -> list[Standing]:
    """Return the corrections that concern a run, oldest first: noted on its lines, taken back in it, or still open."""
    rows = Correction.objects.filter(line__statement__run__in=runs(viewer)).filter(
        Q(line__statement__run=run)
        | Q(pk__in=Difference.objects.filter(statement__run=run, withdrawn=False).values("correction"))
        | Q(line__statement__run__month__lt=run.month)
    )
    rows = rows.select_related(
        "by", "line__charge__item", "line__charge__elder", "line__statement__enterprise", "line__statement__run"
    ).order_by("at", "id")
    taken = _taken([row.pk for row in rows])
    waivers = {row.correction_id: row for row in Waiver.objects.filter(correction__in=rows).select_related("by")}
    here = set(Difference.objects.filter(statement__run=run, withdrawn=False).values_list("correction_id", flat=True))
    found = [Standing(row, taken.get(row.pk, 0), waivers.get(row.pk)) for row in rows]
    return [
        one
        for one in found
        if one.open_fen or one.correction.pk in here or one.correction.line.statement.run_id == run.pk
    ]


def correction_of(viewer: User, line_id: UUID) -> Correction | None:
    """Return the correction of a line, if what was paid for it turned out wrong."""
    return Correction.objects.filter(line_id=line_id, line__statement__run__programme_id=viewer.programme_id).first()


def _taken(correction_ids: list[UUID]) -> dict[UUID, int]:
    rows = Difference.objects.filter(correction__in=correction_ids, withdrawn=False).order_by()
    return dict(rows.values_list("correction").annotate(sum=Sum("amount_fen")))

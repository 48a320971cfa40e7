"""Somebody has looked at a register: have it compared with the register of elders, or set it aside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.matching import queries as matching_read
from sangyu.matching.models import Act, Batch, BatchStage, Difference, Entry, Outcome, OutcomeKind, Ruling, Verdict
from sangyu.matching.queries.compare import differences
from sangyu.matching.rules import MonthOver, ReasonMissing, Settled

CHUNK = 1_000
REASON_MIN, REASON_MAX = 2, 200


@transaction.atomic
def compare(*, batch_id: UUID, by: User, at: datetime, reason: str = "") -> Batch:
    """Compare a register with the register of elders, and write down what differs as tasks; a second time does nothing.

    What an earlier file of a roster said and this one does not is overtaken; what was once kept as it is, or is open
    already, does not come again.
    Raises: NotAllowed, NotFound; ReasonMissing, for a file with doubts; MonthOver; Settled, for one set aside.
    """
    batch = _locked(batch_id, by)
    if batch.stage == BatchStage.COMPARED:
        return batch
    if batch.stage == BatchStage.DISCARDED:
        raise Settled("这份名册已经作废。要用它，请重新交一次。")
    declared = matching_read.register(batch.register)
    if batch.doubts and len(reason.strip()) < REASON_MIN:
        raise ReasonMissing("这份名册有疑点，请写明为什么可以用它，例如“已与民政核对，确实减少”。")
    last = matching_read.last_compared(batch.programme_id, batch.register)
    if declared.is_roster and last is not None and last.month > batch.month:
        raise MonthOver(f"“{declared.title}”已经比对过{last.month}的名册，更早的{batch.month}不再比对。请把它作废。")
    tasks = _Tasks(batch, declared.is_roster, by, at)
    made = tasks.brought_up(differences(batch, declared, last, at))
    batch.differing = tasks.differing()
    batch.save(update_fields=["differing"])
    _rule(batch, Verdict.COMPARED, reason, by, at)
    access.record(
        by=by,
        at=at,
        verb="matching.compare",
        object_kind="batch",
        object_id=batch.pk,
        facts={
            "register": batch.register,
            "month": batch.month,
            "purpose": batch.purpose,
            "differing": batch.differing,
            "differences": made,
            "reason": reason.strip(),
        },
    )
    return batch


@transaction.atomic
def discard(*, batch_id: UUID, reason: str, by: User, at: datetime) -> Batch:
    """Set a register aside that was not compared; its figures stay. A second time changes nothing.

    Raises: NotAllowed, NotFound, ReasonMissing; Settled, once it was compared.
    """
    batch = _locked(batch_id, by)
    if batch.stage == BatchStage.DISCARDED:
        return batch
    if batch.stage == BatchStage.COMPARED:
        raise Settled("这份名册已经比对，不能作废。请交一份更正的，差异会跟着更正。")
    if len(reason.strip()) < REASON_MIN:
        raise ReasonMissing("作废一份名册请写明原因，例如“月份选错了”。")
    _rule(batch, Verdict.DISCARDED, reason, by, at)
    access.record(
        by=by,
        at=at,
        verb="matching.discard",
        object_kind="batch",
        object_id=batch.pk,
        facts={"register": batch.register, "month": batch.month, "reason": reason.strip()},
    )
    return batch


def _locked(batch_id: UUID, by: User) -> Batch:
    ensure_role(by, Role.BUREAU)
    wanted = Batch.objects.filter(pk=batch_id, programme_id=by.programme_id).first()
    if wanted is None:
        raise NotFound("没有找到这份名册，请回到列表刷新。")
    # The batches of one register are ruled on one after the other: what is open once must not be written twice.
    same = Batch.objects.filter(programme_id=wanted.programme_id, register=wanted.register).order_by("pk")
    return next(row for row in same.select_for_update(no_key=True) if row.pk == batch_id)


def _rule(batch: Batch, verdict: Verdict, reason: str, by: User, at: datetime) -> None:
    Ruling.objects.create(
        id=derived_id("matching-ruling", batch.pk),
        batch=batch,
        verdict=verdict,
        reason=reason.strip()[:REASON_MAX],
        by=by,
        at=at,
    )
    batch.stage = verdict.value
    batch.save(update_fields=["stage"])


@dataclass
class _Tasks:
    """The open tasks of a register beside what a new file says."""

    batch: Batch
    is_roster: bool
    by: User
    at: datetime
    disagree: set[UUID] = field(default_factory=set)

    def brought_up(self, found: Iterable[Difference]) -> int:
        """Write what is new, let go what is said otherwise or no longer; return how many were written.

        What is open and said again stays as it is, with its first date.
        """
        same = {"programme_id": self.batch.programme_id, "register": self.batch.register}
        left = {_key(row): row for row in Difference.objects.filter(**same, is_open=True).iterator()}
        kept = Outcome.objects.filter(kind=OutcomeKind.KEPT)
        settled = {
            (*_key(row), row.after)
            for row in Difference.objects.filter(**same, pk__in=kept.values("difference_id")).iterator()
        }
        rows, made = iter(found), 0
        while chunk := list(islice(rows, CHUNK)):
            new: list[Difference] = []
            otherwise: list[Difference] = []
            self.disagree.update(row.elder_id for row in chunk if row.act != Act.KNOW)
            for row in chunk:
                old = left.pop(_key(row), None)
                if old is not None and old.after == row.after:
                    continue
                if old is not None:
                    otherwise.append(old)
                if (*_key(row), row.after) not in settled:
                    new.append(row)
            self._let_go(otherwise)
            made += len(Difference.objects.bulk_create(new))
        if self.is_roster:
            self._let_go(list(left.values()))
        return made

    def differing(self) -> int:
        """Count who is in the file and disagrees with what is recorded; that may be a task already, or was kept."""
        listed = Entry.objects.filter(batch=self.batch).values_list("elder_id", flat=True)
        return sum(elder_id in self.disagree for elder_id in listed.iterator())

    def _let_go(self, rows: list[Difference]) -> None:
        Outcome.objects.bulk_create(
            [
                Outcome(
                    id=derived_id("matching-outcome", row.pk),
                    difference=row,
                    kind=OutcomeKind.OVERTAKEN,
                    reason=f"{self.batch.month}的名册",
                    by=self.by,
                    at=self.at,
                )
                for row in rows
            ],
            batch_size=CHUNK,
            ignore_conflicts=True,  # whoever settled one at this very moment has decided it
        )
        Difference.objects.filter(pk__in=[row.pk for row in rows]).update(is_open=False)


def _key(row: Difference) -> tuple[UUID, str, str]:
    return row.elder_id, row.kind, row.subject

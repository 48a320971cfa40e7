"""Hand in a register of another authority: read it line by line, keep who is an elder here, and say what is odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.ids import derived_id
from sangyu.kit.month import Month
from sangyu.matching import queries as matching_read
from sangyu.matching import rules
from sangyu.matching.models import Batch, BatchStage, Entry
from sangyu.matching.rules import Fault, FileKnown, FileUnreadable, Line, PurposeMissing, Register
from sangyu.matching.table import lines_of, sha256_of

BEIJING = ZoneInfo("Asia/Shanghai")
CHUNK = 2_000
PURPOSE_MIN, PURPOSE_MAX = 2, 100


@transaction.atomic
def hand_in(*, register: str, month: Month, path: Path, file_name: str, purpose: str, by: User, at: datetime) -> Batch:
    """Read a register of a month; nobody's record changes. The same file for the same month is read once.

    One that was set aside may be handed in anew. What it is compared for stands in the audit book.
    Raises: NotAllowed; RegisterUnknown; PurposeMissing; FileUnreadable; FileKnown, for bytes that came as another
    month's.
    """
    ensure_role(by, Role.BUREAU)
    declared = matching_read.register(register)
    if not PURPOSE_MIN <= len(purpose.strip()) <= PURPOSE_MAX:
        raise PurposeMissing(f"请写明比对的用途（{PURPOSE_MIN}至{PURPOSE_MAX}个字），例如“每月核对待遇资格”。")
    sha256 = sha256_of(path)
    same = Batch.objects.filter(programme_id=by.programme_id, register=register, sha256=sha256)
    other = same.exclude(stage=BatchStage.DISCARDED).first()
    if other is not None and other.month == str(month):
        return other
    if other is not None:
        raise FileKnown(f"这份文件已作为{other.month}的“{declared.title}”交过。月份选错了的，请先把那一份作废再交。")
    if month > Month.of(at.astimezone(BEIJING).date()):
        raise FileUnreadable(f"{month}还没有到，请核对月份。")
    set_aside = same.filter(month=str(month)).count()
    batch_id = derived_id("matching-batch", by.programme_id, register, str(month), sha256, set_aside)
    reading = _Reading(batch_id, by.programme_id, declared)
    kept = list(reading.entries(rules.read_lines(declared, lines_of(path))))
    seen = reading.seen(month)
    last = matching_read.last_compared(by.programme_id, register)
    is_second = (
        bool(last)
        and Batch.objects.filter(
            programme_id=by.programme_id, register=register, month=str(month), stage=BatchStage.COMPARED
        ).exists()
    )
    doubts = rules.doubts(declared, seen, matching_read.seen_of(last) if last else None, is_second=is_second)
    said = {
        "programme_id": by.programme_id,
        "register": register,
        "month": str(month),
        "file_name": file_name[-120:],
        "purpose": purpose.strip(),
        "sha256": sha256,
        "digest": seen.digest,
        "lines": seen.lines,
        "matched": seen.matched,
        "months": dict(seen.months),
        "faults": seen.faults,
        "fault_lines": [{"line": fault.n, "why": fault.why} for fault in reading.faulty],
        "doubts": doubts,
        "by": by,
        "at": at,
    }
    try:
        with transaction.atomic():
            batch = Batch.objects.create(id=batch_id, **said)
    except IntegrityError:
        return Batch.objects.get(pk=batch_id)  # the same file was sent twice at once, and the other was quicker
    Entry.objects.bulk_create(kept, batch_size=CHUNK)
    access.record(
        by=by,
        at=at,
        verb="matching.hand_in",
        object_kind="batch",
        object_id=batch.pk,
        facts={
            "register": register,
            "month": str(month),
            "purpose": batch.purpose,
            "lines": seen.lines,
            "matched": seen.matched,
        },
    )
    return batch


@dataclass
class _Reading:
    """The lines of one file on their way in: who is known is kept, everything is counted."""

    batch_id: UUID
    programme_id: UUID
    register: Register
    lines: int = 0
    faults: int = 0
    digest: int = 0
    months: Counter[str] = field(default_factory=Counter)
    faulty: list[Fault] = field(default_factory=list)
    line_of: dict[UUID, int] = field(default_factory=dict)

    def entries(self, lines: Iterable[Line | Fault]) -> Iterator[Entry]:
        """Yield the elders of the programme among the lines, looked up some thousand at a time."""
        usable = self._usable(lines)
        while chunk := list(islice(usable, CHUNK)):
            ids = matching_read.elders_by_document(self.programme_id, [line.number for line in chunk])
            for line in chunk:
                elder_id = ids.get(line.number)
                if elder_id is not None and self._is_first(elder_id, line):
                    yield self._entry(elder_id, line)

    def seen(self, month: Month) -> rules.Seen:
        """Return the file in figures."""
        return rules.Seen(month, self.lines, self.faults, len(self.line_of), f"{self.digest:064x}", dict(self.months))

    def _usable(self, lines: Iterable[Line | Fault]) -> Iterator[Line]:
        """Yield the lines that can be used, and count all."""
        for line in lines:
            if isinstance(line, Fault):
                self._note(line)
                continue
            self.lines += 1
            self.digest = rules.fold_digest(self.digest, rules.line_digest(line))
            if line.on is not None:
                self.months[str(Month.of(line.on))] += 1
            yield line

    def _is_first(self, elder_id: UUID, line: Line) -> bool:
        first = self.line_of.setdefault(elder_id, line.n)
        if first != line.n:
            self.lines -= 1  # so that lines are elders and strangers, and nobody twice
            self._note(Fault(line.n, f"与第{first}行是同一个人，只用第一行"))
        return first == line.n

    def _note(self, fault: Fault) -> None:
        self.faults += 1
        if len(self.faulty) < rules.FAULTS_KEPT:
            self.faulty.append(fault)

    def _entry(self, elder_id: UUID, line: Line) -> Entry:
        return Entry(
            id=derived_id("matching-entry", self.batch_id, elder_id),
            batch_id=self.batch_id,
            elder_id=elder_id,
            line=line.n,
            name=line.name,
            on=line.on,
            category=line.category,
            meaning=self.register.meaning(line.category),
            birth_on=line.birth_on,
            area=line.area,
        )

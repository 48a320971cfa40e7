"""What the register that was compared last says of one elder, authority by authority."""

from __future__ import annotations

from dataclasses import dataclass

from sangyu.matching.models import Batch, BatchStage, Entry
from sangyu.matching.queries.declared import registers
from sangyu.matching.rules import Register
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder


@dataclass(frozen=True)
class Word:
    """The word of one register: the batch that was compared last, None before the first, and the elder's line in it."""

    register: Register
    batch: Batch | None
    entry: Entry | None


def words_about(elder: Elder) -> list[Word]:
    """Return the word of every register on an elder, whichever of the records of the person is listed; two queries.

    A register of events has a word of its last month alone. The caller writes down who asks and what for.
    """
    compared = Batch.objects.filter(programme_id=elder.programme_id, stage=BatchStage.COMPARED)
    last = compared.order_by("register", "-month", "-at").distinct("register")
    batches = {row.register: row for row in last}
    records = registry_read.same_as(elder.pk)
    listed = Entry.objects.filter(batch__in=batches.values(), elder__in=records).order_by("line")
    entries = {entry.batch_id: entry for entry in listed}
    found = []
    for register in registers():
        batch = batches.get(register.code)
        found.append(Word(register, batch, entries.get(batch.pk) if batch else None))
    return found

"""Reads of matching: registers and their batches, what differs, what a roster states, and who told of a death."""

from sangyu.matching.queries.batches import (
    READERS,
    batches,
    entries_of,
    get_batch,
    last_compared,
    latest_batches,
    ruling_of,
    seen_of,
)
from sangyu.matching.queries.declared import register, registers
from sangyu.matching.queries.differences import (
    Counted,
    counts,
    death_reports,
    differences,
    get_difference,
    open_about,
    outcomes_of,
)
from sangyu.matching.queries.facts import Period, Span, facts, periods, spans
from sangyu.matching.queries.people import elders_by_document
from sangyu.matching.queries.words import Word, words_about

__all__ = [
    "READERS",
    "Counted",
    "Period",
    "Span",
    "Word",
    "batches",
    "counts",
    "death_reports",
    "differences",
    "elders_by_document",
    "entries_of",
    "facts",
    "get_batch",
    "get_difference",
    "last_compared",
    "latest_batches",
    "open_about",
    "outcomes_of",
    "periods",
    "register",
    "registers",
    "ruling_of",
    "seen_of",
    "spans",
    "words_about",
]

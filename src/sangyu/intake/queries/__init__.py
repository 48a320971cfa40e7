"""Reads of intake: whose batches may be seen, their lines, and sheets to hand out."""

from sangyu.intake.queries.batches import batches, counts_of, get_batch, lines, same_file

__all__ = ["batches", "counts_of", "get_batch", "lines", "same_file"]

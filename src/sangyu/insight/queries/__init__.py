"""Reads of insight: today, the report of any day, an analysis of orders, the rows behind every number, the bench."""

from sangyu.insight.queries.figures import FIGURES, Figure, Page, open_rows, page_of, read_lens, total
from sangyu.insight.queries.lens import Lens

__all__ = [
    "FIGURES",
    "Figure",
    "Lens",
    "Page",
    "open_rows",
    "page_of",
    "read_lens",
    "total",
]

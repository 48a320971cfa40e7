"""Reads of insight: today, the report of any day, an analysis of orders, the rows behind every number, the bench."""

from sangyu.insight.queries.analysis import Analysis, Bar, Chart, analysis
from sangyu.insight.queries.bench import (
    FACTS,
    SAMPLE_MAX,
    Row,
    drawn_again,
    draws,
    get_draw,
    own_row,
    population,
    tally,
    worksheet,
)
from sangyu.insight.queries.catalogue import EVERY, EXCEPTIONS, FIGURES, TO_DO, Figure
from sangyu.insight.queries.lens import READERS, Lens, ensure_reader
from sangyu.insight.queries.live import LATE
from sangyu.insight.queries.recompute import CHECKS, Recomputed, recompute
from sangyu.insight.queries.report import Report, frozen, frozen_reports, report, unlike
from sangyu.insight.queries.rows import Page, figure_of, open_rows, page_of, read_lens, total
from sangyu.insight.queries.today import Fired, Fund, Today, lens_of_now, today

__all__ = [
    "CHECKS",
    "EVERY",
    "EXCEPTIONS",
    "FACTS",
    "FIGURES",
    "LATE",
    "READERS",
    "SAMPLE_MAX",
    "TO_DO",
    "Analysis",
    "Bar",
    "Chart",
    "Figure",
    "Fired",
    "Fund",
    "Lens",
    "Page",
    "Recomputed",
    "Report",
    "Row",
    "Today",
    "analysis",
    "drawn_again",
    "draws",
    "ensure_reader",
    "figure_of",
    "frozen",
    "frozen_reports",
    "get_draw",
    "lens_of_now",
    "open_rows",
    "own_row",
    "page_of",
    "population",
    "read_lens",
    "recompute",
    "report",
    "tally",
    "today",
    "total",
    "unlike",
    "worksheet",
]

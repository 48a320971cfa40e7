"""Reads of insight: today, the report of any day, an analysis of orders, the rows behind every number, the bench."""

from sangyu.insight.queries.alerts import EXCEPTIONS, TO_DO
from sangyu.insight.queries.analysis import Analysis, Bar, Chart, analysis
from sangyu.insight.queries.bench import (
    FACTS,
    FINDING_CODES,
    SAMPLE_MAX,
    STRATA,
    Row,
    drawn_again,
    draws,
    get_draw,
    own_row,
    population,
    tally,
    worksheet,
)
from sangyu.insight.queries.catalogue import CARD_STATES, EVERY, FIGURES, ITEM_CLASSES
from sangyu.insight.queries.districts import analysis_of_all, report_of_all, unlinked
from sangyu.insight.queries.figures import Figure
from sangyu.insight.queries.lens import READERS, Lens, ensure_auditor, ensure_reader
from sangyu.insight.queries.live import LATE
from sangyu.insight.queries.recognised import FAMILIES, Pivot, Place, pivot
from sangyu.insight.queries.recompute import CHECKS, Recomputed, recompute
from sangyu.insight.queries.report import Report, class_label, frozen, frozen_reports, report, unlike
from sangyu.insight.queries.rows import Page, figure_of, open_rows, page_of, read_lens, total
from sangyu.insight.queries.today import Fired, Fund, Today, lens_of_now, today
from sangyu.insight.rules import end_of

__all__ = [
    "CARD_STATES",
    "CHECKS",
    "EVERY",
    "EXCEPTIONS",
    "FACTS",
    "FAMILIES",
    "FIGURES",
    "FINDING_CODES",
    "ITEM_CLASSES",
    "LATE",
    "READERS",
    "SAMPLE_MAX",
    "STRATA",
    "TO_DO",
    "Analysis",
    "Bar",
    "Chart",
    "Figure",
    "Fired",
    "Fund",
    "Lens",
    "Page",
    "Pivot",
    "Place",
    "Recomputed",
    "Report",
    "Row",
    "Today",
    "analysis",
    "analysis_of_all",
    "class_label",
    "drawn_again",
    "draws",
    "end_of",
    "ensure_auditor",
    "ensure_reader",
    "figure_of",
    "frozen",
    "frozen_reports",
    "get_draw",
    "lens_of_now",
    "open_rows",
    "own_row",
    "page_of",
    "pivot",
    "population",
    "read_lens",
    "recompute",
    "report",
    "report_of_all",
    "tally",
    "today",
    "total",
    "unlike",
    "unlinked",
    "worksheet",
]

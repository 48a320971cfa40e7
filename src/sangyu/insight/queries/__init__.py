"""Reads of insight: today, the report of any day, an analysis of orders, the rows behind every number, the bench."""

from sangyu.insight.queries.ageing import Ageing, ageing, places
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
from sangyu.insight.queries.delivery import COLUMNS as DELIVERY_COLUMNS
from sangyu.insight.queries.delivery import WAYS as DELIVERY_WAYS
from sangyu.insight.queries.delivery import Delivery, delivery
from sangyu.insight.queries.districts import analysis_of_all, report_of_all, unlinked
from sangyu.insight.queries.figures import Figure
from sangyu.insight.queries.funding import CHOICES as FUNDING_CHOICES
from sangyu.insight.queries.funding import WAY_LABELS as FUNDING_WAYS
from sangyu.insight.queries.funding import FundingReport, funding, funding_places
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
    "DELIVERY_COLUMNS",
    "DELIVERY_WAYS",
    "EVERY",
    "EXCEPTIONS",
    "FACTS",
    "FAMILIES",
    "FIGURES",
    "FINDING_CODES",
    "FUNDING_CHOICES",
    "FUNDING_WAYS",
    "ITEM_CLASSES",
    "LATE",
    "READERS",
    "SAMPLE_MAX",
    "STRATA",
    "TO_DO",
    "Ageing",
    "Analysis",
    "Bar",
    "Chart",
    "Delivery",
    "Figure",
    "Fired",
    "Fund",
    "FundingReport",
    "Lens",
    "Page",
    "Pivot",
    "Place",
    "Recomputed",
    "Report",
    "Row",
    "Today",
    "ageing",
    "analysis",
    "analysis_of_all",
    "class_label",
    "delivery",
    "drawn_again",
    "draws",
    "end_of",
    "ensure_auditor",
    "ensure_reader",
    "figure_of",
    "frozen",
    "frozen_reports",
    "funding",
    "funding_places",
    "get_draw",
    "lens_of_now",
    "open_rows",
    "own_row",
    "page_of",
    "pivot",
    "places",
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

"""What is printed, signed and sealed: one description of a paper, set as PDF or written as a workbook.

A paper is the same bytes whenever it is made from the same rows: it bears the time of its rows, never that of printing.
"""

from sangyu.portals.finance.papers.paper import Paper
from sangyu.portals.finance.papers.pdf import as_pdf
from sangyu.portals.finance.papers.workbook import as_workbook

__all__ = ["Paper", "as_pdf", "as_workbook"]

"""The desk of applications: the window, the list, one application, the postings, the table of approvals."""

from sangyu.portals.applications.views.case import act, agreement, case, paper
from sangyu.portals.applications.views.postings import board, post, posting, posting_pdf
from sangyu.portals.applications.views.stack import decide, stack, terms
from sangyu.portals.applications.views.window import listed, take

__all__ = [
    "act",
    "agreement",
    "board",
    "case",
    "decide",
    "listed",
    "paper",
    "post",
    "posting",
    "posting_pdf",
    "stack",
    "take",
    "terms",
]

"""The desk of applications: the window, the list, one application, the postings, the table of approvals,
and who is entitled without having applied."""

from sangyu.portals.applications.views.case import act, agreement, case, paper
from sangyu.portals.applications.views.postings import board, post, posting, posting_pdf
from sangyu.portals.applications.views.stack import decide, stack, terms
from sangyu.portals.applications.views.unclaimed import begin, hand_out, survey, unclaimed, waive
from sangyu.portals.applications.views.window import listed, take

__all__ = [
    "act",
    "agreement",
    "begin",
    "board",
    "case",
    "decide",
    "hand_out",
    "listed",
    "paper",
    "post",
    "posting",
    "posting_pdf",
    "stack",
    "survey",
    "take",
    "terms",
    "unclaimed",
    "waive",
]

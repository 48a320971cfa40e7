"""The papers of a month as files to print or to reckon with."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from sangyu.access.queries import Role, ensure_role
from sangyu.portals.finance.frame import READERS, seat
from sangyu.portals.finance.papers import Paper, as_pdf, as_workbook, contents
from sangyu.portals.finance.views.months import run_or_404
from sangyu.settlement import queries as settlement_read

FORMS: dict[str, tuple[str, Callable[[Paper], bytes]]] = {
    "pdf": ("application/pdf", as_pdf),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_workbook),
}


@seat
@require_GET
def of_month(request: HttpRequest, month: str, kind: str, form: str) -> HttpResponse:
    """Hand out the summary or the approval form of a month."""
    papers = {"summary": contents.summary_paper, "approval": contents.approval_paper}
    if kind not in papers:
        raise Http404(kind)
    return _answer(papers[kind](request.user, run_or_404(request, month)), form)


@seat
@require_GET
def of_file(request: HttpRequest, month: str, n: int, form: str) -> HttpResponse:
    """Hand out the letter to the treasury that belongs to a payment file."""
    files = settlement_read.files_of(request.user, run_or_404(request, month))
    if not 0 < n <= len(files):
        raise Http404(month)
    return _answer(contents.request_paper(request.user, files[n - 1]), form)


@login_required
@require_GET
def of_statement(request: HttpRequest, statement_id: UUID, form: str) -> HttpResponse:
    """Hand out a statement, to the desk or to the enterprise whose it is."""
    ensure_role(request.user, *READERS, Role.ENTERPRISE)
    found = settlement_read.get_statement(request.user, statement_id)
    return _answer(contents.statement_paper(request.user, found), form)


@login_required
@require_GET
def of_sheet(request: HttpRequest, appraisal_id: UUID, form: str) -> HttpResponse:
    """Hand out an appraisal sheet, to the desks or to the enterprise whose it is."""
    ensure_role(request.user, *READERS, Role.QUALITY, Role.ENTERPRISE)
    return _answer(contents.score_paper(request.user, appraisal_id), form)


def _answer(paper: Paper, form: str) -> HttpResponse:
    if form not in FORMS:
        raise Http404(form)
    kind, write = FORMS[form]
    answer = HttpResponse(write(paper), content_type=kind)
    name = quote(f"{paper.title}-{paper.number}.{form}")
    answer["Content-Disposition"] = f"attachment; filename=\"{paper.number}.{form}\"; filename*=UTF-8''{name}"
    return answer

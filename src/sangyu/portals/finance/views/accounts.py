"""A payment came back: correct the account of the enterprise, so that a second person can let the money go there."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sangyu.access.queries import Role, ensure_role
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.finance.forms import AccountForm
from sangyu.portals.finance.frame import context, seat
from sangyu.portals.finance.views.months import parsed, run_or_404
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.settlement import queries as settlement_read
from sangyu.settlement.queries import Refused


@seat
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest, month: str, payment_id: UUID) -> HttpResponse:
    """Show where a refused payment went and why it came back, and correct the account of its enterprise."""
    ensure_role(request.user, Role.FINANCE)
    row = _refused(request, month, payment_id)
    firm = row.payment.statement.enterprise
    if request.method == "GET":
        held = {name: getattr(firm, name) for name in ("account_name", "bank_name", "bank_account")}
        return _show(request, month, row, AccountForm(initial=held))
    form = AccountForm(request.POST)
    if not form.is_valid():
        return _show(request, month, row, form, status=422)
    try:
        providers.change_account(enterprise_id=firm.pk, by=request.user, at=now(), **form.cleaned_data)
    except NotFound:
        raise
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _show(request, month, row, form, status=422)
    said = _("%(firm)s的账户已更正，请审批人核对后放行，再重新拨付。") % {"firm": firm.short_name}
    messages.success(request, said, extra_tags=f"draft-done:account-{payment_id}")
    return redirect(reverse("finance:month", args=[month]) + "#again")


def _refused(request: HttpRequest, month: str, payment_id: UUID) -> Refused:
    """Return what the bank refused and nobody has paid again.

    Raises: NotFound.
    """
    rows = settlement_read.refused(request.user, run_or_404(request, month))
    found = next((row for row in rows if row.payment.pk == payment_id), None)
    if found is None:
        raise NotFound(_("没有找到这笔退回的付款，可能已经重新拨付。请回到账期查看。"))
    return found


def _show(request: HttpRequest, month: str, row: Refused, form: AccountForm, *, status: int = 200) -> HttpResponse:
    firm = row.payment.statement.enterprise
    page = {
        "month": parsed(month),
        "row": row,
        "firm": firm,
        "form": form,
        "changes": providers_read.account_changes(request.user, [firm.pk])[firm.pk],
    }
    return render(request, "finance/account.html", context(request, "finance:months", **page), status=status)

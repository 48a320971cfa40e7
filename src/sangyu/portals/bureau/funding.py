"""Money for the care of elders: what was planned, allocated and spent, and where a document says so."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from sangyu.access.queries import Role
from sangyu.insight import actions as insight
from sangyu.insight import queries as insight_read
from sangyu.kit.errors import Refusal
from sangyu.kit.money import parse_yuan
from sangyu.portals.bureau.frame import context, seat
from sangyu.portals.clock import now
from sangyu.portals.components.forms import DeskForm
from sangyu.portals.components.frame import Tab

BEIJING = ZoneInfo("Asia/Shanghai")


class FundingForm(DeskForm):
    """A sum of money, from whom, for what, how far it is, and which document says so."""

    area = forms.ChoiceField(label=gettext_lazy("地方"))
    year = forms.IntegerField(label=gettext_lazy("年度"), min_value=1990, max_value=2100)
    source = forms.ChoiceField(label=gettext_lazy("来源"), choices=insight_read.FUNDING_CHOICES["source"])
    level = forms.ChoiceField(label=gettext_lazy("级次"), choices=insight_read.FUNDING_CHOICES["level"])
    purpose = forms.ChoiceField(label=gettext_lazy("用途"), choices=insight_read.FUNDING_CHOICES["purpose"])
    stage = forms.ChoiceField(label=gettext_lazy("阶段"), choices=insight_read.FUNDING_CHOICES["stage"])
    amount = forms.CharField(
        label=gettext_lazy("金额"),
        max_length=24,
        help_text=gettext_lazy("录错了的，用负数再录一笔冲减"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    document = forms.CharField(label=gettext_lazy("文件名称或文号"), max_length=120)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, viewer: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [(area.code, area.name) for area in insight_read.funding_places(viewer)]

    def clean_amount(self) -> int:
        """Read yuan as fen."""
        try:
            return parse_yuan(self.cleaned_data["amount"])
        except Refusal as wrong:
            raise forms.ValidationError(str(wrong)) from wrong


@seat
@require_http_methods(["GET", "POST"])
def funding(request: HttpRequest) -> HttpResponse:
    """Show the money of some years, or write down a sum that a document tells of."""
    if request.method == "GET":
        return _show(request)
    form = FundingForm(request.POST, viewer=request.user)
    if not form.is_valid():
        return _show(request, form=form, status=422)
    given = dict(form.cleaned_data)
    try:
        insight.enter_funding(
            area_code=given.pop("area"), amount_fen=given.pop("amount"), by=request.user, at=now(), **given
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _show(request, form=form, status=422)
    messages.success(request, _("资金已录入，合计已重算。"), extra_tags="draft-done:funding")
    return redirect("bureau:funding")


def _show(request: HttpRequest, *, form: FundingForm | None = None, status: int = 200) -> HttpResponse:
    this_year = now().astimezone(BEIJING).year
    since, until, wrong = this_year, this_year, ""
    lens, way = insight_read.read_lens({}, at=now()), next(iter(insight_read.FUNDING_WAYS))
    try:
        since, until = _year(request, "since", this_year), _year(request, "until", this_year)
        found = insight_read.funding(request.user, since, until, way=request.GET.get("way", way), lens=lens)
    except Refusal as refusal:
        wrong, status, since, until = str(refusal), 422, this_year, this_year
        found = insight_read.funding(request.user, since, until, way=way, lens=lens)
    kept = {"since": since, "until": until}
    page = {
        "funding": found,
        "ways": [
            Tab(label, "?" + urlencode({**kept, "way": one}), active=one == found.way)
            for one, label in insight_read.FUNDING_WAYS.items()
        ],
        "wrong": wrong,
        "form": form or FundingForm(viewer=request.user, initial={"year": this_year}),
        "may_enter": Role.BUREAU in request.user.roles,
    }
    return render(request, "bureau/funding.html", context(request, "bureau:analysis", **page), status=status)


def _year(request: HttpRequest, name: str, otherwise: int) -> int:
    typed = request.GET.get(name, "")
    return int(typed) if typed.isdecimal() and len(typed) == 4 else otherwise

"""People and elders: how many of what age and need live where, and what share of the people told they are."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from sangyu.access.queries import Role
from sangyu.insight import actions as insight
from sangyu.insight import queries as insight_read
from sangyu.kit.errors import Refusal
from sangyu.portals.bureau.frame import context, seat
from sangyu.portals.clock import now
from sangyu.portals.components.forms import DeskForm

BEIJING = ZoneInfo("Asia/Shanghai")
PEOPLE_MAX = 2_000_000_000


class PopulationForm(DeskForm):
    """How many people a place had at the end of a year, and which document says so."""

    area = forms.ChoiceField(label=gettext_lazy("地方"))
    year = forms.IntegerField(label=gettext_lazy("哪一年末"), min_value=1990, max_value=2100)
    hukou = forms.IntegerField(label=gettext_lazy("户籍人口"), required=False, min_value=0, max_value=PEOPLE_MAX)
    resident = forms.IntegerField(label=gettext_lazy("常住人口"), required=False, min_value=0, max_value=PEOPLE_MAX)
    rural = forms.IntegerField(label=gettext_lazy("农业人口"), required=False, min_value=0, max_value=PEOPLE_MAX)
    elders = forms.IntegerField(
        label=gettext_lazy("60岁及以上户籍人口"),
        required=False,
        min_value=0,
        max_value=PEOPLE_MAX,
        help_text=gettext_lazy("公报没有就不填，按本系统在册的户籍老人算"),
    )
    document = forms.CharField(label=gettext_lazy("出自哪份公报或年鉴"), max_length=120)

    def __init__(self, *args: Any, viewer: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [(area.code, area.name) for area in insight_read.places(viewer)]


@seat
@require_http_methods(["GET", "POST"])
def ageing(request: HttpRequest) -> HttpResponse:
    """Show the people and elders of a day, or write down how many people a place had."""
    if request.method == "GET":
        return _show(request)
    form = PopulationForm(request.POST, viewer=request.user)
    if not form.is_valid():
        return _show(request, form=form, status=422)
    given = dict(form.cleaned_data)
    try:
        insight.tell_population(area_code=given.pop("area"), by=request.user, at=now(), **given)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _show(request, form=form, status=422)
    messages.success(request, _("人口数已录入，占比已按新数重算；以前日期的报告不变。"))
    return redirect("bureau:ageing")


def _show(request: HttpRequest, *, form: PopulationForm | None = None, status: int = 200) -> HttpResponse:
    today = now().astimezone(BEIJING).date()
    on, wrong = today, ""
    try:
        on = insight_read.read_lens({"on": request.GET.get("on", "")}, at=now()).on
    except Refusal as refusal:
        wrong, status = str(refusal), 422
    page = {
        "ageing": insight_read.ageing(request.user, on),
        "on": on,
        "today": today,
        "wrong": wrong,
        "form": form or PopulationForm(viewer=request.user, initial={"year": on.year - 1}),
        "may_tell": Role.BUREAU in request.user.roles,
    }
    return render(request, "bureau/ageing.html", context(request, "bureau:analysis", **page), status=status)

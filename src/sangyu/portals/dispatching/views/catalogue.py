"""The catalogue: every item with price, groups and standard; the sheet it comes from; the texts of the standards."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sangyu.access.models import Role, User
from sangyu.kit.errors import Refusal
from sangyu.portals.clock import now
from sangyu.portals.dispatching.forms import SheetForm, StandardForm
from sangyu.portals.dispatching.views.frame import for_members, frame
from sangyu.portals.dispatching.views.members import today
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read


@for_members
@require_GET
def catalogue(request: HttpRequest) -> HttpResponse:
    """List the catalogue, all of it or one group, what was retired at the end."""
    viewer, on = request.user, today()
    listed = providers_read.catalogue(viewer, on)
    schemes = providers_read.groups(viewer)
    counts: dict[UUID, int] = {}
    for row in listed:
        if not _gone(row):
            for group in row.groups.values():
                counts[group.pk] = counts.get(group.pk, 0) + 1
    chosen = next(
        (one for groups in schemes.values() for one in groups if str(one.pk) == request.GET.get("group", "")), None
    )
    wanted = request.GET.get("q", "").strip()
    rows = [
        row
        for row in listed
        if (chosen is None or chosen in row.groups.values())
        and (not wanted or wanted in row.item.name or wanted.upper() == row.item.code)
    ]
    return render(
        request,
        "dispatching/catalogue.html",
        {
            **frame(viewer, here="catalogue"),
            "rows": sorted(rows, key=_gone),
            "offered": sum(not _gone(row) for row in listed),
            "schemes": [
                {"name": name, "groups": [(one, counts.get(one.pk, 0)) for one in groups]}
                for name, groups in schemes.items()
            ],
            "chosen": chosen,
            "wanted": wanted,
            "standards": list(providers_read.standards(viewer)),
            "keeps": _keeps(viewer),
        },
    )


def _gone(row: providers_read.Listed) -> bool:
    return row.item.retired_on is not None and row.item.retired_on <= today()


@for_members
@require_GET
def sheet(request: HttpRequest) -> HttpResponse:
    """Hand out the catalogue as the sheet that comes back; an empty catalogue is the template."""
    answer = HttpResponse(providers_read.sheet_of(request.user, today()), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="catalogue-{today():%Y%m%d}.csv"'
    return answer


@for_members
@require_http_methods(["GET", "POST"])
def bring(request: HttpRequest) -> HttpResponse:
    """Take a sheet: new items, other prices, and what takes the place of what."""

    def taken(said: dict) -> None:
        done = providers.import_catalogue(text=said["file"], valid_from=said["valid_from"], by=request.user, at=now())
        messages.success(
            request,
            _("目录表已收下：新增%(listed)s项，定价%(priced)s项，停用%(retired)s项。")
            % {"listed": done.listed, "priced": done.priced, "retired": done.retired},
        )

    return _form(request, SheetForm(request.POST or None, request.FILES or None), taken, title=_("上传目录表"))


@for_members
@require_http_methods(["GET", "POST"])
def standard(request: HttpRequest) -> HttpResponse:
    """Keep the text of a service standard, to which items then link."""

    def kept(said: dict) -> None:
        document = providers.keep_standard(
            number=said["number"], name=said["name"], content=said["content"].read(), by=request.user, at=now()
        )
        messages.success(request, _("标准“%s”已登记。") % document.number)

    return _form(request, StandardForm(request.POST or None, request.FILES or None), kept, title=_("登记标准文本"))


def _keeps(viewer: User) -> bool:
    return bool(viewer.roles & {Role.BUREAU, Role.DISPATCHER})


def _form(request: HttpRequest, form: Form, done: Callable[[dict], None], *, title: str) -> HttpResponse:
    if not _keeps(request.user):
        raise Http404
    if request.method == "POST" and form.is_valid():
        try:
            done(form.cleaned_data)
            return redirect("dispatching:catalogue")
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    return render(
        request,
        "dispatching/joining.html",
        {
            **frame(request.user, here="catalogue"),
            "form": form,
            "wrong": form if form.errors else None,
            "title": title,
            "sub": _("服务目录"),
            "back": reverse("dispatching:catalogue"),
            "takes_files": True,
        },
        status=422 if form.errors else 200,
    )

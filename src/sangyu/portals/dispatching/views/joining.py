"""Into membership: the application, a licence, a contract; each form hands its words to one verb."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sangyu.access import queries as access_read
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.point import Crs, Point
from sangyu.portals.clock import now
from sangyu.portals.dispatching.forms import (
    ApplyForm,
    CheckForm,
    ContractForm,
    EvaluationForm,
    KindForm,
    LicenceForm,
)
from sangyu.portals.dispatching.views.frame import acts_on_members, for_members, frame
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read


@for_members
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """Enter an enterprise that asks to join."""
    _ensure_acts(request)
    form = ApplyForm(request.POST or None)

    def enter(said: dict) -> str:
        firm = providers.apply(
            by=request.user,
            at=now(),
            place=Point(lng=float(said["lng"]), lat=float(said["lat"]), crs=Crs.GCJ02),
            licences=[
                providers.Paper(
                    said["licence_kind"], said["licence_number"], said["licence_from"], said["licence_until"]
                )
            ],
            kind=said["kind"] or providers_read.EnterpriseKind.HOME_CARE,
            **{name: said[name] for name in ApplyForm.PLAIN},
        )
        messages.success(request, _("%s 的申请已登记。接着登记合同、人员和其他证照。") % firm.name)
        return reverse("dispatching:enterprise", args=[firm.pk])

    return _form(request, form, enter, title=_("登记加盟申请"), back=reverse("dispatching:enterprises"))


@for_members
@require_http_methods(["GET", "POST"])
def licence(request: HttpRequest, enterprise_id: UUID) -> HttpResponse:
    """Add a licence to an enterprise's file, new or renewed."""
    _ensure_acts(request)
    firm = providers_read.get_enterprise(request.user, enterprise_id)
    form = LicenceForm(request.POST or None, initial={"kind": request.GET.get("kind", "")})
    page = reverse("dispatching:enterprise", args=[firm.pk])

    def lodge(said: dict) -> str:
        paper = providers.Paper(said["kind"], said["number"], said["valid_from"], said["valid_until"])
        providers.lodge_licence(enterprise=firm, paper=paper, by=request.user, at=now())
        messages.success(request, _("%s已登记，原证照仍留存。") % paper.kind)
        return page

    return _form(request, form, lodge, title=_("登记证照"), sub=firm.name, back=page)


@for_members
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, enterprise_id: UUID, licence_id: UUID) -> HttpResponse:
    """Compare a licence with what the authority's register says of it."""
    _ensure_acts(request)
    firm = providers_read.get_enterprise(request.user, enterprise_id)
    held = next((row for row in providers_read.licences(request.user, firm) if row.pk == licence_id), None)
    if held is None:
        raise Http404
    page = reverse("dispatching:enterprise", args=[firm.pk])

    def compare(said: dict) -> str:
        told = providers.Told(said["number"], said["last_on"]) if said["number"] else None
        row = providers.check_licence(licence_id=held.pk, told=told, source=said["source"], by=request.user, at=now())
        messages.success(
            request, _("%(kind)s核验：%(result)s。") % {"kind": held.kind, "result": row.get_result_display()}
        )
        return page

    title = _("核验%(kind)s %(number)s") % {"kind": held.kind, "number": held.number}
    return _form(request, CheckForm(request.POST or None), compare, title=title, sub=firm.name, back=page)


@for_members
@require_http_methods(["GET", "POST"])
def contract(request: HttpRequest, enterprise_id: UUID) -> HttpResponse:
    """Contract an enterprise for items in subdistricts."""
    _ensure_acts(request)
    firm = providers_read.get_enterprise(request.user, enterprise_id)
    form = ContractForm(
        request.POST or None,
        areas=[(street.code, street.name) for street in access_read.subdistricts(request.user)],
        items=[(str(item.pk), item.name) for item in providers_read.items(request.user)],
    )
    page = reverse("dispatching:enterprise", args=[firm.pk])

    def sign(said: dict) -> str:
        providers.sign_contract(
            enterprise=firm,
            number=said["number"],
            valid_from=said["valid_from"],
            valid_until=said["valid_until"],
            area_codes=said["areas"],
            item_ids=[UUID(item) for item in said["items"]],
            reason=said["reason"],
            by=request.user,
            at=now(),
        )
        messages.success(request, _("合同%s已登记。") % said["number"])
        return page

    return _form(request, form, sign, title=_("登记合同"), sub=firm.name, back=page)


@for_members
@require_http_methods(["GET", "POST"])
def kind(request: HttpRequest, enterprise_id: UUID) -> HttpResponse:
    """Say of what kind an enterprise is, from where, and where it stands."""
    _ensure_acts(request)
    firm = providers_read.get_enterprise(request.user, enterprise_id)
    page = reverse("dispatching:enterprise", args=[firm.pk])
    form = KindForm(
        request.POST or None,
        streets=[(street.code, street.name) for street in access_read.subdistricts(request.user)],
        initial={"kind": firm.kind, "origin": firm.origin, "street": firm.street_id or ""},
    )

    def describe(said: dict) -> str:
        providers.describe(
            enterprise_id=firm.pk,
            kind=said["kind"],
            origin=said["origin"],
            street_code=said["street"],
            by=request.user,
            at=now(),
        )
        messages.success(request, _("%s的类型和来源已登记。") % firm.name)
        return page

    return _form(request, form, describe, title=_("类型和来源"), sub=firm.name, back=page)


@for_members
@require_http_methods(["GET", "POST"])
def evaluation(request: HttpRequest, enterprise_id: UUID) -> HttpResponse:
    """Note how an enterprise was graded for a year."""
    _ensure_acts(request)
    firm = providers_read.get_enterprise(request.user, enterprise_id)
    page = reverse("dispatching:enterprise", args=[firm.pk])
    form = EvaluationForm(request.POST or None)

    def evaluate(said: dict) -> str:
        row = providers.evaluate(enterprise=firm, by=request.user, at=now(), **said)
        messages.success(
            request, _("%(year)s年度评价“%(grade)s”已登记。") % {"year": row.year, "grade": row.get_grade_display()}
        )
        return page

    return _form(request, form, evaluate, title=_("登记年度评价"), sub=firm.name, back=page)


def _ensure_acts(request: HttpRequest) -> None:
    if not acts_on_members(request.user):
        raise Http404


def _form(
    request: HttpRequest, form: Form, done: Callable[[dict], str], *, title: str, back: str, sub: str = ""
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(done(form.cleaned_data))
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    return render(
        request,
        "dispatching/joining.html",
        {
            **frame(request.user, here="members"),
            "form": form,
            "wrong": form if form.errors else None,
            "title": title,
            "sub": sub,
            "back": back,
        },
        status=422 if form.errors else 200,
    )

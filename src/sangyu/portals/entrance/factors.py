"""The second factor: asked at the door, added and removed in one's own account."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import qrcode
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods
from qrcode.image.svg import SvgPathImage

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.actions import Proof
from sangyu.access.models import User
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.entrance.forms import AppForm, CodeForm, PasskeyForm
from sangyu.portals.entrance.passage import PROVED, address_of, let_in, now_proved, real_now, site_of
from sangyu.portals.entrance.views import WAITING, safe

WAITS = timedelta(minutes=10)
QUESTION = "passkey_question"
SECRET = "app_secret"


@sensitive_post_parameters("code", "answer")
@never_cache
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor: of who has just given a password, or of who came to a door that needs it."""
    waiting = _waiting(request)
    user = waiting or (request.user if isinstance(request.user, User) else None)
    if user is None:
        return redirect("sign-in")
    if waiting is None and not access_read.has_factor(user):
        return redirect("factor-add")
    form = CodeForm(request.POST if request.method == "POST" and not request.POST.get("answer") else None)
    wrong = ""
    if request.method == "POST" and (request.POST.get("answer") or form.is_valid()):
        try:
            _prove(request, user)
        except Refusal as refusal:
            wrong = str(refusal)
        else:
            return _inside(request, user, waiting)
    context = {
        "form": form,
        "wrong": wrong,
        "options": _question(request, user),
        "next": safe(request),
    }
    return render(request, "entrance/second_factor.html", context, status=422 if wrong or form.errors else 200)


def _inside(request: HttpRequest, user: User, waiting: User | None) -> HttpResponse:
    if waiting is None:
        now_proved(request)
        return redirect(safe(request) or "home")
    going = request.session.pop(WAITING)["next"]
    let_in(request, user, proved=True)
    return redirect(going or "home")


def _waiting(request: HttpRequest) -> User | None:
    """Return whose password was right a moment ago; nobody after ten minutes, or once they may come in no more."""
    kept = request.session.get(WAITING)
    if not kept or real_now() - datetime.fromisoformat(kept["since"]) > WAITS:
        return None
    return access_read.user_to_prove(UUID(kept["user"]))


def _prove(request: HttpRequest, user: User) -> None:
    proof = Proof(
        code=request.POST.get("code", ""),
        answer=_plain_json(request.POST.get("answer", "")),
        question=request.session.pop(QUESTION, {}),
        site=site_of(request),
    )
    access.prove(user=user, proof=proof, address=address_of(request), at=now(), real_at=real_now())


def _plain_json(text: str) -> Mapping[str, Any]:
    """Read a browser's answer; nothing at all for what is not an answer."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _question(request: HttpRequest, user: User) -> dict[str, Any]:
    """Keep a fresh question for the passkeys of somebody; empty for who has none."""
    if not access_read.passkeys(user):
        return {}
    options, request.session[QUESTION] = access.ask_passkeys(user, site=site_of(request))
    return options


@login_required
@never_cache
@require_GET
def add(request: HttpRequest) -> HttpResponse:
    """Show the ways to a second factor."""
    held = access_read.factors(request.user)
    context = {
        "has_app": any(row.kind == "TOTP" for row in held),
        "by_name": not _is_number(site_of(request).host),
        "must_have": bool(request.user.roles & (access_read.STRONG_ROLES | access_read.LOOK_UP_ROLES)),
        "next": safe(request),
    }
    return render(request, "entrance/factor_add.html", context)


@sensitive_post_parameters("code")
@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def add_app(request: HttpRequest) -> HttpResponse:
    """Add an authenticator app: show the picture, take the first code, hand out recovery codes."""
    if refused := _must_prove_first(request):
        return refused
    sealed = request.session.get(SECRET)
    if sealed is None:
        sealed = request.session[SECRET] = access.new_secret()
    form = AppForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            codes = access.add_app(
                by=request.user, sealed=sealed, code=given["code"], name=given["name"], at=now(), real_at=real_now()
            )
        except Refusal as refusal:
            form.add_error("code", str(refusal))
        else:
            del request.session[SECRET]
            return _added(request, codes)
    address = access.app_address(sealed, account=request.user.username, issuer=_("桑榆"))
    context = {
        "form": form,
        "picture": _picture(address),
        "secret": access.typed_secret(sealed),
        "next": safe(request),
    }
    return render(request, "entrance/app_add.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("answer")
@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def add_passkey(request: HttpRequest) -> HttpResponse:
    """Add a passkey: the browser makes it and answers our question."""
    if refused := _must_prove_first(request):
        return refused
    form = PasskeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        proof = Proof(
            answer=_plain_json(form.cleaned_data["answer"]),
            question=request.session.pop(QUESTION, {}),
            site=site_of(request),
        )
        try:
            codes = access.add_passkey(by=request.user, proof=proof, name=form.cleaned_data["name"], at=now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return _added(request, codes)
    options, request.session[QUESTION] = access.ask_for_passkey(request.user, site=site_of(request))
    context = {"form": form, "options": options, "next": safe(request)}
    return render(request, "entrance/passkey_add.html", context, status=422 if form.errors else 200)


def _must_prove_first(request: HttpRequest) -> HttpResponse | None:
    """Ask who has a factor already to show it before another is added: a stolen session must not bring its own."""
    if request.session.get(PROVED) or not access_read.has_factor(request.user):
        return None
    return redirect(f"{reverse('second-factor')}?next={request.path}")


def _added(request: HttpRequest, codes: list[str]) -> HttpResponse:
    going = safe(request)
    now_proved(request)
    if codes:
        return render(request, "entrance/recovery_codes.html", {"codes": codes, "next": going})
    messages.success(request, _("已添加。"))
    return redirect(going or "account")


@sensitive_post_parameters("code", "answer")
@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, factor_id: UUID) -> HttpResponse:
    """Remove a factor of one's own, against a factor: the session alone is not enough."""
    factor = next((row for row in access_read.factors(request.user) if row.pk == factor_id), None)
    if factor is None:
        raise NotFound(_("没有找到这个验证方式，可能已经移除。"))
    form = CodeForm(request.POST if request.method == "POST" and not request.POST.get("answer") else None)
    wrong = ""
    if request.method == "POST" and (request.POST.get("answer") or form.is_valid()):
        try:
            _prove(request, request.user)
            access.remove_factor(factor_id=factor_id, by=request.user, at=now())
        except Refusal as refusal:
            wrong = str(refusal)
        else:
            messages.success(request, _("已移除。"))
            return redirect("account")
    context = {"form": form, "wrong": wrong, "factor": factor, "options": _question(request, request.user)}
    return render(request, "entrance/factor_remove.html", context, status=422 if wrong or form.errors else 200)


def _picture(address: str) -> str:
    """Return a picture of an address as a data address, which the content security policy lets pages show."""
    kept = BytesIO()
    qrcode.make(address, image_factory=SvgPathImage, box_size=12).save(kept)
    return "data:image/svg+xml;base64," + base64.b64encode(kept.getvalue()).decode()


def _is_number(host: str) -> bool:
    """Tell whether a host is a bare address: passkeys belong to names."""
    return host.replace(".", "").isdecimal() or host.startswith("[")

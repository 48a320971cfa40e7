"""Sign in, find the own desk, sign out."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sangyu.access import queries as access_read
from sangyu.portals.components.frame import Desk
from sangyu.portals.entrance.desks import doors
from sangyu.portals.entrance.forms import SignInForm


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Let a user in and send them on to where they were going, or to their desk."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = authenticate(request, username=form.cleaned_data["username"], password=form.cleaned_data["password"])
        if user is not None:
            login(request, user)
            return redirect(_safe(request) or "home")
        form.add_error(None, _("用户名或密码不对，请重新输入。忘记密码请联系管理员。"))
    context = {
        "form": form,
        "next": request.GET.get("next", ""),
        "log_ins": access_read.log_ins_by_role() if settings.DEMO else [],
    }
    return render(request, "entrance/sign_in.html", context, status=422 if form.errors else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Let a user out."""
    logout(request)
    return redirect("sign-in")


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show a user to the own desk; who has several chooses."""
    open_doors = doors(request.user.roles)
    own = [door for door in open_doors if not door.aside]
    if len(own) == 1:
        return redirect(own[0].url)
    desk = Desk(name=_("选择工作台"), programme=str(request.user.programme), home_url="/")
    return render(request, "entrance/home.html", {"desk": desk, "viewer": request.user, "doors": open_doors})


def _safe(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}) else ""

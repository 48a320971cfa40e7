"""Sign in, find the own desk, sign out."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.portals.clock import now
from sangyu.portals.components.frame import Desk
from sangyu.portals.entrance.desks import doors
from sangyu.portals.entrance.forms import SignInForm
from sangyu.portals.entrance.passage import address_of, let_in, real_now

WAITING = "waiting"  # the session's key: whose password was right and whose second factor is still to come


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Let a user in and send them on to where they were going, or to their desk."""
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        entry = access.sign_in(
            username=given["username"], password=given["password"], address=address_of(request), at=now()
        )
        if entry.user is not None and entry.factor_due:
            request.session.flush()
            since = real_now().isoformat()
            request.session[WAITING] = {"user": str(entry.user.pk), "since": since, "next": safe(request)}
            return redirect("second-factor")
        if entry.user is not None:
            let_in(request, entry.user, proved=False)
            return redirect(safe(request) or "home")
        if entry.locked:
            minutes = access_read.profile().lock_minutes
            form.add_error(None, _("尝试次数太多，请%(n)d分钟后再试。急用请联系民政局解锁。") % {"n": minutes})
            status = 429
        else:
            form.add_error(None, _("用户名或密码不对，请重新输入。忘记密码请联系管理员。"))
    context = {
        "form": form,
        "next": safe(request),
        "log_ins": access_read.log_ins_by_role() if settings.DEMO else [],
    }
    status = 422 if form.errors and status == 200 else status
    return render(request, "entrance/sign_in.html", context, status=status)


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


def safe(request: HttpRequest) -> str:
    """Return the page somebody was going to, if it is one of this house."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}) else ""

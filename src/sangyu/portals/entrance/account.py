"""One's own account: the password, the second factor, and where one is signed in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.kit.errors import Refusal
from sangyu.portals.clock import now
from sangyu.portals.components.frame import Desk
from sangyu.portals.entrance.forms import PasswordForm
from sangyu.portals.entrance.passage import PASSWORD_DUE, address_of, real_now
from sangyu.portals.entrance.views import safe


@login_required
@never_cache
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Show one's own account."""
    user = request.user
    context = {
        "desk": Desk(name=_("我的账号"), programme=str(user.programme), home_url="/"),
        "viewer": user,
        "factors": access_read.factors(user),
        "codes_left": access_read.recovery_codes_left(user),
        "must_have": bool(user.roles & (access_read.STRONG_ROLES | access_read.LOOK_UP_ROLES)),
        "sessions": access_read.sessions(user, own_key=request.session.session_key, real_at=real_now()),
        "profile": access_read.profile(),
    }
    return render(request, "entrance/account.html", context)


@sensitive_post_parameters("old", "new", "again")
@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Let somebody choose a new password; every other session of theirs ends."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            access.change_password(
                by=request.user,
                old=form.cleaned_data["old"],
                new=form.cleaned_data["new"],
                address=address_of(request),
                at=now(),
                session_key=request.session.session_key,
            )
        except access.OldPasswordWrong as refusal:
            form.add_error("old", str(refusal))
        except Refusal as refusal:
            form.add_error("new", str(refusal))
        else:
            request.session.pop(PASSWORD_DUE, None)
            update_session_auth_hash(request, request.user)
            messages.success(request, _("密码已更换，其他地方的登录都已退出。"))
            return redirect(safe(request) or "home")
    context = {
        "form": form,
        "because": request.session.get(PASSWORD_DUE, ""),
        "profile": access_read.profile(),
        "next": safe(request),
    }
    return render(request, "entrance/password.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def end_session(request: HttpRequest, handle: str) -> HttpResponse:
    """End one of one's own sessions."""
    if access.end_session(handle=handle, by=request.user, at=now()):
        messages.success(request, _("已退出那一处登录。"))
    return redirect("account")

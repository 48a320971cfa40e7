"""The people of the programme: who may come in, as what, and who let them. Only the bureau changes anything here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.validators import RegexValidator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.queries import Role, ensure_role
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.audit.templatetags import audit
from sangyu.portals.bureau.frame import context, seat
from sangyu.portals.clock import now
from sangyu.portals.components.forms import DeskForm
from sangyu.portals.entrance.passage import real_now

PAGE = 50
ACTS_SHOWN = 20
HERE = "bureau:people"


class InviteForm(DeskForm):
    """Who is invited, to which body, as what."""

    organisation = forms.ChoiceField(label=gettext_lazy("单位"))
    display_name = forms.CharField(label=gettext_lazy("姓名"), max_length=40)
    username = forms.CharField(
        label=gettext_lazy("用户名"),
        min_length=3,
        max_length=40,
        help_text=gettext_lazy("登录用，小写字母开头，可以有数字、点和横线"),
        validators=[
            RegexValidator(
                r"\A[a-z][a-z0-9._-]*\Z", gettext_lazy("用户名要以小写字母开头，只用小写字母、数字、点和横线。")
            )
        ],
    )
    phone = forms.CharField(label=gettext_lazy("手机"), max_length=20, required=False)
    roles = forms.MultipleChoiceField(label=gettext_lazy("岗位"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, viewer: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = access_read.organisations(viewer)
        self.fields["organisation"].choices = [(str(body.pk), body.name) for body in bodies]
        kinds = [kind for kind, _label in access_read.ORGANISATION_KINDS]
        self.fields["roles"].choices = [pair for kind in kinds for pair in access_read.roles_for(kind)]


@seat
@never_cache
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Show who works in the programme, page by page."""
    typed, role, after = (request.GET.get(name, "").strip() for name in ("q", "role", "after"))
    found = access_read.people(
        request.user, text=typed, role=role, after=after, at=now(), real_at=real_now(), limit=PAGE + 1
    )
    kept = {name: value for name, value in (("q", typed), ("role", role)) if value}
    more = {
        "people": found[:PAGE],
        "typed": typed,
        "role": role,
        "roles": [(str(one), str(one.label)) for one in Role if one != Role.CLOCK],
        "may_change": _may_change(request),
        "first": "?" + urlencode(kept) if after else "",
        "next": "?" + urlencode({**kept, "after": found[PAGE - 1].user.username}) if len(found) > PAGE else "",
    }
    return render(request, "bureau/people/list.html", context(request, HERE, **more))


@seat
@never_cache
@require_GET
def person(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Show one person: roles, sign-in, what was done with the account."""
    return _show(request, user_id)


def _may_change(request: HttpRequest) -> bool:
    return Role.BUREAU in request.user.roles


def _show(
    request: HttpRequest, user_id: UUID, *, wrong: str = "", password: str = "", status: int = 200
) -> HttpResponse:
    one = access_read.get_person(request.user, user_id, at=now(), real_at=real_now())
    held = {code for code, _label in one.roles}
    acts = access_read.audit_of(request.user, one.user.pk).order_by("-at", "-id")[:ACTS_SHOWN]
    more = {
        "one": one,
        "missing": [pair for pair in access_read.roles_for(one.user.organisation.kind) if pair[0] not in held],
        "acts": [(act, _said(act)) for act in acts],
        "may_change": _may_change(request) and one.user.pk != request.user.pk,
        "is_own": one.user.pk == request.user.pk,
        "wrong": wrong,
        "password": password,
    }
    return render(request, "bureau/people/person.html", context(request, HERE, **more), status=status)


def _said(act: Any) -> str:
    """Say in one line what was done with an account."""
    outcomes = {
        "IN": _("成功"),
        "HALF": _("密码正确，等待验证码"),
        "WRONG": _("密码不对"),
        "WRONG_CODE": _("验证码不对"),
    }
    facts = act.facts
    labels = {str(role): str(role.label) for role in Role}
    parts = [audit.verb(act.verb), outcomes.get(facts.get("outcome", ""), "")]
    parts += [labels.get(role, role) for role in [facts.get("role"), *facts.get("roles", [])] if role]
    parts += [_("账号锁定") if facts.get("locked") else "", facts.get("reason", ""), facts.get("address", "")]
    return " · ".join(part for part in parts if part)


@sensitive_variables("invited")
@seat
@never_cache
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody; the password for the first sign-in is shown this once."""
    ensure_role(request.user, Role.BUREAU)
    form = InviteForm(request.POST or None, viewer=request.user)
    invited = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            invited = access.invite(
                organisation_id=UUID(given["organisation"]),
                username=given["username"],
                display_name=given["display_name"],
                phone=given["phone"],
                roles=given["roles"],
                by=request.user,
                at=now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    page = context(request, HERE, form=form, invited=invited)
    return render(request, "bureau/people/invite.html", page, status=422 if form.errors else 200)


@sensitive_variables("given")
@seat
@never_cache
@require_POST
def act(request: HttpRequest, user_id: UUID, verb: str) -> HttpResponse:
    """Change one thing about somebody else's account."""
    access_read.get_person(request.user, user_id, at=now(), real_at=real_now())
    if verb not in ACTS:
        raise Http404(verb)
    run, done = ACTS[verb]
    try:
        given = run({"user_id": user_id, "by": request.user, "at": now()}, request.POST.dict())
    except NotFound:
        raise
    except Refusal as refusal:
        return _show(request, user_id, wrong=str(refusal), status=422)
    if isinstance(given, access.Invited):
        return _show(request, user_id, password=given.password)
    messages.success(request, str(done))
    return redirect("bureau:person", user_id=user_id)


Run = Callable[[dict[str, Any], dict[str, str]], Any]
ACTS: dict[str, tuple[Run, Any]] = {
    "give-role": (lambda who, said: access.give_role(**who, role=said.get("role", "")), gettext_lazy("岗位已增加。")),
    "take-role": (
        lambda who, said: access.take_role(**who, role=said.get("role", ""), reason=said.get("reason", "")),
        gettext_lazy("岗位已取消，登录已全部退出。"),
    ),
    "suspend": (
        lambda who, said: access.suspend(**who, reason=said.get("reason", "")),
        gettext_lazy("已停用，登录已全部退出。"),
    ),
    "resume": (lambda who, _said: access.resume(**who), gettext_lazy("已恢复，可以登录。")),
    "unlock": (lambda who, _said: access.unlock(**who), gettext_lazy("已解锁，可以再试。")),
    "renew-password": (lambda who, said: access.renew_password(**who, reason=said.get("reason", "")), ""),
    "reset-factors": (
        lambda who, said: access.reset_factors(**who, reason=said.get("reason", "")),
        gettext_lazy("第二步验证已清除，下次登录要重新添加。"),
    ),
}

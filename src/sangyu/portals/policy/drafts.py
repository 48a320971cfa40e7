"""A change of the policy on its way: proposed as a workbook or as figures, told in words, reviewed by somebody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sangyu.access import actions as access
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.actions import BaseChanged
from sangyu.adoption.models import Draft, DraftState
from sangyu.adoption.queries import Adopted
from sangyu.adoption.rules import warnings
from sangyu.adoption.workbook import to_workbook
from sangyu.kit.errors import Refusal
from sangyu.kit.ids import new_id
from sangyu.policy import Pack
from sangyu.policy.errors import BadPack
from sangyu.policy.excel_read import FILE_BYTES_MAX, BadWorkbook
from sangyu.portals.clock import now
from sangyu.portals.components.forms import DeskForm
from sangyu.portals.policy import changes, reading
from sangyu.portals.policy.figures import FiguresForm, ProposalForm, WorkbookForm
from sangyu.portals.policy.frame import change_seat, context, draft_seat, seat, sign_seat
from sangyu.providers import queries as providers_read

BEIJING = ZoneInfo("Asia/Shanghai")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FAULTS_MOST = 100
DRAFTS_MOST = 100
Form = TypeVar("Form", bound=ProposalForm)


class ReviewForm(DeskForm):
    """From when on a draft holds, and what the second person says of it."""

    valid_from = forms.DateField(
        label=gettext_lazy("从哪天起执行"),
        required=False,
        help_text=gettext_lazy("最早是明天"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(
        label=gettext_lazy("复核意见"),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("退回必须写明原因"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@seat
@require_GET
def workbook(request: HttpRequest) -> HttpResponse:
    """Hand out the newest version as a workbook that can be changed and handed back."""
    newest = adoption_read.newest(request.user.programme_id)
    content = to_workbook(newest.pack_id, adoption_read.whole_files(newest))
    name = f"{adoption_read.pack_of(newest).title}-{newest.valid_from}.xlsx"
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = (
        f"attachment; filename=\"{newest.pack_id}-{newest.valid_from}.xlsx\"; filename*=UTF-8''{quote(name)}"
    )
    return answer


@draft_seat
@require_GET
def drafts(request: HttpRequest) -> HttpResponse:
    """List what was proposed, newest first, with what became of it."""
    found = list(adoption_read.drafts(request.user)[:DRAFTS_MOST])
    named = changes.names(request.user, *(one.proposed_by_id for one in found))
    lines = [(one, DraftState(one.state).label, named.get(one.proposed_by_id, "")) for one in found]
    newest = adoption_read.newest(request.user.programme_id)
    page = context(request, "policy:drafts", lines=lines, newest=newest)
    return render(request, "policy/drafts.html", page)


@change_seat
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Take an edited workbook in: as a draft if it can be read, else as the list of what to mend."""
    if request.method != "POST":
        return _propose_page(request, WorkbookForm(initial={"key": str(new_id())}))
    form = WorkbookForm(request.POST, request.FILES)
    if not form.is_valid():
        return _propose_page(request, form)
    file = form.cleaned_data["file"]
    # One byte more than is allowed is enough for the reader to say that it is too much.
    content = file.read(FILE_BYTES_MAX + 1)
    return proposed(request, form, _propose_page, workbook=content, workbook_name=file.name)


@change_seat
@require_http_methods(["GET", "HEAD", "POST"])
def figures(request: HttpRequest) -> HttpResponse:
    """Change the bureau's own figures and readings, the tables as they are."""
    base = history_of(request)[0].adoption
    given = (adoption_read.pack_of(base), base.parameters, today())
    if request.method != "POST":
        return _figures_page(request, FiguresForm(*given, initial={"key": str(new_id()), "base": base.pk}))
    form = FiguresForm(*given, request.POST)
    if not form.is_valid():
        return _figures_page(request, form)
    return proposed(request, form, _figures_page, parameters=form.parameters(), base_id=form.cleaned_data["base"])


def today() -> date:
    """Return the day at which the desk stands."""
    return now().astimezone(BEIJING).date()


def history_of(request: HttpRequest) -> list[Adopted]:
    """Return the adoptions, newest first; to a page that was filled in, from the one on which it was filled in.

    Raises: NothingAdopted.
    """
    adoptions = adoption_read.adoptions(request.user)
    if not adoptions:
        raise adoption_read.NothingAdopted(_("本项目还没有启用过政策包，没有可改的规则。"))
    ids = [str(one.adoption.pk) for one in adoptions]
    base = request.POST.get("base", "")
    return adoptions[ids.index(base) :] if base in ids else adoptions


def proposed(request: HttpRequest, form: Form, shown: Callable[..., HttpResponse], **what: Any) -> HttpResponse:
    """Propose what a form says and go to the draft; what is refused is told by `shown`, with all that was typed."""
    said = {name: form.cleaned_data[name] for name in ("document", "reason", "wanted_from", "key")}
    try:
        made = access.propose_draft(by=request.user, at=now(), **said, **what)
    except Refusal as refused:
        return shown(request, form, refused)
    messages.success(request, _("已提出，待另一位同事复核。"))
    return redirect("policy:draft", draft_id=made.pk)


def _propose_page(request: HttpRequest, form: WorkbookForm, refused: Refusal | None = None) -> HttpResponse:
    page = context(
        request,
        "policy:drafts",
        form=form,
        newest=adoption_read.newest(request.user.programme_id),
        refused=told(refused) if refused else None,
    )
    return render(request, "policy/propose.html", page, status=422 if form.errors or refused else 200)


def _figures_page(request: HttpRequest, form: FiguresForm, refused: Refusal | None = None) -> HttpResponse:
    page = context(request, "policy:drafts", form=form, refused=told(refused) if refused else None)
    return render(request, "policy/figures.html", page, status=422 if form.errors or refused else 200)


def told(refused: Refusal) -> dict[str, Any]:
    """Take a refusal apart for the page: one line for each place where something is wrong."""
    if isinstance(refused, BadWorkbook):
        places = [(f"{one.sheet}!{one.cell}" if one.cell else one.sheet, one.message) for one in refused.findings]
    elif isinstance(refused, BadPack):
        places = [(f"{one.file}:{one.line}", one.message) for one in refused.findings]
    else:
        again = isinstance(refused, BaseChanged)
        return {"said": f"{refused}{_meanwhile(refused)}", "places": [], "more": 0, "again": again}
    return {"said": "", "places": places[:FAULTS_MOST], "more": max(0, len(places) - FAULTS_MOST)}


def _meanwhile(refused: Refusal) -> str:
    """Say what was adopted since a page was opened; nothing of any other refusal."""
    if not isinstance(refused, BaseChanged) or refused.was is None:
        return ""
    found = changes.compare(changes.version_of(refused.was), changes.version_of(refused.newest))
    unset = _("还没有设定")
    lines = [f"{one.label}：{one.before or unset} → {one.after or unset}" for one in found.figures]
    if found.count:
        lines.append(_("规则表改了%(n)s处") % {"n": found.count})
    return _("这期间改了：%(lines)s。") % {"lines": "；".join(lines)} if lines else ""


@draft_seat
@require_GET
def draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Show a draft: what it changes in words, what an examination found, its examples, and what became of it."""
    return _draft_page(request, draft_id)


@sign_seat
@require_POST
def review(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Adopt a colleague's draft from a day on, or return it with a reason."""
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _draft_page(request, draft_id, form)
    adopt = request.POST.get("what") == "adopt"
    try:
        access.review_draft(
            draft_id=draft_id,
            adopt=adopt,
            note=form.cleaned_data["note"],
            valid_from=form.cleaned_data["valid_from"] if adopt else None,
            by=request.user,
            at=now(),
        )
    except Refusal as refused:
        return _draft_page(request, draft_id, form, refused)
    messages.success(request, _("已启用，到那一天自动生效。") if adopt else _("已退回提出人。"))
    return redirect("policy:draft", draft_id=draft_id)


@change_seat
@require_POST
def withdraw(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Take back one's own draft."""
    try:
        access.withdraw_draft(draft_id=draft_id, note="", by=request.user, at=now())
    except Refusal as refused:
        return _draft_page(request, draft_id, None, refused)
    messages.success(request, _("已撤回。"))
    return redirect("policy:draft", draft_id=draft_id)


def _draft_page(
    request: HttpRequest, draft_id: UUID, form: ReviewForm | None = None, refused: Refusal | None = None
) -> HttpResponse:
    found = adoption_read.draft(request.user, draft_id)
    compared = changes.proposed(request.user, found)
    pack = adoption_read.draft_pack(request.user, draft_id)
    touched = compared.rules & set(pack.rules)
    written = found.texts.get(reading.CASES_FILE, "")
    examples = [one for one in reading.examples(pack, written) if one.fault or one.rule in touched]
    decided = found.decision if found.state != DraftState.PROPOSED else None
    named = changes.names(request.user, found.proposed_by_id, decided and decided.by_id)
    own = found.proposed_by_id == request.user.pk
    is_open = decided is None
    page = context(
        request,
        "policy:drafts",
        draft=found,
        state=DraftState(found.state).label,
        proposer=named.get(found.proposed_by_id, ""),
        decided=decided,
        decider=named.get(decided.by_id, "") if decided else "",
        told=compared,
        warnings=warnings(pack, found.parameters, on=found.wanted_from or today()) if is_open else [],
        above=_above_cap(request, found, pack) if is_open or found.state == DraftState.ADOPTED else [],
        examples=sorted(examples, key=lambda one: not one.fault),
        wrong=sum(1 for one in examples if one.fault),
        stale=is_open and adoption_read.newest(found.programme_id).pk != found.base_id,
        own=own,
        is_open=is_open,
        form=form or ReviewForm(initial={"valid_from": found.wanted_from}),
        refused=str(refused) if refused else "",
        rehearsal=_rehearsal(draft_id),
    )
    bad = refused is not None or (form is not None and form.errors)
    return render(request, "policy/draft.html", page, status=422 if bad else 200)


def _above_cap(request: HttpRequest, found: Draft, pack: Pack) -> list[providers_read.AboveCap]:
    """List the prices that a draft's maximum would not pass from its first day on: tomorrow at the earliest."""
    tomorrow = today() + timedelta(days=1)
    wanted = max(found.wanted_from or tomorrow, tomorrow)
    since = found.decision.valid_from if found.state == DraftState.ADOPTED else wanted
    return providers_read.prices_above_cap(request.user, pack, found.parameters, since=since)


def _rehearsal(draft_id: UUID) -> str:
    try:
        return reverse("rehearsal:draft", args=[draft_id])
    except NoReverseMatch:
        return ""

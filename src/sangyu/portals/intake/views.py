"""Pages of the desk of sheets: batches, one batch with its lines, one line to mend, and sheets to take along."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from sangyu.access import queries as access_read
from sangyu.intake import actions as intake
from sangyu.intake import queries as intake_read
from sangyu.intake.models import Batch, Outcome, Stage, Standing
from sangyu.intake.rules import TEMPLATES, NothingChosen, template_called
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.components import paging
from sangyu.portals.components.frame import Tab
from sangyu.portals.intake import tasks
from sangyu.portals.intake.forms import HandOutForm, SheetForm, UndoForm
from sangyu.portals.intake.frame import context, seat
from sangyu.portals.intake.shown import fields, lines_shown

BEIJING = ZoneInfo("Asia/Shanghai")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE = 50
ROWS = 30
# What is done while the clerk waits; anything larger is left to the worker.
AT_ONCE_BYTES, AT_ONCE_LINES = 150_000, 300
TAKEN_UP_S = 60
AT_WORK = (Stage.RECEIVED, Stage.WRITING, Stage.UNDOING)
TONES = {
    Stage.RECEIVED: "moving",
    Stage.REFUSED: "bad",
    Stage.CHECKED: "waiting",
    Stage.WRITING: "moving",
    Stage.WRITTEN: "good",
    Stage.UNDOING: "moving",
    Stage.UNDONE: "off",
    Stage.SET_ASIDE: "off",
}


@seat
@require_GET
def batches(request: HttpRequest) -> HttpResponse:
    """List the batches of the viewer's area, newest first."""
    after = paging.after(request)
    found = list(intake_read.batches(request.user)[after : after + ROWS + 1])
    rows = [_told(one) for one in found[:ROWS]]
    more = f"?after={after + ROWS}" if len(found) > ROWS else ""
    page = context(request, "batches", rows=rows, next=more, first="?" if after else "", templates=TEMPLATES.values())
    return render(request, "intake/batches.html", page)


@seat
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Take a sheet in; a small one is checked while the clerk waits."""
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            batch = intake.hand_in(
                template=given["template"],
                file_name=given["file"].name,
                content=given["file"].chunks(),
                by=request.user,
                at=now(),
                key=given["key"],
            )
        except Refusal as refusal:
            form.add_error("file", str(refusal))
        else:
            _go_on(batch.pk, at_once=batch.size <= AT_ONCE_BYTES)
            return redirect("intake:batch", batch.pk)
    wrong = request.method == "POST"
    page = context(request, "new", form=form, templates=TEMPLATES.values())
    return render(request, "intake/new.html", page, status=422 if wrong else 200)


@seat
@require_GET
def sheet(request: HttpRequest, code: str) -> HttpResponse:
    """Hand out an empty sheet to fill in."""
    if code not in TEMPLATES:
        raise NotFound(_("没有这种模板。请回到“交表”页重新选择。"))
    template = template_called(code)
    return _file(
        f"{template.label}模板_第{template.version}版.xlsx",
        lambda path: intake.empty_sheet(template=code, path=path, by=request.user, at=now()),
    )


@seat
@require_http_methods(["GET", "POST"])
def hand_out(request: HttpRequest) -> HttpResponse:
    """Hand out whom the register knows, for a reason."""
    form = HandOutForm(request.POST or None, areas=_areas(request))
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, now()
        name = f"{template_called(given['template']).label}_{at.astimezone(BEIJING):%Y%m%d}.xlsx"
        try:
            return _file(
                name,
                lambda path: intake.hand_out(
                    template=given["template"],
                    area_code=given["area"],
                    reason=given["reason"],
                    path=path,
                    by=request.user,
                    at=at,
                ),
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("reason", str(refusal))
    return render(
        request, "intake/hand_out.html", context(request, "hand-out", form=form), status=422 if form.is_bound else 200
    )


@seat
@require_GET
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Show a batch: how its lines stand, and the lines of one kind."""
    return _batch(request, batch_id)


def _batch(request: HttpRequest, batch_id: UUID, *, undoing: UndoForm | None = None) -> HttpResponse:
    held = intake_read.get_batch(request.user, batch_id)
    template = template_called(held.template)
    counts = intake_read.counts_of(held)
    shows = _shows(held, counts, request.GET.get("show", ""))
    after = paging.after(request)
    standing, outcome = FILTERS[shows]
    rows = (
        []
        if held.stage in AT_WORK
        else intake_read.lines(request.user, held, standing=standing, outcome=outcome, after=after, limit=PAGE + 1)
    )
    more = urlencode({"show": shows, "after": rows[PAGE - 1].line}) if len(rows) > PAGE else ""
    may_mend = held.stage in (Stage.CHECKED, Stage.WRITTEN) and held.emptied_at is None
    page = context(
        request,
        "batches",
        batch=_told(held),
        template=template,
        counts=counts,
        right=_waiting(counts),
        may_write=may_mend and _waiting(counts) > 0,
        may_choose=may_mend and shows in ("new", "more") and any(row.outcome == Outcome.WAITING for row in rows[:PAGE]),
        may_mend=may_mend,
        undo_until=intake.until(held) if (intake.until(held) or now()) > now() else None,
        same=intake_read.same_file(request.user, held) if held.stage == Stage.CHECKED else None,
        tabs=_tabs(held, counts, shows),
        shows=shows,
        rows=lines_shown(held, template, rows[:PAGE]),
        next=f"?{more}" if more else "",
        first=f"?show={shows}" if after else "",
        undoing=undoing or UndoForm(),
    )
    return render(request, "intake/batch.html", page, status=422 if undoing else 200)


# What a list of lines shows: by how they stand, or by what became of them.
FILTERS = {
    "wrong": (Standing.WRONG, ""),
    "new": (Standing.NEW, ""),
    "more": (Standing.MORE, ""),
    "same": (Standing.SAME, ""),
    "refused": ("", Outcome.REFUSED),
    "kept": ("", Outcome.KEPT),
}


def _shows(held: Batch, counts: dict[str, int], asked: str) -> str:
    """Return which lines a page shows: those asked for, else the first kind of which there are any."""
    if asked in FILTERS:
        return asked
    order = ("kept", "refused", "wrong", "new", "more", "same")
    return next((one for one in order if counts.get(_counted(one))), "new")


def _counted(shows: str) -> str:
    standing, outcome = FILTERS[shows]
    return str(standing or outcome)


def _tabs(held: Batch, counts: dict[str, int], shows: str) -> list[Tab]:
    labels = {
        "wrong": _("有错"),
        "new": _("新登记"),
        "more": _("有补充"),
        "same": _("没有变化"),
        "refused": _("入库时被拒"),
        "kept": _("未能撤回"),
    }
    always = ("wrong", "new", "more", "same")
    return [
        Tab(label, f"?show={one}", active=one == shows, count=counts.get(_counted(one), 0))
        for one, label in labels.items()
        if one in always or counts.get(_counted(one))
    ]


def _waiting(counts: dict[str, int]) -> int:
    """Return how many right lines wait to be written."""
    done = sum(counts.get(one, 0) for one in ("WRITTEN", "REFUSED", "TAKEN_BACK", "KEPT"))
    return max(0, counts.get("NEW", 0) + counts.get("MORE", 0) - done)


@seat
@require_GET
def progress(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Say how far a batch has come; once it waits for a person its page is shown anew."""
    held = intake_read.get_batch(request.user, batch_id)
    if held.stage not in AT_WORK:
        return HttpResponseClientRefresh()
    return render(request, "intake/_progress.html", {"batch": _told(held), "all": held.counts.get("ALL", 0)})


@seat
@require_http_methods(["GET", "POST"])
def line(request: HttpRequest, batch_id: UUID, line: int) -> HttpResponse:
    """Mend one line; what is still wrong is said again at its field."""
    held = intake_read.get_batch(request.user, batch_id)
    template = template_called(held.template)
    rows = intake_read.lines(request.user, held, after=line - 1, limit=1)
    if not rows or rows[0].line != line:
        raise NotFound(_("这一批里没有这一行。请回到批次页面。"))
    row = rows[0]
    if request.method == "POST":
        texts = {key: request.POST[key] for key in template.keys if key in request.POST}
        row = intake.mend(batch_id=held.pk, line=line, cells=texts, by=request.user, at=now())
        if row.standing != Standing.WRONG:
            messages.success(request, _("第%(n)s行改好了：%(how)s。") % {"n": line, "how": row.get_standing_display()})
            return redirect(_next_wrong(request, held, line))
    (shown,) = lines_shown(held, template, [row])
    every = fields(held, template, row, _lists(request))
    first = [one for one in every if one["first"]]
    page = context(
        request,
        "batches",
        batch=_told(held),
        row=row,
        shown=shown,
        whole=[one.what for one in shown.wrong if not one.label],
        first=first or every,
        rest=[one for one in every if not one["first"]] if first else [],
    )
    return render(request, "intake/line.html", page, status=422 if request.method == "POST" else 200)


def _next_wrong(request: HttpRequest, held: Batch, after: int) -> str:
    """Return the page of the next line that is wrong, else that of the batch."""
    rows = intake_read.lines(request.user, held, standing=Standing.WRONG, after=after, limit=1)
    if rows:
        return reverse("intake:line", args=[held.pk, rows[0].line])
    return reverse("intake:batch", args=[held.pk])


@seat
@require_POST
def wrong(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Hand out the lines that are wrong, each with what is wrong."""
    held = intake_read.get_batch(request.user, batch_id)
    name = f"{Path(held.file_name).stem}_只要错的行.xlsx"
    return _file(name, lambda path: intake.wrong_lines(batch_id=batch_id, path=path, by=request.user, at=now()))


@seat
@require_POST
def write(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Write the right lines, all or those ticked; many are left to the worker."""
    only = [int(n) for n in request.POST.getlist("line") if n.isascii() and n.isdigit()][:PAGE]
    chosen = request.POST.get("what") == "chosen"
    try:
        held = intake.begin_writing(batch_id=batch_id, by=request.user, at=now(), only=only if chosen else None)
    except NothingChosen as refusal:
        messages.error(request, str(refusal))
        return redirect("intake:batch", batch_id)
    right = len(only) if chosen else _waiting(intake_read.counts_of(held))
    _go_on(batch_id, at_once=right <= AT_ONCE_LINES)
    done = intake_read.get_batch(request.user, batch_id)
    if done.stage == Stage.WRITTEN:
        messages.success(request, _("已入库%(n)s行，24小时内可以撤销。") % {"n": done.counts.get("WRITTEN", 0)})
    return redirect("intake:batch", batch_id)


@seat
@require_POST
def undo(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Take a batch back, for a reason."""
    form = UndoForm(request.POST)
    if form.is_valid():
        try:
            held = intake.begin_undoing(
                batch_id=batch_id, reason=form.cleaned_data["reason"], by=request.user, at=now()
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("reason", str(refusal))
        else:
            _go_on(batch_id, at_once=held.counts.get("WRITTEN", 0) <= AT_ONCE_LINES)
            return redirect("intake:batch", batch_id)
    return _batch(request, batch_id, undoing=form)


@seat
@require_POST
def set_aside(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Set a batch aside that nobody wants."""
    intake.set_aside(batch_id=batch_id, by=request.user, at=now())
    messages.success(request, _("已作废，暂存的内容已清除。"))
    return redirect("intake:batches")


def _go_on(batch_id: UUID, *, at_once: bool) -> None:
    """Do what a batch waits for, or leave it to the worker, who also takes up what was begun here and not ended."""
    with transaction.atomic():
        tasks.go_on.configure(schedule_in={"seconds": TAKEN_UP_S if at_once else 0}).defer(batch_id=str(batch_id))
    if at_once:
        intake.go_on(batch_id=batch_id, at=now())


def _told(held: Batch) -> dict[str, Any]:
    counts = intake_read.counts_of(held)
    return {
        "it": held,
        "label": template_called(held.template).label,
        "tone": TONES[Stage(held.stage)],
        "counts": counts,
        "wrong": counts.get("WRONG", 0),
        "at_work": held.stage in AT_WORK,
    }


def _areas(request: HttpRequest) -> list[tuple[str, str]]:
    found = [("", _("我负责的全部"))]
    found += [(area.code, area.name) for area in access_read.subdistricts(request.user)]
    return [one for one in found if not one[0] or one[0].startswith(request.user.area_code)]


def _lists(request: HttpRequest) -> dict[str, list[str]]:
    known = intake.known_to(request.user, now())
    return {
        name: list(known.listed(name).values())
        for name in ("communities", "document_kinds", "identities", "identity_sources", "sexes")
    }


def _file(name: str, write_into: Callable[[Path], object]) -> FileResponse:
    """Hand out a file that is made now and forgotten as soon as it has been sent."""
    with _nameless() as path:
        write_into(path)
        answer = FileResponse(path.open("rb"), content_type=XLSX)
    answer["Content-Disposition"] = f"attachment; filename=\"sheet.xlsx\"; filename*=UTF-8''{quote(name)}"
    answer["Cache-Control"] = "no-store"
    return answer


@contextmanager
def _nameless() -> Iterator[Path]:
    """Give a place for a file that nobody else finds; what is open when it goes can still be read to its end."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "sheet.xlsx"

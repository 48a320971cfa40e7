"""The policy as its official knows it: rules by document, one rule as its table, and a question tried on it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sangyu import policy
from sangyu.policy import Decision, Rule, table_text
from sangyu.policy.ir import Version
from sangyu.policy.to_chinese import ANSWERS, PAYERS, value_text
from sangyu.portals.clock import now
from sangyu.portals.policy import reading
from sangyu.portals.policy.frame import context, seat
from sangyu.portals.policy.questions import QuestionForm, initial
from sangyu.portals.policy.reading import InForce

BEIJING = ZoneInfo("Asia/Shanghai")
COLUMNS_MAX = 4
# The fields of a decision that are told by its sentence or its colour, and not as a figure beside it.
TOLD = {"eligible", "ground", "result"}


@seat
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """List the rules by the document they stand in."""
    held, text = _held(request), request.GET.get("q", "").strip()[:40]
    levels = reading.levels(held.pack)
    level = request.GET.get("level", "")
    level = level if level in dict(levels) else ""
    chapters = reading.chapters(held, text, level)
    page = context(
        request,
        "policy:rules",
        held=held,
        chapters=chapters,
        basis=[chapter for chapter in chapters if not chapter.lines],
        typed=text,
        levels=levels,
        level=level,
    )
    return render(request, "policy/rules.html", page)


@seat
@require_GET
def rule(request: HttpRequest, rule_id: str) -> HttpResponse:
    """Show one rule: its source, its table in every version, its examples, and a question tried on it."""
    held = _held(request)
    found = held.pack.rules.get(rule_id)
    if found is None:
        raise Http404(rule_id)
    examples = reading.examples(held.pack, held.cases, {rule_id})
    names = reading.asked(examples)
    form, decision, wrong = _tried(request, held, found, names, examples)
    on = decision.on if decision and decision.on else held.on
    newest_first = sorted(found.versions, key=lambda version: not version.holds(on))
    sheets = [_sheet(found, version, held, decision) for version in newest_first]
    page = context(
        request,
        "policy:rules",
        held=held,
        rule=found,
        form_name=table_text.FORMS[found.form],
        payers=[PAYERS[payer] for payer in found.payers],
        sheets=sheets,
        examples=examples,
        form=form,
        decision=decision,
        figures=_figures(decision, held) if decision else [],
        wrong=wrong,
    )
    return render(request, "policy/rule.html", page, status=422 if form.errors or wrong else 200)


@seat
@require_GET
def readings(request: HttpRequest) -> HttpResponse:
    """Show how ambiguous sentences are read, and which figures the bureau has set."""
    held = _held(request)
    page = context(
        request,
        "policy:readings",
        held=held,
        choices=reading.choices(held),
        open_figures=reading.open_figures(held),
    )
    return render(request, "policy/readings.html", page)


@seat
@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """Run every worked example of the pack, what went wrong first."""
    held = _held(request)
    found = sorted(reading.examples(held.pack, held.cases), key=lambda one: not one.fault)
    page = context(request, "policy:cases", held=held, examples=found, wrong=sum(1 for one in found if one.fault))
    return render(request, "policy/cases.html", page)


def _held(request: HttpRequest) -> InForce:
    return reading.in_force(request.user.programme_id, now().astimezone(BEIJING).date())


def _tried(
    request: HttpRequest, held: InForce, rule: Rule, names: list[str], examples: list[reading.Example]
) -> tuple[QuestionForm, Decision | None, str]:
    """Read the question, and decide it by the programme's own figures; nothing is written."""
    if "on" not in request.GET:
        chosen = next((one for one in examples if one.id == request.GET.get("like")), None)
        return QuestionForm(names, rule, initial=initial(names, chosen.facts if chosen else {}, held.on)), None, ""
    form = QuestionForm(names, rule, request.GET)
    if not form.is_valid():
        return form, None, ""
    try:
        return form, policy.decide(held.pack, rule.id, form.asked(), parameters=held.adoption.parameters), ""
    except policy.PolicyError as refused:
        return form, None, str(refused)


def _sheet(rule: Rule, version: Version, held: InForce, decision: Decision | None) -> dict[str, object]:
    """Give a version's table; with many columns a line tells its conditions in one cell, the empty ones left out."""
    sheet = table_text.sheet(rule, version, held.pack)
    wide = len(sheet.columns) > COLUMNS_MAX
    row = decision.row if decision and version.label == decision.version else None
    lines = []
    for line in sheet.lines:
        tests = [(word, cell) for word, cell in zip(sheet.columns, line.tests, strict=True) if cell or not wide]
        lines.append({"n": line.n, "tests": tests, "answers": line.answers, "because": line.because})
        lines[-1]["decided"] = line.n == row
    return {"sheet": sheet, "wide": wide, "period": reading.period(version), "lines": lines}


def _figures(decision: Decision, held: InForce) -> list[tuple[str, str]]:
    shares = [(PAYERS[payer], value_text(payer, fen, held.pack)) for payer, fen in (decision.shares_fen or {}).items()]
    plain = [
        (label, value_text(name, getattr(decision, name), held.pack))
        for name, label in ANSWERS.items()
        if name not in TOLD and getattr(decision, name, None) is not None
    ]
    return shares + plain

"""An application as a page shows it: the rail of its stages, its time line, and what may be done with it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from sangyu.applications.models import Outcome, ServiceClass, State, Step, StepCode
from sangyu.applications.queries import Reached
from sangyu.applications.rules import may_be_skipped
from sangyu.policy.decision import Decision
from sangyu.policy.stages import Kind

STATES = {
    Outcome.FAILED: "failed",
    Outcome.RETURNED: "failed",
    Outcome.WITHDRAWN: "failed",
    Outcome.BEGUN: "now",
}
TONES = {
    State.OPEN: "moving",
    State.RETURNED: "now",
    State.DONE: "good",
    State.REFUSED: "bad",
    State.WITHDRAWN: "off",
}


@dataclass(frozen=True)
class Rail:
    """One stage on the rail above an application."""

    label: str
    state: str
    note: str = ""


@dataclass(frozen=True)
class Fact:
    """One line of the time line."""

    label: str
    who: str
    at: datetime
    note: str
    state: str


def rail(found: Reached) -> list[Rail]:
    """Return the stages of the city's text in their order, each done, at work, to come, or where it went wrong."""
    it, kind, done = found.application, found.kind, found.standing.done
    skipped = {step.code for step in may_be_skipped(kind, it.service_class)} if it.service_class else set()
    stages = []
    for name in kind.stages:
        own = [step for step in kind.steps if step.stage == name and step.code not in skipped]
        left = [step for step in own if step.code not in done]
        here = any(step.code.upper() == it.step for step in own)
        if not left:
            stages.append(Rail(name, "done"))
        elif here:
            bad = it.state == State.RETURNED
            label = _("退回补正") if bad else _(StepCode(it.step).label)
            stages.append(Rail(name, "failed" if bad else "now", label))
        elif found.refused is not None and any(step.code.upper() == found.refused.step for step in own):
            stages.append(Rail(name, "failed", _("未通过")))
        else:
            stages.append(Rail(name, "todo"))
    return stages


def timeline(found: Reached) -> list[Fact]:
    """Return everything that was done, the newest first."""
    return [
        Fact(_label(row), row.by.display_name, row.at, _note(row), STATES.get(Outcome(row.outcome), "done"))
        for row in reversed(found.steps)
    ]


def _label(row: Step) -> str:
    step, outcome = _(StepCode(row.step).label), _(Outcome(row.outcome).label)
    if row.service_class and row.step == StepCode.CLASSIFY:
        return f"{step} · {_(row.get_service_class_display())}"
    return str(step) if row.outcome == Outcome.PASSED else f"{step} · {outcome}"


def _note(row: Step) -> str:
    said = [row.reason] if row.reason else []
    facts = row.facts
    if row.step == StepCode.REVIEW:
        told = {"minutes": facts["minutes"], "held_on": facts["held_on"], "present": facts["present"]}
        told["names"] = "、".join(facts.get("attendees", ()))
        said.append(_("会议纪要%(minutes)s，%(held_on)s，到会%(present)s人") % told)
        said += [_("到会人员：%(names)s") % told] if told["names"] else []
    if row.step == StepCode.CHOOSE:
        said.append("、".join(one["name"] for one in facts.get("items", [])))
    if row.step == StepCode.ARRANGE:
        said.append(_("首次服务%s") % facts["first_on"])
    if row.step == StepCode.CALL_BACK:
        said.append(_("满意") if facts["satisfied"] else _("不满意"))
    because = facts.get("decision", {}).get("because", "")
    if because and because not in row.reason and row.outcome != Outcome.BEGUN:
        said.append(because)
    return "；".join(said)


def decision_of(found: Reached) -> Decision | None:
    """Return the decision of the policy that was taken last about the elder, with its clause; None before any."""
    row = _decided(found)
    return Decision.from_json(row.facts["decision"]) if row else None


def evidence_of(found: Reached) -> list[dict[str, str]]:
    """Return the papers on which the facts of that decision stand, as they were when it was taken."""
    row = _decided(found)
    return row.facts.get("evidence", []) if row else []


def _decided(found: Reached) -> Step | None:
    asked = (StepCode.CLASSIFY, StepCode.MATCH)
    return next((row for row in reversed(found.steps) if row.facts.get("decision") and row.step in asked), None)


def summary(found: Reached) -> list[tuple[str, Any]]:
    """Return what an approver wants to know at first sight, as pairs."""
    it = found.application
    last = {row.step: row for row in found.steps if row.outcome in (Outcome.PASSED, Outcome.BEGUN)}
    pairs: list[tuple[str, Any]] = [(_("申请事项"), it.title)]
    if it.service_class:
        pairs.append((_("类别"), _(it.get_service_class_display())))
    if StepCode.CLASSIFY in last:
        pairs.append((_("理由"), last[StepCode.CLASSIFY].reason))
    decision = decision_of(found)
    if decision is not None:
        pairs.append((_("规则判定"), decision.because))
    if StepCode.REVIEW in last:
        pairs.append((_("审议"), _note(last[StepCode.REVIEW])))
    if found.notice is not None:
        posting = found.notice.posting
        pairs.append((_("公示"), _("%(since)s 至 %(until)s") % {"since": posting.posted_on, "until": posting.until_on}))
        told = len(found.objections)
        pairs.append((_("异议"), _("%d 条，都已答复") % told if told else _("没有")))
    return pairs


@dataclass(frozen=True)
class Described:
    """What may be applied for, with its steps in words."""

    title: str
    locator: str
    shown: tuple[StepShown, ...]


@dataclass(frozen=True)
class StepShown:
    """One step of the city's text: its stage, what is done, by whom, for whom only, and where it stands written."""

    stage: str
    label: str
    only: str
    who: str
    locator: str


def described(kind: Kind) -> Described:
    """Put a kind into words for whoever checks it against the text."""
    people = {"community": _("社区"), "bureau": _("民政局"), "quality": _("质量管理员"), "registers": _("系统比对")}
    return Described(
        kind.title,
        kind.locator,
        tuple(
            StepShown(
                step.stage,
                _(StepCode(step.code.upper()).label),
                _("只有%s对象") % "、".join(str(_(ServiceClass(one).label)) for one in step.classes)
                if step.classes
                else "",
                people[step.who],
                step.locator,
            )
            for step in kind.steps
        ),
    )


def is_late(due_on: date | None, today: date) -> bool:
    """Tell whether a step should have been done by now."""
    return due_on is not None and due_on < today

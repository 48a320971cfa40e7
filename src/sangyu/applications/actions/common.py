"""What every verb of this room does first and last: lock the application, write what was done, see what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sangyu import policy
from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption import queries as adoption_read
from sangyu.applications import queries as applications_read
from sangyu.applications.models import Application, Award, Outcome, State, Step, StepCode
from sangyu.applications.rules import NotItsTurn, Standing, StillOpen, WordsMissing, gives
from sangyu.calendar import queries as calendar_read
from sangyu.kit.ids import derived_id
from sangyu.policy.stages import APPROVE, MATCH, SERVICE_CLASS, Kind
from sangyu.policy.stages import Step as Prescribed
from sangyu.policy.vocabulary import facts as vocabulary
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read

BEIJING = ZoneInfo("Asia/Shanghai")
WORDS_MIN = 2
WORDS_MAX = 400
SEATS = {"community": Role.COMMUNITY, "bureau": Role.BUREAU, "quality": Role.QUALITY}


def civil(at: datetime) -> date:
    """Return the day of a moment in Beijing."""
    return at.astimezone(BEIJING).date()


def words(text: str, what: str, most: int = WORDS_MAX) -> str:
    """Return what somebody wrote, in one line.

    Raises: WordsMissing, for too little or too much.
    """
    said = " ".join(text.split())
    if not WORDS_MIN <= len(said) <= most:
        raise WordsMissing(f"请写明{what}（{WORDS_MIN}至{most}个字）。")
    return said


def lock(application_id: UUID, by: User) -> Application:
    """Lock an application that the person may see, until the verb is over.

    Raises: NotFound.
    """
    applications_read.get_application(by, application_id)
    rows = Application.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("elder", "adoption", "community").get(pk=application_id)


def turn_of(application: Application, code: str, by: User) -> Prescribed:
    """Return the step that is due if it is this one and the person sits where it is done.

    Raises: NotItsTurn, naming the step that is due; NotAllowed.
    """
    kind = applications_read.kind_of(application)
    wanted = kind.step(code)
    if wanted is None:
        raise NotItsTurn(f"“{application.title}”没有“{StepCode(code.upper()).label}”这一步。")
    ensure_role(by, SEATS[wanted.who])
    if application.state != State.OPEN or application.step != code.upper():
        raise NotItsTurn(f"现在还不能办“{StepCode(code.upper()).label}”：{where_words(application)}")
    return wanted


def where_words(application: Application) -> str:
    """Say where an application is, for whoever came too early or too late."""
    if application.state == State.OPEN:
        return f"这份申请正等“{StepCode(application.step).label}”，请按顺序办理。"
    if application.state == State.RETURNED:
        return "这份申请已退回补正，请先补正。"
    return f"这份申请{application.get_state_display()}，不再办理。"


def ensure_alive(application: Application) -> None:
    """Refuse to go on towards a grant for an elder who has died.

    Raises: NotItsTurn.
    """
    elder = application.elder
    if elder.died_on is not None:
        raise NotItsTurn(f"{elder.name}已登记去世，不能再申请。如登记有误，请先更正；没有错的，请撤回或不予通过。")


def facts_of(application: Application, on: date) -> dict[str, Any]:
    """Return what the policy tables ask of the elder on a day; what was told at the window fills the gaps."""
    return applications_read.facts_about(
        application.elder, application.kind, application.declared, on, but=application.pk
    )


def decide(application: Application, rule: str, facts: Mapping[str, Any], on: date) -> policy.Decision:
    """Decide a rule by the pack in force on the day."""
    return adoption_read.decide(application.programme_id, rule, facts, on)


def decided(application: Application, decision: policy.Decision, on: date) -> dict[str, Any]:
    """Return a decision as a step keeps it, with the papers that its facts stand on."""
    evidence = applications_read.evidence_for(application, decision.facts_used, on)
    return {"decision": decision.to_json(), "evidence": evidence}


def missing_words(application: Application, decision: policy.Decision, on: date) -> str:
    """Name what a decision lacks, as the tables call it."""
    name = decision.missing or ""
    pack = adoption_read.pack_of(adoption_read.in_force(application.programme_id, on))
    if name in vocabulary():
        return pack.rules[decision.rule].words.get(name) or vocabulary()[name].label
    figure = pack.parameters.get(name) or pack.settings.get(name)
    return figure.label if figure else name


def ensure_decided(application: Application, decision: policy.Decision, on: date) -> None:
    """Refuse to go on with a decision that is none.

    Raises: StillOpen, naming the fact or the figure that is missing, and who gives it.
    """
    if decision.decided:
        return
    if decision.outcome == "needs_fact":
        raise StillOpen(f"还不能判定，缺少“{missing_words(application, decision, on)}”。请先在申请里补上。")
    if decision.outcome == "needs_parameter":
        raise StillOpen(
            f"还不能判定：民政局没有设定“{missing_words(application, decision, on)}”。请先在政策参数里设定。"
        )
    raise StillOpen(f"还不能判定：{on}没有生效的规定。请联系民政局核对政策包。")


def add_step(
    application: Application,
    code: str,
    outcome: str,
    *,
    by: User,
    at: datetime,
    reason: str = "",
    service_class: str = "",
    undoes: Iterable[str] = (),
    facts: Mapping[str, Any] | None = None,
) -> Step:
    """Write what was done, behind everything that was done before, and into the audit book."""
    n = Step.objects.filter(application=application).count() + 1
    step = Step.objects.create(
        id=derived_id("application-step", application.pk, n),
        application=application,
        n=n,
        step=StepCode(code.upper()),
        outcome=Outcome(outcome),
        service_class=service_class,
        undoes=sorted(undoes),
        reason=reason,
        facts=dict(facts or {}),
        by=by,
        at=at,
    )
    note(application, f"step.{code}", by, at, {"outcome": outcome, "reason": reason, "service_class": service_class})
    return step


def note(application: Application, verb: str, by: User, at: datetime, facts: Mapping[str, Any]) -> None:
    """Write an act on an application into the audit book, beside its elder."""
    access.record(
        by=by,
        at=at,
        verb=f"applications.{verb}",
        object_kind="elder",
        object_id=application.elder_id,
        facts={"application": str(application.pk), **facts},
    )


def go_on(application: Application, *, by: User, at: datetime) -> None:
    """See what comes next: compare with the registers if due, grant what was decided, note step and deadline."""
    kind = applications_read.kind_of(application)
    where = applications_read.standing_of(application)
    step = None if where.over or where.returned else where.next_step(kind)
    if step is not None and step.code == MATCH:
        _match(application, kind, by, at)
        where = applications_read.standing_of(application)
    deciding = APPROVE if kind.step(APPROVE) else MATCH
    if deciding in where.done and not where.over:
        _grant(application, kind, where, by, at)
    _keep(application, kind, where, at)


def _match(application: Application, kind: Kind, by: User, at: datetime) -> None:
    on = civil(at)
    decision = decide(application, kind.rule, facts_of(application, on), on)
    if decision.outcome == "needs_fact":
        lacking = f"缺少“{missing_words(application, decision, on)}”，登记资料里没有，请补上"
        add_step(
            application, MATCH, Outcome.RETURNED, by=by, at=at, reason=lacking, facts={"decision": decision.to_json()}
        )
        return
    ensure_decided(application, decision, on)
    outcome = Outcome.PASSED if gives(decision) else Outcome.FAILED
    facts = decided(application, decision, on)
    add_step(application, MATCH, outcome, by=by, at=at, reason=decision.because[:WORDS_MAX], facts=facts)


def _grant(application: Application, kind: Kind, where: Standing, by: User, at: datetime) -> None:
    """Write down what was granted, once, and recognise the class that goes with it from today on."""
    on = civil(at)
    decided = Step.objects.filter(application=application, facts__has_key="decision", outcome=Outcome.PASSED)
    last = decided.exclude(step=StepCode.APPROVE).order_by("-n").first()
    _award, made = Award.objects.get_or_create(
        id=derived_id("application-award", application.pk),
        defaults={
            "application": application,
            "elder": application.elder,
            "kind": kind.code,
            "service_class": where.service_class,
            "valid_from": on,
            "decision": last.facts["decision"] if last else {},
            "by": by,
            "at": at,
        },
    )
    if not made or kind.effect != SERVICE_CLASS:
        return
    code = f"{SERVICE_CLASS}:{where.service_class}"
    held = [row for row in registry_read.identities_on(application.elder_id, on) if row.code.startswith(SERVICE_CLASS)]
    for row in held:
        if row.code != code and row.valid_from < on:
            reason = f"{application.number}另行核定"
            registry.end_recognition(identity_id=row.pk, valid_until=on, reason=reason, by=by, at=at)
    if code not in {row.code for row in held}:
        registry.recognise(elder=application.elder, code=code, evidence=application.number, valid_from=on, by=by, at=at)


def _keep(application: Application, kind: Kind, where: Standing, at: datetime) -> None:
    """Keep for the long lists what follows from the steps."""
    before = (application.state, application.step, application.posted)
    step = None if where.over else where.next_step(kind)
    application.service_class = where.service_class
    application.posted = where.posted and step is not None and step.code == "notice"
    application.step = step.code.upper() if step else ""
    application.state = _state(application, where, step)
    if before != (application.state, application.step, application.posted):
        application.due_on = _due_on(application, step, civil(at))
    application.save(update_fields=["state", "step", "posted", "service_class", "due_on"])


def _state(application: Application, where: Standing, step: Prescribed | None) -> State:
    if where.over:
        last = Step.objects.filter(application=application).order_by("-n").first()
        return State.WITHDRAWN if last is not None and last.outcome == Outcome.WITHDRAWN else State.REFUSED
    if where.returned:
        return State.RETURNED
    return State.DONE if step is None else State.OPEN


def _due_on(application: Application, step: Prescribed | None, on: date) -> date | None:
    """Return the day by which the step is to be done: the last day of a posting, or so many working days."""
    if step is None or application.state != State.OPEN:
        return None
    notice = applications_read.notice_of(application) if application.posted else None
    if notice is not None:
        return notice.posting.until_on
    days = step.days or applications_read.term_days(application.programme_id, step.code.upper(), on)
    return calendar_read.add_working_days(application.programme_id, on, days).on if days else None

"""Reads of applications: who is waiting for what since when, what became of one, what hangs in a community."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.applications.models import (
    UNDER_WAY,
    Agreement,
    Appeal,
    AppealAnswer,
    Application,
    Award,
    Notice,
    Objection,
    ObjectionAnswer,
    Outcome,
    Paper,
    Posting,
    Reading,
    Signature,
    State,
    Step,
    StepCode,
)
from sangyu.applications.queries.kinds import kind_of
from sangyu.applications.rules import Past, Standing, is_drawn, standing
from sangyu.kit.errors import NotFound
from sangyu.kit.names import fold
from sangyu.policy.stages import NOTICE, Kind
from sangyu.registry.rules import stored_keys

BEIJING = ZoneInfo("Asia/Shanghai")
OVERSEERS = frozenset({Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.AUDITOR, Role.QUALITY})
NOT_FOUND = "没有找到这份申请，可能不在您负责的范围内。"
# To approve, to refuse and to send back is an approver's own work; whoever did anything else does not approve it.
BESIDES_DECIDING = ~Q(step=StepCode.APPROVE, outcome__in=(Outcome.PASSED, Outcome.FAILED, Outcome.RETURNED))


def applications(viewer: User) -> QuerySet[Application]:
    """The applications that the viewer may see: all for who oversees the programme, else those of the own area."""
    rows = Application.objects.filter(programme_id=viewer.programme_id).select_related("elder", "community", "by")
    if viewer.roles & OVERSEERS:
        return rows
    if viewer.organisation.kind == OrganisationKind.COMMUNITY and Role.COMMUNITY in viewer.roles:
        return rows.filter(community__code__startswith=viewer.area_code)
    return rows.none()


def applications_about(viewer: User, text: str) -> QuerySet[Application]:
    """The applications that the viewer may see, of elders who match every word as in the register's search."""
    words = stored_keys(fold(word) for word in text.split())
    rows = applications(viewer)
    return rows.filter(elder__search_keys__contains=words) if words else rows


def get_application(viewer: User, application_id: UUID) -> Application:
    """Return one application.

    Raises: NotFound, also for one that the viewer may not see.
    """
    found = applications(viewer).select_related("adoption", "programme").filter(pk=application_id).first()
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


def open_at(viewer: User, step: str) -> QuerySet[Application]:
    """The applications that wait at a step, the one that came in first at the head."""
    return applications(viewer).filter(state=State.OPEN, step=step).order_by("at", "id")


def last_meeting(viewer: User, on: date) -> dict[str, str]:
    """Return what the viewer entered last of a meeting on a day: most meetings decide on several applications.

    Shape: minutes, held_on and attendees as they are typed; empty before the first of the day.
    """
    rows = Step.objects.filter(by=viewer, step=StepCode.REVIEW).order_by("-at")
    last = rows.first()
    if last is None or last.at.astimezone(BEIJING).date() != on or not last.facts.get("attendees"):
        return {}
    told = {name: last.facts[name] for name in ("minutes", "held_on")}
    return told | {"attendees": "、".join(last.facts["attendees"])}


def own_among(viewer: User, rows: QuerySet[Application]) -> QuerySet[Application]:
    """Leave out what the viewer took in or worked on: nobody approves their own."""
    return rows.exclude(Exists(Step.objects.filter(BESIDES_DECIDING, application=OuterRef("pk"), by=viewer)))


def hands(application: Application, *, deciding: bool = True) -> set[UUID]:
    """Return who did something with an application; without `deciding`, what approvers decided does not count."""
    rows = Step.objects.filter(application=application)
    return set((rows if deciding else rows.filter(BESIDES_DECIDING)).values_list("by_id", flat=True))


def stack(viewer: User, *, limit: int) -> list[Application]:
    """Return the next applications that the viewer may approve, the oldest first; none for who does not approve."""
    if Role.BUREAU not in viewer.roles:
        return []
    return list(own_among(viewer, open_at(viewer, StepCode.APPROVE))[:limit])


def stack_count(viewer: User) -> int:
    """Count what waits for the viewer's approval."""
    return own_among(viewer, open_at(viewer, StepCode.APPROVE)).count() if Role.BUREAU in viewer.roles else 0


def counts(viewer: User, today: date) -> dict[str, int]:
    """Count what is under way by step, what was returned (RETURNED), and what is late (LATE); one query."""
    rows = applications(viewer).filter(state__in=UNDER_WAY).order_by()
    found: dict[str, int] = {"RETURNED": 0, "LATE": 0}
    told = rows.values_list("state", "step").annotate(n=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)))
    for state, step, n, late in told:
        key = "RETURNED" if state == State.RETURNED else step
        found[key] = found.get(key, 0) + n
        found["LATE"] += late
    return found


def steps(application: Application) -> list[Step]:
    """Everything that was done with an application, in its order; for whoever reached it as one they may see."""
    return list(Step.objects.filter(application=application).select_related("by").order_by("n"))


def past(rows: list[Step]) -> list[Past]:
    """Put the rows of an application as the rules reckon with them."""
    return [Past(row.step.lower(), row.outcome, row.service_class, frozenset(row.undoes)) for row in rows]


def standing_of(application: Application) -> Standing:
    """Reckon how far an application is from everything that was done with it."""
    return standing(past(steps(application)))


def notice_of(application: Application) -> Notice | None:
    """Return the notice that stands: of the posting begun last, unless something sent the application back since."""
    if not standing_of(application).posted:
        return None
    rows = Notice.objects.filter(application=application).select_related("posting")
    return rows.order_by("-posting__at", "-posting_id").first()


def open_objections(notice: Notice) -> QuerySet[Objection]:
    """The objections to a notice that wait for an answer."""
    answered = ObjectionAnswer.objects.filter(objection=OuterRef("pk"))
    return Objection.objects.filter(~Exists(answered), notice=notice)


def notice_word(application: Application, today: date) -> str:
    """Say in the words of the policy tables how a posting stands on a day: running, objection or clear.

    Without a posting it is `running`: nothing has been shown to anybody yet.
    """
    notice = notice_of(application)
    if notice is None:
        return "running"
    if open_objections(notice).exists():
        return "objection"
    return "clear" if notice.posting.until_on < today else "running"


def papers(application: Application) -> list[Paper]:
    """The papers of an application in the order in which they came; for whoever reached it as one they may see."""
    return list(Paper.objects.filter(application=application).select_related("file", "by").order_by("at", "id"))


def paper(viewer: User, paper_id: UUID) -> Paper:
    """Return one paper of an application that the viewer may see.

    Raises: NotFound.
    """
    found = Paper.objects.filter(pk=paper_id, application__in=applications(viewer).order_by())
    one = found.select_related("file").first()
    if one is None:
        raise NotFound("没有找到这份材料，可能不在您负责的范围内。")
    return one


def agreement_of(application: Application) -> Agreement | None:
    """Return the agreement that was drawn up last; None without one."""
    return Agreement.objects.filter(application=application).select_related("file").order_by("-n").first()


def signatures(agreement: Agreement) -> list[Signature]:
    """Who signed an agreement, in order."""
    return list(Signature.objects.filter(agreement=agreement).select_related("file", "by").order_by("at", "id"))


def award_of(application: Application) -> Award | None:
    """Return what an application brought; None before it is granted."""
    return Award.objects.filter(application=application).first()


def awards(elder_id: UUID) -> list[Award]:
    """Everything that was granted to an elder on applications, the newest first."""
    return list(Award.objects.filter(elder_id=elder_id).select_related("application").order_by("-valid_from", "-at"))


def postings(viewer: User, on: date) -> list[Posting]:
    """The postings that hang on a day in the viewer's area, the one that ends first at the head."""
    rows = Posting.objects.filter(programme_id=viewer.programme_id, posted_on__lte=on, until_on__gte=on)
    if not viewer.roles & OVERSEERS:
        rows = rows.filter(community__code__startswith=viewer.area_code)
    return list(rows.select_related("community").order_by("until_on", "id"))


def get_posting(viewer: User, posting_id: UUID) -> Posting:
    """Return a posting of the viewer's area, also one that has ended.

    Raises: NotFound.
    """
    rows = Posting.objects.filter(programme_id=viewer.programme_id, pk=posting_id)
    if not viewer.roles & OVERSEERS:
        rows = rows.filter(community__code__startswith=viewer.area_code)
    found = rows.select_related("community", "programme").first()
    if found is None:
        raise NotFound("没有找到这次公示，可能不在您负责的范围内。")
    return found


def posting_on_display(posting_id: UUID, on: date) -> Posting:
    """Return a posting to anybody who passes by, on the days on which it hangs and on no other.

    Raises: NotFound.
    """
    rows = Posting.objects.filter(pk=posting_id, posted_on__lte=on, until_on__gte=on)
    found = rows.select_related("community", "programme").first()
    if found is None:
        raise NotFound("这次公示不存在，或者已经结束。公示结束后名单不再公开。")
    return found


def notices(posting: Posting) -> list[Notice]:
    """The lines of a posting that still stand.

    Whoever withdrew is not named any more, nor whose posting was undone by an objection or a new class, nor who was
    refused before it ended.
    """
    rows = Notice.objects.filter(posting=posting).select_related("application").order_by("application__n", "id")
    lines, done = list(rows), defaultdict(list)
    for row in Step.objects.filter(application__in=[line.application_id for line in lines]).order_by("n"):
        done[row.application_id].append(row)
    return [line for line in lines if _stands(posting, done[line.application_id])]


def _stands(posting: Posting, done: list[Step]) -> bool:
    where = standing(past(done))
    if not where.posted:
        return False
    begun = next(row for row in reversed(done) if row.outcome == Outcome.BEGUN)
    if begun.facts["posting"] != str(posting.pk):
        return False
    return not where.over or (NOTICE in where.done and done[-1].outcome != Outcome.WITHDRAWN)


def running_notices_ended(programme_id: UUID, today: date) -> QuerySet[Application]:
    """The applications whose posting ended before a day and that have not gone on yet."""
    rows = Application.objects.filter(programme_id=programme_id, state=State.OPEN, step=StepCode.NOTICE, posted=True)
    return rows.filter(due_on__lt=today).order_by("at", "id")


@dataclass(frozen=True)
class Said:
    """An objection or an appeal, with its answer where there is one."""

    what: Objection | Appeal
    answer: ObjectionAnswer | AppealAnswer | None


@dataclass(frozen=True)
class Reached:
    """An application with everything that became of it. `refused` is the step by which it was refused, if it was."""

    application: Application
    kind: Kind
    steps: tuple[Step, ...]
    standing: Standing
    notice: Notice | None
    objections: tuple[Said, ...]
    refused: Step | None
    appeal: Said | None
    agreement: Agreement | None
    signatures: tuple[Signature, ...]
    award: Award | None
    drawn: bool

    @property
    def has_open_objection(self) -> bool:
        """Whether somebody still waits for an answer."""
        return any(row.answer is None for row in self.objections)


def reached(viewer: User, application_id: UUID) -> Reached:
    """Return one application with everything that was done, posted, objected to, signed and granted.

    Raises: NotFound.
    """
    application = get_application(viewer, application_id)
    done = steps(application)
    where = standing(past(done))
    notice = notice_of(application) if where.posted else None
    said = Objection.objects.filter(notice__application=application).order_by("at", "id")
    answers = {row.objection_id: row for row in ObjectionAnswer.objects.filter(objection__in=said)}
    refused = refusal_of(done) if application.state == State.REFUSED else None
    appeal = Appeal.objects.filter(step__application=application).order_by("-at").first()
    agreement = agreement_of(application)
    return Reached(
        application=application,
        kind=kind_of(application),
        steps=tuple(done),
        standing=where,
        notice=notice,
        objections=tuple(Said(row, answers.get(row.pk)) for row in said),
        refused=refused,
        appeal=Said(appeal, AppealAnswer.objects.filter(appeal=appeal).first()) if appeal else None,
        agreement=agreement,
        signatures=tuple(signatures(agreement)) if agreement else (),
        award=award_of(application),
        drawn=is_drawn(application.pk),
    )


def refusal_of(done: list[Step]) -> Step | None:
    """Return the last step by which an application was refused for good."""
    return next((row for row in reversed(done) if row.outcome == Outcome.FAILED and not row.undoes), None)


def get_objection(viewer: User, objection_id: UUID) -> Objection:
    """Return an objection to an application that the viewer may see.

    Raises: NotFound.
    """
    rows = Objection.objects.filter(pk=objection_id, notice__application__in=applications(viewer).order_by())
    found = rows.select_related("notice__application").first()
    if found is None:
        raise NotFound("没有找到这条异议，可能不在您负责的范围内。")
    return found


def get_appeal(viewer: User, appeal_id: UUID) -> Appeal:
    """Return an appeal about an application that the viewer may see.

    Raises: NotFound.
    """
    rows = Appeal.objects.filter(pk=appeal_id, step__application__in=applications(viewer).order_by())
    found = rows.select_related("step__application").first()
    if found is None:
        raise NotFound("没有找到这条申诉，可能不在您负责的范围内。")
    return found


def reading_of(application: Application, person: User) -> Reading | None:
    """Return when somebody opened an application in full; None before."""
    return Reading.objects.filter(application=application, by=person).first()


@dataclass(frozen=True)
class Sampled:
    """How an approver's drawn applications were read since a moment: how many, and seconds from opening to approval."""

    approved: int
    drawn: int
    read: int
    seconds_median: int | None


def sampled(viewer: User, since: datetime) -> Sampled:
    """Measure how the viewer approved since a moment: how many, how many were drawn, how long those were read."""
    rows = Step.objects.filter(by=viewer, step=StepCode.APPROVE, outcome=Outcome.PASSED, at__gte=since)
    approved = dict(rows.values_list("application_id", "at"))
    drawn = [pk for pk in approved if is_drawn(pk)]
    opened = dict(Reading.objects.filter(by=viewer, application__in=drawn).values_list("application_id", "at"))
    seconds = sorted(int((approved[pk] - at).total_seconds()) for pk, at in opened.items())
    return Sampled(len(approved), len(drawn), len(opened), seconds[len(seconds) // 2] if seconds else None)

"""Reads of the cycle: which tasks are due, the weekly lists, the ranking of a quarter, the election of a year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Min, QuerySet

from sangyu.access.models import User
from sangyu.access.queries import sees_whole_programme
from sangyu.adoption.steps import decide_step
from sangyu.kit.errors import NotFound
from sangyu.kit.month import Month
from sangyu.providers.models import Enterprise
from sangyu.quality import rules
from sangyu.quality.models import (
    Appraisal,
    Category,
    CheckResult,
    Correction,
    CycleTask,
    Election,
    ElectionDecision,
    Finalisation,
    Nominee,
    Ranking,
    RankingRow,
    SiteCheck,
)


@dataclass(frozen=True)
class Check:
    """An enterprise on a weekly list, what was found there and how it was put right."""

    row: SiteCheck
    result: CheckResult | None
    correction: Correction | None

    @property
    def stage(self) -> str:
        """Shape: TO_CHECK, IN_ORDER, TO_CORRECT or CORRECTED."""
        if self.result is None:
            return "TO_CHECK"
        if self.result.in_order:
            return "IN_ORDER"
        return "CORRECTED" if self.correction else "TO_CORRECT"

    def overdue(self, on: date) -> bool:
        """Tell whether a finding is past its deadline and not put right."""
        result = self.result
        return bool(result and result.correct_by_on and self.correction is None and on > result.correct_by_on)


@dataclass(frozen=True)
class Rhythm:
    """How one of the four rhythms stands by the pack: what was due, what was done, and the periods that lack."""

    category: str
    name: str
    due: int
    done: int
    overdue_periods: tuple[str, ...]
    because: str


@dataclass(frozen=True)
class Standing:
    """An enterprise's line in a ranking."""

    enterprise: Enterprise
    place: rules.Place


@dataclass(frozen=True)
class Candidate:
    """A nominee of a year with the decision on it."""

    nominee: Nominee
    decision: ElectionDecision | None


def tasks_of_cycle(viewer: User, category: str = "") -> QuerySet[CycleTask]:
    """The tasks of the cycle, newest first, for those who see the whole programme."""
    rows = CycleTask.objects.filter(programme_id=viewer.programme_id).select_related("by").order_by("-begins_on", "id")
    if category:
        rows = rows.filter(category=category)
    return rows if sees_whole_programme(viewer) else rows.none()


def cycle(viewer: User, on: date) -> list[Rhythm]:
    """Say for each rhythm what the pack's table finds due, done and lacking on a day; empty before the first task."""
    since = tasks_of_cycle(viewer).aggregate(first=Min("begins_on"))["first"]
    if since is None:
        return []
    found = []
    for category in Category:
        held = list(tasks_of_cycle(viewer, category.value))
        events = [row.begins_on.isoformat() for row in held if is_done(row)]
        first = min((row.begins_on for row in held), default=on)
        facts = {"category": category.value, "since": first.isoformat(), "events": events}
        decision = decide_step(viewer.programme_id, "appraisal-cycle", facts, on)
        found.append(
            Rhythm(
                category.value,
                str(category.label),
                decision.due or 0,
                decision.done or 0,
                decision.overdue_periods or (),
                decision.because,
            )
        )
    return found


def is_done(task: CycleTask) -> bool:
    """Tell whether everything that a task asks for is there."""
    if task.category == Category.WEEK:
        return not SiteCheck.objects.filter(task=task).exclude(pk__in=CheckResult.objects.values("check_made")).exists()
    if task.category == Category.MONTH:
        rows = Appraisal.objects.filter(programme_id=task.programme_id, month=task.period)
        return rows.exists() and not rows.exclude(pk__in=Finalisation.objects.values("appraisal")).exists()
    if task.category == Category.QUARTER:
        return Ranking.objects.filter(programme_id=task.programme_id, quarter=task.period).exists()
    election = Election.objects.filter(programme_id=task.programme_id, year=int(task.period)).first()
    return (
        election is not None
        and not Nominee.objects.filter(election=election)
        .exclude(pk__in=ElectionDecision.objects.values("nominee"))
        .exists()
    )


def checks(viewer: User, *, task: CycleTask | None = None, enterprise_id: UUID | None = None) -> list[Check]:
    """Return checks of a week or of an enterprise in the order of their numbers; a fixed number of queries."""
    rows = SiteCheck.objects.filter(task__programme_id=viewer.programme_id).select_related("enterprise", "task")
    if task is not None:
        rows = rows.filter(task=task)
    if enterprise_id is not None:
        rows = rows.filter(enterprise_id=enterprise_id)
    return _checks(rows.order_by("number")) if sees_whole_programme(viewer) else []


def open_findings(viewer: User) -> list[Check]:
    """Return the checks whose findings are not put right yet, earliest deadline first."""
    rows = SiteCheck.objects.filter(
        task__programme_id=viewer.programme_id,
        pk__in=CheckResult.objects.filter(in_order=False)
        .exclude(pk__in=Correction.objects.values("result"))
        .values("check_made"),
    ).select_related("enterprise", "task")
    found = _checks(rows) if sees_whole_programme(viewer) else []
    return sorted(found, key=lambda check: (check.result.correct_by_on if check.result else date.max, check.row.number))


def get_check(viewer: User, check_id: UUID) -> Check:
    """Return one check.

    Raises: NotFound.
    """
    rows = SiteCheck.objects.filter(pk=check_id, task__programme_id=viewer.programme_id)
    found = _checks(rows.select_related("enterprise", "task")) if sees_whole_programme(viewer) else []
    if not found:
        raise NotFound("没有找到这次检查。")
    return found[0]


def redraw_week(task: CycleTask) -> list[UUID]:
    """Draw the list of a week again by its seed, from the enterprises that it was drawn from."""
    ids = [UUID(text) for text in task.drawn_from]
    return rules.draw(ids, due=rules.share_of(len(ids), rules.WEEKLY_SHARE_PM), seed=task.seed)


def _checks(rows: QuerySet[SiteCheck]) -> list[Check]:
    held = list(rows)
    results = {row.check_made_id: row for row in CheckResult.objects.filter(check_made__in=held).select_related("by")}
    corrections = {
        row.result_id: row for row in Correction.objects.filter(result__in=results.values()).select_related("by")
    }
    found = []
    for row in held:
        result = results.get(row.pk)
        found.append(Check(row, result, corrections.get(result.pk) if result else None))
    return found


def final_scores(programme_id: UUID, months: Sequence[Month]) -> dict[UUID, dict[str, rules.Score]]:
    """Return the final scores of some months. Shape: enterprise -> month -> score."""
    found: dict[UUID, dict[str, rules.Score]] = defaultdict(dict)
    rows = Finalisation.objects.filter(
        appraisal__programme_id=programme_id, appraisal__month__in=[str(month) for month in months]
    )
    for enterprise_id, month, total, scores in rows.values_list(
        "appraisal__enterprise_id", "appraisal__month", "total_tenths", "scores_tenths"
    ):
        found[enterprise_id][month] = rules.Score(total, scores["quality"])
    return dict(found)


def get_task_of_cycle(viewer: User, task_id: UUID) -> CycleTask:
    """Return one task of the cycle.

    Raises: NotFound.
    """
    found = tasks_of_cycle(viewer).filter(pk=task_id).first()
    if found is None:
        raise NotFound("没有找到这项周期任务。")
    return found


def standings(viewer: User, months: Sequence[Month]) -> list[Standing]:
    """Rank the enterprises by the final scores that some months have so far; a fixed number of queries."""
    if not sees_whole_programme(viewer):
        return []
    scores = final_scores(viewer.programme_id, months)
    places = rules.rank([str(month) for month in months], scores)
    firms = Enterprise.objects.in_bulk([place.enterprise_id for place in places])
    return [Standing(firms[place.enterprise_id], place) for place in places]


def ranking_of(viewer: User, quarter: rules.Quarter) -> Ranking | None:
    """Return the frozen ranking of a quarter, if there is one."""
    rows = Ranking.objects.filter(programme_id=viewer.programme_id, quarter=str(quarter)).select_related("by")
    return rows.first() if sees_whole_programme(viewer) else None


def ranking_rows(ranking: Ranking) -> list[Standing]:
    """Return the lines of a frozen ranking by place."""
    rows = RankingRow.objects.filter(ranking=ranking).select_related("enterprise").order_by("place", "enterprise__name")
    return [
        Standing(
            row.enterprise,
            rules.Place(row.enterprise_id, row.place, row.mean_hundredths, row.quality_hundredths, row.scores),
        )
        for row in rows
    ]


def election_of(viewer: User, year: int) -> Election | None:
    """Return the election of a year, if it has been opened."""
    rows = Election.objects.filter(programme_id=viewer.programme_id, year=year).select_related("by")
    return rows.first() if sees_whole_programme(viewer) else None


def candidates(election: Election) -> list[Candidate]:
    """Return the nominees of an election by place, each with the decision on it."""
    rows = list(
        Nominee.objects.filter(election=election).select_related("enterprise").order_by("place", "enterprise__name")
    )
    decisions = {row.nominee_id: row for row in ElectionDecision.objects.filter(nominee__in=rows).select_related("by")}
    return [Candidate(row, decisions.get(row.pk)) for row in rows]


def get_nominee(viewer: User, nominee_id: UUID) -> Nominee:
    """Return one nominee.

    Raises: NotFound.
    """
    rows = Nominee.objects.filter(pk=nominee_id, election__programme_id=viewer.programme_id).select_related("election")
    found = rows.first() if sees_whole_programme(viewer) else None
    if found is None:
        raise NotFound("没有找到这家候选企业。")
    return found

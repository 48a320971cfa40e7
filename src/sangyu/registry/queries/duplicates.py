"""Records that may be one person: the open cases, what was said of them, and what was merged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from sangyu.access.models import AuditEntry, User
from sangyu.kit.errors import NotFound
from sangyu.registry.models import DuplicateCase, DuplicateRuling, Elder, Merge, Unmerge, Verdict
from sangyu.registry.queries.elders import elders
from sangyu.registry.rules import DUPLICATE_LABELS

SEARCHED = "registry.find_duplicates"


@dataclass(frozen=True)
class CaseShown:
    """A case with what was said so far; `waits_for` is the first ruling where a second one is still missing."""

    case: DuplicateCase
    grounds: tuple[str, ...]
    rulings: tuple[DuplicateRuling, ...]
    merge: Merge | None

    @property
    def waits_for(self) -> DuplicateRuling | None:
        """The word of the first person, where a second one is asked."""
        last = self.rulings[-1] if self.rulings else None
        return last if last and last.verdict == Verdict.SAME and self.case.closed_at is None else None


def duplicate_cases(viewer: User, *, after: tuple[int, UUID] | None = None, limit: int = 30) -> list[CaseShown]:
    """Return the open cases, the surest first, behind (score, id) of the last; those with a record one may see."""
    rows = _open(viewer).order_by("-score_pm", "id")
    if after is not None:
        rows = rows.extra(where=["(-registry_duplicatecase.score_pm, registry_duplicatecase.id) > (%s, %s)"],
                          params=[-after[0], after[1]])  # fmt: skip
    return _shown(list(rows[:limit]))


def duplicate_count(viewer: User) -> int:
    """Count the open cases of the viewer."""
    return _open(viewer).count()


@dataclass(frozen=True)
class Search:
    """A search for records that may be one person: when, and how many cases it opened."""

    at: datetime
    found: int


def last_search(viewer: User) -> Search | None:
    """Return the last search that the viewer asked for and that is over; None before the first."""
    rows = AuditEntry.objects.filter(object_id=viewer.programme_id, verb=SEARCHED, by=viewer).order_by("-at")
    last = rows.only("at", "facts").first()
    return Search(last.at, last.facts["found"]) if last else None


def get_duplicate_case(viewer: User, case_id: UUID) -> CaseShown:
    """Return one case, open or closed.

    Raises: NotFound.
    """
    found = _visible(viewer).filter(pk=case_id).first()
    if found is None:
        raise NotFound("没有找到这条疑似重复，可能不在您负责的范围内。")
    return _shown([found])[0]


def _visible(viewer: User) -> QuerySet[DuplicateCase]:
    seen = elders(viewer).order_by().values("pk")
    rows = DuplicateCase.objects.filter(programme_id=viewer.programme_id)
    rows = rows.filter(one__in=seen) | rows.filter(other__in=seen)
    return rows.select_related("one__community", "other__community")


def _open(viewer: User) -> QuerySet[DuplicateCase]:
    """Return the cases that ask for a word: open, and of two records that each still stand for themselves."""
    return _visible(viewer).filter(closed_at=None, one__merged_into=None, other__merged_into=None)


def _shown(cases: list[DuplicateCase]) -> list[CaseShown]:
    rulings: dict[UUID, list[DuplicateRuling]] = {case.pk: [] for case in cases}
    for row in DuplicateRuling.objects.filter(case__in=cases).select_related("by", "survivor").order_by("case", "n"):
        rulings[row.case_id].append(row)
    merges = {row.case_id: row for row in standing_merges().filter(case__in=cases).select_related("by")}
    return [
        CaseShown(
            case,
            tuple(DUPLICATE_LABELS[ground] for ground in case.grounds),
            tuple(rulings[case.pk]),
            merges.get(case.pk),
        )
        for case in cases
    ]


def standing_merges() -> QuerySet[Merge]:
    """The merges that nobody has undone."""
    return Merge.objects.filter(~Exists(Unmerge.objects.filter(merge=OuterRef("pk"))))


def merges_into(survivor: Elder) -> list[Merge]:
    """The merges by which other records became part of this one, oldest first."""
    return list(standing_merges().filter(survivor=survivor).select_related("gone__community", "by").order_by("at"))

"""Who may have what without having applied for it, as the last survey found: counts at the top, then by community."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from sangyu.access.models import Area, OrganisationKind, Role, User
from sangyu.applications.models import Survey, Unclaimed
from sangyu.applications.queries.applications import OVERSEERS
from sangyu.kit.errors import NotFound


@dataclass(frozen=True)
class Tally:
    """One thing that may be applied for: how many may have it, who only lacks a fact, and where they live.

    Shape: `missing` fact -> people, `communities` code -> (name, people who may have it, people who lack a fact).
    """

    survey: Survey
    entitled: int
    lacking: int
    missing: Mapping[str, int]
    communities: Mapping[str, tuple[str, int, int]]


def surveys(viewer: User) -> list[Survey]:
    """Return what was surveyed last in the viewer's programme, by title; empty before the first survey."""
    return list(Survey.objects.filter(programme_id=viewer.programme_id).order_by("title", "kind"))


def in_reach(viewer: User) -> QuerySet[Unclaimed]:
    """The lines that the viewer may see: of everybody for who oversees the programme, else of the own area.

    Whoever has died since is not listed any more.
    """
    rows = Unclaimed.objects.filter(programme_id=viewer.programme_id)
    rows = rows.filter(elder__died_on=None, elder__merged_into=None)
    if viewer.roles & OVERSEERS:
        return rows
    if viewer.organisation.kind == OrganisationKind.COMMUNITY and Role.COMMUNITY in viewer.roles:
        return rows.filter(elder__community__code__startswith=viewer.area_code)
    return rows.none()


def tallies(viewer: User) -> list[Tally]:
    """Count what the viewer may see, by kind, by what is lacking and by community; three statements."""
    told = in_reach(viewer).order_by().values_list("kind", "missing", "elder__community_id").annotate(n=Count("pk"))
    rows = list(told)
    names = dict(Area.objects.filter(code__in={code for _, _, code, _ in rows}).values_list("code", "name"))
    found = []
    for survey in surveys(viewer):
        yes, lacks, missing = 0, 0, dict[str, int]()
        communities: dict[str, tuple[str, int, int]] = {}
        for _kind, fact, code, n in (row for row in rows if row[0] == survey.kind):
            name, entitled, lacking = communities.get(code, (names[code], 0, 0))
            if fact:
                lacks, lacking, missing[fact] = lacks + n, lacking + n, missing.get(fact, 0) + n
            else:
                yes, entitled = yes + n, entitled + n
            communities[code] = (name, entitled, lacking)
        found.append(Tally(survey, yes, lacks, missing, dict(sorted(communities.items()))))
    return found


def unclaimed(viewer: User, *, kind: str, lacking: bool, area_code: str = "") -> QuerySet[Unclaimed]:
    """The lines of one kind that the viewer may see, by community and name: who may have it, or who lacks a fact.

    `area_code` narrows them to a community or a subdistrict.
    """
    rows = in_reach(viewer).filter(~Q(missing="") if lacking else Q(missing=""), kind=kind)
    if area_code:
        rows = rows.filter(community_code__startswith=area_code)
    return rows.select_related("elder__community").order_by("community_code", "sort_key", "id")


def behind(rows: QuerySet[Unclaimed], after: UUID | None) -> QuerySet[Unclaimed]:
    """Keep what stands behind a line of the list; all of them for a line that is not there any more."""
    last = rows.filter(pk=after).first() if after else None
    if last is None:
        return rows
    # Said once more as one bound, by which the index begins where the last page ended.
    return rows.filter(community_code__gte=last.community_code).filter(
        Q(community_code__gt=last.community_code)
        | Q(community_code=last.community_code, sort_key__gt=last.sort_key)
        | Q(community_code=last.community_code, sort_key=last.sort_key, pk__gt=last.pk)
    )


def get_unclaimed(viewer: User, unclaimed_id: UUID) -> Unclaimed:
    """Return one line that the viewer may see.

    Raises: NotFound, also for one that was taken off the list.
    """
    found = in_reach(viewer).filter(pk=unclaimed_id).select_related("elder__community").first()
    if found is None:
        raise NotFound("名单上没有这一条：可能已经申请，或不在您负责的范围内。请回到名单刷新。")
    return found

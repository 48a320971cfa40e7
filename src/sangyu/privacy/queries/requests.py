"""Requests about one's own data: what is open, what is late, and how each was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from sangyu.access.models import User
from sangyu.kit.errors import NotFound
from sangyu.privacy.models import Answer, Removal, Request
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder


@dataclass(frozen=True)
class Case:
    """A request and its answer, if there is one."""

    request: Request
    answer: Answer | None

    def is_late(self, on: date) -> bool:
        """Tell whether the answer is overdue."""
        return self.answer is None and self.request.due_on < on


def requests(viewer: User) -> QuerySet[Request]:
    """The requests about elders whom the viewer may see."""
    rows = Request.objects.filter(programme_id=viewer.programme_id, elder__in=registry_read.elders(viewer))
    return rows.select_related("elder", "elder__community", "by")


def open_requests(viewer: User, *, limit: int = 200) -> list[Case]:
    """Return the requests that wait for an answer, the most urgent first."""
    rows = requests(viewer).filter(~Exists(Answer.objects.filter(request=OuterRef("pk"))))
    return [Case(row, None) for row in rows.order_by("due_on", "id")[:limit]]


def answered_requests(viewer: User, *, limit: int = 50) -> list[Case]:
    """Return the requests that were answered, the last first."""
    rows = Answer.objects.filter(request__in=requests(viewer)).order_by("-at", "-request_id")
    return [
        Case(row.request, row) for row in rows.select_related("request__elder__community", "request__by", "by")[:limit]
    ]


def get_request(viewer: User, request_id: UUID) -> Case:
    """Return one request.

    Raises: NotFound, also for an elder whom the viewer may not see.
    """
    found = requests(viewer).filter(pk=request_id).first()
    if found is None:
        raise NotFound("没有找到这件请求，或不在您负责的范围内。")
    return Case(found, Answer.objects.select_related("by").filter(request=found).first())


def requests_of(viewer: User, elder: Elder) -> list[Case]:
    """Return what was asked about one elder, the last first."""
    rows = list(requests(viewer).filter(elder__in=registry_read.same_as(elder.pk)).order_by("-at", "-id"))
    answers = {row.pk: row for row in Answer.objects.filter(request__in=rows).select_related("by")}
    return [Case(row, answers.get(row.pk)) for row in rows]


def removals(viewer: User, *, limit: int = 200) -> list[Removal]:
    """Return what was taken away at its end, the last first: of the viewer's programme, and of the house as a whole."""
    rows = Removal.objects.filter(programme=None) | Removal.objects.filter(programme_id=viewer.programme_id)
    return list(rows.order_by("-at", "-id")[:limit])

"""Reads of the appraisal sheets: items with evidence, objections and rulings, and what is still missing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.access.queries import sees_whole_programme
from sangyu.adoption import queries as adoption_read
from sangyu.calendar import queries as calendar_read
from sangyu.calendar.rules import Count
from sangyu.kit.errors import NotFound
from sangyu.kit.month import Month
from sangyu.policy.lists import SHEET_FILE
from sangyu.quality import rules
from sangyu.quality.models import (
    Appraisal,
    AppraisalItem,
    Finalisation,
    HandScore,
    How,
    Objection,
    Release,
    Ruling,
)

BEIJING = ZoneInfo("Asia/Shanghai")
OWN_SHEET = Path(__file__).parents[1] / SHEET_FILE


def definitions(programme_id: UUID, month: Month) -> tuple[rules.Definition, ...]:
    """Return the items of the sheet that was adopted with the pack in force on the first day of a month.

    A pack without a sheet is appraised by the house's own, which asks nothing but what the records say.
    Raises: NothingAdopted, BadSheet.
    """
    adopted = adoption_read.in_force(programme_id, month.first_day)
    return _read(adoption_read.list_of(adopted, SHEET_FILE) or OWN_SHEET.read_text(encoding="utf-8-sig"))


@cache
def _read(text: str) -> tuple[rules.Definition, ...]:
    return rules.read_definitions(text)


def appraisals(viewer: User, month: str = "") -> QuerySet[Appraisal]:
    """The appraisals of a month (or all, newest first) that the viewer may see: all, or its own released ones."""
    rows = Appraisal.objects.filter(programme_id=viewer.programme_id).select_related("enterprise")
    rows = rows.order_by("-month", "enterprise__name")
    if month:
        rows = rows.filter(month=month)
    if sees_whole_programme(viewer):
        return rows
    if viewer.organisation.kind == OrganisationKind.ENTERPRISE and Role.ENTERPRISE in viewer.roles:
        own = rows.filter(enterprise__organisation_id=viewer.organisation_id)
        return own.filter(pk__in=Release.objects.values("appraisal"))
    return rows.none()


def own_sheets(viewer: User, *, limit: int = 13) -> list[Sheet]:
    """Return the sheets of the last months of the viewer's own enterprise, newest first."""
    if sees_whole_programme(viewer):
        return []
    return _sheets(list(appraisals(viewer)[:limit]))


@dataclass(frozen=True)
class Line:
    """An item of the sheet with its score by hand, the objection and the ruling, and the score that holds now."""

    item: AppraisalItem
    hand: HandScore | None
    objection: Objection | None
    ruling: Ruling | None

    @property
    def first_tenths(self) -> int | None:
        """The score before any ruling; none while nobody has scored the item."""
        return self.hand.score_tenths if self.hand else self.item.score_tenths

    @property
    def score_tenths(self) -> int | None:
        """The score that holds now."""
        return self.ruling.score_tenths if self.ruling else self.first_tenths

    @property
    def evidence(self) -> str:
        """What the score rests on."""
        return self.hand.evidence if self.hand else self.item.evidence

    @property
    def by_hand(self) -> bool:
        return self.item.how == How.HAND

    @property
    def lost(self) -> bool:
        """Points were deducted."""
        return self.score_tenths is not None and self.score_tenths < self.item.full_tenths


@dataclass(frozen=True)
class Sheet:
    """The appraisal sheet of an enterprise for a month."""

    appraisal: Appraisal
    lines: tuple[Line, ...]
    release: Release | None
    final: Finalisation | None

    @property
    def waiting(self) -> int:
        """How many objections wait for a ruling."""
        return sum(1 for line in self.lines if line.objection and not line.ruling)

    @property
    def empty(self) -> tuple[AppraisalItem, ...]:
        """The items that nobody has scored yet; while there is one, there is no total."""
        return tuple(line.item for line in self.lines if line.score_tenths is None)

    @property
    def scores_tenths(self) -> dict[str, int | None]:
        """The score of each dimension; none where an item is empty."""
        return rules.dimension_scores([(line.item.dimension, line.score_tenths) for line in self.lines])

    @property
    def last_day(self) -> date | None:
        """The last day on which the enterprise may object."""
        if self.release is None:
            return None
        return (self.release.object_until - timedelta(seconds=1)).astimezone(BEIJING).date()

    def may_object(self, at: datetime) -> bool:
        """Tell whether the enterprise may still object."""
        return self.release is not None and self.final is None and at < self.release.object_until


def sheets(viewer: User, month: str) -> list[Sheet]:
    """Return the sheets of a month by enterprise name; a fixed number of queries."""
    return _sheets(list(appraisals(viewer, month)))


def get_sheet(viewer: User, appraisal_id: UUID) -> Sheet:
    """Return one sheet.

    Raises: NotFound, also for another enterprise's and for one that is not released.
    """
    found = appraisals(viewer).filter(pk=appraisal_id).first()
    if found is None:
        raise NotFound("没有找到这份考核表。")
    return _sheets([found])[0]


def left_to_object(sheet: Sheet, at: datetime) -> Count | None:
    """Count the working days after today that are left for objections; none before the release and after."""
    if sheet.last_day is None or not sheet.may_object(at):
        return None
    today = at.astimezone(BEIJING).date()
    return calendar_read.working_days_left(sheet.appraisal.programme_id, today, sheet.last_day)


def get_item(viewer: User, item_id: UUID) -> AppraisalItem:
    """Return one item of a sheet.

    Raises: NotFound.
    """
    found = AppraisalItem.objects.filter(pk=item_id, appraisal__in=appraisals(viewer)).first()
    if found is None:
        raise NotFound("没有找到这项考核。")
    return found


def get_objection(viewer: User, objection_id: UUID) -> Objection:
    """Return one objection on a sheet.

    Raises: NotFound.
    """
    found = Objection.objects.filter(pk=objection_id, item__appraisal__programme_id=viewer.programme_id)
    row = found.select_related("item", "item__appraisal").first() if sees_whole_programme(viewer) else None
    if row is None:
        raise NotFound("没有找到这项异议。")
    return row


def sheet_of(appraisal: Appraisal) -> Sheet:
    """Return the sheet of an appraisal that the caller holds already."""
    return _sheets([appraisal])[0]


def sheets_of(rows: list[Appraisal]) -> list[Sheet]:
    """Return the sheets of appraisals that the caller holds already; a fixed number of queries."""
    return _sheets(rows)


def _sheets(rows: list[Appraisal]) -> list[Sheet]:
    items = list(AppraisalItem.objects.filter(appraisal__in=rows).order_by("appraisal_id", "id"))
    items.sort(key=lambda item: (rules.DIMENSIONS.index(item.dimension), item.code))
    hands = {
        row.item_id: row
        for row in HandScore.objects.filter(item__in=items).select_related("by", "check_seen").order_by("n")
    }
    objections = {row.item_id: row for row in Objection.objects.filter(item__in=items).select_related("by")}
    rulings = {row.objection_id: row for row in Ruling.objects.filter(objection__item__in=items).select_related("by")}
    releases = {row.appraisal_id: row for row in Release.objects.filter(appraisal__in=rows).select_related("by")}
    finals = {row.appraisal_id: row for row in Finalisation.objects.filter(appraisal__in=rows).select_related("by")}
    lines: dict[UUID, list[Line]] = defaultdict(list)
    for item in items:
        objection = objections.get(item.pk)
        ruling = rulings.get(objection.pk) if objection else None
        lines[item.appraisal_id].append(Line(item, hands.get(item.pk), objection, ruling))
    return [Sheet(row, tuple(lines[row.pk]), releases.get(row.pk), finals.get(row.pk)) for row in rows]

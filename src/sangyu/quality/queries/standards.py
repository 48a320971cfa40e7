"""The register of standards, edition by edition, and the articles behind an item of the sheet on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sangyu.access.models import User
from sangyu.access.queries import sees_whole_programme
from sangyu.kit.errors import NotFound
from sangyu.quality.models import Standard, StandardArticle, StandardEdition, StandardKind

STANDARD_KINDS = StandardKind.choices


@dataclass(frozen=True)
class Edition:
    """An edition with its articles in order."""

    edition: StandardEdition
    articles: tuple[StandardArticle, ...]


@dataclass(frozen=True)
class Registered:
    """An entry of the register with its editions, the newest first."""

    standard: Standard
    editions: tuple[Edition, ...]

    def on(self, day: date) -> Edition | None:
        """The edition that holds on a day."""
        return next((one for one in self.editions if one.edition.valid_from <= day), None)


def standards(viewer: User) -> list[Registered]:
    """Return the register by code; nothing for a viewer who does not see the whole programme."""
    if not sees_whole_programme(viewer):
        return []
    return _with_editions(Standard.objects.filter(programme_id=viewer.programme_id).order_by("code"))


def get_standard(viewer: User, standard_id: UUID) -> Registered:
    """Return one entry.

    Raises: NotFound.
    """
    rows = Standard.objects.filter(programme_id=viewer.programme_id, pk=standard_id)
    found = _with_editions(rows) if sees_whole_programme(viewer) else []
    if not found:
        raise NotFound("没有找到这条标准。")
    return found[0]


def articles_behind(viewer: User, on: date) -> dict[str, list[StandardArticle]]:
    """Return the articles in force on a day by the item of the sheet they stand behind, each with its edition."""
    found: dict[str, list[StandardArticle]] = defaultdict(list)
    for registered in standards(viewer):
        held = registered.on(on)
        for article in held.articles if held else ():
            if article.item_code:
                found[article.item_code].append(article)
    return dict(found)


def _with_editions(rows: Iterable[Standard]) -> list[Registered]:
    rows = list(rows)
    articles: dict[UUID, list[StandardArticle]] = defaultdict(list)
    of_these = StandardArticle.objects.filter(edition__standard__in=rows).order_by("number")
    for article in of_these.select_related("edition", "edition__standard"):
        articles[article.edition_id].append(article)
    editions: dict[UUID, list[Edition]] = defaultdict(list)
    for edition in StandardEdition.objects.filter(standard__in=rows).select_related("by").order_by("-n"):
        editions[edition.standard_id].append(Edition(edition, tuple(articles[edition.pk])))
    return [Registered(row, tuple(editions[row.pk])) for row in rows]

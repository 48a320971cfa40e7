"""The second look: what would turn for an elder if a difference were acted on; done, read, and taken back whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from sangyu.access.models import User
from sangyu.adoption.queries import NothingAdopted
from sangyu.benefits.entitlements import Entitlement, entitlements
from sangyu.registry.models import Elder


@dataclass(frozen=True)
class Turn:
    """One benefit that would be answered otherwise. `by_runs`: monthly runs make up or claim back months past."""

    title: str
    before: Entitlement
    after: Entitlement

    @property
    def by_runs(self) -> bool:
        return self.after.benefit.given == "run"


def turns(viewer: User, elder_id: object, act: Callable[[], object], on: date) -> list[Turn]:
    """Return which benefits an act on an elder would turn as of a day; nothing of the act stays.

    The act itself is done and taken back, so that what is shown is what will be.
    Raises: NotFound; what the act refuses.
    """
    before = _answers(viewer, elder_id, on)
    with transaction.atomic():
        act()
        after = _answers(viewer, elder_id, on)
        transaction.set_rollback(True)
    return [
        Turn(one.benefit.title, one, after[code])
        for code, one in before.items()
        if code in after and (one.answer, one.amount) != (after[code].answer, after[code].amount)
    ]


def _answers(viewer: User, elder_id: object, on: date) -> dict[str, Entitlement]:
    try:
        found = entitlements(viewer, Elder.objects.get(pk=elder_id), on)
    except NothingAdopted:
        return {}
    return {one.benefit.code: one for one in found}

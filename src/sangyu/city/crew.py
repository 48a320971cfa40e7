"""What an enterprise's manager carries in their head: who can do what, and who is expected where."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sangyu.city import catalogue
from sangyu.city.blueprint import Blueprint
from sangyu.city.catalogue import Item
from sangyu.city.firms import Worker
from sangyu.city.people import Elder
from sangyu.city.players import Players
from sangyu.kit.point import distance_m


@dataclass(frozen=True)
class Diary:
    """A worker with the stretches of time that are taken."""

    worker_id: UUID
    worker: Worker
    taken: list[tuple[datetime, datetime, UUID]]

    def is_free(self, begins_at: datetime, ends_at: datetime) -> bool:
        return all(ends_at <= begin or end <= begins_at for begin, end, _ in self.taken)


class Rosters:
    """The diaries of all enterprises; `dispatch.assign` still judges every choice made from them."""

    def __init__(self, plan: Blueprint, players: Players) -> None:
        self._diaries: dict[str, list[Diary]] = defaultdict(list)
        self._by_worker: dict[UUID, Diary] = {}
        made = {worker.ref: worker for workers in plan.workers_of.values() for worker in workers}
        for worker_id, crew in players.workers.items():
            worker = made[crew.ref]
            diary = Diary(worker_id, worker, [])
            self._by_worker[worker_id] = diary
            self._diaries[worker.enterprise_ref].append(diary)

    def choose(self, firm_ref: str, elder: Elder, item: Item, begins_at: datetime, ends_at: datetime) -> UUID | None:
        """Return the nearest worker who can do the item and has the time, or none."""
        able = [
            diary
            for diary in self._diaries[firm_ref]
            if _can(diary.worker, item, begins_at.date()) and diary.is_free(begins_at, ends_at)
        ]
        nearest = min(able, key=lambda d: (distance_m(elder.home, d.worker.home), d.worker.n), default=None)
        return nearest.worker_id if nearest else None

    def book(self, worker_id: UUID, order_id: UUID, begins_at: datetime, ends_at: datetime) -> None:
        self._by_worker[worker_id].taken.append((begins_at, ends_at, order_id))

    def cancel(self, worker_id: UUID, order_id: UUID) -> None:
        """Take an order that nobody goes to any more, or that is done, out of a diary."""
        taken = self._by_worker[worker_id].taken
        taken[:] = [row for row in taken if row[2] != order_id]


def _can(worker: Worker, item: Item, on: date) -> bool:
    if item.skill and item.skill not in worker.skills:
        return False
    if not item.certificate:
        return True
    return any(
        paper.kind == item.certificate and paper.issued_on <= on < paper.valid_until for paper in worker.certificates
    )


def items_by_code() -> dict[str, Item]:
    """Return the catalogue as it was written, by code."""
    return {item.code: item for item in catalogue.items()}

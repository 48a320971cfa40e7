"""What stands for several tests: built once in a transaction that stays open, and copied for each of them.

A test that asks for a standing thing runs in a savepoint above it and is rolled back to it, so it finds exactly what it
would have built itself. A test that asks for a clean database, or that commits, finds none of it: the house is taken
down first. Neighbouring tests mostly ask for the same.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

Build = Callable[..., Any]


@dataclass(frozen=True)
class Thing:
    """How to build something, by name, out of other things that stand, for the tests of a file or folder (`place`)."""

    name: str
    place: Path
    build: Build
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Floor:
    """A savepoint, and copies of everything up to this floor as it was when the floor was finished."""

    thing: Thing
    block: transaction.Atomic
    stands: dict[str, Any]


class House:
    """The floors that stand in this process, the lowest first."""

    def __init__(self) -> None:
        self.things: list[Thing] = []
        self.floors: list[Floor] = []
        self.stands_on: Any = None  # Django's connection, and the session behind it: either may be another one later
        self.session: Any = None

    def wanted(self, request: pytest.FixtureRequest) -> list[Thing]:
        """Return what a test asks for with what that needs, in the order of building."""
        found: list[Thing] = []
        for name in request.fixturenames:
            self._add(name, request.path, found)
        return found

    def _add(self, name: str, path: Path, found: list[Thing]) -> None:
        known = [thing for thing in self.things if thing.name == name and thing.place in (path, *path.parents)]
        if known and (nearest := max(known, key=lambda thing: len(thing.place.parts))) not in found:
            for need in nearest.needs:
                self._add(need, path, found)
            found.append(nearest)

    def stand(self, wanted: list[Thing]) -> None:
        """Take down what is not wanted, build what is missing."""
        if self.floors and not self._is_on_its_ground():
            self._abandon()
        kept = 0
        while kept < min(len(wanted), len(self.floors)) and self.floors[kept].thing == wanted[kept]:
            kept += 1
        while len(self.floors) > kept:
            self._take_down()
        for thing in wanted[kept:]:
            self._build(thing)

    def _build(self, thing: Thing) -> None:
        stands = self.copied()
        block = transaction.atomic()
        block._from_testcase = True
        block.__enter__()
        try:
            stands[thing.name] = thing.build(*(stands[need] for need in thing.needs))
            connection.check_constraints()  # now, and not again at the end of every test above
        except BaseException:
            transaction.set_rollback(True)
            block.__exit__(None, None, None)
            raise
        self.floors.append(Floor(thing, block, stands))
        self.stands_on = connections[DEFAULT_DB_ALIAS]
        self.session = self.stands_on.connection

    def _take_down(self) -> None:
        transaction.set_rollback(True)
        self.floors.pop().block.__exit__(None, None, None)

    def _is_on_its_ground(self) -> bool:
        here = connections[DEFAULT_DB_ALIAS]
        return here is self.stands_on and here.connection is self.session and not self.session.closed

    def _abandon(self) -> None:
        """Forget floors whose connection a test has closed, or that a browser's event loop has put out of reach.

        Left open, such a session would keep what it wrote locked, and the next house would wait for it for ever.
        """
        self.floors.clear()
        self.session.close()
        self.stands_on.close()
        self.stands_on.connect()  # which is how it forgets that it was in a transaction
        self.stands_on.close()

    def copied(self) -> dict[str, Any]:
        """Return everything that stands as copies of the caller's own, which know each other as the originals do."""
        return copy.deepcopy(self.floors[-1].stands) if self.floors else {}


HOUSE = House()


def standing(build: Build) -> Any:
    """Make a fixture that is built once for neighbouring tests; its parameters name other standing things only."""
    file = Path(inspect.getfile(build))
    place = {"conftest.py": file.parent, "cast.py": file.parents[1]}.get(file.name, file)  # the cast is everybody's
    thing = Thing(build.__name__, place, build, tuple(inspect.signature(build).parameters))
    HOUSE.things.append(thing)

    @pytest.fixture(name=thing.name)
    def built(request: pytest.FixtureRequest, db: None, standing_house: dict[str, Any]) -> Any:
        if thing.name not in standing_house:
            standing_house[thing.name] = build(*(request.getfixturevalue(need) for need in thing.needs))
        return standing_house[thing.name]

    return built


def commits(request: pytest.FixtureRequest) -> bool:
    """Tell whether a test leaves its transaction, so that nothing may stand open under it."""
    marker = request.node.get_closest_marker("django_db")
    is_marked = marker is not None and bool({"transaction", "reset_sequences"} & set(marker.kwargs))
    return is_marked or not {"transactional_db", "live_server", "django_db_reset_sequences"}.isdisjoint(
        request.fixturenames
    )


@pytest.fixture(scope="session")
def ground(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    """The house of this process; nothing of it stands at the end."""
    yield HOUSE
    with django_db_blocker.unblock():
        HOUSE.stand([])


@pytest.fixture(scope="module")
def bare_ground(ground: House, django_db_blocker: Any) -> None:
    """For a file that builds in a transaction of its own: what stands for the file before it is taken down first."""
    with django_db_blocker.unblock():
        ground.stand([])


@pytest.fixture
def standing_house(
    request: pytest.FixtureRequest, quick_passwords: None, ground: House, django_db_blocker: Any
) -> dict[str, Any]:
    """What stands for this test, by name; nothing for a test that commits, which builds its own."""
    with django_db_blocker.unblock():
        ground.stand([] if commits(request) else ground.wanted(request))
    return ground.copied()

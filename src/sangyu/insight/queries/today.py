"""The bureau's morning: orders of the day, what is late, who is in danger, how the money stands, which rules fired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from sangyu.access.models import User
from sangyu.adoption import queries as adoption_read
from sangyu.budget import queries as budget_read
from sangyu.insight import rules
from sangyu.insight.queries import live
from sangyu.insight.queries.alerts import EXCEPTIONS, TO_DO
from sangyu.insight.queries.figures import Figure
from sangyu.insight.queries.lens import Lens, ensure_reader
from sangyu.insight.queries.rows import total
from sangyu.insight.rules import Number
from sangyu.orders.models import Stage
from sangyu.safety import queries as safety_read


@dataclass(frozen=True)
class Fund:
    """A fund of the year with its four figures."""

    title: str
    position: budget_read.Position

    @property
    def given_fen(self) -> int:
        """What may be spent in the year: appropriated and allowed beyond."""
        return self.position.appropriated_fen + self.position.overridden_fen

    @property
    def used_pm(self) -> int:
        """How much of it is paid or held, in per-mille."""
        return rules.share_pm(self.position.paid_fen + self.position.held_fen, self.given_fen) or 0

    @property
    def paid_pm(self) -> int:
        """How much of it is paid, in per-mille."""
        return rules.share_pm(self.position.paid_fen, self.given_fen) or 0


@dataclass(frozen=True)
class Fired:
    """A rule that looks for exceptions, with how many it found."""

    figure: Figure
    n: int


@dataclass(frozen=True)
class Today:
    """The bureau's home at an instant.

    Shape: `stages` and `late` are in the order of the walk, zeros included; `todo` names what waits for this viewer
    or for somebody's answer, empty ones left out; `exceptions` names every rule, those that found something first.
    """

    at: datetime
    stages: tuple[Number, ...]
    late: tuple[Number, ...]
    alarms: tuple[safety_read.Case, ...]
    funds: tuple[Fund, ...]
    todo: tuple[Fired, ...]
    exceptions: tuple[Fired, ...]

    @property
    def orders(self) -> int:
        """How many orders are wanted today, called off ones left out."""
        return sum(number.value or 0 for number in self.stages if number.lens.get("stage") != Stage.CANCELLED)

    @property
    def overdue(self) -> int:
        """How many orders are late, by whichever rule."""
        return sum(number.value or 0 for number in self.late)

    @property
    def fired(self) -> int:
        """How many rules found something."""
        return sum(1 for rule in self.exceptions if rule.n)

    @property
    def quiet(self) -> int:
        """How many rules found nothing."""
        return len(self.exceptions) - self.fired


def lens_of_now(at: datetime) -> Lens:
    """Look at what stands at an instant, facts of that very instant included."""
    return Lens(at + timedelta(microseconds=1))


def today(viewer: User, at: datetime) -> Today:
    """Return the bureau's home; a fixed number of queries.

    Raises: NotAllowed.
    """
    ensure_reader(viewer)
    lens = lens_of_now(at)
    stages = _grouped(viewer, lens, "stage")
    late = _grouped(viewer, lens, "late")
    return Today(
        at=at,
        stages=tuple(
            Number(str(stage.label), stages.get(stage, 0), "today", unit="单", lens={"stage": str(stage)})
            for stage in Stage
        ),
        late=tuple(
            Number(label, late.get(code, 0), "late", unit="单", lens={"late": code})
            for code, label in live.LATE.items()
        ),
        alarms=tuple(safety_read.open_alarms(viewer)),
        funds=tuple(_funds(viewer, lens)),
        todo=tuple(fired for fired in _fired(viewer, lens, TO_DO) if fired.n),
        exceptions=tuple(sorted(_fired(viewer, lens, EXCEPTIONS), key=_urgency)),
    )


def _grouped(viewer: User, lens: Lens, column: str) -> dict[str, int]:
    rows = live.wanted_today(viewer, lens) if column == "stage" else live.late(viewer, lens)
    return dict(rows.order_by().values_list(column).annotate(n=Count("pk")).values_list(column, "n"))


def _funds(viewer: User, lens: Lens) -> list[Fund]:
    try:
        titles = budget_read.fund_titles(viewer, lens.on)
    except adoption_read.NothingAdopted:
        return []
    return [Fund(title, budget_read.position(viewer, fund, lens.on)) for fund, title in titles.items()]


def _fired(viewer: User, lens: Lens, figures: Mapping[str, Figure]) -> list[Fired]:
    return [Fired(figure, total(viewer, code, lens)["n"]) for code, figure in figures.items()]


def _urgency(rule: Fired) -> tuple[bool, bool]:
    return rule.n == 0, rule.figure.tone != "bad"

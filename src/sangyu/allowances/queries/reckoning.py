"""What a month comes to for everybody: the tables asked in columns, this month and those before, against the books.

Nobody is asked one by one: the facts of a programme are read once, each month is one table, and only what differs
from what was booked or from the month before is put into words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from sangyu import policy
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.models import Adoption
from sangyu.allowances.models import Approval, Change, Line, Scheme
from sangyu.allowances.rules import (
    NotARunKind,
    RunUndecided,
    Told,
    change_of,
    last_day,
    periods_back,
)
from sangyu.benefits import queries as benefits_read
from sangyu.benefits.people import People, Person
from sangyu.kit.age import age_on
from sangyu.kit.month import Month
from sangyu.policy.benefit_list import Benefit
from sangyu.policy.many import decide_many
from sangyu.policy.vocabulary import facts as vocabulary

MOVED_AWAY = "已迁出本区：户籍和居住地都不在本区"


@dataclass(frozen=True)
class Reckoned:
    """What a run would book. Shape: `undecided` maps the label of what is missing to how many people wait for it."""

    lines: list[Told]
    undecided: Mapping[str, int]
    persons: int
    given_fen: int


@dataclass(frozen=True)
class _Answer:
    fen: int
    row: int | None = None
    missing: str = ""
    because: str = ""


def benefit_of(programme_id: UUID, code: str, on: date) -> tuple[Adoption, Benefit]:
    """Return what the pack in force on a day gives under a code by runs.

    Raises: NotARunKind, NothingAdopted.
    """
    adopted = adoption_read.in_force(programme_id, on)
    for benefit in benefits_read.benefits_of(adopted):
        if benefit.code == code and benefit.given == "run":
            return adopted, benefit
    raise NotARunKind(f"{on}生效的政策包里没有按期发放的“{code}”。请到规则页面核对待遇清单。")


def reckon(scheme: Scheme, month: Month, people: People | None = None) -> Reckoned:
    """Reckon a month for everybody, and the months before it anew.

    Raises: NotARunKind, NothingAdopted; RunUndecided, where a figure that everybody's sum depends on is not set.
    """
    people = people or People(scheme.programme_id)
    _adopted, benefit = benefit_of(scheme.programme_id, scheme.code, last_day(month))
    yearly = benefit.period == "year"
    booked = booked_by_period(scheme)
    this = str(month.year) if yearly else str(month)
    lines: list[Told] = []
    for back in periods_back(month, min(booked, default=None), yearly=yearly):
        lines += _again(scheme, people, back, booked.get(str(back), {}))
    before = booked.get(str(month.year - 1) if yearly else str(month.previous()), {})
    now = _Month(scheme, people, month)
    undecided: Counter[str] = Counter()
    persons = given_fen = 0
    had = booked.get(this, {})
    for person, answer in now.answers():
        stood_fen, before_fen = had.pop(person.id, 0), before.get(person.id, 0)
        if answer.missing:
            undecided[answer.missing] += 1
            lines.append(
                _line(person.id, this, Change.UNDECIDED, stood_fen, stood_fen, before_fen, now.word(person, answer))
            )
            persons, given_fen = persons + bool(stood_fen), given_fen + stood_fen
            continue
        # What was given for a year is not taken back within it, unless the year began after the person's death.
        due_fen = max(answer.fen, stood_fen) if yearly and not _dead_before(person, month) else answer.fen
        persons, given_fen = persons + bool(due_fen), given_fen + due_fen
        change = change_of(entitled_fen=due_fen, before_fen=before_fen)
        if stood_fen and due_fen != stood_fen:
            change = Change.BACK_PAID if due_fen > stood_fen else Change.TAKEN_BACK
        elif stood_fen and change is not None:
            continue  # this run adds nothing to what an earlier one of the month has said
        if change is None:
            continue
        because = "" if change == Change.SAME else now.word(person, answer)
        lines.append(_line(person.id, this, change, due_fen, stood_fen, before_fen, because))
    lines += _of_nobody(this, had)
    return Reckoned(lines, dict(undecided), persons, given_fen)


def booked_by_period(scheme: Scheme) -> dict[str, dict[UUID, int]]:
    """Return what approved runs have booked for each month and person; records merged into one are one person."""
    found: dict[str, dict[UUID, int]] = {}
    rows = Line.objects.filter(run__in=Approval.objects.filter(scheme=scheme).values("run"))
    rows = rows.annotate(person=Coalesce(F("elder__merged_into"), F("elder_id"))).order_by()
    for period, person, fen in rows.values_list("period", "person").annotate(fen=Sum("amount_fen")).iterator():
        if fen:
            found.setdefault(period, {})[person] = fen
    return found


def _again(scheme: Scheme, people: People, month: Month, booked: dict[UUID, int]) -> Iterator[Told]:
    """Reckon a month of which runs were booked already; yield only what differs."""
    try:
        then = _Month(scheme, people, month)
    except (NotARunKind, adoption_read.NothingAdopted):
        return  # nothing was given by runs in that month
    left = dict(booked)
    for person, answer in then.answers():
        stood_fen = left.pop(person.id, 0)
        if answer.missing or answer.fen == stood_fen:
            continue
        change = Change.BACK_PAID if answer.fen > stood_fen else Change.TAKEN_BACK
        yield _line(person.id, str(month), change, answer.fen, stood_fen, stood_fen, then.word(person, answer))
    yield from _of_nobody(str(month), left)


def _of_nobody(period: str, left: Mapping[UUID, int]) -> Iterator[Told]:
    for person_id, stood_fen in left.items():
        if stood_fen:
            because = "这个月还没有登记入院，不应发放"
            yield _line(person_id, period, Change.TAKEN_BACK, 0, stood_fen, stood_fen, because)


def _line(elder_id: UUID, period: str, change: str, entitled: int, booked: int, before: int, because: str) -> Told:
    return Told(elder_id, period, change, entitled, booked, before, because[:200])


def _dead_before(person: Person, month: Month) -> bool:
    return person.died_on is not None and person.died_on < month.first_day.replace(month=1)


class _Month:
    """Everybody's answer for one month, asked in columns on its last day."""

    def __init__(self, scheme: Scheme, people: People, month: Month) -> None:
        self.day, self.month, self.people = last_day(month), month, people
        self.adopted, self.benefit = benefit_of(scheme.programme_id, scheme.code, self.day)
        self.pack = adoption_read.pack_of(self.adopted)
        self.each_fen = self._each()
        self._said: dict[Any, str] = {}

    def answers(self) -> Iterator[tuple[Person, _Answer]]:
        """Yield what everybody registered by then gets, in the order of the register."""
        people, asked = self.people, []
        persons = people.registered_by(self.day)
        for person in persons:
            asked.append(people.facts(person, self.day))
        known = people.table(asked)
        for name, value in self.benefit.facts.items():
            if name not in known.column_names:
                known = known.append_column(name, [[value] * known.num_rows])
        made = decide_many(self.pack, self.benefit.rule, known, self.adopted.parameters, self.day)
        columns = {name: made.column(name).to_pylist() for name in made.column_names if name in WANTED}
        for n, person in enumerate(persons):
            yield person, self._answer(person, {name: column[n] for name, column in columns.items()})

    def word(self, person: Person, answer: _Answer) -> str:
        """Say why, in the words of the row; people of whom the tables know the same are told the same."""
        if answer.because or answer.missing:
            return answer.because or f"缺少“{answer.missing}”"
        known = self.people.facts(person, self.day)
        same = tuple(str(value) for name, value in sorted(known.items()) if name != "birth_date")
        key = (answer.row, age_on(person.birth_on, self.day), person.birth_on.month == self.day.month, same)
        if key not in self._said:
            facts = {**known, **self.benefit.facts}
            decided = policy.decide(self.pack, self.benefit.rule, facts, self.day, self.adopted.parameters)
            self._said[key] = decided.because
        return self._said[key]

    def _answer(self, person: Person, made: Mapping[str, Any]) -> _Answer:
        if person.died_on is not None and person.died_on < self._first_day():
            return _Answer(0, because=f"{person.died_on}去世，从次月起停发")
        if not any(self.people.home_on(person, self.day)):
            return _Answer(0, because=MOVED_AWAY)
        if made["outcome"] != "decided":
            fact = vocabulary().get(made["missing"] or "")
            parameter = self.pack.parameters.get(made["missing"] or "")
            if parameter is not None:
                raise RunUndecided(f"没有设定“{parameter.label}”，不能办理{self.benefit.title}。请民政局先设定。")
            return _Answer(0, missing=fact.label if fact else "登记的情况有误")
        if "eligible" in made:
            return _Answer(self.each_fen if made["eligible"] else 0, made["row"])
        return _Answer(made["amount_fen"] or 0, made["row"])

    def _first_day(self) -> date:
        return self.month.first_day.replace(month=1) if self.benefit.period == "year" else self.month.first_day

    def _each(self) -> int:
        """Return what everybody gets alike, where the list names a rule for the sum."""
        if self.benefit.amount is None:
            return 0
        rule, answer = self.benefit.amount
        said = policy.decide(self.pack, rule, self.benefit.facts, self.day, self.adopted.parameters)
        if not said.decided:
            raise RunUndecided(f"不能办理{self.benefit.title}：{said.because}。")
        return int(getattr(said, answer) or 0)


WANTED = ("outcome", "missing", "row", "eligible", "amount_fen")

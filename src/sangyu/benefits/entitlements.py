"""'What may she have?': every benefit of the adopted pack, answered for one elder on one day, with clause and dates.

The tables are asked in memory, on the day and on the days on which an answer could turn (birthdays and the months
around them, the ends of what was recorded, new adoptions); the database is asked once for each stretch of days.
"""

from __future__ import annotations

import re
from calendar import isleap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sangyu import policy
from sangyu.access.models import User
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.models import Adoption
from sangyu.benefits import by_hand
from sangyu.benefits.by_hand import Holding
from sangyu.benefits.facts import STATABLE, Life
from sangyu.kit.money import yuan
from sangyu.kit.month import Month
from sangyu.policy.benefit_list import BENEFITS_FILE, PERIODS, Benefit, read_benefits
from sangyu.policy.vocabulary import facts as vocabulary
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder

OLDEST = 110  # nobody's answer turns on a birthday after this one
# What a table of shares says of one service; nothing of it holds for a month or a year.
_OF_ONE_SERVICE = re.compile(r"本次|自付|剩余|还剩|额度之外")
_OF_ONE_PRICE = re.compile(r"元")


class Answer(StrEnum):
    """What the tables say; in the order in which a page shows them."""

    YES = "YES"
    NOT_YET = "NOT_YET"
    UNKNOWN = "UNKNOWN"
    NO = "NO"

    @property
    def label(self) -> str:
        """Say it in Chinese."""
        return {"YES": "能享受", "NOT_YET": "还没到时候", "UNKNOWN": "还缺情况", "NO": "不能享受"}[self.value]


@dataclass(frozen=True)
class Entitlement:
    """One benefit, answered.

    `because` is the sentence of the row that decided; `missing` the fact (or figure) that nobody has recorded, and
    `statable` whether a community may record it. `since` and `until` bound the days on which this answer holds as far
    as is known today (None: before all records, or without end); `then` is what the tables say from `until` on. What is
    given by hand in days or pieces has its `holding`.
    Units: `amount` in fen, hours or pieces, as `amount_words` says it.
    """

    benefit: Benefit
    answer: Answer
    because: str
    source: policy.Source
    amount: int = 0
    unit: str = ""
    missing: str = ""
    missing_label: str = ""
    statable: bool = False
    since: date | None = None
    until: date | None = None
    then: str = ""
    holding: Holding | None = None

    @property
    def amount_words(self) -> str:
        """Say how much, and how often; empty where it is not a matter of how much."""
        if not self.amount or self.benefit.payee == "insurer":
            return ""
        said = f"{yuan(self.amount)}元" if self.unit == "fen" else f"{self.amount}{UNIT_WORDS[self.unit]}"
        return PERIODS[self.benefit.period] + said


UNIT_WORDS = {"hours": "小时", "minutes": "分钟", "units": "份"}


def benefits_of(adopted: Adoption) -> tuple[Benefit, ...]:
    """Return what the adopted pack gives; nothing for a version from before such lists."""
    return read_benefits(adoption_read.list_of(adopted, BENEFITS_FILE) or "")[0]


def entitlements(viewer: User, elder: Elder, on: date) -> list[Entitlement]:
    """Answer every benefit of the pack in force on a day for one elder: what she may have first.

    Raises: NotFound, for an elder whom the viewer may not see; NothingAdopted.
    """
    registry_read.get_elder(viewer, elder.pk)
    books = _Books(elder, on)
    answered = [books.answer(benefit) for benefit in benefits_of(books.adopted)]
    order = list(Answer)
    return sorted(answered, key=lambda one: order.index(one.answer))


@dataclass(frozen=True)
class Said:
    """What the tables say of one benefit on one day."""

    answer: Answer
    because: str
    source: policy.Source
    amount: int = 0
    unit: str = ""
    missing: str = ""

    @property
    def key(self) -> tuple[str, int]:
        """What must change for the answer to be another one."""
        return self.answer, self.amount


def say(adopted: Adoption, benefit: Benefit, known: Mapping[str, Any], on: date) -> Said:
    """Ask the tables of an adoption for one benefit, for an elder of whom so much is known, on a day."""
    pack, rule = adoption_read.pack_of(adopted), benefit.rule
    asked = {**known, **benefit.facts, "on": on.isoformat()}
    decision = policy.decide(pack, rule, asked, on, adopted.parameters)
    source = pack.rules[rule].source
    if decision.missing:
        return Said(Answer.UNKNOWN, decision.because, source, missing=decision.missing)
    amount, unit = _amount(decision)
    if pack.rules[rule].form == "eligible":
        given = bool(decision.eligible)
    elif pack.rules[rule].form == "split":
        given = any(fen for payer, fen in (decision.shares_fen or {}).items() if payer != "elder")
        amount = 0
    else:
        given = amount > 0
    if given and benefit.amount and not benefit.unit:
        counted = policy.decide(pack, benefit.amount[0], asked, on, adopted.parameters)
        if counted.missing:
            return Said(Answer.UNKNOWN, counted.because, source, missing=counted.missing)
        amount, unit = getattr(counted, benefit.amount[1]) or 0, "fen"
    return Said(
        Answer.YES if given and decision.decided else Answer.NO,
        _sentence(pack.rules[rule].form, decision.because),
        source,
        amount if given else 0,
        unit,
    )


def _amount(decision: policy.Decision) -> tuple[int, str]:
    for name, unit in (
        ("amount_fen", "fen"),
        ("granted_fen", "fen"),
        ("hours", "hours"),
        ("granted_minutes", "minutes"),
        ("units", "units"),
    ):
        value = getattr(decision, name)
        if value is not None:
            return value, unit
    return 0, ""


def _sentence(form: str, because: str) -> str:
    """Leave of a row's sentence what holds without a price."""
    if form not in ("account", "split"):
        return because
    of_one = _OF_ONE_PRICE if form == "split" else _OF_ONE_SERVICE
    kept = [clause for clause in because.split("，") if not of_one.search(clause)]
    return "，".join(kept) or because


class _Books:
    """One elder's life beside the adoptions of the programme: what was asked once is not asked again."""

    def __init__(self, elder: Elder, on: date) -> None:
        self.elder, self.day, self.life = elder, on, Life(elder)
        self._adoptions = adoption_read.in_force_during(elder.programme_id, date.min, None)
        self.adopted = adoption_read.in_force(elder.programme_id, on)  # says what to do if there is none
        listed = by_hand.counted(benefits_of(self.adopted))
        self.holdings = {one.benefit.code: one for one in by_hand.holdings_of(self.life.records, listed, on)}
        self.ahead = sorted(day for day in self._days(on.year, elder.birth_on.year + OLDEST) if day > on)
        behind = (day for day in self._days(self._adoptions[0].valid_from.year, on.year) if day <= on)
        self.behind = sorted(behind, reverse=True)

    def adoption_on(self, day: date) -> Adoption | None:
        """Return the adoption of a day, None before the first."""
        for row in self._adoptions:
            if row.valid_from <= day and (row.valid_until is None or day < row.valid_until):
                return row
        return None

    def answer(self, benefit: Benefit) -> Entitlement:
        """Answer one benefit on the day, with the days between which the answer holds."""
        adopted, holding = self.adopted, self.holdings.get(benefit.code)
        said = say(adopted, benefit, self._known(benefit, self.day), self.day)
        found = Entitlement(benefit, said.answer, said.because, said.source, said.amount, said.unit, holding=holding)
        if self.elder.died_on is not None and self.elder.died_on < self.day:
            return replace(found, answer=Answer.NO, because=f"{self.elder.died_on}去世", amount=0)
        if said.missing:
            fact = vocabulary().get(said.missing)
            parameter = adoption_read.pack_of(adopted).parameters.get(said.missing)
            label = fact.label if fact else parameter.label if parameter else said.missing
            because = f"没有设定“{label}”，请民政局先设定" if parameter else f"缺少“{label}”，登记后才能判定"
            statable = said.missing in STATABLE
            return replace(found, because=because, missing=said.missing, missing_label=label, statable=statable)
        turns = self._next(benefit, said)
        if turns is not None:
            day, then = turns
            found = replace(found, until=day, then=then.because)
            if said.answer == Answer.NO and then.answer == Answer.YES:
                found = replace(found, answer=Answer.NOT_YET, then=then.because)
        return replace(found, since=self._since(benefit, said))

    def _next(self, benefit: Benefit, said: Said) -> tuple[date, Said] | None:
        for day, then in self._told(benefit, self.ahead):
            if then.missing:
                return None  # what will be asked then is not known today
            if then.key != said.key:
                return day, then
        return None

    def _since(self, benefit: Benefit, said: Said) -> date | None:
        since = None
        for day, before in self._told(benefit, self.behind):
            if before.key != said.key:
                return since
            since = day
        return None if self.behind and since == self.behind[-1] else since

    def _told(self, benefit: Benefit, days: Sequence[date]) -> Iterator[tuple[date, Said]]:
        for day in days:
            adopted = self.adoption_on(day)
            if adopted is None or benefit.rule not in adoption_read.pack_of(adopted).rules:
                return
            yield day, say(adopted, benefit, self._known(benefit, day), day)

    def _known(self, benefit: Benefit, day: date) -> Mapping[str, Any]:
        """Return the facts of a day; of a device also how many of it the elder has."""
        known = self.life.on(day)
        if benefit.unit != "pieces":
            return known
        return {**known, "count": len(self.holdings[benefit.code].standing)}

    def _days(self, first_year: int, last_year: int) -> set[date]:
        """List the days on which an answer could turn, from a year to a year."""
        days = set(self.life.days)
        days |= {day for row in self._adoptions for day in (row.valid_from, row.valid_until) if day}
        days |= set(_around_birthdays(self.elder.birth_on, range(first_year, last_year + 1)))
        days.add(date(self.day.year, 1, 1))
        days.add(date(self.day.year + 1, 1, 1))
        return {day for day in days if first_year <= day.year <= last_year + 1 and day >= self.elder.birth_on}


def _around_birthdays(birth_on: date, years: Iterable[int]) -> Iterator[date]:
    """Yield of each year the birthday, and the first days of its month and of the month after."""
    for year in years:
        month = Month(year, birth_on.month)
        yield from (month.first_day, month.next().first_day)
        if (birth_on.month, birth_on.day) != (2, 29) or isleap(year):
            yield birth_on.replace(year=year)
        else:
            yield date(year, 2, 28)  # else it is the first of March, as the pack says

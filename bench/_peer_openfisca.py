"""Lunches and the credit of class B for every elder and month by OpenFisca, in its own idiom. Run by the peers' Python.

A variable for each quantity, vectors of all elders, whole fen. The input is one array a file: birth days, identities as
yes or no, and a row for each month of what was spent at home and how many lunches were eaten.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

Person = build_entity(key="person", plural="persons", label="an elder", is_person=True)


ONCE, MONTHLY = DateUnit.ETERNITY, DateUnit.MONTH


class birth(Variable):
    entity, definition_period = Person, ONCE
    value_type, label = date, "the day of birth"


class three_no(Variable):
    entity, definition_period = Person, ONCE
    value_type, label = bool, "has no income, no ability to work and no family"


class severe_disability(Variable):
    entity, definition_period = Person, ONCE
    value_type, label = bool, "is severely disabled"


class entitled_group(Variable):
    entity, definition_period = Person, ONCE
    value_type, label = bool, "is entitled by merit"


class spent_fen(Variable):
    entity, definition_period = Person, MONTHLY
    value_type, label = int, "spent on services at home in a month"


class lunches(Variable):
    entity, definition_period = Person, MONTHLY
    value_type, label = int, "lunches in a month"


class age(Variable):
    entity, definition_period = Person, MONTHLY
    value_type, label = int, "full years on the first of the month"

    def formula(person: Any, period: Any) -> Any:
        born, day = person("birth", period), period.start
        month = born.astype("M8[M]").astype(int)
        later = (month % 12 + 1 > day.month) | ((month % 12 + 1 == day.month) & (_of_month(born) > day.day))
        return day.year - (month // 12 + 1970) - later


class lunch_fen(Variable):
    entity, definition_period = Person, MONTHLY
    value_type, label = int, "what the government pays of the lunches of a month"

    def formula(person: Any, period: Any) -> Any:
        years = person("age", period)
        whole = (person("three_no", period) & (years >= 60)) | person("severe_disability", period)
        each = np.select([whole, years >= 75, years >= 65], [1500, 1000, 900], 0)
        return each * person("lunches", period)


class credit_fen(Variable):
    entity, definition_period = Person, MONTHLY
    value_type, label = int, "what is drawn of the monthly credit of class B"

    def formula(person: Any, period: Any) -> Any:
        a_or_d = person("three_no", period) | person("severe_disability", period)
        b = person("entitled_group", period) & ~a_or_d
        return np.where(b, np.minimum(person("spent_fen", period), 5000), 0)


def _of_month(days: Any) -> Any:
    return (days - days.astype("M8[M]")).astype(int) + 1


def main(folder: Path, turns: int) -> None:
    """Work both out for every month over and over; print the seconds of each time, the total and the most memory."""
    given = {path.stem: np.load(path) for path in folder.glob("*.npy")}
    seconds = []
    for _ in range(turns):
        began = time.perf_counter()
        total = _worked_out(given)
        seconds.append(time.perf_counter() - began)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"openfisca": version("OpenFisca-Core"), "memory_mb": memory, "seconds": seconds, "total_fen": total}
    print(json.dumps(told))


def _worked_out(given: dict[str, Any]) -> int:
    months = [f"{2015 + number // 12}-{number % 12 + 1:02d}" for number in range(len(given["spent_fen"]))]
    system = TaxBenefitSystem([Person])
    system.add_variables(
        birth, three_no, severe_disability, entitled_group, spent_fen, lunches, age, lunch_fen, credit_fen
    )
    simulation = SimulationBuilder().build_default_simulation(system, count=len(given["birth"]))
    for name in ("birth", "three_no", "severe_disability", "entitled_group"):
        simulation.set_input(name, "ETERNITY", given[name])
    for number, month in enumerate(months):
        for name in ("spent_fen", "lunches"):
            simulation.set_input(name, month, given[name][number])
    return sum(
        int(simulation.calculate(name, month).sum(dtype=np.int64))
        for month in months
        for name in ("lunch_fen", "credit_fen")
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

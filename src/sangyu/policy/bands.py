"""Ask whether a bureau's own figures keep the norms that their pack declares for them.

A text that leaves a figure open may still bound it (“5万—20万元不等”): the pack has that sentence as a rule of the form
`limit`, and the parameter names it as its `band`. Nobody asks such a rule when a case is decided; it is asked when the
figure is set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sangyu.policy import engine, ir, table_text
from sangyu.policy.decision import Decision
from sangyu.policy.inquiry import Inquiry

Path = tuple[str | int, ...]  # where a number stands in its figure: (), (key,), (key, key), (step, key)


@dataclass(frozen=True)
class Outside:
    """A number of a figure that does not keep its band: what the band's rule answers, by which row of which file."""

    parameter: ir.Parameter
    path: Path
    decision: Decision
    file: str

    @property
    def warns(self) -> bool:
        """Tell whether the text only wants it explained."""
        return self.decision.result == "warn"

    @property
    def place(self) -> str:
        """Say which number of the figure it is; empty if there is only one."""
        if self.parameter.type == "steps":
            return f"第{int(self.path[0]) + 1}档"
        return "、".join(table_text.code_text(key) for key in self.path)

    def __str__(self) -> str:
        number = f"“{self.parameter.label}”{self.place and f'（{self.place}）'}"
        return f"{number}：{self.decision.because}。依据{self.decision.source}，{self.file} 第{self.decision.row}行"


def outside(pack: ir.Pack, parameters: Mapping[str, Any], on: date) -> Iterator[Outside]:
    """Find the numbers that do not keep the band in force on a day; figures that are not set are not asked.

    Raises: BadParameter.
    """
    for name, parameter in pack.parameters.items():
        band = parameter.band
        if band is None or parameters.get(name) is None:
            continue
        Inquiry(pack, {}, on, parameters, _nothing_derived).parameter(name)  # refuses what is of another type
        version = pack.rules[band.rule].version_on(on)
        for path, number in numbers(parameter, parameters[name]):
            told = engine.decide(pack, band.rule, {band.fact: number}, on, parameters)
            if version is not None and told.result in ("warn", "fail"):
                yield Outside(parameter, path, told, version.table.file)


def numbers(parameter: ir.Parameter, value: Any) -> Iterator[tuple[Path, int]]:
    """List the numbers of a figure with their places; of a step what holds in it, not from where on."""
    if parameter.type == "int":
        yield (), value
    elif parameter.type == "map":
        yield from (((key,), number) for key, number in value.items())
    elif parameter.type == "matrix":
        yield from (((key, other), number) for key, row in value.items() for other, number in row.items())
    elif parameter.type == "steps":
        for n, step in enumerate(value):
            yield from (((n, key), number) for key, number in step.items() if not key.startswith("from_"))


def _nothing_derived(_asked: Inquiry, derived: ir.Derived) -> Any:
    raise LookupError(derived.name)  # a figure stands by itself

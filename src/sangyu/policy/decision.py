"""One decision as it is stored with every charge, refusal and settlement line: the answer, and why."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from sangyu.policy.ir import Source

Outcome = Literal["decided", "needs_fact", "needs_parameter", "not_in_force"]


@dataclass(frozen=True)
class Decision:
    """The answer of one rule on one set of facts.

    Only the answer fields of the rule's form are set; all others are None. `row` is the line in the rule's table,
    `version` its period (`2014-10-01..`), `digest` the first digits of the pack's content. `facts_used` and
    `parameters_used` hold what was read, in JSON shape, so that the decision can be taken again. Units: fen, minutes,
    hours, as the names say.
    """

    pack: str
    rule: str
    outcome: Outcome
    on: date | None = None
    version: str | None = None
    row: int | None = None
    because: str = ""
    source: Source | None = None
    facts_used: Mapping[str, Any] = field(default_factory=dict)
    parameters_used: Mapping[str, Any] = field(default_factory=dict)
    missing: str | None = None
    digest: str | None = None
    # eligible
    eligible: bool | None = None
    ground: str | None = None
    lacking: str | None = None
    changes_on: date | None = None
    # tier, grant
    amount_fen: int | None = None
    hours: int | None = None
    units: int | None = None
    # split
    shares_fen: Mapping[str, int] | None = None
    # account
    granted_fen: int | None = None
    used_fen: int | None = None
    balance_fen: int | None = None
    granted_minutes: int | None = None
    used_minutes: int | None = None
    balance_minutes: int | None = None
    rest_minutes: int | None = None
    # limit
    result: str | None = None
    figure: int | None = None
    # schedule
    due: int | None = None
    done: int | None = None
    overdue: int | None = None
    overdue_periods: tuple[str, ...] | None = None
    until: date | None = None
    # statistic
    value: int | None = None
    denominator: int | None = None

    @property
    def decided(self) -> bool:
        """Tell whether there is an answer; a refusal is one."""
        return self.outcome == "decided"

    @classmethod
    def of(cls, fields: dict[str, Any]) -> Decision:
        """Make a decision as calling the class does, several times as fast; `fields` become its own.

        A field that is not given is read off the class, so one without a default must be given.
        """
        if not _FIELDS.issuperset(fields):
            return cls(**fields)  # which says what is wrong
        made = object.__new__(cls)
        object.__setattr__(made, "__dict__", fields)
        return made

    def to_json(self) -> dict[str, Any]:
        """Give a plain dict of JSON values; what is not set is left out."""
        plain = {item.name: to_plain(getattr(self, item.name)) for item in dataclasses.fields(self)}
        if self.source is not None:
            plain["source"] = dataclasses.asdict(self.source)
        return {name: value for name, value in plain.items() if value is not None}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Decision:
        """Read a decision back from what `to_json` gave; fields of later releases are refused, not dropped."""
        values = dict(plain)
        for name in ("on", "changes_on", "until"):
            if name in values:
                values[name] = date.fromisoformat(values[name])
        if "source" in values:
            values["source"] = Source(**values["source"])
        if "overdue_periods" in values:
            values["overdue_periods"] = tuple(values["overdue_periods"])
        return cls(**values)


_FIELDS = frozenset(item.name for item in dataclasses.fields(Decision))
ANSWER_FIELDS = _FIELDS - {
    *(
        "pack",
        "rule",
        "outcome",
        "on",
        "version",
        "row",
        "because",
        "source",
        "facts_used",
        "parameters_used",
        "missing",
        "digest",
    )
}


_PLAIN = frozenset({int, str, bool, type(None)})


def to_plain(value: Any) -> Any:
    """Bring a value into JSON shape: dates become ISO strings, tuples lists."""
    if value.__class__ in _PLAIN:
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (tuple, list)):
        return [to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: to_plain(item) for key, item in value.items()}
    return value

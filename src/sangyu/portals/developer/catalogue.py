"""The events that may be subscribed to: which message of the house becomes which, who may see it, what it tells.

The table is part of the contract with subscribers (`docs/api/webhooks.md`). What it does not name is pushed to nobody,
and of a message only the fields it names leave the house.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

TABLE = Path(__file__).with_name("events.csv")
# Sent by the button of the developer's desk, to one subscription.
PING = "ping"


@dataclass(frozen=True)
class EventKind:
    """One kind of event.

    Shape: `programme` is the topic under which the bureau and the operator are told of it (`enterprise` is any
    enterprise's, `settlement` is looked up); `enterprise` says which enterprise is told too: the one `addressed`, the
    one that has the `order`, the one whose `own` statement it is, or nobody.
    """

    kind: str
    programme: str
    enterprise: str
    data: tuple[str, ...]
    meaning: str
    meaning_en: str

    @property
    def shown(self) -> str:
        """What it means, in the language of the page."""
        return self.meaning_en if (get_language() or "").startswith("en") else self.meaning


@cache
def kinds() -> Mapping[str, EventKind]:
    """Return every kind of event by its name, in the order of the table."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return {
            row["kind"]: EventKind(
                row["kind"],
                row["programme"],
                row["enterprise"],
                tuple(row["data"].split()),
                row["meaning"],
                row["meaning_en"],
            )
            for row in csv.DictReader(lines)
        }


def open_to(*, sees_all: bool) -> list[str]:
    """Return the kinds that an organisation may subscribe to."""
    return [row.kind for row in kinds().values() if sees_all or row.enterprise]


def thin(row: EventKind, told: Mapping[str, object]) -> dict[str, object]:
    """Keep of what is told only the fields that the table names."""
    return {name: told[name] for name in row.data if name in told}

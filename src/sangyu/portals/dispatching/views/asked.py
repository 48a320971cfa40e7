"""What the address of the board asks for: stage, street, class, stretch of time, and where the page begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from sangyu.dispatch.queries import BoardKey
from sangyu.orders.queries import Sieve
from sangyu.providers.queries import item_classes

BEIJING = ZoneInfo("Asia/Shanghai")
STAGES = ("PLACED", "SENT", "ACCEPTED", "ASSIGNED", "IN_SERVICE")
# Code, first hour and last hour counted from today's midnight; None is open.
BANDS: Mapping[str, tuple[int | None, int | None]] = {
    "am": (None, 12),
    "pm": (12, 18),
    "eve": (18, 24),
    "tomorrow": (24, 48),
    "later": (48, None),
}


@dataclass(frozen=True)
class Asked:
    """A reading of the address; what is unknown reads as nothing asked."""

    stage: str = "PLACED"
    area: str = ""
    item_class: str = ""
    band: str = ""
    after: BoardKey | None = None

    def sieve(self, at: datetime) -> Sieve:
        """Return what the rows must pass, the day taken from the clock of the desk."""
        midnight = datetime.combine(at.astimezone(BEIJING).date(), time.min, BEIJING)
        first, last = BANDS.get(self.band, (None, None))
        return Sieve(
            area=self.area,
            item_class=self.item_class,
            since=None if first is None else midnight + timedelta(hours=first),
            until=None if last is None else midnight + timedelta(hours=last),
        )

    def query(self, **change: str) -> str:
        """Return the address of the board as asked, with a change and from its first page."""
        asked = replace(self, **change)
        parts = {"stage": asked.stage, "area": asked.area, "class": asked.item_class, "band": asked.band}
        return "?" + urlencode({name: value for name, value in parts.items() if value})


def asked_for(given: Mapping[str, str], *, areas: Iterable[str]) -> Asked:
    """Read an address; a value nobody knows is left out."""

    def one_of(name: str, known: Iterable[str], otherwise: str = "") -> str:
        value = given.get(name, "")
        return value if value in set(known) else otherwise

    return Asked(
        stage=one_of("stage", STAGES, "PLACED"),
        area=one_of("area", areas),
        item_class=one_of("class", [code for code, _label in item_classes()]),
        band=one_of("band", BANDS),
        after=_key(given.get("after", "")),
    )


def bands() -> list[tuple[str, str]]:
    """Return the stretches of time for the filter."""
    labels = {
        "am": _("今天上午"),
        "pm": _("今天下午"),
        "eve": _("今天晚上"),
        "tomorrow": _("明天"),
        "later": _("后天以后"),
    }
    return [(code, labels[code]) for code in BANDS]


def text_of(key: BoardKey) -> str:
    """Write the key of a page for its address."""
    later, due_at, pk = key
    return f"{later}_{due_at.isoformat()}_{pk}"


def _key(text: str) -> BoardKey | None:
    try:
        later, due_at, pk = text.split("_")
        key = int(later), datetime.fromisoformat(due_at), UUID(pk)
    except ValueError:
        return None
    return key if key[1].tzinfo else None

"""How late an order is, in words, so that colour only repeats what is written; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

PLACED_MAX = timedelta(minutes=10)
PLACED_SOON = timedelta(minutes=3)
PROMISE_SOON = timedelta(hours=1)
LEAVES_SOON = timedelta(minutes=15)
ANSWER_SOON = timedelta(minutes=10)
NAMED_BEFORE = timedelta(hours=2)
OVERTIME_MAX = timedelta(minutes=30)


@dataclass(frozen=True)
class Lateness:
    """A tone of the design system, a sign and the words."""

    tone: str
    icon: str
    text: str | Promise


def lateness(
    *,
    stage: str,
    at: datetime,
    stage_at: datetime,
    wanted_from: datetime,
    wanted_until: datetime,
    answer_by: datetime | None = None,
) -> Lateness:
    """Say what an order waits for and for how long: urgent when a promise is broken, amber before it is.

    Units: whole minutes in the words.
    """
    if stage in ("PLACED", "SENT", "ACCEPTED", "ASSIGNED") and at > wanted_from:
        return Lateness("urgent", "alert", _said(_("误时%s"), at - wanted_from))
    if stage == "PLACED" and wanted_from - at <= PROMISE_SOON:
        return Lateness("urgent", "alert", _said(_("距上门%s，未派"), wanted_from - at))
    if stage == "PLACED":
        waited = at - stage_at
        if waited >= PLACED_MAX:
            return Lateness("waiting", "alert", _said(_("已等%s"), waited))
        left = PLACED_MAX - waited
        return Lateness("waiting" if left <= PLACED_SOON else "off", "clock", _said(_("剩%s"), left))
    if stage == "SENT" and answer_by is not None:
        if at > answer_by:
            return Lateness("urgent", "alert", _said(_("超时%s未接"), at - answer_by))
        return Lateness(
            "waiting" if answer_by - at <= ANSWER_SOON else "off", "clock", _said(_("剩%s"), answer_by - at)
        )
    if stage == "ACCEPTED":
        soon = wanted_from - at <= NAMED_BEFORE
        return Lateness(
            "waiting" if soon else "off", "alert" if soon else "user", _said(_("距上门%s"), wanted_from - at)
        )
    if stage == "ASSIGNED":
        soon = wanted_from - at <= LEAVES_SOON
        return Lateness(
            "waiting" if soon else "off", "alert" if soon else "clock", _said(_("距上门%s"), wanted_from - at)
        )
    if at > wanted_until + OVERTIME_MAX:
        return Lateness("waiting", "alert", _said(_("超出预计%s"), at - wanted_until))
    return Lateness("now", "play", _said(_("已服务%s"), at - stage_at))


def _said(pattern: str | Promise, span: timedelta) -> str:
    minutes = max(0, int(span.total_seconds() // 60))
    days, hours = minutes // 1440, minutes // 60
    if days >= 2:
        words = ngettext_lazy("%(n)s天", "%(n)s天", days) % {"n": days}
    elif hours >= 2:
        words = ngettext_lazy("%(n)s小时", "%(n)s小时", hours) % {"n": hours}
    else:
        words = ngettext_lazy("%(n)s分钟", "%(n)s分钟", minutes) % {"n": minutes}
    return str(pattern) % words

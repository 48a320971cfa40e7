"""An emergency to help with: Grandmother Li has fallen, and agent Ma has said so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.cast import Cast
from tests.standing import standing

from sangyu.kit.ids import new_id
from sangyu.safety import actions as safety
from sangyu.safety.models import Alarm

Fell = Callable[..., Alarm]


def fallen(cast: Cast, **other: Any) -> Alarm:
    """Raise an alarm as agent Ma does from a call of Grandmother Li's."""
    said = {
        "programme": cast.programme,
        "elder": cast.li,
        "source": "CALL",
        "source_id": new_id(),
        "phone": "13900000001",
        "note": "在家摔倒，站不起来",
        "by": cast.ma,
        "at": cast.at,
    }
    return safety.raise_alarm(**{**said, **other})


@standing
def alarm(cast: Cast) -> Alarm:
    """An alarm that nobody has taken."""
    return fallen(cast)


@standing
def taken(cast: Cast, alarm: Alarm) -> Alarm:
    """The alarm in the hands of dispatcher Wang."""
    safety.take(alarm_id=alarm.pk, by=cast.wang, at=cast.at)
    return alarm

"""What becomes of a call for help in the play: somebody takes it within a minute, rings around, and closes it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sangyu.city.dice import chance, pick
from sangyu.city.players import Players
from sangyu.hotline.models import Call
from sangyu.safety import actions as safety
from sangyu.safety import queries as safety_read
from sangyu.safety.models import Outcome, Rung, Source

FALSE_PM = 300  # of a thousand calls for help, those behind which there was nothing
ENDED_WELL = [
    "急救员已到家，老人平安",
    "家属赶到，老人已安顿好",
    "开锁师傅开了门，她平安到家",
    "送到社区医院处理后回家",
]
WAS_NOTHING = ["老人误触，本人确认平安", "家属核实无事，虚惊一场"]


def rescue(call: Call, players: Players, *, ref: str, at: datetime) -> None:
    """Bring the alarm of a call to its end: taken, the elder and the family rung, closed with a sentence.

    A call that raised no alarm is left as it is.
    """
    helper = players.agent(ref)
    case = safety_read.alarm_of(helper, Source.CALL, call.pk)
    if case is None:
        return
    alarm = case.alarm
    seed = players.seed
    is_false = chance(FALSE_PM, seed, "false alarm", ref)
    taken_at = at + timedelta(seconds=pick(range(5, 50), seed, "taken", ref))
    safety.take(alarm_id=alarm.pk, by=helper, at=taken_at)
    rung = [Rung.ELDER] if is_false else [Rung.ELDER, Rung.FAMILY, Rung.HELPER]
    for n, whom in enumerate(rung, start=1):
        safety.note_step(
            alarm_id=alarm.pk, rung=whom, by=helper, at=taken_at + timedelta(minutes=n), key=f"{ref}:{whom}"
        )
    safety.close(
        alarm_id=alarm.pk,
        outcome=Outcome.FALSE if is_false else Outcome.REAL,
        note=pick(WAS_NOTHING if is_false else ENDED_WELL, seed, "ended", ref),
        by=helper,
        at=taken_at + timedelta(minutes=pick(range(8, 50), seed, "minutes", ref)),
    )

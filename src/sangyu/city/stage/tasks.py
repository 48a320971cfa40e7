"""What the job worker does for the stage."""

from __future__ import annotations

from dataclasses import replace

from django.db import connections
from procrastinate.contrib.django import app

from sangyu.city.stage import progress
from sangyu.kit.errors import Refusal
from sangyu.kit.month import Month


@app.task(queueing_lock="close_the_month", lock="close_the_month")
def close_the_month(month: str) -> None:
    """Close the present month of the demo, telling the pages how far it has come."""
    # The whole town, which no process needs at its start.
    from sangyu.city.stage import closing
    from sangyu.city.stage.standing import standing

    told = progress.read() or progress.Progress(month=month, begun_at="")

    def say(line: str) -> None:
        nonlocal told
        told = replace(told, lines=(*told.lines, line))
        progress.keep(told)

    try:
        plan, players = standing()
        closing.close_the_month(plan, players, Month.parse(month), progress=say)
    except Refusal as refusal:
        progress.keep(replace(told, failed=str(refusal)))
    except Exception:
        progress.keep(replace(told, failed="月末结算中途出错，详情见任务日志；已经写下的都有效，可以再按一次接着做。"))
        raise
    else:
        progress.keep(replace(told, done=True))
    finally:
        connections.close_all()

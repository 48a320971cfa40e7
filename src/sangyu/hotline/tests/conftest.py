"""A caller who gave up before anybody answered."""

from __future__ import annotations

from datetime import timedelta

from tests.cast import Cast
from tests.standing import standing

from sangyu.hotline import actions as hotline
from sangyu.hotline.models import Call


def missed_call(cast: Cast, number: str = "13900000001", *, reference: str = "line-1", minutes: int = 0) -> Call:
    """Let the telephone ring for twenty seconds, some minutes from now, without an answer."""
    at = cast.at + timedelta(minutes=minutes)
    hotline.ring(
        programme=cast.programme, line_reference=reference, caller_number=number, called_number="965885", at=at
    )
    call = hotline.hang_up(programme=cast.programme, line_reference=reference, at=at + timedelta(seconds=20))
    assert call is not None
    return call


@standing
def missed(cast: Cast) -> Call:
    """A call of Grandmother Li's that nobody answered."""
    return missed_call(cast)

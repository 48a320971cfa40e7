from __future__ import annotations

from datetime import timedelta

from tests.neighbour import Neighbour

from sangyu.hotline import actions as hotline
from sangyu.hotline import queries as hotline_read
from sangyu.hotline.rules import silent


def test_a_telephone_system_that_never_promised_to_report_is_not_missed(cast):
    cast.call()
    assert hotline_read.heard_at(cast.ma) is None
    assert not silent(None, cast.at)


def test_one_that_reports_falls_silent_after_a_minute(cast):
    hotline.heartbeat(programme=cast.programme, at=cast.at)
    heard_at = hotline_read.heard_at(cast.ma)
    assert not silent(heard_at, cast.at + timedelta(seconds=60))
    assert silent(heard_at, cast.at + timedelta(seconds=61))
    assert hotline_read.heard_at(Neighbour(cast.at).agent) is None


def test_an_older_word_that_comes_late_does_not_turn_the_clock_back(cast):
    for seconds in (30, 0):
        hotline.heartbeat(programme=cast.programme, at=cast.at + timedelta(seconds=seconds))
    assert hotline_read.heard_at(cast.ma) == cast.at + timedelta(seconds=30)

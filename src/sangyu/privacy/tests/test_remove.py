"""Texts end when their days are over: number and words go, that they were sent stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sangyu.kit.insert_only import FORGOTTEN
from sangyu.outbox import queries as outbox_read
from sangyu.outbox.models import Text
from sangyu.privacy import actions as privacy
from sangyu.privacy import queries as privacy_read


def test_texts_are_forgotten_after_their_days_and_counted(cast, text):
    at = cast.at + timedelta(days=180)
    assert privacy.forget_texts(programme_id=cast.programme.pk, at=at) == 0
    assert privacy.forget_texts(programme_id=cast.programme.pk, at=at + timedelta(seconds=1)) == 1
    assert privacy.forget_texts(programme_id=cast.programme.pk, at=at + timedelta(days=1)) == 0
    assert set(Text.objects.values_list("body", flat=True)) == {FORGOTTEN}
    assert outbox_read.misplaced(cast.programme.pk) == []
    (removal,) = privacy_read.removals(cast.head)
    assert (removal.purpose, removal.rows) == ("tell", 1)


def test_only_purposes_that_the_register_lets_a_round_take_away_are_noted(cast):
    for purpose in ("fun", "serve"):
        with pytest.raises(KeyError):
            privacy.note_removal(purpose=purpose, what="x", rows=1, at=cast.at)

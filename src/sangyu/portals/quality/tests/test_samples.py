"""The samples: drawn once, and the same when anybody draws them again."""

from __future__ import annotations

import pytest
from django.urls import reverse

from sangyu.quality.models import FollowUpTask, Sample


@pytest.fixture
def officer(cast, clock, sign_in):
    return sign_in(cast.sun)


def test_drawing_again_gives_the_same(officer, tasks):
    answer = officer.get(reverse("quality:sample", args=["2026-11-10"]))
    assert answer.context["check"].same
    assert "相同" in answer.content.decode()


def test_a_sample_that_was_tampered_with_is_seen(officer, tasks):
    sampled = FollowUpTask.objects.get(reason="SAMPLED")
    other = FollowUpTask.objects.filter(reason="UNPROVEN").first()
    check = officer.get(reverse("quality:sample", args=["2026-11-10"])).context["check"]
    forged = type(check)(
        sample=check.sample,
        served=check.served,
        due=check.due,
        drawn=check.drawn,
        stored=(other.order.number,),
        unproven=check.unproven,
    )
    assert check.stored == (sampled.order.number,)
    assert not forged.same


def test_todays_sample_is_drawn_by_a_press_and_only_once(officer, cast):
    cast.visited(cast.order())
    first = officer.post(reverse("quality:draw"))
    second = officer.post(reverse("quality:draw"))
    assert first.url == second.url == reverse("quality:sample", args=["2026-11-10"])
    assert Sample.objects.count() == 1
    assert "按20%抽查" in officer.get(reverse("quality:samples")).content.decode()


def test_a_day_without_a_sample_is_not_found(officer):
    assert officer.get(reverse("quality:sample", args=["2026-11-11"])).status_code == 404
    assert officer.get(reverse("quality:sample", args=["heute"])).status_code == 404


def test_who_may_not_draw_is_told_who_may(cast, sign_in, clock):
    answer = sign_in(cast.head).post(reverse("quality:draw"))
    assert answer.status_code == 422
    assert "质量管理员" in answer.content.decode()

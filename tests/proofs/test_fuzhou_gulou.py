"""Gulou's telephone: the number of the hotline is the programme's own, and nothing of the walk knows any other."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from sangyu.access.models import Programme
from sangyu.dispatch import actions as dispatch
from sangyu.hotline import actions as hotline
from sangyu.hotline import queries as hotline_read
from sangyu.hotline.models import Call
from sangyu.orders.models import Order
from tests.cast import Cast
from tests.standing import standing


@standing
def on_12349(cast: Cast) -> Cast:
    """The cast answers the public-welfare number."""
    Programme.objects.filter(pk=cast.programme.pk).update(hotline_number="12349")
    return cast


def ring(cast: Cast, called_number: str) -> int:
    """Let the telephone system hand in a ring; answer its status."""
    event = {
        "event": "ring",
        "line_reference": "trunk-1",
        "caller_number": "13900000001",
        "called_number": called_number,
        "at": cast.at.isoformat(),
    }
    key = {"X-Cti-Key": settings.CTI_KEY}
    return (
        Client()
        .post("/exchange/cti/events", json.dumps(event), content_type="application/json", headers=key)
        .status_code
    )


@pytest.mark.proves("GL-40", "TY-36")
def test_a_ring_on_12349_waits_at_the_desk_of_its_programme(on_12349: Cast) -> None:
    assert ring(on_12349, "965885") == 404
    assert ring(on_12349, "12349") == 200
    [waiting] = hotline_read.waiting(on_12349.ma)
    assert [elder.name for elder in hotline_read.ringing(on_12349.ma, [waiting])[0][1]] == ["李秀兰"]


@pytest.mark.proves("GL-16")
def test_a_call_on_12349_becomes_an_order_that_a_contracted_provider_answers(on_12349: Cast) -> None:
    cast = on_12349
    ring(cast, "12349")
    call = hotline.answer(call_id=Call.objects.get().pk, by=cast.ma, at=cast.at + timedelta(seconds=6))
    order = hotline.place_order(
        call_id=call.pk,
        elder_id=cast.li.pk,
        item=cast.cleaning,
        wanted_from=cast.at + timedelta(days=1),
        by=cast.ma,
        at=cast.at + timedelta(seconds=60),
        key="1",
    )
    assert hotline_read.call_of(cast.ma, order).called_number == "12349"
    sent = dispatch.send(order_id=order.pk, by=cast.wang, at=cast.at + timedelta(minutes=2))
    dispatch.accept(dispatch_id=sent.pk, by=cast.kangan_user, at=cast.at + timedelta(minutes=5))
    assert Order.objects.get().stage == "ACCEPTED"

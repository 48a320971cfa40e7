from __future__ import annotations

from datetime import date

import pytest
from tests.cast import COMMUNITY
from tests.neighbour import Neighbour

from sangyu.hotline import actions as hotline
from sangyu.hotline import queries as hotline_read
from sangyu.hotline.actions import AlreadyEnded, RegistrationIncomplete
from sangyu.hotline.models import Call, End, RegistrationRequest
from sangyu.kit.phone import BadPhone

SAID = {"name": "陈桂芳", "community_code": COMMUNITY, "address": "南门巷12号", "phone": "137 0000 0000"}


def request(cast, call, **other):
    return hotline.request_registration(call_id=call.pk, by=cast.ma, at=cast.at, **{**SAID, **other})


def test_the_community_sees_who_asked_until_they_are_registered(cast):
    asked = request(cast, cast.call("13700000000"), note="老伴刚过世")
    call = Call.objects.get()
    assert (call.end, call.note) == (End.CONSULTATION, "登记意向：陈桂芳，南门社区南门巷12号。老伴刚过世")
    for viewer in (cast.clerk, cast.ma, cast.head):
        assert hotline_read.registration_requests(viewer) == [asked]
    assert hotline_read.registration_requests(cast.kangan_user) == []
    assert hotline_read.registration_requests(Neighbour(cast.at).clerk) == []
    cast.elder("陈桂芳", date(1949, 9, 9), 77, ["13700000000"])
    assert hotline_read.registration_requests(cast.clerk) == []


def test_a_second_press_is_the_same_request(cast):
    call = cast.call("13700000000")
    assert request(cast, call) == request(cast, call, name="另一个名字")
    assert RegistrationRequest.objects.count() == 1


@pytest.mark.parametrize("lack", [{"name": " "}, {"address": ""}, {"community_code": "620104001001"}])
def test_what_the_community_needs_is_asked_for(cast, lack):
    Neighbour(cast.at)
    with pytest.raises(RegistrationIncomplete, match="姓名、社区和住址"):
        request(cast, cast.call("13700000000"), **lack)
    assert Call.objects.get().end == ""


def test_a_number_that_is_none_is_refused(cast):
    with pytest.raises(BadPhone, match="不对"):
        request(cast, cast.call(""), phone="不知道")


def test_a_call_that_ended_otherwise_stays_so(cast):
    call = cast.call("13700000000")
    hotline.end(call_id=call.pk, kind=End.COMFORT, by=cast.ma, at=cast.at)
    with pytest.raises(AlreadyEnded, match="已登记为“关怀聊天”"):
        request(cast, call)

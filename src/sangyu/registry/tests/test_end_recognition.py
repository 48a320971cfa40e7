from __future__ import annotations

from datetime import date

import pytest
from tests.neighbour import Neighbour

from sangyu.access.models import AuditEntry
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import new_id
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.actions import NeverHeld, ReasonMissing
from sangyu.registry.models import Identity

LAST = date(2026, 11, 20)


def end(cast, *, by=None, identity_id=None, valid_until=LAST, reason="优待证注销"):
    return registry.end_recognition(
        identity_id=identity_id or Identity.objects.get(elder=cast.li, code="entitled_group").pk,
        valid_until=valid_until,
        reason=reason,
        by=by or cast.clerk,
        at=cast.at,
    )


def test_from_that_day_on_the_elder_is_priced_as_everybody(cast):
    end(cast)
    assert [row.code for row in registry_read.identities_on(cast.li.pk, date(2026, 11, 19))] == [
        "entitled_group",
        "living_alone",
    ]
    assert [row.code for row in registry_read.identities_on(cast.li.pk, LAST)] == ["living_alone"]
    assert AuditEntry.objects.get(verb="registry.end_recognition").facts["reason"] == "优待证注销"
    # class B until then, class C from then on
    assert cast.order(days=10).public_fen == 50_00
    assert cast.order(days=11).public_fen == 0


def test_ending_it_again_on_the_same_day_changes_nothing(cast):
    end(cast)
    before = AuditEntry.objects.count()
    assert end(cast).valid_until == LAST
    assert AuditEntry.objects.count() == before


def test_an_end_may_be_moved_and_both_days_are_remembered(cast):
    end(cast)
    end(cast, valid_until=date(2026, 12, 1), reason="注销日期更正")
    assert AuditEntry.objects.filter(verb="registry.end_recognition").latest("id").facts["before"] == "2026-11-20"


def test_it_cannot_end_before_it_began(cast):
    with pytest.raises(NeverHeld, match="不晚于起始日期2020-01-01"):
        end(cast, valid_until=date(2020, 1, 1))


def test_an_end_without_a_reason_is_refused(cast):
    with pytest.raises(ReasonMissing, match="必须写明原因"):
        end(cast, reason=" ")


def test_what_is_not_ones_own_is_not_there(cast):
    neighbour = Neighbour(cast.at)
    with pytest.raises(NotFound, match="没有找到"):
        end(cast, by=neighbour.clerk)
    with pytest.raises(NotFound, match="没有找到这条身份认定"):
        end(cast, identity_id=new_id())

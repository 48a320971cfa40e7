"""A day of birth is put right on paper, once; what follows from an age follows."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from tests.neighbour import Neighbour

from sangyu.access.models import AuditEntry
from sangyu.kit.errors import NotFound
from sangyu.registry import actions as registry
from sangyu.registry.actions import BirthImpossible, EvidenceMissing


def test_a_birth_is_put_right_with_its_paper_and_back_only_by_another(cast):
    correct = partial(registry.correct_birth, elder_id=cast.li.pk, by=cast.clerk, at=cast.at)
    for _ in range(2):
        assert correct(birth_on=date(1946, 3, 5), evidence="户口簿 第2页").birth_on == date(1946, 3, 5)
    (told,) = AuditEntry.objects.filter(verb="registry.correct_birth")
    assert told.facts["before"] == "1944-03-05"
    correct(birth_on=date(1944, 3, 5), evidence="身份证原件")
    assert AuditEntry.objects.filter(verb="registry.correct_birth").count() == 2


@pytest.mark.parametrize("birth_on", [date(2026, 11, 9), date(1890, 1, 1)])
def test_a_birth_that_cannot_be_is_refused(cast, birth_on):
    with pytest.raises(BirthImpossible, match="不合理"):
        registry.correct_birth(elder_id=cast.li.pk, birth_on=birth_on, evidence="户口簿", by=cast.clerk, at=cast.at)


def test_without_a_paper_and_elsewhere_nothing_is_put_right(cast):
    correct = partial(registry.correct_birth, elder_id=cast.li.pk, birth_on=date(1946, 3, 5), at=cast.at)
    with pytest.raises(EvidenceMissing, match="凭什么"):
        correct(evidence=" ", by=cast.clerk)
    with pytest.raises(NotFound):
        correct(evidence="户口簿", by=Neighbour(cast.at).clerk)

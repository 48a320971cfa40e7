"""The last word holds, from its moment on, for every record of the person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.privacy import actions as privacy
from sangyu.privacy import queries as privacy_read
from sangyu.privacy.models import Consent
from sangyu.privacy.rules import ConsentIncomplete, GuardianDecides, TopicUnknown
from sangyu.registry import actions as registry

SOON = timedelta(minutes=5)


def say(cast, agrees, *, topic="family_news", at=None, by=None, reference="录音 1109-17", **more):
    return privacy.note_consent(
        elder_id=cast.li.pk,
        topic=topic,
        agrees=agrees,
        channel="VOICE",
        reference=reference,
        by=by or cast.ma,
        at=at or cast.at,
        **more,
    )


def agreeing(cast, topic="family_news", at=None):
    return privacy_read.consented([cast.li.pk, cast.grandpa.pk], topic, at or cast.at + timedelta(days=1))


def test_without_a_word_the_register_decides(cast):
    assert agreeing(cast) == {cast.li.pk, cast.grandpa.pk}
    assert agreeing(cast, "portrait") == frozenset()


def test_a_withdrawal_counts_at_once_and_what_was_before_stands(cast, django_assert_num_queries):
    say(cast, True, topic="portrait")
    say(cast, False, topic="portrait", at=cast.at + SOON)
    assert agreeing(cast, "portrait", cast.at) == {cast.li.pk}
    assert agreeing(cast, "portrait", cast.at + SOON) == frozenset()
    with django_assert_num_queries(2):
        agreeing(cast)
    word = next(one for one in privacy_read.words_of(cast.clerk, cast.li) if one.topic.code == "portrait")
    assert (word.agrees, word.last.by, word.is_old) == (False, cast.ma, False)


def test_the_same_word_again_changes_nothing(cast):
    assert say(cast, False) == say(cast, False, at=cast.at + SOON)
    assert Consent.objects.count() == 1


def test_a_guardian_agrees_and_either_refuses(cast):
    kin = registry.add_kin(
        elder_id=cast.li.pk,
        name="李建国",
        relation="CHILD",
        valid_from=cast.at.date(),
        standing=registry.Standing(guardianship="APPOINTED", evidence="指定监护书 12号"),
        by=cast.clerk,
        at=cast.at,
    )
    with pytest.raises(GuardianDecides, match="由监护人同意"):
        say(cast, True, topic="portrait")
    say(cast, True, topic="portrait", guardian_id=kin.pk)
    assert agreeing(cast, "portrait") == {cast.li.pk}
    say(cast, False, topic="portrait", at=cast.at + SOON)
    assert agreeing(cast, "portrait") == frozenset()


def test_a_consent_has_evidence_a_topic_and_an_elder_of_ones_own(cast):
    with pytest.raises(ConsentIncomplete, match="凭据"):
        say(cast, True, reference=" ")
    with pytest.raises(ConsentIncomplete, match="监护人"):
        say(cast, True, guardian_id=cast.grandpa.pk)
    with pytest.raises(TopicUnknown):
        say(cast, True, topic="anything")
    with pytest.raises(NotAllowed):
        say(cast, True, by=cast.kangan_user)
    with pytest.raises(NotFound):
        privacy.note_consent(
            elder_id=cast.ma.pk, topic="portrait", agrees=True, channel="PAPER", reference="1", by=cast.ma, at=cast.at
        )


def test_nobody_changes_a_word(cast):
    row = say(cast, False)
    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.filter(pk=row.pk).update(agrees=True)

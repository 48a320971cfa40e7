"""Write down what somebody agrees to or refuses; the next question is answered by it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.privacy import queries as privacy_read
from sangyu.privacy.models import Channel, Consent, Speaker
from sangyu.privacy.rules import ConsentIncomplete, GuardianDecides
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder

BEIJING = ZoneInfo("Asia/Shanghai")
HEARERS = (Role.AGENT, Role.SUPERVISOR, Role.COMMUNITY, Role.BUREAU)


@transaction.atomic
def note_consent(
    *,
    elder_id: UUID,
    topic: str,
    agrees: bool,
    channel: str,
    reference: str,
    by: User,
    at: datetime,
    guardian_id: UUID | None = None,
) -> Consent:
    """Note that an elder, or the guardian `guardian_id`, agrees to a topic or does not; it holds from `at` on.

    Said again in the same way it changes nothing. A refusal of either counts at once; to agree for somebody who has a
    guardian is for the guardian.
    Raises: NotAllowed; NotFound, for an elder whom the actor may not see; TopicUnknown; ConsentIncomplete, without
    evidence or with somebody who is no guardian today; GuardianDecides.
    """
    ensure_role(by, *HEARERS)
    known = privacy_read.topic_called(topic)
    registry_read.get_elder(by, elder_id)
    elder = Elder.objects.select_for_update(no_key=True).get(pk=registry_read.survivor_of(elder_id))
    said = " ".join(reference.split())
    if not said:
        raise ConsentIncomplete("请写明凭据：纸质同意书的编号、录音编号或短信时间。没有凭据的同意不算数。")
    guardians = [row.pk for row in registry_read.speakers(elder.pk, at.astimezone(BEIJING).date()) if row.guardianship]
    if guardian_id is not None and guardian_id not in guardians:
        raise ConsentIncomplete("今天的登记里没有这位监护人。请先在档案里登记监护关系和证明，再记录。")
    if agrees and guardians and guardian_id is None:
        raise GuardianDecides("这位老人登记了监护人，由监护人同意才算数；老人本人拒绝，随时有效。")
    speaker = Speaker.GUARDIAN if guardian_id else Speaker.SELF
    edition = privacy_read.edition_of(known)
    last = Consent.objects.filter(elder__in=registry_read.same_as(elder.pk), topic=topic).order_by("-at", "-id").first()
    same = (agrees, speaker, guardian_id, edition)
    if last is not None and (last.agrees, last.speaker, last.guardian, last.edition) == same:
        return last
    made = Consent.objects.create(
        programme_id=elder.programme_id,
        elder=elder,
        topic=topic,
        edition=edition,
        agrees=agrees,
        speaker=speaker,
        guardian=guardian_id,
        channel=Channel(channel),
        reference=said[:80],
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="privacy.note_consent",
        object_kind="elder",
        object_id=elder.pk,
        facts={"topic": topic, "agrees": agrees, "speaker": str(speaker), "channel": channel},
    )
    return made

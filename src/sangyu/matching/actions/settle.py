"""Settle what differs: do it through the register of elders, say that it was done elsewhere, or keep what stands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.ids import derived_id
from sangyu.matching import queries as matching_read
from sangyu.matching.models import Act, Difference, Entry, Outcome, OutcomeKind
from sangyu.matching.rules import DayMissing, NotToBeActedOn, ReasonMissing, Settled
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.actions.elders import lock
from sangyu.registry.models import IdentitySource

REASON_MIN, REASON_MAX = 2, 200
ONCE_MAX = 200
NEEDS_NO_REASON = {OutcomeKind.APPLIED}
# What turns benefits, also of months past, is done with a word on the paper that was seen.
LOOKED_AT = frozenset({Act.CORRECT_BIRTH, Act.CHANGE_HUKOU})


@transaction.atomic
def settle(
    *,
    difference_id: UUID,
    outcome: str,
    by: User,
    at: datetime,
    reason: str = "",
    changed_on: date | None = None,
    place: str = "",
) -> Outcome:
    """Settle one difference; APPLIED does what is suggested, a second time the same way changes nothing.

    A hukou is changed from `changed_on` on, to `place` where it is not in the area; a birth is put right on the paper
    that `reason` names.
    Raises: NotAllowed, NotFound; Settled, if it was settled otherwise; ReasonMissing; DayMissing; NotToBeActedOn, where
    a person has to find out first; what the register of elders refuses.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    kind = OutcomeKind(outcome)
    elder_id = matching_read.get_difference(by, difference_id).elder_id
    lock(elder_id, by)
    difference = (
        Difference.objects.select_for_update(no_key=True, of=("self",))
        .select_related("batch__programme", "elder")
        .get(pk=difference_id)
    )
    found = Outcome.objects.filter(difference=difference).select_related("by").first()
    if found is not None:
        if found.kind == kind:
            return found
        raise Settled(f"这条差异已由{found.by.display_name}办过：{found.get_kind_display()}。请刷新页面。")
    if (kind not in NEEDS_NO_REASON or difference.act in LOOKED_AT) and len(reason.strip()) < REASON_MIN:
        raise ReasonMissing("请写明核实的情况，例如“与家属核实，名册有误”“看过户口簿第2页”。")
    if kind == OutcomeKind.OVERTAKEN:
        raise NotToBeActedOn("只有新的名册能让差异失效。")
    if kind == OutcomeKind.APPLIED:
        _act(difference, reason.strip(), changed_on, place, by, at)
    made = Outcome.objects.create(
        id=derived_id("matching-outcome", difference.pk),
        difference=difference,
        kind=kind,
        reason=reason.strip()[:REASON_MAX],
        by=by,
        at=at,
    )
    difference.is_open = False
    difference.save(update_fields=["is_open"])
    access.record(
        by=by,
        at=at,
        verb="matching.settle",
        object_kind="elder",
        object_id=elder_id,
        facts={"difference": str(difference.pk), "kind": difference.kind, "outcome": kind.value},
    )
    return made


def settle_plain(*, difference_ids: Iterable[UUID], by: User, at: datetime) -> list[Outcome]:
    """Do what is suggested for several plain differences that somebody has looked at, all of them or none.

    Raises: NotToBeActedOn, for one that is not plain or for too many at once; what `settle` raises.
    """
    wanted = sorted(set(difference_ids))  # elders are locked in one order, whoever asks
    if len(wanted) > ONCE_MAX:
        raise NotToBeActedOn(f"一次最多办{ONCE_MAX}条，请分几次。")
    rows = sorted((matching_read.get_difference(by, pk) for pk in wanted), key=lambda row: (row.elder_id, row.pk))
    if any(not row.plain for row in rows):
        raise NotToBeActedOn("选中的差异里有要逐条核实的，不能一起办。请只选可以照办的。")
    with transaction.atomic():
        return [settle(difference_id=row.pk, outcome=OutcomeKind.APPLIED, by=by, at=at) for row in rows]


def _act(difference: Difference, reason: str, changed_on: date | None, place: str, by: User, at: datetime) -> None:
    """Do what is suggested, by the verbs of the register of elders."""
    evidence = f"{matching_read.register(difference.register).title}名册{difference.batch.month}"
    if difference.act == Act.KNOW:
        return
    if difference.act == Act.RECORD_DEATH and difference.from_on is not None:
        registry.record_death(elder_id=difference.elder_id, died_on=difference.from_on, by=by, at=at)
    elif difference.act == Act.RECOGNISE and difference.from_on is not None:
        registry.recognise(
            elder=difference.elder,
            code=difference.subject,
            evidence=evidence,
            source=IdentitySource.REGISTER,
            valid_from=difference.from_on,
            by=by,
            at=at,
        )
    elif difference.act == Act.END_RECOGNITION and difference.from_on is not None:
        for identity in registry_read.identities_on(difference.elder_id, difference.from_on):
            if identity.code == difference.subject and identity.valid_from < difference.from_on:
                registry.end_recognition(
                    identity_id=identity.pk, valid_until=difference.from_on, reason=f"{evidence}已无", by=by, at=at
                )
    elif difference.act == Act.CORRECT_BIRTH:
        said = _entry(difference).birth_on
        assert said is not None  # only a day that is there differs
        registry.correct_birth(
            elder_id=difference.elder_id, birth_on=said, evidence=f"{evidence}；{reason}", by=by, at=at
        )
    elif difference.act == Act.CHANGE_HUKOU:
        _change_hukou(difference, f"{evidence}；{reason}", changed_on, place, by, at)
    else:
        raise NotToBeActedOn("这条差异要先核实，再到老人档案里办理；办好后请选“已另行办理”，或“维持原登记”。")


def _change_hukou(
    difference: Difference, why: str, changed_on: date | None, place: str, by: User, at: datetime
) -> None:
    if changed_on is None:
        raise DayMissing("请填写户籍是哪天迁的；户口簿上写着迁入或迁出的日期。")
    elder, area = difference.elder, _entry(difference).area
    is_here = area.startswith(difference.batch.programme.area_id)
    registry.move(
        elder_id=elder.pk,
        moved_on=changed_on,
        community_code=elder.community_id if elder.lives_in_area else "",
        address=elder.address,
        hukou_in_area=is_here,
        hukou_place="" if is_here else place.strip() or f"区划{area}",
        reason=why[:REASON_MAX],
        by=by,
        at=at,
    )


def _entry(difference: Difference) -> Entry:
    return Entry.objects.get(batch_id=difference.batch_id, elder_id=difference.elder_id)

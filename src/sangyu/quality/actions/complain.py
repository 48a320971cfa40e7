"""Look into complaints: open a case, name its owner, write down what was found, and ask who complained."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.calendar import queries as calendar_read
from sangyu.hotline.models import Call
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.orders.models import Order
from sangyu.providers.models import Enterprise
from sangyu.quality import queries as quality_read
from sangyu.quality import rules
from sangyu.quality.actions.queue import queue_for_programme
from sangyu.quality.models import Complaint, ComplaintClosure, ComplaintOpen, ComplaintOwner, ComplaintResult, FollowUp
from sangyu.registry.models import Elder

BEIJING = ZoneInfo("Asia/Shanghai")
NOTHING_WRITTEN = "（来电没有写下内容，请回听录音或致电本人。）"


@transaction.atomic
def gather_complaints(*, by: User, at: datetime) -> list[Complaint]:
    """Open a case for every call that ended as a complaint and every complaint of a follow-up that is no case yet.

    Called again it opens nothing twice.
    """
    ensure_role(by, Role.QUALITY, Role.CLOCK)
    queue_for_programme(by)
    calls = [_open(by, at, call=call, elder=call.elder, text=call.note) for call in quality_read.calls_without_case(by)]
    said = [open_complaint(follow_up=row, by=by, at=at) for row in quality_read.follow_ups_without_case(by)]
    return [*calls, *said]


def open_complaint(*, follow_up: FollowUp, by: User, at: datetime) -> Complaint:
    """Open the case of what an elder complained of when rung; whoever rang looks into it until somebody else does.

    The caller has queued for the programme.
    """
    order = follow_up.task.order
    return _open(by, at, follow_up=follow_up, elder=order.elder, order=order, text=follow_up.complaint)


def _open(
    by: User,
    at: datetime,
    *,
    text: str,
    elder: Elder | None,
    call: Call | None = None,
    follow_up: FollowUp | None = None,
    order: Order | None = None,
) -> Complaint:
    today = at.astimezone(BEIJING).date()
    begins_at = datetime.combine(today, time(0), BEIJING)
    n = (
        1
        + Complaint.objects.filter(
            programme_id=by.programme_id, opened_at__gte=begins_at, opened_at__lt=begins_at + timedelta(days=1)
        ).count()
    )
    due = calendar_read.add_working_days(by.programme_id, today, rules.COMPLAINT_WORKING_DAYS)
    row = Complaint.objects.create(
        id=derived_id("complaint", call.pk if call else follow_up and follow_up.pk),
        programme_id=by.programme_id,
        number=f"TS{today:%Y%m%d}-{n:03d}",
        call=call,
        follow_up=follow_up,
        elder=elder,
        order=order,
        text=text.strip() or NOTHING_WRITTEN,
        due_on=due.on,
        certain=due.certain,
        opened_by=by,
        opened_at=at,
    )
    ComplaintOpen.objects.create(complaint=row, programme_id=by.programme_id)
    if Role.QUALITY in by.roles:
        _own(row, by, by, at)
    access.record(by=by, at=at, verb="quality.open_complaint", object_kind="complaint", object_id=row.pk)
    return row


def _own(complaint: Complaint, owner: User, by: User, at: datetime) -> ComplaintOwner:
    n = 1 + ComplaintOwner.objects.filter(complaint=complaint).count()
    return ComplaintOwner.objects.create(
        id=derived_id("complaint-owner", complaint.pk, n), complaint=complaint, n=n, owner=owner, by=by, at=at
    )


@transaction.atomic
def give_complaint(*, complaint_id: UUID, owner_id: UUID, by: User, at: datetime) -> ComplaintOwner:
    """Name who looks into a complaint from now on; naming the same person again changes nothing.

    Raises: NotFound, for a person who may not own complaints too.
    """
    ensure_role(by, Role.QUALITY, Role.SUPERVISOR)
    case = _locked(complaint_id, by)
    owner = next((person for person in quality_read.possible_owners(by) if person.pk == owner_id), None)
    if owner is None:
        raise NotFound("承办人须是质量管理员或值班长，请重新选择。")
    held = quality_read.owners_of(case.complaint)
    if held and held[-1].owner == owner:
        return held[-1]
    row = _own(case.complaint, owner, by, at)
    access.record(
        by=by,
        at=at,
        verb="quality.give_complaint",
        object_kind="complaint",
        object_id=complaint_id,
        facts={"owner": owner.display_name},
    )
    return row


@transaction.atomic
def decide_complaint(
    *, complaint_id: UUID, upheld: bool, finding: str, by: User, at: datetime, enterprise_id: UUID | None = None
) -> ComplaintResult:
    """Write down what was found: true or not, and against which enterprise; decided once.

    A complaint found to be true lowers the enterprise's item Q2 in the month of this decision. Without an enterprise
    it was the operator's own fault and costs nobody points.
    Raises: NotFound, TextMissing, NotUpheldAgainst.
    """
    ensure_role(by, Role.QUALITY)
    case = _locked(complaint_id, by)
    if case.result is not None:
        return case.result
    if not finding.strip():
        raise rules.TextMissing("请写明查到了什么：问了谁、看了什么、结论是什么。")
    if (
        enterprise_id is not None
        and not Enterprise.objects.filter(pk=enterprise_id, programme_id=by.programme_id).exists()
    ):
        raise rules.NotUpheldAgainst("没有找到这家企业，请从列表里重新选择。")
    row = ComplaintResult.objects.create(
        id=derived_id("complaint-result", complaint_id),
        complaint=case.complaint,
        upheld=upheld,
        enterprise_id=enterprise_id,
        finding=finding.strip(),
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="quality.decide_complaint",
        object_kind="complaint",
        object_id=complaint_id,
        facts={"upheld": upheld, "enterprise_id": enterprise_id},
    )
    return row


@transaction.atomic
def close_complaint(
    *, complaint_id: UUID, satisfaction: int | None, by: User, at: datetime, note: str = ""
) -> ComplaintClosure:
    """Close a case after telling who complained: how content they are from 1 to 5, or why that could not be asked.

    Raises: NotFound, NoResultYet, TextMissing.
    """
    ensure_role(by, Role.QUALITY)
    case = _locked(complaint_id, by)
    if case.closure is not None:
        return case.closure
    if case.result is None:
        raise rules.NoResultYet("这件投诉还没有查处结果。请先填写结果，再回复投诉人并结案。")
    if satisfaction not in range(1, 6) and not note.strip():
        raise rules.TextMissing("请填写投诉人的满意度1至5分；联系不上的，请写明原因。")
    row = ComplaintClosure.objects.create(
        id=derived_id("complaint-closure", complaint_id),
        complaint=case.complaint,
        satisfaction=satisfaction if satisfaction in range(1, 6) else None,
        note=note.strip(),
        by=by,
        at=at,
    )
    ComplaintOpen.objects.filter(complaint=complaint_id).delete()
    access.record(
        by=by,
        at=at,
        verb="quality.close_complaint",
        object_kind="complaint",
        object_id=complaint_id,
        facts={"satisfaction": row.satisfaction},
    )
    return row


def _locked(complaint_id: UUID, by: User) -> quality_read.Case:
    queue_for_programme(by)
    return quality_read.get_case(by, complaint_id)

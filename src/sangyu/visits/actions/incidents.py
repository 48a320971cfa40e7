"""What went otherwise at the door: the worker reports, the centre settles. Locks: order, then accounts or alarm."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.dispatch import queries as dispatch_read
from sangyu.files import actions as files
from sangyu.files.models import Purpose
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.kit.point import Point
from sangyu.orders import actions as orders
from sangyu.orders.models import Order, Stage
from sangyu.outbox import actions as outbox
from sangyu.providers import queries as providers_read
from sangyu.safety import actions as safety
from sangyu.safety.models import Source
from sangyu.visits import rules
from sangyu.visits.actions.places import place_facts
from sangyu.visits.models import Incident, IncidentEnd, IncidentKind, IncidentPhoto, Outcome, Visit

NOTE_LENGTH_MAX = 200
ALARMING = (IncidentKind.UNWELL, IncidentKind.DANGER)


@transaction.atomic
def report_incident(
    *, order_id: UUID, kind: str, by: User, at: datetime, key: str, note: str = "", place: Point | None = None
) -> Incident:
    """Tell the centre what went otherwise, before or after the check-in; the same `key` tells it once.

    An elder who is unwell, or a danger, raises an alarm in the same transaction. Photos follow on their own.
    Raises: NotYours, NoteMissing.
    """
    ensure_role(by, Role.WORKER)
    order = orders.lock(order_id=order_id, by=by)
    assignment = dispatch_read.assignment_of(order)
    if assignment is None or assignment.worker.user_id != by.pk:
        raise rules.NotYours("这张工单没有派给您，可能已换人。请刷新今日任务；如有紧急情况，请直接拨打热线。")
    incident_id = derived_id("incident", order.pk, by.pk, key)
    existing = Incident.objects.filter(pk=incident_id).first()
    if existing is not None:
        return existing
    kind, note = IncidentKind(kind), note.strip()[:NOTE_LENGTH_MAX]
    if kind == IncidentKind.OTHER and not note:
        raise rules.NoteMissing("选择“其他情况”时，请用一句话说明发生了什么。")
    incident = Incident.objects.create(
        id=incident_id,
        programme_id=order.programme_id,
        order=order,
        visit=Visit.objects.filter(order=order).first(),
        worker=assignment.worker,
        enterprise_id=assignment.dispatch.enterprise_id,
        kind=str(kind),
        note=note,
        place=place_facts(order, place) if place else None,
        by=by,
        at=at,
    )
    if kind in ALARMING:
        safety.raise_alarm(
            programme=order.programme,
            elder=order.elder,
            source=Source.WORKER,
            source_id=incident.pk,
            phone=assignment.worker.phone,
            note=f"{assignment.worker.name}上门时报告：{kind.label}。{note}",
            by=by,
            at=at,
        )
    access.record(
        by=by,
        at=at,
        verb="visits.report_incident",
        object_kind="order",
        object_id=order.pk,
        facts={"incident": incident.pk, "kind": str(kind), "note": note},
    )
    _tell(incident, "incident.reported", at)
    return incident


@transaction.atomic
def add_incident_photo(*, incident_id: UUID, content: bytes, by: User, at: datetime) -> IncidentPhoto:
    """Add a photo to an incident that one reported, within a day; the same photo is added once.

    Raises: NotFound, PhotoTooLate, PhotosFull; and what `files.keep` refuses.
    """
    ensure_role(by, Role.WORKER)
    incident = Incident.objects.filter(pk=incident_id, by=by).first()
    if incident is None:
        raise NotFound("没有找到这次异常报告。")
    rules.ensure_photo_in_time(arrived_at=incident.at, left_at=incident.at, at=at)
    file = files.keep(
        programme_id=incident.programme_id, content=content, purpose=Purpose.INCIDENT_PHOTO, by_id=by.pk, at=at
    )
    order = orders.lock(order_id=incident.order_id, by=by)
    photo_id = derived_id("incident-photo", incident.pk, file.pk)
    existing = IncidentPhoto.objects.filter(pk=photo_id).first()
    if existing is not None:
        return existing
    kept = IncidentPhoto.objects.filter(incident=incident).count()
    rules.ensure_room_for_photo(kept=kept, most=rules.INCIDENT_PHOTOS_MAX)
    photo = IncidentPhoto.objects.create(id=photo_id, incident=incident, file=file, n=kept + 1, by=by, at=at)
    access.record(
        by=by,
        at=at,
        verb="visits.add_incident_photo",
        object_kind="order",
        object_id=order.pk,
        facts={"incident": incident.pk, "n": photo.n, "sha256": file.sha256},
    )
    return photo


@transaction.atomic
def settle_incident(*, incident_id: UUID, what: str, note: str, by: User, at: datetime) -> IncidentEnd:
    """Decide about an incident in one sentence; calling the order off gives its money back in the same transaction.

    Deciding the same again changes nothing.
    Raises: NotAllowed, NotFound, NoteMissing, TooLateToCancel; AlreadySettled, naming who did.
    """
    ensure_role(by, Role.SUPERVISOR, Role.DISPATCHER)
    incident = Incident.objects.filter(pk=incident_id, programme_id=by.programme_id).first()
    if incident is None:
        raise NotFound("没有找到这次异常报告。")
    order = orders.lock(order_id=incident.order_id, by=by)
    what, note = Outcome(what), note.strip()[:NOTE_LENGTH_MAX]
    existing = IncidentEnd.objects.filter(incident=incident).select_related("by").first()
    if existing is not None:
        if existing.what == what:
            return existing
        raise rules.AlreadySettled(
            f"这次异常已由{existing.by.display_name}处理为“{existing.get_what_display()}”，不用再处理。"
        )
    if not note:
        raise rules.NoteMissing("请用一句话写明与老人、服务人员沟通的结果。")
    if what == Outcome.CANCELLED:
        _ensure_not_begun(order)
        orders.cancel(order_id=order.pk, reason=f"{IncidentKind(incident.kind).label}：{note}", by=by, at=at)
    end = IncidentEnd.objects.create(
        id=derived_id("incident-end", incident.pk), incident=incident, what=str(what), note=note, by=by, at=at
    )
    access.record(
        by=by,
        at=at,
        verb="visits.settle_incident",
        object_kind="order",
        object_id=order.pk,
        facts={"incident": incident.pk, "what": str(what), "note": note},
    )
    _tell(incident, "incident.settled", at)
    return end


def _ensure_not_begun(order: Order) -> None:
    if order.stage in (Stage.IN_SERVICE, Stage.SERVED):
        raise rules.TooLateToCancel(
            f"工单{order.number}的服务人员已经签到，不能再取消。请选“已处理”，签退后由质量岗核实这次服务。"
        )


def _tell(incident: Incident, kind: str, at: datetime) -> None:
    for topic in ("orders", f"enterprise:{providers_read.organisation_of(incident.enterprise_id)}"):
        outbox.tell(
            programme_id=incident.programme_id,
            topic=topic,
            kind=kind,
            body={"incident": str(incident.pk), "order": str(incident.order_id)},
            at=at,
        )

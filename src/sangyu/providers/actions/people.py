"""The people of an enterprise: take one on, let one go."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Area, Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit import phone as phones
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.kit.point import Crs, Point
from sangyu.providers import queries as providers_read
from sangyu.providers.models import Certificate, Enterprise, Worker, WorkerArea
from sangyu.providers.rules import Incomplete, Paper

BEIJING = ZoneInfo("Asia/Shanghai")


@transaction.atomic
def take_on(
    *,
    enterprise: Enterprise,
    by: User,
    at: datetime,
    name: str,
    sex: str,
    phone: str,
    skills: Iterable[str],
    place: Point,
    certificates: Iterable[Paper] = (),
    duties: Iterable[str] = (),
    user: User | None = None,
) -> Worker:
    """Enter a worker of an enterprise with certificates; one person (by phone) is entered once per enterprise.

    Whoever had left comes back with the papers of before and those shown now.
    Raises: NotAllowed; NotFound, for an enterprise or a log-in that is not the actor's to fill; Incomplete; BadPhone.
    """
    ensure_role(by, Role.BUREAU, Role.DISPATCHER, Role.ENTERPRISE)
    providers_read.get_enterprise(by, enterprise.pk)
    if user is not None and user.organisation_id != enterprise.organisation_id:
        raise NotFound("所选账号不属于这家企业，请重新选择。")
    if not name.strip():
        raise Incomplete("请填写服务人员姓名。")
    number = phones.parse(phone)
    canonical = place.converted(Crs.WGS84)
    worker, made = Worker.objects.get_or_create(
        id=derived_id("worker", enterprise.pk, number),
        defaults={
            "enterprise": enterprise,
            "user": user,
            "name": name.strip(),
            "sex": sex,
            "phone": number,
            "skills": list(skills),
            "duties": list(duties),
            "lng": canonical.lng,
            "lat": canonical.lat,
        },
    )
    back = not made and worker.left_on is not None
    if back:
        worker.left_on = None
        worker.save(update_fields=["left_on"])
    if made or back:
        access.record(
            by=by, at=at, verb="providers.take_on", object_kind="worker", object_id=worker.pk, facts={"back": back}
        )
        held = set(Certificate.objects.filter(worker=worker).values_list("kind", "number"))
        Certificate.objects.bulk_create(
            [
                Certificate(worker=worker, **vars(paper))
                for paper in certificates
                if (paper.kind, paper.number) not in held
            ]
        )
    return worker


@transaction.atomic
def look_after(*, worker_id: UUID, area_codes: Iterable[str], by: User, at: datetime) -> list[str]:
    """Say which areas (usually villages) a worker looks after, all of them; returns their codes.

    Raises: NotAllowed; NotFound, for a worker or an area that is not the actor's.
    """
    ensure_role(by, Role.BUREAU, Role.DISPATCHER, Role.ENTERPRISE)
    worker = (
        Worker.objects.select_for_update(of=("self",))
        .filter(pk=worker_id, enterprise__in=providers_read.enterprises(by).order_by(), left_on=None)
        .first()
    )
    if worker is None:
        raise NotFound("没有找到这位服务人员，可能已离职。")
    codes = sorted(set(area_codes))
    if Area.objects.filter(pk__in=codes, code__startswith=by.programme.area_id).count() != len(codes):
        raise NotFound("所选的村或社区不在本区，请重新选择。")
    standing = sorted(WorkerArea.objects.filter(worker=worker).values_list("area_id", flat=True))
    if standing == codes:
        return codes
    WorkerArea.objects.filter(worker=worker).exclude(area_id__in=codes).delete()
    WorkerArea.objects.bulk_create([WorkerArea(worker=worker, area_id=code) for code in codes if code not in standing])
    access.record(
        by=by,
        at=at,
        verb="providers.look_after",
        object_kind="worker",
        object_id=worker.pk,
        facts={"areas": codes, "before": standing},
    )
    return codes


@transaction.atomic
def let_go(*, worker_id: UUID, left_on: date, reason: str, by: User, at: datetime) -> Worker:
    """Note that a worker has left an enterprise; nobody sends this person from now on, and a repeat changes nothing.

    Visits that were still to come keep their order and wait for another name (`dispatch.queries.to_rename`).
    Raises: NotAllowed; NotFound, for a worker of somebody else; Incomplete, without a reason or for a day to come.
    """
    ensure_role(by, Role.BUREAU, Role.DISPATCHER, Role.ENTERPRISE)
    worker = (
        Worker.objects.select_for_update(of=("self",))
        .filter(pk=worker_id, enterprise__in=providers_read.enterprises(by).order_by())
        .first()
    )
    if worker is None:
        raise NotFound("没有找到这位服务人员。")
    if worker.left_on is not None:
        return worker
    if not reason.strip():
        raise Incomplete(f"请写明{worker.name}离职的原因。")
    if left_on > at.astimezone(BEIJING).date():
        raise Incomplete(f"离职日期{left_on}还没有到。请在{worker.name}离职当天登记。")
    worker.left_on = left_on
    worker.save(update_fields=["left_on"])
    access.record(
        by=by,
        at=at,
        verb="providers.let_go",
        object_kind="worker",
        object_id=worker.pk,
        facts={"left_on": left_on, "reason": reason.strip()},
    )
    return worker

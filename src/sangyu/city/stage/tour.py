"""Ten stops about one elder: from the ring of the telephone to one fen, found again in the books."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sangyu.access.models import Role, User
from sangyu.city.blueprint import BEIJING
from sangyu.city.stage import roles
from sangyu.dispatch import queries as dispatch_read
from sangyu.hotline.models import CallOrder
from sangyu.kit.errors import NotFound
from sangyu.kit.month import Month
from sangyu.orders import queries as orders_read
from sangyu.orders.models import OPEN_STAGES, Order
from sangyu.portals.clock import now
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Contact, Elder, Identity, IdentityCode
from sangyu.settlement.models import Line

CALLERS = [
    ("tour", _("导览老人")),
    ("unknown", _("陌生号码")),
    ("withheld", _("不显示号码")),
    ("shared", _("一号两位老人")),
]
TOUR_LINE = "TOUR-"  # how the calls of the tour name their line


@dataclass(frozen=True)
class Story:
    """The elder of the tour, the order that is being walked (if one was taken), and a line of hers that was paid."""

    elder: Elder
    phone: str
    order: Order | None
    line: Line


@dataclass(frozen=True)
class Stop:
    """One stop: whose desk, which page of it, and what to look at; `acts` names the step that can be taken for you."""

    n: int
    role: str
    title: str | Promise
    look: str | Promise
    url: Callable[[Story, User], str]
    acts: str | Promise = ""


def story() -> Story:
    """Choose the elder of the tour: the first, by id, who can be rung back, lives, and has a paid visit in the books.

    Raises: NotFound, before a month has been settled.
    """
    viewer = roles.somebody(Role.FINANCE)
    numbers = Contact.objects.filter(elder=OuterRef("charge__elder"), relation="本人")
    month = Month.of(now().astimezone(BEIJING).date())
    entitled = Identity.objects.filter(
        elder=OuterRef("charge__elder"), code=IdentityCode.ENTITLED_GROUP, valid_until=None
    )
    this_month = CallOrder.objects.filter(
        order__elder=OuterRef("charge__elder"), order__wanted_from__date__gte=month.first_day
    ).exclude(call__line_reference__startswith=TOUR_LINE)
    line = (
        Line.objects.filter(
            Exists(numbers),
            withdrawn=False,
            statement__run__programme=viewer.programme_id,
            charge__cause_kind="ORDER",
            charge__elder__died_on=None,
            gross_fen__gt=0,
        )
        .annotate(
            # The enterprise whose people sign in at the demo can take her next order; then, a credit that is not used
            # up yet, two shares, and a mobile number that receives texts show more.
            of_first=Q(statement__enterprise__organisation=roles.somebody(Role.ENTERPRISE).organisation_id),
            busy=Exists(this_month),
            entitled=Exists(entitled),
            shared=Q(charge__elder_fen__gt=0),
            mobile=Exists(numbers.filter(phone__startswith="1")),
        )
        .select_related("charge__elder__community", "charge__item", "statement__run")
        .order_by("-of_first", "busy", "-entitled", "-mobile", "-shared", "-deducted_fen", "charge__elder_id", "pk")
        .first()
    )
    if line is None:
        raise NotFound("演示城还没有结算过的服务，导览要等第一个月结算之后。请等演示启动完成。")
    elder = line.charge.elder
    own = [contact.phone for contact in registry_read.contacts(viewer, elder) if contact.relation == "本人"]
    phone = min(own, key=lambda number: not number.startswith("1"))
    return Story(elder=elder, phone=phone, order=_walked(elder), line=line)


def _walked(elder: Elder) -> Order | None:
    """Return the order of the elder that was taken last, if it is under way or was served since the tour began."""
    agent = roles.somebody(Role.AGENT)
    return orders_read.orders(agent).filter(elder=elder).order_by("-placed_at").first()


def shared_phone(programme_id: UUID) -> str:
    """Return a number at which two elders are reached; empty if there is none."""
    rows = Contact.objects.filter(programme=programme_id, elder__died_on=None, relation="本人")
    other = rows.filter(phone=OuterRef("phone")).exclude(elder=OuterRef("elder"))
    return rows.filter(Exists(other)).order_by("phone").values_list("phone", flat=True).first() or ""


def _open(tale: Story) -> bool:
    return tale.order is not None and tale.order.stage in OPEN_STAGES


def _board(tale: Story, _viewer: User) -> str:
    if tale.order is not None and _open(tale):
        return reverse("dispatching:order", args=[tale.order.pk])
    return reverse("dispatching:board")


def _inbox(tale: Story, viewer: User) -> str:
    sent = dispatch_read.latest(tale.order) if tale.order is not None and _open(tale) else None
    if sent is not None and dispatch_read.dispatches(viewer).filter(pk=sent.pk).exists():
        return reverse("provider:dispatch", args=[sent.pk])
    return reverse("provider:inbox")


def _visit(tale: Story, viewer: User) -> str:
    goes = dispatch_read.assignment_of(tale.order) if tale.order is not None else None
    if tale.order is not None and goes is not None and goes.worker.user_id == viewer.pk:
        return reverse("carer:visit", args=[tale.order.pk])
    return reverse("carer:today")


def _month(tale: Story) -> str:
    return str(tale.line.statement.run.month)


STOPS = {
    stop.n: stop
    for stop in [
        Stop(
            1,
            Role.AGENT,
            _("铃响"),
            _("来电一响，屏幕已经知道是谁：年龄、类别、习惯、在办的工单。"),
            lambda tale, viewer: reverse("hotline:desk"),
            _("让电话响"),
        ),
        Stop(
            2,
            Role.AGENT,
            _("下单"),
            _("挑项目、定时间，价格和两方各付多少当场念给老人听，依据就在旁边。"),
            lambda tale, viewer: reverse("hotline:desk"),
            _("替我接听并下单"),
        ),
        Stop(
            3,
            Role.DISPATCHER,
            _("派单"),
            _("为什么推荐这一家、为什么不是那一家，每一条都写着。"),
            _board,
            _("替我派单"),
        ),
        Stop(4, Role.ENTERPRISE, _("接单派人"), _("企业接单，再按技能、证书、距离挑人。"), _inbox, _("替我接单派人")),
        Stop(
            5,
            Role.WORKER,
            _("上门"),
            _("到家签到、门牌口令、逐项打勾、签退：六要素留下证明，并评出等级。"),
            _visit,
            _("替我走完这次上门"),
        ),
        Stop(
            6,
            Role.SUPERVISOR,
            _("短信"),
            _("老人和家属在每一步收到的短信。"),
            lambda tale, viewer: reverse("texting:phones"),
        ),
        Stop(
            7,
            Role.QUALITY,
            _("回访"),
            _("按比例抽查，种子公开，谁都能重抽一遍；证明不足的一律回访。"),
            lambda tale, viewer: reverse("quality:queue"),
        ),
        Stop(
            8,
            Role.QUALITY,
            _("考核"),
            _("四个方面的得分、每一项的证据，企业的异议和裁定。"),
            lambda tale, viewer: reverse("quality:appraisal-month", args=[_month(tale)]),
        ),
        Stop(
            9,
            Role.FINANCE,
            _("结算"),
            _("应付减核减等于实付；经办、审核、分管领导、局长各签各的。"),
            lambda tale, viewer: reverse("finance:month", args=[_month(tale)]),
        ),
        Stop(
            10,
            Role.AUDITOR,
            _("一分钱"),
            _("同一位老人上月的一笔：从付款往回，走到上门、政策条文和人。"),
            lambda tale, viewer: reverse("audit:line", args=[tale.line.pk]),
        ),
    ]
}

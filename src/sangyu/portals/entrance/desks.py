"""Which desk belongs to which role: the one place where roles meet addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sangyu.access.queries import Role


@dataclass(frozen=True)
class Door:
    """A desk as the entrance shows it."""

    name: str | Promise
    note: str | Promise
    route: str
    icon: str
    roles: frozenset[str]
    aside: bool = False  # somewhere to look in from an own desk, not a desk to sit down at

    @property
    def url(self) -> str:
        """The address of the desk."""
        return reverse(self.route)


DOORS = [
    Door(_("接线台"), _("接电话、下工单、报价"), "hotline:desk", "phone", frozenset({Role.AGENT, Role.SUPERVISOR})),
    Door(
        _("调度台"), _("派单、改派、盯时限"), "dispatching:board", "send", frozenset({Role.DISPATCHER, Role.SUPERVISOR})
    ),
    Door(
        _("短信"),
        _("老人和家属收到的短信、要改打电话的"),
        "texting:texts",
        "bell",
        frozenset({Role.SUPERVISOR, Role.DISPATCHER, Role.QUALITY, Role.AGENT}),
        aside=True,
    ),
    Door(_("社区窗口"), _("登记入院、身份认定"), "community:elders", "home", frozenset({Role.COMMUNITY})),
    Door(_("企业工作台"), _("接单、派人、考核、对账"), "provider:inbox", "building", frozenset({Role.ENTERPRISE})),
    Door(_("今日上门"), _("签到、服务、签退"), "carer:today", "walk", frozenset({Role.WORKER})),
    Door(_("收银台"), _("刷卡、售餐、退餐、日结"), "till:desk", "bowl", frozenset({Role.TILL})),
    Door(
        _("能力评估"),
        _("上门评估、签字、出结论"),
        "assessor:today",
        "heart",
        frozenset({Role.ASSESSOR}),
    ),
    Door(
        _("能力评估"),
        _("安排评估、等级和报告、异议"),
        "assessor:cases",
        "heart",
        frozenset({Role.COMMUNITY, Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.AUDITOR}),
        aside=True,
    ),
    Door(_("质量台"), _("抽查回访、月度考核"), "quality:queue", "star", frozenset({Role.QUALITY})),
    Door(
        _("局里"),
        _("今天、例外、报表、签字"),
        "bureau:home",
        "eye",
        frozenset({Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.AUDITOR}),
    ),
    Door(
        _("规则台"),
        _("每条规则的原文、表和算例，可以试算"),
        "policy:rules",
        "list",
        frozenset(
            {Role.AGENT, Role.SUPERVISOR, Role.DISPATCHER, Role.COMMUNITY, Role.QUALITY, Role.FINANCE, Role.APPROVER}
            | {Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.AUDITOR}
        ),
        aside=True,
    ),
    Door(
        _("试算台"),
        _("政策改一个数字，先在本地算一遍"),
        "rehearsal:home",
        "search",
        frozenset({Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.AUDITOR}),
        aside=True,
    ),
    Door(
        _("系统对接"),
        _("外部系统订阅的事件、对方收到没有"),
        "developer:subscriptions",
        "link",
        frozenset({Role.BUREAU}),
        aside=True,
    ),
    Door(
        _("结算室"),
        _("出单、审批、拨付、回单"),
        "finance:months",
        "wallet",
        frozenset({Role.FINANCE, Role.APPROVER, Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.AUDITOR}),
    ),
    Door(
        _("一分钱"),
        _("每一分钱的来龙去脉"),
        "audit:search",
        "search",
        frozenset({Role.AUDITOR, Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.FINANCE, Role.APPROVER}),
    ),
]


def doors(roles: Iterable[str]) -> list[Door]:
    """Return the desks open to these roles, in the order of the walk."""
    held = set(roles)
    return [door for door in DOORS if held & door.roles]

"""Who stands for a role: the first log-in that holds it."""

from __future__ import annotations

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.utils.translation import gettext_lazy as _

from sangyu.access.models import Role, RoleAssignment, User
from sangyu.kit.errors import NotFound

# In the order of the walk; short names, so that all of them fit above a desk.
ON_THE_STRIP = [
    (Role.AGENT.value, _("接线")),
    (Role.SUPERVISOR.value, _("值班长")),
    (Role.DISPATCHER.value, _("调度")),
    (Role.ENTERPRISE.value, _("企业")),
    (Role.WORKER.value, _("上门")),
    (Role.TILL.value, _("餐厅")),
    (Role.COMMUNITY.value, _("社区")),
    (Role.ASSESSOR.value, _("评估")),
    (Role.QUALITY.value, _("质量")),
    (Role.FINANCE.value, _("财务")),
    (Role.APPROVER.value, _("复核")),
    (Role.DEPUTY.value, _("分管")),
    (Role.HEAD.value, _("局长")),
    (Role.AUDITOR.value, _("审计")),
]


def somebody(role: str) -> User:
    """Return the first person who holds a role and can sign in.

    Raises: NotFound.
    """
    row = (
        RoleAssignment.objects.filter(role=role, ended_on=None, user__is_active=True)
        .exclude(user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
        .select_related("user__programme", "user__organisation")
        .order_by("user__username")
        .first()
    )
    if row is None:
        raise NotFound("演示城里没有这个角色的登录用户。请重新启动演示。")
    return row.user

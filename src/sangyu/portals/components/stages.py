"""How a stage of an order looks: one word, one colour, one sign, the same on every desk."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Look:
    label: str | Promise
    tone: str
    icon: str


STAGES: dict[str, Look] = {
    "PLACED": Look(_("待派单"), "waiting", "clock"),
    "SENT": Look(_("待接单"), "waiting", "send"),
    "ACCEPTED": Look(_("待派人"), "moving", "check"),
    "ASSIGNED": Look(_("待上门"), "moving", "user"),
    "IN_SERVICE": Look(_("服务中"), "now", "play"),
    "SERVED": Look(_("已完成"), "good", "check"),
    "FOLLOWED_UP": Look(_("已回访"), "good", "phone"),
    "SETTLED": Look(_("已结算"), "good", "receipt"),
    "PAID": Look(_("已付款"), "good", "coins"),
    "REFUSED": Look(_("已拒单"), "bad", "undo"),
    "CANCELLED": Look(_("已取消"), "off", "x"),
    "OVERDUE": Look(_("已超时"), "urgent", "alert"),
    "EMERGENCY": Look(_("紧急"), "urgent", "siren"),
    "DRAFT": Look(_("草稿"), "off", "edit"),
    "ON_HOLD": Look(_("暂缓"), "note", "pause"),
}

TONE_ICONS = {
    "waiting": "clock",
    "moving": "send",
    "now": "play",
    "good": "check",
    "bad": "x",
    "urgent": "alert",
    "note": "info",
    "warn": "alert",
    "off": "dot",
}

GRADES = {
    "A": _("定位相符并扫门牌码"),
    "B": _("定位相符"),
    "C": _("只有门牌码"),
    "D": _("没有可用证明，须回访"),
}

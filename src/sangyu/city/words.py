"""What people say in the play: on the telephone, when they refuse, and on an order that nobody went to."""

from __future__ import annotations

from sangyu.city.demand import Intent
from sangyu.dispatch.models import RefusalReason

# Why nobody came, as it is written on the cancelled order.
UNSERVED = {
    "NOBODY_FITS": "没有符合条件的企业可以承接，已与老人商定取消",
    "REFUSED": "三家企业均未接单，已向老人致歉并取消",
    "NO_WORKER_FREE": "接单企业没有空闲人员，已向老人致歉并取消",
    "NO_SHOW": "服务人员没有上门，已向老人致歉并取消",
    "ELDER_CANCELLED": "老人来电取消",
    "MONTH_END": "月末仍未安排，已与老人商定取消",
}
# The same in two or three words, for the summary.
NOBODY_WENT = {
    "NOBODY_FITS": "没有合适企业",
    "REFUSED": "企业未接单",
    "NO_WORKER_FREE": "没有空闲人员",
    "NO_SHOW": "人员未到",
    "ELDER_CANCELLED": "老人取消",
    "MONTH_END": "月末未排上",
}
# The reasons of `behaviour.refusal`, in the terms of the enterprise's desk.
REFUSALS = {
    "当天人手不足": RefusalReason.NO_WORKER,
    "该时段服务员已排满": RefusalReason.OTHER_TIME,
    "距离过远，来回时间不够": RefusalReason.TOO_FAR,
    "所需证书的服务员休假": RefusalReason.NO_SKILL,
    "设备正在检修": RefusalReason.OTHER,
}
TALK = {
    Intent.CONSULTATION: (
        "问助浴怎么预约",
        "问补贴还剩多少",
        "问低保能不能减免",
        "问服务人员有没有证",
        "问餐厅几点开门",
    ),
    Intent.COMPLAINT: ("反映上次上门迟到", "反映窗户没擦干净", "反映换了陌生的服务员", "反映电话打不进来"),
    Intent.COMFORT: ("孩子没回来，想说说话", "聊了聊年轻时的事", "问候天气，提醒添衣", "说到老伴，多陪了一会儿"),
    Intent.EMERGENCY: ("头晕站不稳，已联系120和家属", "在家摔倒，已派急救员并通知家属", "被锁门外，已派开锁"),
}

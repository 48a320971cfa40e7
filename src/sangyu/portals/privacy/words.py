"""What was done with a record, in words that an elder understands."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

VERBS = {
    "access.look_up": gettext_lazy("查看"),
    "allowances.recover": gettext_lazy("追回津贴"),
    "allowances.set_account": gettext_lazy("登记收款账户"),
    "benefits.state": gettext_lazy("登记待遇情况"),
    "benefits.set_aside": gettext_lazy("预约入住"),
    "benefits.draw": gettext_lazy("登记实际入住"),
    "benefits.note_cost": gettext_lazy("登记入住费用"),
    "benefits.call_off": gettext_lazy("取消预约"),
    "benefits.hand_over": gettext_lazy("登记领用设备"),
    "benefits.give_back": gettext_lazy("登记退回设备"),
    "dispatch.wish": gettext_lazy("记下想要的服务人员"),
    "matching.report_death": gettext_lazy("登记报丧"),
    "matching.settle": gettext_lazy("办理名册差异"),
    "privacy.answer": gettext_lazy("答复个人信息请求"),
    "privacy.hand_over": gettext_lazy("交付副本"),
    "privacy.note_consent": gettext_lazy("记录同意或拒绝"),
    "privacy.take_in": gettext_lazy("受理个人信息请求"),
    "registry.add_contact": gettext_lazy("加联系人"),
    "registry.add_document": gettext_lazy("登记证件"),
    "registry.add_kin": gettext_lazy("登记亲属"),
    "registry.add_many": gettext_lazy("批量补充"),
    "registry.confirm": gettext_lazy("核实档案"),
    "registry.describe": gettext_lazy("登记健康和兴趣"),
    "registry.end_kin": gettext_lazy("终止亲属关系"),
    "registry.end_recognition": gettext_lazy("终止身份认定"),
    "registry.forget": gettext_lazy("删除个人信息"),
    "registry.issue_card": gettext_lazy("发卡"),
    "registry.leave_household": gettext_lazy("分户"),
    "registry.merge": gettext_lazy("合并档案"),
    "registry.correct_birth": gettext_lazy("更正出生日期"),
    "registry.move": gettext_lazy("办理迁移"),
    "registry.move_contact": gettext_lazy("调整联系人先后"),
    "registry.name_emergency_contact": gettext_lazy("指定紧急联系人"),
    "registry.recognise": gettext_lazy("身份认定"),
    "registry.record_death": gettext_lazy("登记去世"),
    "registry.register": gettext_lazy("登记入院"),
    "registry.remove_contact": gettext_lazy("移除联系人"),
    "registry.replace_card": gettext_lazy("补卡"),
    "registry.report_found": gettext_lazy("解挂老人卡"),
    "registry.report_lost": gettext_lazy("挂失老人卡"),
    "registry.rule_duplicate": gettext_lazy("判断是不是重复"),
    "registry.share_household": gettext_lazy("登记同住"),
    "registry.unmerge": gettext_lazy("撤销合并"),
    "registry.withdraw_death": gettext_lazy("撤销死亡登记"),
}
ROOMS = {
    "applications": gettext_lazy("办理申请"),
    "assessment": gettext_lazy("办理评估"),
    "registry": gettext_lazy("办理登记"),
}
FACTS = {
    "document": gettext_lazy("证件号码"),
    "phone": gettext_lazy("电话号码"),
    "registers": gettext_lazy("别的部门的名册"),
    "copy": gettext_lazy("（全部记录）"),
}


def verb_word(verb: str) -> str:
    """Write a verb of the audit book in words; one of later days by its room, or simply as done."""
    return str(VERBS.get(verb) or ROOMS.get(verb.partition(".")[0]) or _("办理"))


def fact_word(fact: str) -> str:
    """Write what was looked at in words; nothing where the verb says all."""
    return str(FACTS.get(fact, ""))

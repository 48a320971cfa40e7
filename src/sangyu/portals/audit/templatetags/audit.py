"""How the facts of a decision, the acts of the audit book and the accounts of the ledger are written in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.template import Context
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sangyu.dispatch.rules import RULES
from sangyu.insight.queries import FACTS, Row
from sangyu.kit.money import yuan
from sangyu.ledger.rules import kind_of
from sangyu.policy import vocabulary
from sangyu.portals.components.templatetags.sangyu import yuan as with_sign
from sangyu.visits import queries as visits_read
from sangyu.visits.models import EvidenceKind
from sangyu.visits.queries import Shot

register = template.Library()

VERBS: dict[str, str | Promise] = {
    "orders.place": gettext_lazy("下单"),
    "orders.cancel": gettext_lazy("取消工单"),
    "dispatch.send": gettext_lazy("派单"),
    "dispatch.accept": gettext_lazy("接单"),
    "dispatch.refuse": gettext_lazy("拒单"),
    "dispatch.assign": gettext_lazy("派工"),
    "visits.check_in": gettext_lazy("签到"),
    "visits.check_out": gettext_lazy("签退"),
    "allowances.approve": gettext_lazy("审批按期发放"),
    "allowances.draw_up": gettext_lazy("核算按期发放"),
    "allowances.pay": gettext_lazy("生成发放文件"),
    "allowances.recover": gettext_lazy("登记退回"),
    "allowances.set_account": gettext_lazy("登记收款账户"),
    "allowances.take_return": gettext_lazy("读入发放回单"),
    "benefits.state": gettext_lazy("登记情况"),
    "benefits.set_aside": gettext_lazy("预约入住"),
    "benefits.draw": gettext_lazy("登记实际入住"),
    "benefits.note_cost": gettext_lazy("登记入住费用"),
    "benefits.call_off": gettext_lazy("取消预约"),
    "benefits.hand_over": gettext_lazy("登记领用设备"),
    "benefits.give_back": gettext_lazy("登记退回设备"),
    "benefits.charge": gettext_lazy("计费"),
    "applications.step.accept": gettext_lazy("受理申请"),
    "applications.step.match": gettext_lazy("比对申请资料"),
    "applications.step.classify": gettext_lazy("定服务对象类别"),
    "applications.step.review": gettext_lazy("记“两委”会审议"),
    "applications.step.notice": gettext_lazy("公示申请"),
    "applications.step.approve": gettext_lazy("审批申请"),
    "applications.step.choose": gettext_lazy("定服务项目"),
    "applications.step.agree": gettext_lazy("签协议"),
    "applications.step.arrange": gettext_lazy("安排服务"),
    "applications.step.call_back": gettext_lazy("回访申请人"),
    "applications.add_paper": gettext_lazy("收申请材料"),
    "applications.object": gettext_lazy("登记公示异议"),
    "applications.answer_objection": gettext_lazy("答复公示异议"),
    "applications.appeal": gettext_lazy("登记申诉"),
    "applications.answer_appeal": gettext_lazy("答复申诉"),
    "applications.draw_up": gettext_lazy("拟协议"),
    "applications.sign": gettext_lazy("存协议签字"),
    "applications.survey": gettext_lazy("核对应享未享"),
    "applications.waive": gettext_lazy("记老人不申请"),
    "applications.hand_out": gettext_lazy("导出应享未享名单"),
    "applications.set_term": gettext_lazy("定办理期限"),
    "assessment.admit_body": gettext_lazy("登记评估机构"),
    "assessment.set_practice": gettext_lazy("定评估办法"),
    "assessment.appoint": gettext_lazy("安排评估"),
    "assessment.call_in": gettext_lazy("请裁定人"),
    "assessment.review": gettext_lazy("安排复评"),
    "assessment.withdraw": gettext_lazy("撤回评估"),
    "assessment.add_evidence": gettext_lazy("附评估材料"),
    "assessment.sign": gettext_lazy("评估签字"),
    "assessment.adjudicate": gettext_lazy("评估裁定"),
    "assessment.conclude": gettext_lazy("出评估结论"),
    "assessment.certify": gettext_lazy("发能力评估证明"),
    "assessment.dispute": gettext_lazy("登记评估异议"),
    "assessment.enter_paper": gettext_lazy("登记旧评估结果"),
    "matching.hand_in": gettext_lazy("交名册"),
    "matching.compare": gettext_lazy("比对名册"),
    "matching.discard": gettext_lazy("作废名册"),
    "matching.settle": gettext_lazy("办理名册差异"),
    "matching.report_death": gettext_lazy("登记报丧"),
    "privacy.note_consent": gettext_lazy("记录同意或拒绝"),
    "privacy.take_in": gettext_lazy("受理个人信息请求"),
    "privacy.answer": gettext_lazy("答复个人信息请求"),
    "privacy.hand_over": gettext_lazy("交付个人信息副本"),
    "registry.forget": gettext_lazy("删除个人信息"),
    "quality.follow_up": gettext_lazy("回访"),
    "quality.object": gettext_lazy("考核异议"),
    "quality.rule": gettext_lazy("考核裁定"),
    "quality.finalise": gettext_lazy("考核定稿"),
    "settlement.draw_up": gettext_lazy("出单"),
    "settlement.object": gettext_lazy("结算异议"),
    "settlement.answer": gettext_lazy("答复异议"),
    "settlement.withdraw": gettext_lazy("撤回结算单"),
    "settlement.confirm": gettext_lazy("对账确认"),
    "settlement.explain": gettext_lazy("说明变化"),
    "settlement.approve": gettext_lazy("审批"),
    "settlement.decline": gettext_lazy("退回"),
    "settlement.pay": gettext_lazy("拨付"),
    "settlement.take_return": gettext_lazy("读入回单"),
    "insight.freeze": gettext_lazy("定格报告"),
    "insight.draw": gettext_lazy("抽样"),
    "insight.find": gettext_lazy("记审计结论"),
    "insight.tell_population": gettext_lazy("录入人口数"),
    "insight.enter_funding": gettext_lazy("录入资金"),
    "settlement.release": gettext_lazy("放行重拨"),
    "settlement.pay_again": gettext_lazy("重新拨付"),
    "settlement.take_back": gettext_lazy("登记差额"),
    "settlement.waive": gettext_lazy("免除差额"),
    "benefits.reverse": gettext_lazy("冲回费用"),
    "budget.appropriate": gettext_lazy("下达预算"),
    "budget.override": gettext_lazy("批准超预算"),
    "budget.register_sponsor": gettext_lazy("登记爱心企业"),
    "budget.pledge": gettext_lazy("录入认捐"),
    "budget.donate": gettext_lazy("捐赠入账"),
    "dispatch.propose": gettext_lazy("提议改期"),
    "dispatch.agree": gettext_lazy("同意改期"),
    "dispatch.decline": gettext_lazy("不同意改期"),
    "dispatch.wish": gettext_lazy("记下指名或换人"),
    "dispatch.close_out": gettext_lazy("企业退出改派"),
    "dispatch.take_back": gettext_lazy("收回改派"),
    "hotline.end": gettext_lazy("结束来电"),
    "hotline.not_reached": gettext_lazy("回拨未通"),
    "intake.hand_in": gettext_lazy("交表"),
    "intake.hand_out": gettext_lazy("导出名单"),
    "intake.set_aside": gettext_lazy("批次作废"),
    "intake.undo": gettext_lazy("撤销批次"),
    "intake.write": gettext_lazy("批次入库"),
    "meals.close_day": gettext_lazy("餐厅日结"),
    "meals.set_prices": gettext_lazy("公布餐价"),
    "meals.name_sponsor": gettext_lazy("餐厅冠名"),
    "orders.reschedule": gettext_lazy("改期"),
    "providers.admit": gettext_lazy("准入"),
    "providers.answer": gettext_lazy("答复推荐"),
    "providers.recommend": gettext_lazy("推荐服务团队"),
    "providers.check_licence": gettext_lazy("核验证照"),
    "providers.describe": gettext_lazy("登记机构类型"),
    "providers.evaluate": gettext_lazy("登记年度评价"),
    "providers.import_catalogue": gettext_lazy("收下目录表"),
    "providers.keep_standard": gettext_lazy("登记标准文本"),
    "providers.look_after": gettext_lazy("登记负责的村"),
    "providers.let_go": gettext_lazy("人员离职"),
    "providers.lodge_licence": gettext_lazy("登记证照"),
    "providers.open_canteen": gettext_lazy("设餐厅"),
    "providers.renew_certificate": gettext_lazy("证书换新"),
    "providers.seat_cashier": gettext_lazy("收银员上岗"),
    "providers.set_pay_rate": gettext_lazy("定计酬"),
    "providers.set_price": gettext_lazy("定价"),
    "providers.sign_contract": gettext_lazy("签合同"),
    "providers.take_on": gettext_lazy("入职"),
    "providers.change_account": gettext_lazy("更正收款账户"),
    "quality.appraise": gettext_lazy("起草考核"),
    "quality.close_check": gettext_lazy("检查办结"),
    "quality.close_complaint": gettext_lazy("投诉办结"),
    "quality.decide_complaint": gettext_lazy("认定投诉"),
    "quality.elect": gettext_lazy("年度评选"),
    "quality.give_complaint": gettext_lazy("投诉交办"),
    "quality.open_complaint": gettext_lazy("投诉立案"),
    "quality.open_cycle": gettext_lazy("生成周期任务"),
    "quality.open_election": gettext_lazy("发起评选"),
    "quality.rank": gettext_lazy("季度排名"),
    "quality.record_check": gettext_lazy("记录检查"),
    "quality.release": gettext_lazy("考核公示"),
    "quality.score_by_hand": gettext_lazy("人工打分"),
    "quality.assign_site": gettext_lazy("派第三方评估"),
    "quality.score_site": gettext_lazy("第三方打分"),
    "quality.register_standard": gettext_lazy("登记标准"),
    "quality.publish_edition": gettext_lazy("发布标准"),
    "registry.add_many": gettext_lazy("批量补充"),
    "registry.add_contact": gettext_lazy("加联系人"),
    "registry.add_document": gettext_lazy("登记证件"),
    "registry.add_kin": gettext_lazy("登记亲属或监护人"),
    "registry.confirm": gettext_lazy("核实档案"),
    "registry.describe": gettext_lazy("登记健康和兴趣"),
    "registry.end_kin": gettext_lazy("终止亲属或监护"),
    "registry.end_recognition": gettext_lazy("终止身份"),
    "registry.find_duplicates": gettext_lazy("查找重复档案"),
    "registry.issue_card": gettext_lazy("发卡"),
    "registry.leave_household": gettext_lazy("分户"),
    "registry.merge": gettext_lazy("合并档案"),
    "registry.correct_birth": gettext_lazy("更正出生日期"),
    "registry.move": gettext_lazy("迁移"),
    "registry.move_contact": gettext_lazy("调整联系人先后"),
    "registry.name_emergency_contact": gettext_lazy("设紧急联系人"),
    "registry.recognise": gettext_lazy("认定身份"),
    "registry.record_death": gettext_lazy("登记去世"),
    "registry.register": gettext_lazy("登记入院"),
    "registry.register_many": gettext_lazy("批量登记"),
    "registry.remove_contact": gettext_lazy("移除联系人"),
    "registry.replace_card": gettext_lazy("换卡"),
    "registry.report_found": gettext_lazy("解除挂失"),
    "registry.report_lost": gettext_lazy("挂失"),
    "registry.rule_duplicate": gettext_lazy("判断疑似重复"),
    "registry.share_household": gettext_lazy("同住一户"),
    "registry.take_back_additions": gettext_lazy("撤回批量补充"),
    "registry.take_back_many": gettext_lazy("撤回批量登记"),
    "registry.unmerge": gettext_lazy("撤销合并档案"),
    "registry.withdraw_death": gettext_lazy("撤销去世登记"),
    "safety.raise_alarm": gettext_lazy("报警"),
    "safety.take": gettext_lazy("接管报警"),
    "safety.note_step": gettext_lazy("处置报警"),
    "safety.close": gettext_lazy("报警结案"),
    "visits.add_photo": gettext_lazy("传照片"),
    "visits.add_incident_photo": gettext_lazy("传异常照片"),
    "visits.report_incident": gettext_lazy("报告异常"),
    "visits.settle_incident": gettext_lazy("处理异常"),
    "access.sign_in": gettext_lazy("登录"),
    "access.end_session": gettext_lazy("退出一处登录"),
    "access.change_password": gettext_lazy("更换密码"),
    "access.add_factor": gettext_lazy("添加第二步验证"),
    "access.remove_factor": gettext_lazy("移除第二步验证"),
    "access.invite": gettext_lazy("邀请用户"),
    "access.give_role": gettext_lazy("增加岗位"),
    "access.take_role": gettext_lazy("取消岗位"),
    "access.suspend": gettext_lazy("停用账号"),
    "access.resume": gettext_lazy("恢复账号"),
    "access.unlock": gettext_lazy("解锁账号"),
    "access.renew_password": gettext_lazy("重设密码"),
    "access.reset_factors": gettext_lazy("清除第二步验证"),
    "access.create_programme": gettext_lazy("建立运营主体"),
    "access.adopt_pack": gettext_lazy("启用政策包"),
    "access.propose_draft": gettext_lazy("提出政策拟改稿"),
    "access.adopt_draft": gettext_lazy("复核启用拟改稿"),
    "access.return_draft": gettext_lazy("复核退回拟改稿"),
    "access.withdraw_draft": gettext_lazy("撤回拟改稿"),
    "access.look_up": gettext_lazy("说明原因后查看"),
    "access.issue_token": gettext_lazy("发放接口密钥"),
    "access.revoke_token": gettext_lazy("停用接口密钥"),
    "developer.subscribe": gettext_lazy("登记事件订阅"),
    "developer.renew_secret": gettext_lazy("更换签名密钥"),
    "developer.switch_on": gettext_lazy("启用事件订阅"),
    "developer.switch_off": gettext_lazy("停用事件订阅"),
    "developer.push_again": gettext_lazy("重新推送事件"),
}
TERMS = {
    "wanted": gettext_lazy("指名"),
    "distance": gettext_lazy("距离"),
    "load": gettext_lazy("余量"),
    "score": gettext_lazy("考核"),
    "share": gettext_lazy("均衡"),
}


@register.filter
def verb(name: str) -> str:
    """Name an act of the audit book; an act nobody has named keeps its code."""
    return str(VERBS.get(name, name))


@register.filter
def account(kind: str) -> str:
    """Name a kind of account."""
    return kind_of(kind).label


@register.filter
def booked(amount: int, kind: str) -> str:
    """Write what an account of a kind holds: money with the yuan sign, minutes, days and pieces with their unit."""
    unit = kind_of(kind).unit
    return f"{amount} {_(unit)}" if unit else with_sign(amount)


@register.filter
def rule_name(code: str) -> str:
    """Name the dispatch rule that an enterprise failed."""
    return RULES.get(code, code)


@register.filter
def term_bars(terms: Mapping[str, int]) -> list[dict[str, Any]]:
    """Turn the score terms of a candidate into bars for `c-why`."""
    return [
        {"label": TERMS.get(name, name), "value": value, "max": 1000, "text": f"{value // 10}"}
        for name, value in terms.items()
    ]


@register.filter
def evidence_kind(code: str) -> str:
    """Name a kind of evidence."""
    return str(EvidenceKind(code).label)


@register.filter
def used_facts(decision: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Write the facts that a decision has used, each with its Chinese label."""
    known = vocabulary.facts()
    return [
        (known[name].label if name in known else name, _fact(known.get(name), name, value))
        for name, value in decision.get("facts_used", {}).items()
    ]


def _fact(fact: vocabulary.Fact | None, name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, int) and name.endswith("_fen"):
        return f"{yuan(value)} {_('元')}"
    codes = fact.codes if fact else {}
    if isinstance(value, list):
        return "、".join(codes.get(str(item), str(item)) for item in value) or "—"
    return codes.get(str(value), str(value))


@register.filter
def of(mapping: Mapping[Any, Any], key: Any) -> Any:
    """Read one entry of a mapping; nothing where there is none, and no count where nothing was counted."""
    return mapping.get(key, 0 if isinstance(key, int) else None)


@register.simple_tag(takes_context=True)
def photos_of(context: Context, visit: Any) -> list[Shot]:
    """Return the photos of a visit that the viewer of the page may see."""
    return visits_read.photos(context["viewer"], visit.pk)


@register.filter
def six(row: Row) -> list[tuple[bool, str]]:
    """Pair the six facts of a row with their names."""
    return list(zip(row.facts, FACTS, strict=True))

"""The member enterprises: warnings on the list, everything on one page, and the way in and out."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from tests.cast import Cast
from tests.neighbours import neighbour

from sangyu.access.models import Role
from sangyu.kit.credit_code import check_character
from sangyu.orders.models import Order
from sangyu.providers import actions as providers
from sangyu.providers.actions import Paper
from sangyu.providers.models import Certificate, Contract, Enterprise

LIST = reverse("dispatching:enterprises")
SAID = {"reason": "停业", "document": "城民函〔2026〕3号"}
FIRST_17 = "91620102MA0000009"
APPLICATION = {
    "name": "和顺养老服务有限公司",
    "short_name": "和顺",
    "credit_code": FIRST_17 + check_character(FIRST_17),
    "phone": "09318100009",
    "lng": "103.83",
    "lat": "36.06",
    "capacity_per_day": "10",
    "bank_name": "兰州示例银行",
    "bank_account": "6200000000000000009",
    "licence_kind": "营业执照",
    "licence_number": "YY-9",
    "licence_from": "2020-01-01",
    "licence_until": "2028-01-01",
    "document": "申请表9号",
}


def page(firm, name="enterprise", *more):
    return reverse(f"dispatching:{name}", args=[firm.pk, *more])


def state(firm):
    return Enterprise.objects.get(pk=firm.pk).state


def test_the_list_warns_of_papers_and_missing_officers(cast: Cast, sit):
    providers.lodge_licence(
        enterprise=cast.letter,
        paper=Paper("食品经营许可证", "SP-1", date(2021, 1, 1), date(2026, 11, 6)),
        by=cast.head,
        at=cast.at,
    )
    Certificate.objects.filter(worker=cast.other_worker).update(valid_until=date(2026, 11, 8))
    text = sit(cast.wang).get(LIST).content.decode()
    assert "食品经营许可证 已过期3天" in text
    assert "合同 剩53天" in text
    assert "缺安全员、急救员" in text
    assert "登记申请" not in text
    assert "登记申请" in sit(cast.head).get(LIST).content.decode()


def test_a_name_is_looked_for_and_an_empty_state_says_so(cast: Cast, sit):
    desk = sit(cast.wang)
    assert [row["firm"] for row in desk.get(LIST, {"q": "乐泰"}).context["rows"]] == [cast.letter]
    assert "没有这样的企业" in desk.get(LIST, {"q": "无此"}).content.decode()
    assert "这一状态没有企业" in desk.get(LIST, {"state": "EXITED"}).content.decode()


def test_the_list_costs_the_same_for_two_enterprises_and_for_six(cast: Cast, sit, django_assert_max_num_queries):
    for n in range(3, 7):
        cast.enterprise(f"第{n}家居家服务有限公司", f"第{n}家", n)
    desk = sit(cast.wang)
    with django_assert_max_num_queries(24):
        assert len(desk.get(LIST).context["rows"]) == 6


def test_one_page_tells_everything_of_an_enterprise(cast: Cast, sit):
    cast.sent()
    Certificate.objects.filter(worker=cast.zhao).update(valid_until=date(2026, 11, 1))
    Certificate.objects.filter(worker=cast.zhao, kind="养老护理员证").update(valid_until=date(2026, 11, 20))
    text = sit(cast.wang).get(page(cast.kangan)).content.decode()
    for words in (
        "城养合〔2026〕1号",
        "酒泉路街道",
        "赵勤",
        "养老护理员证 剩11天",
        "139****0011",
        "YY-1",
        "何静",
        "没有有效证书",
    ):
        assert words in text


def test_the_dispatcher_looks_and_the_shift_leader_acts(cast: Cast, sit):
    leave = page(cast.kangan, "stand", "leave")
    assert sit(cast.wang).get(page(cast.kangan)).context["steps"] == []
    assert sit(cast.wang).post(leave, SAID).status_code == 404
    for stranger in (cast.kangan_user, cast.ma, cast.clerk):
        assert sit(stranger).get(LIST).status_code == 403
        assert sit(stranger).post(leave, SAID).status_code == 403
    assert sit(neighbour(cast, Role.BUREAU)).post(leave, SAID).status_code == 404
    assert state(cast.kangan) == "ADMITTED"
    assert [step.code for step in sit(cast.other_agent).get(page(cast.kangan)).context["steps"]] == ["suspend", "leave"]


def test_an_exit_shows_first_where_every_order_goes_and_then_where_it_went(cast: Cast, sit):
    order = cast.accepted().order
    desk = sit(cast.head)
    preview = desk.get(page(cast.kangan, "stand", "leave")).content.decode()
    assert order.number in preview
    assert "乐泰家政服务有限公司" in preview
    assert Order.objects.get(pk=order.pk).stage == "ACCEPTED"
    told = desk.post(page(cast.kangan, "stand", "leave"), SAID, follow=True).content.decode()
    assert state(cast.kangan) == "EXITED"
    assert Order.objects.get(pk=order.pk).stage == "SENT"
    assert "已改派给乐泰家政服务有限公司" in told


def test_a_step_without_a_reason_is_asked_again(cast: Cast, sit):
    answer = sit(cast.head).post(page(cast.kangan, "stand", "suspend"), {"reason": "", "document": ""})
    assert answer.status_code == 422
    assert "请填写原因" in answer.content.decode()
    assert state(cast.kangan) == "ADMITTED"


def test_a_suspended_enterprise_keeps_its_orders_until_they_are_asked_for(cast: Cast, sit):
    order = cast.sent().order
    desk = sit(cast.other_agent)
    desk.post(page(cast.kangan, "stand", "suspend"), SAID)
    assert (state(cast.kangan), Order.objects.get(pk=order.pk).stage) == ("SUSPENDED", "SENT")
    told = desk.post(page(cast.kangan, "stand", "take-back"), follow=True).content.decode()
    assert "已改派给乐泰家政服务有限公司" in told


def test_an_unknown_step_is_not_found(cast: Cast, sit):
    assert sit(cast.head).get(page(cast.kangan, "stand", "dissolve")).status_code == 404


def test_an_applicant_is_entered_contracted_and_told_what_still_lacks(cast: Cast, sit):
    desk = sit(cast.head)
    desk.post(reverse("dispatching:apply"), APPLICATION)
    firm = Enterprise.objects.get(short_name="和顺")
    desk.post(
        page(firm, "contract"),
        {
            "number": "城养合〔2026〕9号",
            "valid_from": "2026-11-01",
            "valid_until": "2027-11-01",
            "areas": ["620102001"],
            "items": [str(cast.cleaning.pk)],
        },
    )
    assert Contract.objects.filter(enterprise=firm).exists()
    refused = desk.post(page(firm, "stand", "admit"), SAID)
    assert refused.status_code == 422
    assert "没有持证的安全员、急救员" in refused.content.decode()
    assert state(firm) == "APPLICANT"


@pytest.mark.parametrize(
    ("field", "wrong", "why"), [("credit_code", "123", "信用代码"), ("name", "", "请填写企业名称")]
)
def test_a_wrong_application_keeps_what_was_typed_and_says_what_is_wrong(cast: Cast, sit, field, wrong, why):
    answer = sit(cast.head).post(reverse("dispatching:apply"), {**APPLICATION, field: wrong})
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert "和顺" in answer.content.decode()


def test_a_renewed_licence_stands_beside_the_old_one(cast: Cast, sit):
    desk = sit(cast.head)
    renewed = {"kind": "营业执照", "number": "YY-2", "valid_from": "2028-01-01", "valid_until": "2040-01-01"}
    text = desk.post(page(cast.kangan, "licence"), renewed, follow=True).content.decode()
    assert "YY-1" in text
    assert "YY-2" in text
    assert "旧证" in text
    assert sit(cast.wang).post(page(cast.kangan, "licence"), renewed).status_code == 404

"""What may she have, on the page; a month's run from page to page; the slip that tells her; and who sees nothing."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from sangyu.allowances.models import Approval, PaymentFile, Run
from sangyu.allowances.numbers import content_of_file
from sangyu.allowances.verify import verify
from sangyu.benefits.models import StatedFact
from sangyu.kit.month import Month
from sangyu.portals.finance.tests.pdf_text import text_of
from sangyu.registry.models import Elder

NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)


def page(client, name, *args, **query):
    return client.get(reverse(f"entitlements:{name}", args=args), query)


@pytest.mark.proves("GL-22")
def test_what_is_missing_is_recorded_on_the_page_and_answers_at_once(months, sit):
    elder = months.elder("陈玉珍", date(1944, 3, 5), 1, works=None)
    clerk = sit(months.troupe.clerk)
    shown = page(clerk, "elder", elder.pk).content.decode()
    assert shown.index("能享受") < shown.index("还缺情况") < shown.index("不能享受")
    assert "登记“有工作单位”" in shown
    assert "每人每年发放居家养老服务券360元" in shown
    where = reverse("entitlements:state", args=[elder.pk])
    typed = {"name": "has_work_unit", "value": "no", "evidence": "", "valid_from": "2026-01-01", "key": "k"}
    refused = clerk.post(where, typed)
    assert (refused.status_code, StatedFact.objects.count()) == (422, 0)
    for _ in range(2):
        assert clerk.post(where, typed | {"evidence": "社保查询单 3号"}).status_code == 302
    assert StatedFact.objects.get().value is False
    assert "年满80周岁，无工作单位，每月高龄补贴100元" in page(clerk, "elder", elder.pk).content.decode()


def test_an_agent_reads_and_records_nothing(months, sit):
    elder = months.elder("陈玉珍", date(1944, 3, 5), 1, works=None)
    agent = sit(months.troupe.ma)
    shown = page(agent, "elder", elder.pk).content.decode()
    assert "请社区核对后登记" in shown
    assert reverse("entitlements:state", args=[elder.pk]) not in shown
    assert agent.post(reverse("entitlements:state", args=[elder.pk]), {"name": "has_work_unit"}).status_code == 403


def test_a_community_sees_no_elder_of_another_area(months, sit, cast):
    assert page(sit(months.troupe.clerk), "elder", cast.li.pk).status_code == 404


def test_a_month_from_page_to_page(months, sit):
    for serial in range(1, 4):
        months.elder(f"老{serial}", date(1940, 3, 5), serial)
    months.elder("缺", date(1940, 3, 5), 9, works=None)
    finance, approver = sit(months.troupe.qian), sit(months.troupe.feng)
    drawn = finance.post(reverse("entitlements:draw-up"), {"code": "high-age-allowance", "month": "2026-11"})
    run = Run.objects.get()
    here = reverse("entitlements:run", args=[run.pk])
    assert drawn["Location"] == here
    shown = finance.get(here).content.decode()
    assert "有工作单位：1 人" in shown
    assert reverse("entitlements:approve", args=[run.pk]) not in shown
    assert "缺少“有工作单位”" in page(finance, "run", run.pk, change="UNDECIDED").content.decode()
    assert approver.post(reverse("entitlements:approve", args=[run.pk])).status_code == 302
    assert Approval.objects.get().due_fen == 300_00
    assert finance.post(reverse("entitlements:pay", args=[run.pk])).status_code == 302
    content = page(finance, "file", run.pk).content
    assert content == content_of_file(PaymentFile.objects.get())
    assert "老1" in content.decode("gb18030")
    bad = Elder.objects.get(name="老2")
    answer = SimpleUploadedFile("return.csv", months.answer(run, bad.pk))
    assert finance.post(reverse("entitlements:return", args=[run.pk]), {"file": answer}).status_code == 302
    shown = finance.get(here).content.decode()
    assert "户名不符" in shown
    assert "有退回" in shown
    assert verify(months.troupe.programme.pk) == []
    listed = page(finance, "runs").content.decode()
    assert "高龄补贴、营养费" in listed
    assert "意外伤害险" in listed


def test_a_refusal_stands_on_the_page_where_it_fell(months, sit):
    months.elder("甲", date(1940, 3, 5), 1)
    run = months.drawn(NOVEMBER)
    refused = sit(months.troupe.qian).post(reverse("entitlements:pay", args=[run.pk]))
    assert refused.status_code == 422
    assert "还没有审批，不能支付" in refused.content.decode()
    early = sit(months.troupe.qian).post(
        reverse("entitlements:draw-up"), {"code": "high-age-allowance", "month": "2027-03"}
    )
    assert "2027-03还没有开始" in early.content.decode()


def test_the_slip_says_what_is_left_and_what_was_paid_for_her(months, sit):
    elder = months.elder("陈玉珍", date(1940, 3, 5), 1)
    run = months.sent(NOVEMBER)
    months.answered(run, elder.pk)
    clerk = sit(months.troupe.clerk)
    shown = page(clerk, "slip", elder.pk, "2026-11").content.decode()
    assert "还剩360元" in shown
    assert "高龄补贴、营养费100元。" in shown
    assert "高龄补贴、营养费还有100元没有到账。" in shown, "the bank has refused it"
    assert "2026年到11月为止，政府为您付了0元。" in shown
    months.answered(months.sent(DECEMBER))
    december = page(clerk, "slip", elder.pk, "2026-12").content.decode()
    assert "没有到账" not in december
    assert "2026年到12月为止，政府为您付了200元。" in december
    paper = page(clerk, "slip-paper", elder.pk, "2026-11")
    assert paper.content == page(clerk, "slip-paper", elder.pk, "2026-11").content
    assert "还剩360元" in text_of(paper.content)
    assert page(clerk, "slip", elder.pk, "2026-13").status_code == 404


def test_the_settlement_room_is_closed_to_others(months, sit):
    assert page(sit(months.troupe.clerk), "runs").status_code == 403

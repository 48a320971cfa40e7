"""Huli at its desks by what the pages post: the window, the board, the table of approvals, and who sees what."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sangyu.access import actions as access
from sangyu.access.models import AreaKind, OrganisationKind, Role
from sangyu.adoption import actions as adoption
from sangyu.applications import actions as applications
from sangyu.applications.models import Agreement, Application, Award, Posting, State
from sangyu.applications.tests.town import HULI
from sangyu.portals.finance.tests.pdf_text import text_of
from sangyu.registry import actions as registry

LIST, TAKE, STACK = (reverse(f"applications:{name}") for name in ("list", "take", "stack"))


def at(made: Application, what: str) -> str:
    return reverse("applications:act", args=[made.pk, what])


def scan(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{name}.pdf", b"%PDF-1.4\n" + name.encode() + b"\n%%EOF\n", "application/pdf")


def test_from_the_window_to_the_call_afterwards(huli, sit):
    clerk = sit(huli.clerk)
    assert f"?elder={huli.li.pk}" in clerk.get(TAKE, {"find": "李秀兰"}).content.decode()
    kinds = clerk.get(TAKE, {"elder": huli.li.pk}).content.decode()
    assert "接受申请 → 核定对象 → 确定项目 → 签订协议 → 安排服务 → 回访监督" in kinds
    where = f"{TAKE}?elder={huli.li.pk}&kind=service"
    assert "户籍在湖里区，82周岁，是服务对象" in clerk.get(where).content.decode()
    typed = {"applicant": "李秀兰", "relation": "本人", "channel": "WINDOW", "key": "k1"}
    assert clerk.post(where, typed | {"applicant": ""}).status_code == 422
    clerk.post(where, typed)
    assert clerk.post(where, typed).status_code == 302
    made = Application.objects.get()
    case = reverse("applications:case", args=[made.pk])

    assert "定类别" in clerk.get(case).content.decode()
    assert clerk.post(at(made, "classify"), {"service_class": "free"}).status_code == 422
    clerk.post(at(made, "classify"), {"service_class": "free", "reason": "低保户，独居"})
    meeting = {
        "passed": "yes",
        "minutes": "两委〔2026〕12号",
        "held_on": "2026-11-09",
        "attendees": "罗敏、周正，何平",
        "reason": "同意",
    }
    clerk.post(at(made, "review"), meeting)
    assert "到会3人；到会人员：罗敏、周正、何平" in clerk.get(case).content.decode()
    other = huli.classified(elder=huli.grandpa)
    assert "罗敏、周正、何平</textarea>" in clerk.get(reverse("applications:case", args=[other.pk])).content.decode()
    applications.withdraw(application_id=other.pk, reason="不用了", by=huli.clerk, at=huli.at)
    clerk.post(at(made, "paper"), {"title": "户口簿", "content": scan("book")})
    assert clerk.post(reverse("applications:post"), {"application": [str(made.pk)]}).status_code == 302
    posting = Posting.objects.get()
    assert "李*兰" in clerk.get(reverse("applications:posting", args=[posting.pk])).content.decode()

    huli.at = datetime.combine(posting.until_on + timedelta(days=1), huli.at.timetz())
    applications.end_notices(programme_id=huli.programme.pk, by=huli.clock, at=huli.at)
    head = sit(huli.second, huli.at)
    page = head.get(STACK).content.decode()
    assert "李秀兰" in page
    assert "无偿" in page
    head.post(reverse("applications:decide", args=[made.pk, "open"]))
    head.post(reverse("applications:decide", args=[made.pk, "approve"]))
    assert Award.objects.get().service_class == "free"
    assert "没有等您审批的" in head.get(STACK).content.decode()

    assert "室内保洁（80.00元，自付0.00元）" in clerk.get(case).content.decode()
    clerk.post(at(made, "choose"), {"items": [str(huli.cleaning.pk)], "said": "每周一次"})
    clerk.post(at(made, "draw-up"))
    agreement = clerk.get(reverse("applications:agreement", args=[made.pk]))
    told = text_of(b"".join(agreement) if agreement.streaming else agreement.content)
    assert "居家养老服务协议" in told
    assert "室内保洁" in told
    signed = {"sha256": agreement_hash(made), "name": "李秀兰"}
    clerk.post(at(made, "sign"), signed | {"party": "ELDER", "content": scan("elder")})
    clerk.post(at(made, "sign"), signed | {"party": "COMMUNITY", "name": "罗敏", "content": scan("community")})
    clerk.post(at(made, "arrange"), {"first_on": "2026-11-20", "said": "康安，每周五"})
    sit(huli.sun, huli.at).post(at(made, "call-back"), {"satisfied": "yes", "said": "擦得干净"})
    made.refresh_from_db()
    assert made.state == State.DONE
    assert "擦得干净" in clerk.get(case).content.decode()


def agreement_hash(made: Application) -> str:
    return Agreement.objects.get(application=made).sha256


def test_the_board_is_open_to_anybody_while_it_hangs_and_names_nobody_whole(huli, sit):
    sit(huli.clerk)
    _made, posting = huli.posted()
    board = reverse("applications:board", args=[posting.pk])
    answer = Client().get(board)
    shown = answer.content.decode()
    assert "李*兰" in shown
    assert "李秀兰" not in shown
    assert huli.li.address not in shown
    assert answer["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    sit(huli.clerk, huli.at + timedelta(days=30))
    assert Client().get(board).status_code == 404


def test_the_posting_is_printed_for_the_file_and_for_the_wall(huli, sit):
    clerk = sit(huli.clerk)
    _made, posting = huli.posted()
    for size in ("a4", "a3"):
        answer = clerk.get(reverse("applications:posting-pdf", args=[posting.pk, size]))
        assert answer["Content-Type"] == "application/pdf"
        told = text_of(answer.content)
        assert "李*兰" in told
        assert "李秀兰" not in told
        assert "2026年11月16日" in told
    assert clerk.get(reverse("applications:posting-pdf", args=[posting.pk, "a5"])).status_code == 404


def test_what_the_register_does_not_know_is_asked_at_once(huli, sit):
    page = sit(huli.clerk).get(TAKE, {"elder": huli.li.pk, "kind": "respite"}).content.decode()
    assert "家庭上次喘息服务申请日" in page
    assert "登记里没有的" in page


def test_a_stranger_finds_nothing_and_nobody_but_the_bureau_approves(huli, sit):
    made = huli.classified("paid")
    case = reverse("applications:case", args=[made.pk])
    assert sit(huli.ma).get(case).status_code == 403
    access.load_areas(
        rows=[{"code": "350206001002", "name": "别处社区", "kind": AreaKind.COMMUNITY, "parent": "350206001"}]
    )
    there = access.found_organisation(
        programme=huli.programme, kind=OrganisationKind.COMMUNITY, name="别处", area_code="350206001002"
    )
    assert sit(huli.user(there, "elsewhere", "外人", Role.COMMUNITY)).get(case).status_code == 404
    assert sit(huli.clerk).get(STACK).status_code == 403
    assert sit(huli.clerk).post(reverse("applications:decide", args=[made.pk, "approve"])).status_code == 403


def test_the_list_asks_as_often_for_many_as_for_one(huli, sit):
    clerk = sit(huli.clerk)
    huli.applied()
    clerk.get(LIST)
    with CaptureQueriesContext(connection) as one:
        clerk.get(LIST)
    huli.applied(elder=huli.grandpa)
    with CaptureQueriesContext(connection) as two:
        page = clerk.get(LIST).content.decode()
    assert len(one) == len(two)
    assert "王德厚" in page


def test_terms_are_laid_down_and_shown_beside_the_steps_of_the_text(huli, sit):
    head = sit(huli.head)
    where = reverse("applications:terms")
    typed = {"step": "APPROVE", "days": "5", "valid_from": "2026-11-01", "document": "湖民〔2026〕4号"}
    assert head.post(where, typed).status_code == 302
    assert head.post(where, typed | {"days": "6"}).status_code == 422
    page = head.get(where).content.decode()
    assert "湖民〔2026〕4号" in page
    assert "只有无偿、低偿对象" in page


def test_a_day_typed_wrongly_is_asked_again_and_not_taken_as_unknown(huli, sit):
    unit = {"respite_unit": "family", "respite_year": "calendar"}
    adoption.adopt(
        programme_id=huli.programme.pk,
        pack_id="xiamen-huli",
        parameters={**HULI.parameters, **unit},
        document="湖民〔2026〕9号",
        valid_from=huli.at.date(),
        by_id=huli.head.pk,
        at=huli.at,
    )
    registry.recognise(
        elder=huli.li,
        code="severe_disability",
        evidence="残疾证",
        valid_from=huli.at.date(),
        by=huli.clerk,
        at=huli.at,
    )
    made = huli.applied(kind="respite")
    assert made.state == State.RETURNED
    clerk = sit(huli.clerk)
    typed = {"reason": "已问清", "family_last_respite_on": "2026-02-30"}
    answer = clerk.post(at(made, "resubmit"), typed)
    assert answer.status_code == 422
    assert "2026-02-30" in answer.content.decode()
    made.refresh_from_db()
    assert made.declared == {}

"""From an appointment to a report by what the pages post; who sees what; and nothing before both have signed."""

from __future__ import annotations

from django.urls import reverse
from tests.cast import PASSWORD

from sangyu.assessment import queries as assessment_read
from sangyu.assessment.models import Assessment, Conclusion, Draft, Part
from sangyu.assessment.tests.sheets import GB, best, with_points
from sangyu.assessment.tests.team import SCALE


def answers(sheet):
    return {f"a-{code}": points for code, points in sheet.items()}


def test_from_an_appointment_to_a_report(team, sit):
    head = sit(team.cast.head)
    found = head.get(reverse("assessor:appoint"), {"find": "李秀兰"})
    assert f"?elder={team.cast.li.pk}" in found.content.decode()
    where = f"{reverse('assessor:appoint')}?elder={team.cast.li.pk}"
    typed = {"scale": SCALE, "kind": "FIRST", "first": team.lin.pk, "second": team.he.pk, "day": "2026-11-09"}
    made = head.post(where, typed | {"time": "10:00", "key": "k"})
    assert head.post(where, typed | {"time": "10:00", "key": "k"})["Location"] == made["Location"]
    it = Assessment.objects.get()
    case = reverse("assessor:case", args=[it.pk])
    assert made["Location"] == case
    assert head.post(where, typed | {"second": team.lin.pk, "time": "10:00", "key": "x"}).status_code == 422

    for person, part in ((team.lin, Part.FIRST), (team.he, Part.SECOND)):
        client = sit(person)
        here = team.part(it, part)
        assert "李秀兰" in client.get(reverse("assessor:today")).content.decode()
        sheet = reverse("assessor:sheet", args=[here.pk])
        assert "没有存上" in client.get(sheet).content.decode()
        client.post(sheet, {"n": 1, **answers(with_points(GB, 50) | {"B.4.1": 1 if part == Part.FIRST else 2})})
        sign = reverse("assessor:sign", args=[here.pk])
        signed = {"n": 1, "informant": "李建国", "informant_relation": "儿子", "password": PASSWORD}
        assert "密码不对" in client.post(sign, signed | {"password": "guessed"}).content.decode()
        assert client.post(sign, signed)["Location"] == case
        shown = client.get(case).content.decode()
        assert "还没有结果" in shown
        assert "逐项结果" not in shown

    head.post(reverse("assessor:act", args=[it.pk, "call-in"]), {"third": team.su.pk})
    third = team.part(it, Part.THIRD)
    client = sit(team.su)
    decide = reverse("assessor:decide", args=[third.pk])
    page = client.get(decide).content.decode()
    assert page.count('<fieldset class="as-card"') == 1
    assert "林知微" not in page
    assert client.post(decide, {"password": PASSWORD}).status_code == 422
    client.post(decide, {"a-B.4.1": 1, "password": PASSWORD})

    head = sit(team.cast.head)
    head.post(reverse("assessor:act", args=[it.pk, "conclude"]))
    head.post(reverse("assessor:act", args=[it.pk, "certify"]))
    shown = head.get(case).content.decode()
    assert "评〔2026〕000001号" in shown
    assert "中度失能" in shown
    report = head.get(reverse("assessor:report", args=[it.pk]))
    assert report["Content-Type"] == "application/pdf"
    assert report.content.startswith(b"%PDF-")


def test_a_refused_step_is_said_on_its_page(team, sit):
    made = team.signed()
    lin = sit(team.lin)
    answer = lin.post(reverse("assessor:act", args=[made.pk, "conclude"]))
    assert answer.status_code == 409
    assert "没有这项权限" in answer.content.decode()
    assert lin.post(reverse("assessor:act", args=[made.pk, "invent"])).status_code == 404
    assert lin.get(reverse("assessor:report", args=[made.pk])).status_code == 404
    assert not Conclusion.objects.exists()


def test_the_community_reads_the_level_and_disputes_it(team, sit):
    it = team.concluded(with_points(GB, 66)).assessment
    clerk = sit(team.cast.clerk)
    shown = clerk.get(reverse("assessor:case", args=[it.pk])).content.decode()
    assert "轻度失能" in shown
    assert "各份评估表" not in shown
    act = reverse("assessor:act", args=[it.pk, "dispute"])
    assert clerk.post(act, {"raised_by": "李建国"}).status_code == 422
    clerk.post(act, {"raised_by": "李建国", "relation": "儿子", "grounds": "上下楼梯要人扶"})
    assert assessment_read.dispute_of(it) is not None
    head = sit(team.cast.head)
    review = {"first": team.su.pk, "second": team.tao.pk, "day": "2026-11-16", "time": "09:00"}
    assert "复评" in head.post(reverse("assessor:act", args=[it.pk, "review"]), review, follow=True).content.decode()


def test_a_late_or_wrong_draft_is_answered_and_changes_nothing(team, sit):
    here = team.filled(team.appointed(), Part.FIRST, best(GB), n=5)
    client = sit(team.lin)
    sheet = reverse("assessor:sheet", args=[here.pk])
    asked = {"headers": {"Accept": "application/json"}}
    assert client.post(sheet, {"n": 3, "a-B.1.1": 0}, **asked).json() == {"n": 5}
    refused = client.post(sheet, {"n": 6, "a-B.2.4": 4}, **asked)
    assert refused.status_code == 409
    assert "上下楼梯" in refused.json()["refused"]
    assert client.post(sheet, {"n": "x"}, **asked).status_code == 409
    assert Draft.objects.get().answers == best(GB)


def test_the_bureau_lays_down_a_practice(team, sit):
    head = sit(team.cast.head)
    typed = {
        "scale": "nhsa-2021",
        "valid_from": "2027-01-01",
        "valid_months": 24,
        "dispute_days": 10,
        "document": "城医保发〔2026〕9号",
    }
    page = reverse("assessor:practice")
    assert head.post(page, typed | {"document": ""}).status_code == 422
    assert "城医保发〔2026〕9号" in head.post(page, typed, follow=True).content.decode()
    assert "已经定过" in head.post(page, typed | {"valid_months": 12}).content.decode()
    assert "安宁评估所" in head.post(reverse("assessor:admit"), {"name": "安宁评估所"}, follow=True).content.decode()
    assert head.post(reverse("assessor:admit"), {"name": " "}).status_code == 422
    assert sit(team.cast.clerk).get(page).status_code == 403

"""From an appointment to a report by what the pages post; who sees what; and nothing before both have signed."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.cast import PASSWORD

from sangyu.assessment import actions as assessment
from sangyu.assessment import queries as assessment_read
from sangyu.assessment.models import Assessment, Conclusion, Draft, Part, Stage
from sangyu.assessment.tests.sheets import GB, best, with_points
from sangyu.assessment.tests.team import SCALE
from sangyu.files.tests.paint import photo
from sangyu.kit.ids import new_id
from sangyu.portals.assessor.views.cases import PAGE
from sangyu.portals.finance.tests.pdf_text import text_of

WHO_ASSESSES = "'ASSESSOR'"  # as it stands in a question to the database


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
        client.post(
            sheet, {"base": 0, "n": 1, **answers(with_points(GB, 50) | {"B.4.1": 1 if part == Part.FIRST else 2})}
        )
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
    paper = reverse("assessor:report", args=[it.pk])
    assert "逐项结果" not in text_of(clerk.get(paper).content)
    assert "逐项结果" in text_of(sit(team.cast.head).get(paper).content)
    act = reverse("assessor:act", args=[it.pk, "dispute"])
    assert clerk.post(act, {"raised_by": "李建国"}).status_code == 422
    clerk.post(act, {"raised_by": "李建国", "relation": "儿子", "grounds": "上下楼梯要人扶"})
    assert assessment_read.dispute_of(it) is not None
    head = sit(team.cast.head)
    with CaptureQueriesContext(connection) as asked:
        assert "安排复评" in head.get(reverse("assessor:case", args=[it.pk])).content.decode()
    assert sum(WHO_ASSESSES in one["sql"] for one in asked) == 1
    review = {"first": team.su.pk, "second": team.tao.pk, "day": "2026-11-16", "time": "09:00"}
    assert "复评" in head.post(reverse("assessor:act", args=[it.pk, "review"]), review, follow=True).content.decode()


def test_nobody_is_asked_who_assesses_where_nobody_is_sent(team, sit):
    it = team.concluded().assessment
    head = sit(team.cast.head)
    for page in (reverse("assessor:case", args=[it.pk]), reverse("assessor:appoint")):
        with CaptureQueriesContext(connection) as asked:
            head.get(page)
        assert not [one for one in asked if WHO_ASSESSES in one["sql"]]


def test_a_level_that_a_review_replaced_is_not_handed_out_as_valid(team, sit):
    old = team.concluded(with_points(GB, 89))
    new = team.replaced(old.assessment, with_points(GB, 60))
    said = f"已由复评的结论“{new.label}（{new.level}级）”代替，{new.valid_from}起本结论不再有效"
    case, paper, fhir = (reverse(f"assessor:{page}", args=[old.assessment_id]) for page in ("case", "report", "fhir"))
    head, lin, su = (sit(who) for who in (team.cast.head, team.lin, team.su))
    assert said in head.get(case).content.decode()
    printed = text_of(head.get(paper).content)
    assert said in printed
    assert f"到{new.valid_from}为止" in printed
    level = head.get(fhir).json()["entry"][2]["resource"]
    assert level["status"] == "amended"
    assert level["effectivePeriod"] == {"start": "2026-11-09", "end": str(new.valid_from - timedelta(days=1))}
    assert said in level["note"][-1]["text"]

    before = lin.get(case).content.decode()
    assert "已由以后的评估结论代替" in before
    after = su.get(reverse("assessor:case", args=[new.assessment_id])).content.decode()
    for page, other in ((before, new), (after, old)):
        assert reverse("assessor:case", args=[other.assessment_id]) not in page


def test_the_list_goes_on_and_is_searched(team, sit):
    li, grandpa = team.appointed(), team.appointed(elder=team.cast.grandpa)
    long_ago = [deepcopy(li) for _ in range(PAGE)]
    for n, one in enumerate(long_ago, 1):
        one.pk, one.stage, one.at = new_id(), Stage.WITHDRAWN, li.at - timedelta(days=n)
    Assessment.objects.bulk_create(long_ago)
    head = sit(team.cast.head)

    def listed(**asked):
        page = head.get(reverse("assessor:cases"), asked).content.decode()
        every = [li, grandpa, *long_ago]
        return [it for it in every if reverse("assessor:case", args=[it.pk]) in page], page

    first, page = listed()
    assert first == [li, grandpa, *long_ago[: PAGE - 2]]
    assert f'href="?after={PAGE}" rel="next"' in page
    assert "GB/T 42195-2022" in page
    rest, page = listed(after=str(PAGE))
    assert rest == long_ago[PAGE - 2 :]
    assert 'rel="prev"' in page
    assert 'rel="next"' not in page
    assert listed(q="李秀兰", stage="APPOINTED")[0] == [li]
    assert "没有找到" in listed(q="没有这个人")[1]
    assert listed(stage="WITHDRAWN")[0] == long_ago
    assert listed(stage="CONCLUDED")[0] == []


def test_photos_are_listed_for_whoever_reads_the_sheets(team, sit):
    made = team.appointed()
    first, second = (team.filled(made, part) for part in (Part.FIRST, Part.SECOND))
    shot = assessment.add_evidence(appointment_id=first.pk, item="B.2.4", content=photo(), by=team.lin, at=team.at)
    case, where = reverse("assessor:case", args=[made.pk]), reverse("assessor:evidence", args=[shot.pk])
    team.signs(first)
    assert where not in sit(team.cast.head).get(case).content.decode()
    team.signs(second)
    for who, reads in ((team.cast.head, True), (team.he, True), (team.cast.clerk, False)):
        assert (where in sit(who).get(case).content.decode()) == reads


def test_a_late_or_wrong_draft_is_answered_and_changes_nothing(team, sit):
    here = team.filled(team.appointed(), Part.FIRST, best(GB), n=5)
    client = sit(team.lin)
    sheet = reverse("assessor:sheet", args=[here.pk])
    asked = {"headers": {"Accept": "application/json"}}
    late = {"base": 2, "n": 6, "a-B.1.1": 0}
    assert client.post(sheet, late, **asked).json() == {"n": 5, "taken": False}
    assert "别处又改过" in client.post(sheet, late, follow=True).content.decode()
    again = {"base": 0, "n": 5, **answers(best(GB))}
    assert client.post(sheet, again, **asked).json() == {"n": 5, "taken": True}
    refused = client.post(sheet, {"base": 5, "n": 6, "a-B.2.4": 4}, **asked)
    assert refused.status_code == 409
    assert "上下楼梯" in refused.json()["refused"]
    assert client.post(sheet, {"base": 5, "n": "x"}, **asked).status_code == 409
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


def test_what_stands_beside_the_items_is_asked_once_and_leaves_the_house_without_names(team, sit):
    made = team.appointed(elder=team.cast.grandpa)
    here, other = team.part(made, Part.FIRST), team.part(made, Part.SECOND)
    lin = sit(team.lin)
    sheet = reverse("assessor:sheet", args=[here.pk])
    assert 'name="p-A.2.4"' in lin.get(sheet).content.decode()
    assert 'name="p-A.2.4"' not in sit(team.he).get(reverse("assessor:sheet", args=[other.pk])).content.decode()
    said = {"base": 0, "n": 1, **answers(best(GB)), "p-A.2.4": "1580", "p-A.4.1": ["I10", "E10"]}
    asked = {"headers": {"Accept": "application/json"}}
    assert "50至230厘米" in lin.post(sheet, said, **asked).json()["refused"]
    assert lin.post(sheet, said | {"p-A.2.4": "158", "p-A.2.6": ""}, **asked).json() == {"n": 1, "taken": True}
    sign = reverse("assessor:sign", args=[here.pk])
    page = lin.get(sign).content.decode()
    assert "158厘米" in page
    signed = {"n": 1, "informant": "王小山", "informant_relation": "儿子", "password": PASSWORD}
    lin.post(sign, signed | {"informant_phone": "13900000077"})
    team.signs(team.filled(made, Part.SECOND))
    team.concludes(made.pk)
    head = sit(team.cast.head)
    printed = text_of(head.get(reverse("assessor:report", args=[made.pk])).content)
    case = head.get(reverse("assessor:case", args=[made.pk])).content.decode()
    for words in ("158厘米", "糖尿病（E10–E14）", "王小山"):
        assert words in printed
        assert words in case
    assert "13900000077" not in printed + case
    assert "158厘米" not in text_of(sit(team.cast.clerk).get(reverse("assessor:report", args=[made.pk])).content)
    _, response, _ = (one["resource"] for one in head.get(reverse("assessor:fhir", args=[made.pk])).json()["entry"])
    told = {item["linkId"]: item["answer"] for group in response["item"] for item in group["item"]}
    assert told["A.2.4"] == [{"valueQuantity": {"value": 158, "unit": "厘米"}}]
    assert [answer["valueCoding"]["code"] for answer in told["A.4.1"]] == ["I10", "E10"]
    assert not {"A.2.1", "A.2.3", "A.2.8", "A.3-name", "A.3-phone"} & set(told)
    assert "王" not in str(response)


def test_a_dispute_waits_on_top_until_others_than_before_are_sent(team, sit):
    it = team.concluded(with_points(GB, 66)).assessment
    head = sit(team.cast.head)
    waits = "有异议，等着复评"
    assert waits not in head.get(reverse("assessor:cases")).content.decode()
    team.disputed(it.pk)
    assert waits in head.get(reverse("assessor:cases")).content.decode()
    case = reverse("assessor:case", args=[it.pk])
    page = head.get(case).content.decode()
    offered = {name for name in team.people if f'<option value="{team.people[name].pk}"' in page}
    assert offered == {"su", "tao", "yu"}, "who assessed before is not offered"
    review = team.reviewed(it)
    assert waits not in head.get(reverse("assessor:cases")).content.decode()
    for part, points in ((Part.FIRST, 66), (Part.SECOND, 65)):
        team.signs(team.filled(review, part, with_points(GB, points)))
    page = head.get(reverse("assessor:case", args=[review.pk])).content.decode()
    assert {name for name in team.people if f'<option value="{team.people[name].pk}"' in page} == {"yu"}

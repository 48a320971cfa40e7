"""The lists of who is entitled and has not applied, by what their pages post."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sangyu.applications.models import Application, Unclaimed, Waiver

LIST = reverse("applications:unclaimed")


def test_from_the_list_one_click_applies_and_who_is_not_willing_leaves_it(huli, sit):
    head, clerk = sit(huli.head), sit(huli.clerk)
    unclear = huli.recognised(huli.elder("周淑芬", date(1941, 3, 5), 44, ["13900000044"]), "severe_disability")
    assert "还没有核对过" in clerk.get(LIST).content.decode()
    assert clerk.post(reverse("applications:survey")).status_code in (403, 404)
    assert head.post(reverse("applications:survey")).status_code == 302
    shown = clerk.get(LIST, {"kind": "service"}).content.decode()
    assert "户籍在湖里区，82周岁，是服务对象" in shown
    line = Unclaimed.objects.get(elder=huli.li, kind="service")
    begin = reverse("applications:begin", args=[line.pk])
    made = clerk.post(begin)
    application = Application.objects.get()
    assert made.url == reverse("applications:case", args=[application.pk])
    assert (application.elder, application.channel, application.applicant) == (huli.li, "OFFERED", "李秀兰")
    assert clerk.post(begin).status_code == 404  # it is off the list, so pressed twice it applies once

    other = Unclaimed.objects.get(elder=huli.grandpa, kind="service")
    waive = reverse("applications:waive", args=[other.pk])
    assert clerk.post(waive, {"reason": ""}).status_code == 422
    assert clerk.post(waive, {"reason": "儿子照顾"}).status_code == 302
    assert Waiver.objects.get().elder == huli.grandpa
    assert "已记下：王德厚不申请" in clerk.get(LIST).content.decode()
    left = clerk.get(LIST, {"kind": "service"}).content.decode()
    assert "周淑芬" in left
    assert "李秀兰" not in left
    assert "王德厚" not in left
    lacking = clerk.get(LIST, {"kind": "respite", "of": "lacking"}).content.decode()
    assert "家庭上次喘息服务申请日" in lacking
    assert f"?elder={unclear.pk}&amp;kind=respite" in lacking
    take = f"{reverse('applications:take')}?elder={unclear.pk}&kind=respite"
    assert "家庭上次喘息服务申请日：没有" in clerk.get(take).content.decode()
    said = {"applicant": "周淑芬", "relation": "本人", "channel": "VISIT", "family_last_respite_on_never": "on"}
    clerk.post(take, said)
    assert Application.objects.get(kind="respite").step == "APPROVE"


def test_the_list_is_exported_for_a_reason(huli, sit):
    clerk = sit(huli.clerk)
    sit(huli.head).post(reverse("applications:survey"))
    asked = {"kind": "service", "of": "", "area": "", "reason": ""}
    sheet = reverse("applications:hand-out")
    assert clerk.post(sheet, asked).status_code == 422
    assert "请写明用途" in clerk.post(sheet, asked | {"reason": "看看"}).content.decode()
    answer = clerk.post(sheet, asked | {"reason": "上门告知"})
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert answer["Cache-Control"] == "no-store"
    assert b"".join(answer.streaming_content)[:2] == b"PK"


def test_a_long_list_is_read_page_by_page_with_as_many_questions(huli, sit):
    clerk, head = sit(huli.clerk), sit(huli.head)

    def questions() -> int:
        head.post(reverse("applications:survey"))
        with CaptureQueriesContext(connection) as asked:
            clerk.get(LIST, {"kind": "service"})
        return len(asked)

    few = questions()
    for n in range(60):
        huli.elder(f"孙{n:02}", date(1950, 3, 5), 200 + n, [f"139000002{n:02}"])
    assert questions() == few
    page = clerk.get(LIST, {"kind": "service"}).content.decode()
    assert page.count("data-row>") == 50
    after = Unclaimed.objects.filter(kind="service").order_by("community_code", "sort_key", "id")[49]
    rest = clerk.get(LIST, {"kind": "service", "after": str(after.pk)}).content.decode()
    assert rest.count("data-row>") == 12

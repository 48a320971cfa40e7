"""From a word on the telephone to a copy and an erasure by what the pages post; and who sees what."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sangyu.allowances.models import Approval, Run, Scheme
from sangyu.allowances.models import Line as AllowanceLine
from sangyu.matching.models import Batch, Difference
from sangyu.portals.privacy.copying import chapters
from sangyu.portals.privacy.standing import hindrances
from sangyu.privacy import queries as privacy_read
from sangyu.privacy.models import Answer, Consent, Request
from sangyu.registry import actions as registry
from sangyu.registry.models import Elder
from sangyu.safety import actions as safety

NO = {
    "c-topic": "family_news",
    "c-answer": "NO",
    "c-guardian": "",
    "c-channel": "VOICE",
    "c-reference": "录音 1109-17",
}
ASKED = {
    "r-asked_by": "SELF",
    "r-asker": "李秀兰",
    "r-check_made": "DOCUMENT",
    "r-check_note": "身份证原件，尾号0224",
    "r-wish": "请删掉我的档案",
}


def ask(client, cast, kind):
    return client.post(
        reverse("privacy:take-in", args=[cast.li.pk]), ASKED | {"r-kind": kind, "r-key": kind}, follow=True
    )


def test_a_word_on_the_telephone_holds_at_once(cast, sit):
    ma = sit(cast.ma)
    where = reverse("privacy:consent", args=[cast.li.pk])
    assert ma.post(where, {}).status_code == 422
    assert ma.post(where, NO | {"c-topic": "anything"}).status_code == 422
    assert not Consent.objects.exists()
    page = ma.post(where, NO, follow=True).content.decode()
    assert "已记下，马上生效" in page
    assert "录音 1109-17" in page
    assert not Consent.objects.get().agrees


def test_a_copy_holds_every_part_and_says_that_it_was_handed_over(cast, sit):
    cast.visited()
    clerk = sit(cast.clerk)
    assert "2026-11-30前答复" in ask(clerk, cast, "COPY").content.decode()
    request = Request.objects.get()
    assert clerk.post(reverse("privacy:copy", args=[request.pk])).status_code == 403
    head = sit(cast.head)
    answer = head.post(reverse("privacy:copy", args=[request.pk]))
    packed = zipfile.ZipFile(io.BytesIO(answer.content))
    told = json.loads(packed.read("个人信息.json"))
    chapters = {part["title"]: part["rows"] for part in told["chapters"]}
    assert packed.read("个人信息.pdf").startswith(b"%PDF")
    assert {"项目": "姓名", "内容": "李秀兰"} in chapters["登记"]
    assert len(chapters["工单"]) == len(chapters["上门"]) == len(chapters["收费"]) == 1
    assert chapters["联系人"]
    assert answer["Cache-Control"] == "no-store"
    seen = head.get(reverse("privacy:seen", args=[cast.li.pk])).content.decode()
    assert "交付副本" in seen
    assert "本人要求的副本" in seen
    posted = {"outcome": "DONE", "reason": "副本已当面交给本人"}
    head.post(reverse("privacy:answer", args=[request.pk]), posted)
    assert "副本已当面交给本人" in head.get(reverse("privacy:requests")).content.decode()
    assert head.post(reverse("privacy:answer", args=[request.pk]), posted | {"outcome": "REFUSED"}).status_code == 409


NOT_IN_A_COPY = {  # the copy itself says so, or what is copied follows from them
    "allowances.Payment",
    "allowances.Recovery",
    "applications.Award",
    "matching.Entry",
    "registry.DuplicateCase",
}


def test_a_copy_reads_every_table_of_the_register_that_holds_rows_of_an_elder(cast):
    tables = {name.rpartition(".")[0] for one in privacy_read.register().purposes for name in one.fields}
    models = [apps.get_model(name) for name in sorted(tables)]
    with CaptureQueriesContext(connection) as asked:
        chapters(cast.head, cast.li, number="")
    told = " ".join(one["sql"] for one in asked)
    missing = {
        row._meta.label
        for row in models
        if any(field.name in {"elder", "one"} for field in row._meta.concrete_fields)
        and f'"{row._meta.db_table}"' not in told
    }
    assert missing == NOT_IN_A_COPY


def reckoned(cast):
    """A run that would give Grandmother Li fifty yuan."""
    scheme = Scheme.objects.create(programme=cast.programme, code="age", title="高龄津贴", payee="ELDER", fund="age")
    run = Run.objects.create(
        scheme=scheme,
        month="2026-11",
        n=1,
        basis=0,
        persons=1,
        given_fen=5_000,
        added_fen=5_000,
        taken_fen=0,
        root="0" * 64,
        by=cast.head,
        at=cast.at,
    )
    AllowanceLine.objects.create(
        run=run,
        elder=cast.li,
        period="2026-11",
        change="NEW",
        entitled_fen=5_000,
        booked_fen=0,
        before_fen=0,
        amount_fen=5_000,
        because="年满80周岁",
    )
    return run


def test_what_was_only_reckoned_is_no_money_that_somebody_got(cast):
    def given():
        part = next(one for one in chapters(cast.head, cast.li, number="") if one.title == "津贴")
        return len(part.rows), [one.what for one in hindrances(cast.head, cast.li, cast.at.date())]

    run = reckoned(cast)
    assert given() == (0, [])
    Approval.objects.create(run=run, scheme=run.scheme, n=1, due_fen=5_000, claim_fen=0, by=cast.feng, at=cast.at)
    rows, why = given()
    assert rows == 1
    assert "会计凭证保管三十年" in why[0]


def test_an_alarm_under_way_and_a_difference_that_waits_keep_the_record(cast):
    safety.raise_alarm(
        programme=cast.programme,
        elder=cast.li,
        source="CALL",
        source_id=cast.call().pk,
        phone="13900000001",
        note="说话不清",
        by=cast.ma,
        at=cast.at,
    )
    batch = Batch.objects.create(
        programme=cast.programme,
        register="dibao",
        month="2026-11",
        file_name="低保.csv",
        sha256="0" * 64,
        digest="0" * 64,
        lines=1,
        matched=1,
        months=[],
        faults=0,
        fault_lines=[],
        doubts=[],
        by=cast.head,
        at=cast.at,
    )
    Difference.objects.create(
        programme=cast.programme,
        batch=batch,
        register="dibao",
        elder=cast.li,
        kind="NAME",
        act="CHECK",
        plain=False,
        why="姓名不同",
        at=cast.at,
    )
    against = [one.what for one in hindrances(cast.head, cast.li, cast.at.date())]
    assert against == ["还有1件报警没有处置完", "还有1件名册差异没有办"]


def test_an_erasure_waits_for_what_is_unfinished_and_bound(cast, sit):
    cast.order()
    clerk = sit(cast.clerk)
    ask(clerk, cast, "ERASE")
    request = Request.objects.get()
    where = reverse("privacy:request", args=[request.pk])
    assert "还有1件工单没有办完" in clerk.get(where).content.decode()
    head = sit(cast.head)
    refused = head.post(reverse("privacy:erase", args=[request.pk]))
    assert (refused.status_code, "还有1件工单没有办完" in refused.content.decode()) == (409, True)
    assert not Answer.objects.exists()


def test_who_owes_nothing_and_was_never_served_is_erased_by_a_second_person(cast, sit):
    clerk = sit(cast.clerk)
    ask(clerk, cast, "ERASE")
    request = Request.objects.get()
    assert clerk.post(reverse("privacy:erase", args=[request.pk])).status_code == 403
    head = sit(cast.head)
    assert "可以删除" in head.get(reverse("privacy:request", args=[request.pk])).content.decode()
    page = head.post(reverse("privacy:erase", args=[request.pk]), follow=True).content.decode()
    assert "已照办" in page
    assert Elder.objects.get(pk=cast.li.pk).name == "已删除"
    assert "已删除的个人信息" in head.get(reverse("privacy:elder", args=[cast.li.pk])).content.decode()


def test_who_looked_is_told_with_the_reason(cast, sit):
    clerk = sit(cast.clerk)
    where = reverse("privacy:seen", args=[cast.li.pk])
    assert "没有人查看过" in clerk.get(where).content.decode()
    registry.look_up_document(elder_id=cast.li.pk, reason="窗口核对本人身份证", by=cast.head, at=cast.at)
    page = clerk.get(where).content.decode()
    assert "查看证件号码" in page
    assert "窗口核对本人身份证" in page
    assert "登记入院" in clerk.get(where, {"all": "1"}).content.decode()


def test_everybody_reads_the_purposes_and_only_some_the_rest(cast, sit):
    worker = sit(cast.zhao_user)
    assert "会计凭证保存三十年" in worker.get(reverse("privacy:purposes")).content.decode()
    for page in ("privacy:requests", "privacy:removals"):
        assert worker.get(reverse(page)).status_code == 403
    assert "还没有到期的" in sit(cast.head).get(reverse("privacy:removals")).content.decode()
    assert sit(cast.clerk).get(reverse("privacy:elder", args=[cast.ma.pk])).status_code == 404
    found = sit(cast.clerk).get(reverse("privacy:requests"), {"q": "李秀兰"}).content.decode()
    assert reverse("privacy:elder", args=[cast.li.pk]) in found


@pytest.mark.parametrize("who", ["wang", "kangan_user"])
def test_others_learn_nothing_of_an_elder(cast, sit, who):
    client = sit(getattr(cast, who))
    for page in ("elder", "seen"):
        assert client.get(reverse(f"privacy:{page}", args=[cast.li.pk])).status_code == 403


def test_nothing_that_is_typed_or_handed_over_here_is_in_a_log(cast, sit, caplog):
    caplog.set_level("DEBUG")
    ma = sit(cast.ma)
    ma.post(reverse("privacy:consent", args=[cast.li.pk]), NO)
    ma.get(reverse("privacy:requests"), {"q": "李秀兰"})
    ask(ma, cast, "COPY")
    sit(cast.head).post(reverse("privacy:copy", args=[Request.objects.get().pk]))
    told = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    assert "privacy:copy" in told
    assert [word for word in ("李秀兰", "尾号0224", "13900000001", "录音 1109-17") if word in told] == []

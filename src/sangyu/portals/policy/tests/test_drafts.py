"""A change goes its way over the pages: download, edit, upload, read in words, review by a second person, in force."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.cast import BEIJING, PARAMETERS
from tests.neighbour import Neighbour
from tests.seat import seat

from sangyu.access import actions as access
from sangyu.access.models import AuditEntry
from sangyu.adoption import actions as adoption
from sangyu.adoption.models import Adoption, Draft
from sangyu.adoption.tests.edits import CREDIT, FIRST_DAY, credit_of, opened, put_credit, saved
from sangyu.kit.ids import new_id
from sangyu.policy.tests.workbook import Formula

NOW = datetime(2026, 11, 9, 9, tzinfo=BEIJING)
DOCUMENT = "城民发〔2026〕40号"


@pytest.fixture
def sit(monkeypatch):
    return seat(monkeypatch, NOW)


def upload(client, content, **more):
    file = SimpleUploadedFile("规则.xlsx", content)
    said = {"document": DOCUMENT, "wanted_from": "2026-12-01", "reason": "提高B类补贴", "key": str(new_id()), **more}
    return client.post(reverse("policy:propose"), {"file": file, **said})


def proposed(cast, sit, content=None):
    answer = upload(sit(cast.deputy), content or credit_of(cast.programme.pk))
    assert answer.status_code == 302
    return Draft.objects.get()


def review(client, draft, what="adopt", **said):
    said = {"valid_from": "2026-12-01", "note": "", **said, "what": what}
    return client.post(reverse("policy:review", args=[draft.pk]), said)


def quoted(client, cast, day):
    return client.get(
        reverse("hotline:compose"),
        {"elder": cast.li.pk, "q": "SH001", "item": cast.cleaning.pk, "day": day, "hour": 10},
    ).content.decode()


def test_the_workbook_in_force_goes_out_changed_comes_back_and_is_quoted_from_its_day(cast, sit):
    out = sit(cast.deputy).get(reverse("policy:workbook"))
    assert "lanzhou-chengguan-2026-01-01.xlsx" in out.headers["Content-Disposition"]
    assert CREDIT in opened(out.content).sheets
    draft = proposed(cast, sit)
    page = sit(cast.head).get(reverse("policy:draft", args=[draft.pk])).content.decode()
    for said in ("B类月补贴50元", "2026年12月1日起", "傅平", "提高B类补贴", "同意启用", "2026-12-01", "相符"):
        assert said in page
    assert review(sit(cast.head), draft, note="同意").status_code == 302
    page = sit(cast.head).get(reverse("policy:draft", args=[draft.pk])).content.decode()
    assert "已启用" in page
    assert "何静" in page
    agent = sit(cast.ma)
    assert "政府补贴50.00元" in quoted(agent, cast, FIRST_DAY - timedelta(days=1))
    assert "政府补贴60.00元" in quoted(agent, cast, FIRST_DAY)
    assert dict(AuditEntry.objects.filter(object_id=draft.pk).values_list("verb", "by")) == {
        "access.propose_draft": cast.deputy.pk,
        "access.adopt_draft": cast.head.pk,
    }


def test_a_changed_cell_is_told_before_and_after_and_its_examples_turn_red(cast, sit):
    book = opened(sit(cast.deputy).get(reverse("policy:workbook")).content)
    put_credit(book, CREDIT, 60)
    draft = proposed(cast, sit, saved(book))
    answer = sit(cast.head).get(reverse("policy:draft", args=[draft.pk]))
    page = answer.content.decode()
    assert "<del>50元</del> → <b>60元</b>" in page
    assert answer.context["wrong"] == len(draft.faults) > 0
    assert "算例!D" in page
    assert "cases.jsonl:" in page
    assert "同意启用" not in page, "what has faults is not offered for adoption"
    refused = review(sit(cast.head), draft)
    assert refused.status_code == 422
    assert "不能启用" in refused.content.decode()
    assert review(sit(cast.head), draft, "return", note="算例一起改").status_code == 302
    assert "已退回" in sit(cast.deputy).get(reverse("policy:drafts")).content.decode()


def test_a_workbook_that_cannot_be_read_is_told_cell_by_cell_and_nothing_is_kept(cast, sit):
    book = opened(sit(cast.deputy).get(reverse("policy:workbook")).content)
    book.sheets[CREDIT][-1][3] = Formula("=50+10")
    book.merged.append((CREDIT, "A9:B9"))
    answer = upload(sit(cast.deputy), saved(book))
    page = answer.content.decode()
    assert answer.status_code == 422
    for said in ("什么都没有保存", f"{CREDIT}!D", "这一格是公式", "这几格合并了", DOCUMENT):
        assert said in page
    for content, said in ((b"x", "不是 .xlsx 工作簿"), (b"0" * 8_000_001, "超过 8 MB")):
        answer = upload(sit(cast.deputy), content)
        assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert not Draft.objects.exists()


def test_a_figure_is_changed_in_a_form_and_told_in_words(cast, sit):
    client = sit(cast.head)
    form = client.get(reverse("policy:figures")).context["form"]
    said = {name: form[name].value() for name in form.fields}
    said = {name: "" if value is None else value for name, value in said.items()}
    assert (str(said["share_pm"]), said["weights.norms"]) == ("20", 30)
    said |= {"document": DOCUMENT, "share_pm": "32.5", "part_month": "1", "budget_fen": "1000000.50"}
    said |= {"tariff_fen_per_minute": "0.15"}
    answer = client.post(reverse("policy:figures"), said)
    draft = Draft.objects.get()
    assert answer.url == reverse("policy:draft", args=[draft.pk])
    assert draft.parameters == {
        **PARAMETERS,
        "share_pm": 325,
        "part_month": "next_month",
        "budget_fen": 1_000_000_50,
        "tariff_fen_per_minute": 15,
    }
    page = sit(cast.deputy).get(answer.url).content.decode()
    for told in ("20%", "32.5%", "其他通话每分钟资费</th>", "0.15元", "当月给全月", "从次月起给", "规则表没有改动"):
        assert told in page
    again = client.post(reverse("policy:figures"), said)
    assert again.url == answer.url
    assert Draft.objects.count() == 1


def test_what_was_typed_over_an_older_version_is_not_taken_over_a_newer_one(cast, sit):
    client = sit(cast.deputy)
    pages = {name: reverse(f"policy:{name}", args=args) for name, args in (("figures", []), ("table", ["weights"]))}
    typed = {}
    for address in pages.values():
        form = client.get(address).context["form"]
        shown = {name: form[name].value() for name in form.fields}
        typed[address] = {name: value for name, value in shown.items() if value not in (None, False)}
    adoption.adopt(
        programme_id=cast.programme.pk,
        pack_id="lanzhou-chengguan",
        parameters={**PARAMETERS, "share_pm": 300},
        document="另一份文件",
        valid_from=FIRST_DAY,
        by_id=cast.head.pk,
        at=NOW,
    )
    for address, said in typed.items():
        other = {"weights.norms": 20, "weights.quality": 40, "was-norms-value": 20, "was-quality-value": 40}
        answer = client.post(address, said | {"document": DOCUMENT} | {one: other[one] for one in other if one in said})
        page = answer.content.decode()
        assert answer.status_code == 422
        for told in ("已另启用了一版（另一份文件，2026-12-01起）", "20% → 30%", "重新打开本页", 'value="40"'):
            assert told in page
    assert not Draft.objects.exists()


def test_weights_that_do_not_add_up_and_a_page_without_a_change_are_refused(cast, sit):
    client = sit(cast.deputy)
    form = client.get(reverse("policy:figures")).context["form"]
    said = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    answer = client.post(reverse("policy:figures"), {**said, "document": DOCUMENT, "weights.norms": 40})
    assert answer.status_code == 422
    assert "各项合计应为 100，现在是 110" in answer.content.decode()
    answer = client.post(reverse("policy:figures"), {**said, "document": DOCUMENT})
    assert answer.status_code == 422
    assert "没有可以复核的改动" in answer.content.decode()


def test_who_proposed_it_sees_no_button_and_is_refused_and_may_take_it_back(cast, sit):
    draft = proposed(cast, sit)
    client = sit(cast.deputy)
    assert "提出人不能复核自己的稿" in client.get(reverse("policy:draft", args=[draft.pk])).content.decode()
    answer = review(client, draft)
    assert answer.status_code == 422
    assert "须由提出人以外的人复核" in answer.content.decode()
    assert client.post(reverse("policy:withdraw", args=[draft.pk])).status_code == 302
    assert "已撤回" in client.get(reverse("policy:drafts")).content.decode()
    assert Adoption.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"valid_from": "2026-11-01"}, "不能倒过来改"),
        ({"valid_from": "2026-11-09"}, "请把生效日期定在明天或以后"),
        ({"valid_from": ""}, "从哪一天起执行"),
    ],
)
def test_a_first_day_that_cannot_be_is_refused_on_the_page(cast, sit, said, told):
    answer = review(sit(cast.head), proposed(cast, sit), **said)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert Adoption.objects.count() == 1


def test_the_history_names_who_and_compares_versions_and_days(cast, sit):
    draft = proposed(cast, sit)
    review(sit(cast.head), draft)
    client = sit(cast.ma)
    page = client.get(reverse("policy:history")).content.decode()
    for said in ("将执行", "现行", DOCUMENT, "傅平", "何静", draft.digest[:8], "到 2026-12-01 前"):
        assert said in page
    adopted = Adoption.objects.get(valid_from=FIRST_DAY)
    assert "规则版本" in client.get(reverse("policy:adoption", args=[adopted.pk])).content.decode()
    first = Adoption.objects.exclude(pk=adopted.pk).get()
    assert "此前没有启用过" in client.get(reverse("policy:adoption", args=[first.pk])).content.decode()
    days = {"before": "2026-11-30", "after": "2026-12-01"}
    assert "<del>50元</del> → <b>60元</b>" in client.get(reverse("policy:history"), days).content.decode()
    assert client.get(reverse("policy:history"), {**days, "before": "2020-01-01"}).status_code == 422
    assert client.get(reverse("policy:adoption", args=[new_id()])).status_code == 404


def test_the_examples_of_the_adopted_version_are_its_own(cast, sit):
    draft = proposed(cast, sit)
    review(sit(cast.head), draft)
    answer = sit(cast.ma, datetime(2026, 12, 2, 9, tzinfo=BEIJING)).get(reverse("policy:cases"))
    assert answer.context["held"].adoption.document == DOCUMENT
    assert answer.context["wrong"] == 0


def test_what_is_only_proposed_is_not_for_who_quotes_nor_for_next_door(cast, sit):
    draft = proposed(cast, sit)
    address = reverse("policy:draft", args=[draft.pk])
    for who in (cast.ma, cast.qian, cast.kangan_user):
        client = sit(who)
        assert [client.get(one).status_code for one in (address, reverse("policy:drafts"))] == [403, 403]
        assert client.post(reverse("policy:withdraw", args=[draft.pk])).status_code == 403
    assert sit(cast.auditor).get(address).status_code == 200
    assert review(sit(cast.auditor), draft).status_code == 403
    next_door = Neighbour(cast.at)
    assert sit(next_door.head).get(address).status_code == 404


def test_a_lower_maximum_names_the_prices_that_stand_above_it_and_changes_none(cast, sit):
    adoption.adopt(
        programme_id=cast.programme.pk,
        pack_id="fuzhou-gulou",
        parameters={"approved_max_fen": 300_00},
        document="鼓价〔2026〕8号",
        valid_from=date(2026, 11, 20),
        by_id=cast.head.pk,
        at=cast.at,
    )
    draft = access.propose_draft(
        document=DOCUMENT,
        reason="最高价下调",
        parameters={"approved_max_fen": 50_00},
        wanted_from=date(2026, 12, 1),
        by=cast.deputy,
        at=NOW,
        key="1",
    )
    page = sit(cast.head).get(reverse("policy:draft", args=[draft.pk])).content.decode()
    assert "高于最高价的现行价格" in page
    assert "超过核定的最高价50元" in page
    assert cast.cleaning.name in page
    assert "高于最高价" not in sit(cast.head).get(reverse("policy:draft", args=[higher(cast).pk])).content.decode()


def higher(cast) -> Draft:
    """Propose a maximum above every price."""
    figures = {"approved_max_fen": 400_00}
    return access.propose_draft(
        document="再议", reason="不降", parameters=figures, wanted_from=None, by=cast.deputy, at=NOW, key="2"
    )

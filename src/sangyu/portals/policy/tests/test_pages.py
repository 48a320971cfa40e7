"""The policy is read as its official knows it, and a rule is tried on nobody in particular."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.urls import reverse
from tests.cast import BEIJING
from tests.seat import seat

from sangyu.access.models import AuditEntry
from sangyu.adoption.models import Adoption
from sangyu.policy import load
from sangyu.portals.policy import reading

NOW = datetime(2026, 11, 9, 9, tzinfo=BEIJING)


@pytest.fixture
def sit(monkeypatch):
    return seat(monkeypatch, NOW)


def read(client, address: str, **asked):
    answer = client.get(address, asked)
    return answer, answer.content.decode()


def test_the_rules_stand_by_document_each_with_its_sentence(cast, sit):
    _, page = read(sit(cast.ma), reverse("policy:rules"))
    for said in (
        "养老服务业发展典型案例汇编",
        "午餐补贴",
        "分别给予餐厅每餐9元、10元补贴",
        "2014年10月1日起",
        "自付、政府",
    ):
        assert said in page
    assert "A类" not in page


def test_a_rule_is_found_by_a_word_of_its_text(cast, sit):
    _, page = read(sit(cast.ma), reverse("policy:rules"), q="兜底")
    assert "重度残疾免费送餐上门" in page
    assert "午餐补贴" not in page
    assert "请换一个词" in read(sit(cast.ma), reverse("policy:rules"), q="火星")[1]


def test_the_register_of_documents_is_read_by_level_and_names_what_a_document_rests_on():
    pack = load("xiamen-huli")
    held = reading.InForce(pack, Adoption(), date(2026, 11, 9), "")
    assert [word for _code, word in reading.levels(pack)] == ["国家", "省", "市", "区县"]
    found = {one.document.number: one for one in reading.chapters(held)}
    assert next(iter(found)) == "厦湖府〔2017〕2号", "what rules stand in comes first"
    assert (found["厦府〔2016〕174号"].level, found["厦府〔2016〕174号"].lines) == ("市", ())
    by_level = {
        level: [one.document.number for one in reading.chapters(held, "", level)]
        for level in ("provincial", "district")
    }
    assert by_level == {"provincial": ["闽政〔2014〕3号"], "district": ["厦湖府〔2017〕2号"]}
    assert all(line.rule.source.number for one in found.values() for line in one.lines)


def test_a_word_of_a_document_s_title_shows_its_rules_and_only_what_no_rule_cites_is_a_basis():
    pack = load("xiamen-huli")
    held = reading.InForce(pack, Adoption(), date(2026, 11, 9), "")
    cited = {rule.source.number for rule in pack.rules.values()}
    for document in pack.documents.values():
        found = {one.document.number: one.lines for one in reading.chapters(held, document.title)}
        assert bool(found[document.number]) == (document.number in cited)


def test_the_rules_of_a_level_are_picked_on_the_page(cast, sit):
    client = sit(cast.ma)
    _, page = read(client, reverse("policy:rules"), level="district")
    assert "午餐补贴" in page
    assert '<option value="district" selected>区县</option>' in page
    assert "午餐补贴" in read(client, reverse("policy:rules"), level="nonsense")[1], "what is no level is no filter"


def test_a_rule_shows_its_table_in_every_version_in_words(cast, sit):
    _, page = read(sit(cast.clerk), reverse("policy:rule", args=["lunch-subsidy"]))
    for said in ("取小(10元，价格)", "≥75", "政府补贴〔政府〕", "只补贴每日午餐", "2014年10月1日前", "2014年10月1日起"):
        assert said in page
    assert "相符" in page
    assert "不符" not in page.replace("不符合", "")


def test_a_question_is_answered_by_the_row_that_decides_and_nothing_is_written(cast, sit):
    before = AuditEntry.objects.count()
    lunch = {
        "on": "2026-11-09",
        "age": "76",
        "registered": "yes",
        "identities": "none",
        "meal": "lunch",
        "nth_of_day": "1",
        "place": "contracted_canteen",
        "mode": "dine_in",
        "price_fen": "15.00",
    }
    answer, page = read(sit(cast.ma), reverse("policy:rule", args=["lunch-subsidy"]), **lunch)
    assert answer.status_code == 200
    assert "年满75周岁，午餐标准15元，政府补贴10元，自付5元" in page
    assert answer.context["figures"] == [("自付", "5元"), ("政府", "10元")]
    assert page.count('aria-current="true"') == 1
    assert AuditEntry.objects.count() == before


def test_what_is_left_empty_is_asked_for_and_not_guessed(cast, sit):
    answer, page = read(sit(cast.ma), reverse("policy:rule", args=["registration"]), on="2026-11-09", age="70")
    assert answer.context["decision"].missing == "lives_in_area"
    assert "缺少“居住在本区”" in page


def test_the_programmes_own_figures_decide(cast, sit):
    answer, _ = read(sit(cast.sun), reverse("policy:rule", args=["spot-check"]), on="2026-11-09", total="30")
    assert answer.context["decision"].outcome == "decided"


def test_what_cannot_be_read_is_said_beside_its_field_and_the_rest_stays(cast, sit):
    asked = {"on": "2026-11-09", "age": "七十", "lives_in_area": "yes"}
    answer, page = read(sit(cast.ma), reverse("policy:rule", args=["registration"]), **asked)
    assert answer.status_code == 422
    assert "age" in answer.context["form"].errors
    assert 'value="七十"' in page


def test_an_example_fills_the_question(cast, sit):
    client = sit(cast.ma)
    example = client.get(reverse("policy:rule", args=["platform-price"])).context["examples"][0]
    form = client.get(reverse("policy:rule", args=["platform-price"]), {"like": example.id}).context["form"]
    shown = form.initial["market_price_fen"]
    assert shown * 100 == example.facts["market_price_fen"]


def test_every_rule_opens_and_every_example_of_it_can_be_tried(cast, sit):
    client = sit(cast.head)
    for line in (line for chapter in client.get(reverse("policy:rules")).context["chapters"] for line in chapter.lines):
        page = client.get(reverse("policy:rule", args=[line.rule.id]))
        assert page.status_code == 200
        assert page.context["examples"], line.rule.id
        assert all(not one.fault for one in page.context["examples"])


def test_readings_and_open_figures_stand_with_who_decided(cast, sit):
    _, page = read(sit(cast.head), reverse("policy:readings"))
    for said in ("B类月补贴结转", "当月有效，不结转", "默认读法", "抽查回访比例", "服务规范 30", "90.0分起100%"):
        assert said in page


def test_every_example_is_decided_again(cast, sit):
    answer, page = read(sit(cast.auditor), reverse("policy:cases"))
    assert len(answer.context["examples"]) > 100
    assert answer.context["wrong"] == 0
    assert "CG-" in page


def test_there_is_no_such_rule(cast, sit):
    assert sit(cast.ma).get(reverse("policy:rule", args=["free-flights"])).status_code == 404


@pytest.mark.parametrize("who", ["kangan_user", "zhao_user"])
def test_who_explains_nothing_here_has_no_seat(cast, sit, who):
    assert sit(getattr(cast, who)).get(reverse("policy:rules")).status_code == 403

"""A figure of several rows is changed row by row: added, changed, ended from a day on, and reviewed like a workbook."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import pytest
from django.urls import reverse
from tests.cast import BEIJING, PARAMETERS
from tests.seat import seat

from sangyu.adoption.models import Adoption, Draft
from sangyu.adoption.queries import Adopted
from sangyu.policy import load
from sangyu.policy.lists import KNOWN, SIDES
from sangyu.portals.policy.tables import SPARE, TableForm
from sangyu.quality.rules import DIMENSIONS
from sangyu.quality.rules.sheet import _SCORES

NOW = datetime(2026, 11, 9, 9, tzinfo=BEIJING)
AWARDS = [{"from_m2": 100, "award_fen": 50_000_00}, {"from_m2": 300, "award_fen": 200_000_00}]
HOURS = {"extreme_poor": {"mild": 24, "severe": 58}, "dibao": {"mild": 18}}
PROPOSAL = {"document": "鼓民〔2027〕1号", "key": "1", "wanted_from": "2027-01-01"}
BASE = UUID(int=1)


@pytest.fixture
def sit(monkeypatch):
    return seat(monkeypatch, NOW)


def adopted(parameters, first_day=date(2026, 1, 1)):
    return Adopted(Adoption(parameters=parameters, valid_from=first_day), None)


def form_of(pack_id, name, value, said=None, sample=None, before=()):
    pack, newest = load(pack_id), adopted({} if value is None else {name: value})
    data = None
    if said is not None:
        blank = TableForm(pack.parameters[name], pack, newest, sample, [newest, *before])
        data = (
            {one: blank[one].value() for one in blank.fields if blank[one].value() is not None}
            | PROPOSAL
            | {"base": BASE}
            | said
        )
        data = {one: value for one, value in data.items() if value is not False}
    return TableForm(pack.parameters[name], pack, newest, sample, [newest, *before], data)


def awards(value, **said):
    return form_of("fuzhou-gulou", "area_table", value, {one.replace("_", "-"): v for one, v in said.items()}, AWARDS)


def test_a_step_is_changed_another_ended_and_a_third_added_in_yuan():
    form = awards(AWARDS, was_300_value="180000", was_100_ends="on", new_0_from="200", new_0_value="60000.50")
    assert form.is_valid(), form.errors
    assert form.parameters() == {
        "area_table": [{"from_m2": 200, "award_fen": 60_000_50}, {"from_m2": 300, "award_fen": 180_000_00}]
    }


def test_what_is_typed_lands_on_the_row_beside_which_it_was_typed_whatever_rows_there_are_now():
    between = [AWARDS[0], {"from_m2": 200, "award_fen": 90_000_00}, AWARDS[1]]
    typed = {"was-100-value": "60000", "was-200-value": "90000", "was-300-value": "180000"}
    form = form_of("fuzhou-gulou", "area_table", between[::-1], typed, AWARDS)
    assert form.is_valid(), form.errors
    assert [step["award_fen"] for step in form.parameters()["area_table"]] == [180_000_00, 90_000_00, 60_000_00]


def test_a_figure_of_many_rows_is_set_the_first_time_as_far_as_the_examples_of_the_pack_do():
    sample = [{"from_m2": 100 * n, "award_fen": 50_000_00} for n in range(7)]
    assert len(form_of("fuzhou-gulou", "area_table", None, sample=sample).spare) == 7
    assert len(form_of("fuzhou-gulou", "area_table", sample, sample=sample).spare) == SPARE


def test_a_figure_that_was_never_set_is_set_in_the_form_as_the_examples_write_it():
    form = awards(None, new_0_from="0", new_0_value="50000")
    assert form.is_valid(), form.errors
    assert form.parameters() == {"area_table": [{"from_m2": 0, "award_fen": 50_000_00}]}


@pytest.mark.parametrize(
    ("said", "field", "told"),
    [
        ({"was_300_value": "300000"}, "was-300-value", "奖励300000元，不在5万元至20万元之内"),
        ({"new_1_from": "500", "new_1_value": "300000"}, "new-1-value", "“5万—20万元不等”"),
        ({"new_0_from": "500"}, "new-0-value", "没有填全"),
        ({"was_100_value": ""}, "was-100-value", "没有填全"),
        ({"new_0_from": "100", "new_0_value": "60000"}, "__all__", "有两档从同一个数起"),
        ({"was_100_ends": "on", "was_300_ends": "on"}, "__all__", "请至少留一行"),
        ({"was_100_value": "六万"}, "was-100-value", ""),
    ],
)
def test_what_cannot_be_is_said_beside_its_row(said, field, told):
    form = awards(AWARDS, **said)
    assert list(form.errors) == [field]
    assert told in form.errors[field][0]


def test_the_rows_of_a_table_of_two_codes_are_added_and_ended_by_their_names():
    said = {"new-0-key0": "dibao", "new-0-key1": "severe", "new-0-value": "42", "was-extreme_poor.severe-ends": "on"}
    form = form_of("weifang-xiashan", "hours_matrix", HOURS, said)
    assert form.is_valid(), form.errors
    assert form.parameters()["hours_matrix"] == {"extreme_poor": {"mild": 24}, "dibao": {"mild": 18, "severe": 42}}
    twice = form_of("weifang-xiashan", "hours_matrix", HOURS, {**said, "new-0-key1": "mild"})
    assert "同一类写了两行" in twice.errors["__all__"][0]


def test_weights_add_up_to_what_they_have_to():
    form = form_of("lanzhou-chengguan", "weights", PARAMETERS["weights"], {"was-enterprise-value": "99"})
    assert "各项合计应为 100" in form.errors["__all__"][0]


def test_every_row_says_since_when_it_has_stood_so():
    older = adopted({"area_table": [AWARDS[0], {**AWARDS[1], "award_fen": 150_000_00}]}, date(2025, 1, 1))
    oldest = adopted({}, date(2024, 1, 1))
    form = form_of("fuzhou-gulou", "area_table", AWARDS, before=[older, oldest])
    assert [row.since for row in form.rows] == [date(2025, 1, 1), date(2026, 1, 1)]


def test_a_changed_row_goes_its_way_as_a_draft_like_a_workbook(cast, sit):
    client = sit(cast.deputy)
    assert reverse("policy:table", args=["weights"]) in client.get(reverse("policy:figures")).content.decode()
    page = client.get(reverse("policy:table", args=["weights"]))
    form, shown = page.context["form"], page.content.decode()
    assert all(said in shown for said in ("四个方面的权重", "服务规范", "自 2026-01-01 起"))
    said = {one: form[one].value() for one in form.fields if form[one].value() not in (None, False)}
    places = {row.keys: row.field("value") for row in form.rows}
    weights = PARAMETERS["weights"]
    wanted = {**weights, "enterprise": weights["enterprise"] - 10, "norms": weights["norms"] + 10}
    said |= PROPOSAL | {places[(side,)]: wanted[side] for side in ("enterprise", "norms")}
    said |= {row.field("value"): "" for row in form.spare}
    more = client.post(reverse("policy:table", args=["weights"]), said | {"more": "1"})
    assert (more.status_code, Draft.objects.count()) == (200, 0)
    again = {one: more.context["form"][one].value() for one in more.context["form"].fields}
    assert {one: str(again[one]) for one in said} == {one: str(value) for one, value in said.items()}
    assert len(more.context["form"].spare) == len(form.spare) + SPARE
    answer = client.post(reverse("policy:table", args=["weights"]), said)
    draft = Draft.objects.get()
    assert answer.url == reverse("policy:draft", args=[draft.pk])
    assert draft.parameters == {**PARAMETERS, "weights": wanted}
    assert client.get(reverse("policy:table", args=["share_pm"])).status_code == 404
    assert sit(cast.ma).get(reverse("policy:table", args=["weights"])).status_code == 403


def test_the_check_of_an_appraisal_sheet_knows_what_the_appraisal_knows():
    assert (SIDES, set(KNOWN)) == (DIMENSIONS, set(_SCORES))

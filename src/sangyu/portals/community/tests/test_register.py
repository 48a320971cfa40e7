"""The community window registers: checked before it is final, refused in plain words with everything kept."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from tests.cast import COMMUNITY, Cast, resident_number

from sangyu.registry.models import Contact, Elder

URL = reverse("community:register")


def typed(**other) -> dict[str, str]:
    return {
        "name": "孟玉梅",
        "document_number": resident_number(date(1940, 2, 1), 44),
        "community_code": COMMUNITY,
        "address": "南门巷2号",
        "hukou_in_area": "yes",
        "phone": "139 0000 0044",
        "kin_1_name": "孟晓",
        "kin_1_relation": "女儿",
        "kin_1_phone": "13900000045",
        "habits": "爱听秦腔",
        **other,
    }


def test_the_first_look_shows_what_follows_and_writes_nothing(cast: Cast, sit):
    before = Elder.objects.count()
    text = sit(cast.clerk).post(URL, typed(step="check")).content.decode()
    assert "可以登记" in text
    assert "86 岁" in text
    assert "女" in text
    assert Elder.objects.count() == before


def test_the_final_word_registers_and_shows_the_number_and_the_rule(cast: Cast, sit):
    answer = sit(cast.clerk).post(URL, typed(step="confirm"), follow=True)
    elder = Elder.objects.get(name="孟玉梅")
    text = answer.content.decode()
    assert elder.registration_number in text
    assert "居住在城关区，86周岁，可以登记入院" in text
    assert elder.habits == "爱听秦腔"
    assert set(Contact.objects.filter(elder=elder).values_list("relation", "phone")) == {
        ("本人", "13900000044"),
        ("女儿", "13900000045"),
    }


def test_going_back_keeps_everything(cast: Cast, sit):
    answer = sit(cast.clerk).post(URL, typed(step="edit"))
    assert answer.status_code == 200
    assert 'value="孟玉梅"' in answer.content.decode()
    assert 'value="爱听秦腔"' in answer.content.decode()


def test_a_wrong_check_digit_is_told_at_the_field(cast: Cast, sit):
    number = resident_number(date(1940, 2, 1), 44)
    wrong = number[:17] + ("1" if number[17] != "1" else "2")
    answer = sit(cast.clerk).post(URL, typed(step="check", document_number=wrong))
    assert answer.status_code == 422
    assert "校验位不符" in answer.content.decode()
    assert wrong in answer.content.decode()
    assert 'value="南门巷2号"' in answer.content.decode()


def test_a_person_who_is_there_already_is_named_with_day_and_place(cast: Cast, sit):
    number = resident_number(date(1956, 8, 20), 31)
    for step in ("check", "confirm"):
        answer = sit(cast.clerk).post(URL, typed(step=step, document_number=number))
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "该证件已登记：王德厚，南门社区，2026-11-09登记" in text
        assert 'value="孟玉梅"' in text


def test_somebody_of_64_is_told_from_which_day_on(cast: Cast, sit):
    number = resident_number(date(1962, 5, 1), 45)
    for step in ("check", "confirm"):
        answer = sit(cast.clerk).post(URL, typed(step=step, document_number=number))
        assert answer.status_code == 422
        assert "2027年5月1日起符合" in answer.content.decode()


def test_a_community_of_another_desk_cannot_be_chosen(cast: Cast, sit):
    answer = sit(cast.clerk).post(URL, typed(step="confirm", community_code="620102002001"))
    assert answer.status_code == 422
    assert "居住社区不在可选范围内" in answer.content.decode()
    assert not Elder.objects.filter(name="孟玉梅").exists()


def test_a_number_that_is_no_telephone_is_told(cast: Cast, sit):
    answer = sit(cast.clerk).post(URL, typed(step="check", phone="12ab"))
    assert answer.status_code == 422
    assert "电话号码“12ab”不对" in answer.content.decode()


def test_half_a_family_member_is_asked_for_the_rest(cast: Cast, sit):
    answer = sit(cast.clerk).post(URL, typed(step="check", kin_1_relation=""))
    assert answer.status_code == 422
    assert "家属的姓名、关系、电话请填全" in answer.content.decode()
    states = {step["label"]: step["state"] for step in answer.context["steps"]}
    assert (states["身份"], states["电话和家属"]) == ("done", "failed")


def test_only_clerks_come_in(cast: Cast, sit):
    assert sit(cast.ma).get(URL).status_code == 403
    assert sit(cast.ma).post(URL, typed(step="confirm")).status_code == 403

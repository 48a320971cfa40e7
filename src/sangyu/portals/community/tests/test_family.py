"""An elder's people, papers and home at the window, and two records of one person, judged by two people."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.cast import COMMUNITY, Cast, resident_number

from sangyu.portals.community import tasks
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Contact, DuplicateCase, Elder, HouseholdMember, Kinship, Merge

TODAY = "2026-11-09"


def page(elder: Elder, name: str, *more: str) -> str:
    return reverse(f"community:{name}", args=[elder.pk, *more])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"relation": "CHILD", "valid_from": TODAY}, "请填写姓名，或填写对方的登记编号"),
        ({"relation": "CHILD", "other": "001-0", "valid_from": TODAY}, "没有找到登记编号“001-0”的老人"),
        ({"relation": "CHILD", "name": "李晓", "guardianship": "AGREED", "valid_from": TODAY}, "监护人必须写明依据"),
        ({"name": "李晓", "valid_from": TODAY}, "请选择与老人的关系"),
    ],
)
def test_kin_is_refused_at_the_field_with_everything_kept(cast: Cast, sit, given: dict[str, str], said: str):
    answer = sit(cast.clerk).post(page(cast.li, "kin"), given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert f'value="{TODAY}"' in answer.content.decode()
    assert not Kinship.objects.exists()


def test_a_guardian_is_recorded_shown_and_ended(cast: Cast, sit):
    desk = sit(cast.clerk)
    given = {
        "name": "李晓", "relation": "CHILD", "guardianship": "AGREED", "evidence": "协议 8号", "valid_from": TODAY,
        "number": "13900000003",
    }  # fmt: skip
    assert "已登记：李晓（子女）" in desk.post(page(cast.li, "kin"), given, follow=True).content.decode()
    text = desk.get(page(cast.li, "elder")).content.decode()
    assert "意定监护" in text
    assert "13900000003" not in desk.get(page(cast.li, "family")).content.decode()
    row = Kinship.objects.get()
    end = {"kin": str(row.pk), "kin_until": "2026-11-10", "kin_reason": "协议解除"}
    assert desk.post(page(cast.li, "kin-end"), {**end, "kin_reason": ""}).status_code == 422
    assert desk.post(page(cast.grandpa, "kin-end"), end).status_code == 422, "another elder's kin"
    assert "已终止：李晓" in desk.post(page(cast.li, "kin-end"), end, follow=True).content.decode()


def test_two_elders_share_a_household_by_number_and_part(cast: Cast, sit):
    desk = sit(cast.clerk)
    given = {"with_number": cast.grandpa.registration_number, "household_since": TODAY}
    assert "已登记与王德厚同住" in desk.post(page(cast.li, "household"), given, follow=True).content.decode()
    assert "王德厚" in desk.get(page(cast.li, "elder")).content.decode()
    desk.post(page(cast.li, "household-leave"))
    assert HouseholdMember.objects.filter(valid_until=None).count() == 2, "not on the day on which it began"
    missing = desk.post(page(cast.li, "household"), {**given, "with_number": "x"})
    assert missing.status_code == 422


def test_contacts_are_added_moved_named_and_taken_away(cast: Cast, sit):
    desk = sit(cast.clerk)
    given = {"contact_name": "李晓", "contact_relation": "女儿", "contact_phone": "139 0000 0003"}
    assert "已加联系人：李晓" in desk.post(page(cast.li, "contact"), given, follow=True).content.decode()
    daughter = Contact.objects.get(name="李晓")
    change = {"contact": str(daughter.pk)}
    desk.post(page(cast.li, "contact-change", "up"), change)
    assert [row.name for row in registry_read.contacts(cast.clerk, cast.li)][1] == "李晓"
    desk.post(page(cast.li, "contact-change", "emergency"), change)
    assert registry_read.emergency_contact(cast.li.pk) == daughter
    assert desk.post(page(cast.grandpa, "contact-change", "remove"), change).status_code == 404
    desk.post(page(cast.li, "contact-change", "remove"), change)
    assert not Contact.objects.filter(pk=daughter.pk).exists()
    assert desk.post(page(cast.li, "contact"), {**given, "contact_phone": "12"}).status_code == 422


def test_documents_are_added_masked_and_checked(cast: Cast, sit):
    desk = sit(cast.clerk)
    given = {"kind": "PASSPORT", "number": "e1234567", "expires_on": "2020-01-01"}
    text = desk.post(page(cast.li, "documents"), given, follow=True).content.decode()
    assert "已登记：护照" in text
    assert "****4567" in text
    assert "已过期" in text
    assert "E1234567" not in text
    wrong = desk.post(page(cast.li, "documents"), {"kind": "HK_MACAU_PERMIT", "number": "12"})
    assert wrong.status_code == 422
    assert "H或M加8位数字" in wrong.content.decode()


def test_who_moves_away_is_on_another_window(cast: Cast, sit):
    desk = sit(cast.clerk)
    given = {
        "moved_on": TODAY, "community_code": "620102002001", "address": "北园路1号", "hukou_in_area": "no",
        "hukou_place": "成都市", "reason": "搬到女儿家",
    }  # fmt: skip
    missing = desk.post(page(cast.li, "move"), {**given, "community_code": "", "address": ""})
    assert missing.status_code == 422
    assert "请选择新的社区" in missing.content.decode()
    gone = desk.post(page(cast.li, "move"), given, follow=True)
    assert "已登记迁移：北园路1号" in gone.content.decode()
    assert desk.get(page(cast.li, "elder")).status_code == 404
    left = desk.post(page(cast.grandpa, "move"), {**given, "leaves": "on"}, follow=True).content.decode()
    assert "已迁出本区" in left


@pytest.mark.proves("LZ-66")
def test_the_groups_are_counted_and_listed(cast: Cast, sit):
    desk = sit(cast.clerk)
    counted = {each["label"]: each["n"] for each in desk.get(reverse("community:elders")).context["groups"]}
    assert counted == {"独居": 1, "高龄": 1, "没有联系人": 2}
    listed = desk.get(reverse("community:elders"), {"group": "living_alone"}).content.decode()
    assert "李秀兰" in listed
    assert "王德厚" not in listed


def test_a_person_who_may_be_there_already_is_shown_before_the_final_word(cast: Cast, sit):
    given = {
        "name": "李秀兰", "document_kind": "PASSPORT", "document_number": "E7654321",
        "birth_on": cast.li.birth_on.isoformat(), "sex": "FEMALE", "community_code": COMMUNITY, "address": "南门巷8号",
        "hukou_in_area": "no", "hukou_place": "成都市", "phone": "13900000088", "step": "check",
    }  # fmt: skip
    desk = sit(cast.clerk)
    text = desk.post(reverse("community:register"), given).content.decode()
    assert "可能已经登记过" in text
    assert cast.li.registration_number in text
    silent = desk.post(reverse("community:register"), {**given, "birth_on": ""})
    assert silent.status_code == 422
    assert "没有出生日期和性别" in silent.content.decode()
    other = {**given, "document_kind": "", "document_number": resident_number(date(1941, 1, 1), 5), "name": "石桂花"}
    assert "与证件号码中的1941-01-01不一致" in desk.post(reverse("community:register"), other).content.decode()


def test_two_people_merge_two_records_and_part_them_again(cast: Cast, sit):
    desk = sit(cast.clerk)
    given = {
        "name": "李秀兰", "document_kind": "PASSPORT", "document_number": "E7654321",
        "birth_on": cast.li.birth_on.isoformat(), "sex": "FEMALE", "community_code": COMMUNITY, "address": "南门巷8号",
        "hukou_in_area": "no", "phone": "13900000088", "step": "confirm",
    }  # fmt: skip
    desk.post(reverse("community:register"), given)
    where = reverse("community:duplicates-find")
    assert "开始查找了" in desk.post(where, follow=True).content.decode()
    assert "已经在等着查找了" in desk.post(where, follow=True).content.decode()
    (job,) = ProcrastinateJob.objects.filter(task_name=tasks.find_duplicates.name)
    tasks.find_duplicates(**job.args)
    assert "新找到 1 条" in desk.get(reverse("community:duplicates")).content.decode()
    case = DuplicateCase.objects.get()
    url = reverse("community:duplicate", args=[case.pk])
    text = desk.get(url).content.decode()
    assert "****4321" in text
    assert "不同" in text
    ruling = {"verdict": "SAME", "keep": str(cast.li.pk), "why": "与女儿核对"}
    assert desk.post(url, {**ruling, "keep": ""}).status_code == 422
    assert "须另一个人复核" in desk.post(url, ruling, follow=True).content.decode()
    assert "待第二人复核" in sit(cast.head).get(reverse("community:duplicates")).content.decode()
    assert "已合并" in sit(cast.head).post(url, ruling, follow=True).content.decode()
    gone = Elder.objects.get(pk=Merge.objects.get().gone_id)
    merged = sit(cast.clerk).get(page(gone, "elder")).content.decode()
    assert "已并入另一份档案" in merged
    assert reverse("community:recognise", args=[gone.pk]) not in merged, "a record that is gone is for reading"
    part = reverse("community:duplicate-part", args=[case.pk])
    assert sit(cast.head).post(part, {"parted_because": ""}).status_code == 422
    done = sit(cast.head).post(part, {"parted_because": "两人身份证号码不同"}, follow=True).content.decode()
    assert "已撤销合并" in done
    assert sit(cast.head).post(part, {"parted_because": "再来"}).status_code == 404
    assert sit(cast.kangan_user).get(url).status_code == 403

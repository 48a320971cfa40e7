"""What a form asks beside its items: known things are not asked, wrong ones refused, and no level moves."""

from __future__ import annotations

from functools import partial

import pytest

from sangyu.assessment import actions as assessment
from sangyu.assessment import queries as assessment_read
from sangyu.assessment.models import Kind, Part
from sangyu.assessment.queries.scales import scale_files
from sangyu.assessment.rules import AnswerOutside, BadScale, WordsMissing, particulars_of, read_scale, score
from sangyu.assessment.tests.sheets import GB, best
from sangyu.kit.phone import BadPhone
from sangyu.registry import actions as registry

TOLD = {
    "A.2.4": ["158"],
    "A.2.5": ["51.5"],
    "A.4.1": ["E10", "I10"],
    "A.4.2": ["二甲双胍，口服，每次1片，一天2次"],
    "A.5.1": ["none"],
    "A.5.2": [" "],
}


@pytest.mark.parametrize(
    ("code", "said", "refused"),
    [
        ("A.2.4", ["15,8"], "身高.*50至230厘米"),
        ("A.2.4", ["1580"], "50至230厘米"),
        ("A.2.5", ["51.55"], "一位小数"),
        ("A.5.1", ["none", "I"], "压力性损伤.*没有这个选项"),
        ("A.4.1", ["X99"], "没有这个选项"),
        ("A.2.6", ["汉" * 201], "最多200个字"),
        ("A.2.1", ["李秀兰"], "没有“A.2.1”"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(code, said, refused):
    with pytest.raises(AnswerOutside, match=refused):
        particulars_of(GB.particulars, {code: said})


@pytest.mark.parametrize(
    ("name", "was", "now", "said"),
    [
        ("particulars.csv", "number,,厘米,50,230", "number,,厘米,50,", "particulars.csv:8：数字"),
        ("particulars.csv", "one,pressure_injury", "one,sores", "particulars.csv:24：选择"),
        ("particulars.csv", ",,,,,,,sex,", ",,,,,,,gender,", "particulars.csv:6：kind 或 known"),
        ("choices.csv", "yes_no,yes,有", "yes_no,no,有", "choices.csv:3：“yes_no”"),
    ],
)
def test_a_form_that_does_not_fit_together_is_refused_with_its_line(name, was, now, said):
    files = scale_files("gbt-42195-2022")
    assert was in files[name]
    with pytest.raises(BadScale, match=said):
        read_scale(files | {name: files[name].replace(was, now, 1)})


def test_a_text_of_a_scale_from_before_asks_nothing_beside_its_items():
    files = {name: text for name, text in scale_files("gbt-42195-2022").items() if name[0] not in "cp" or "an" in name}
    old = read_scale(files)
    assert old.particulars == ()
    assert score(old, best(old)) == score(GB, best(GB))


def test_the_first_sheet_alone_asks_what_the_register_does_not_know(team):
    made = team.appointed(elder=team.cast.grandpa)
    asked = {one.code for one in assessment_read.asked_on(made, Part.FIRST)}
    assert {"A.2.4", "A.2.10", "A.4.1"} <= asked
    assert not asked & {"A.2.1", "A.2.8", "A.3-phone"}
    assert assessment_read.asked_on(made, Part.SECOND) == ()
    alone = team.appointed(elder=team.cast.li)  # so the register says
    assert asked - {one.code for one in assessment_read.asked_on(alone, Part.FIRST)} == {"A.2.10"}
    assert assessment_read.known(alone)["home"] == "独居"
    second = team.part(made, Part.SECOND)
    with pytest.raises(AnswerOutside, match=r"没有“A\.2\.4”"):
        assessment.save_draft(
            appointment_id=second.pk, answers={}, particulars={"A.2.4": ["158"]}, base=0, n=1, by=team.he, at=team.at
        )


def test_they_are_signed_with_the_sheet_and_offered_again(team):
    made = team.appointed(elder=team.cast.grandpa)
    here = team.part(made, Part.FIRST)
    save = partial(
        assessment.save_draft,
        appointment_id=here.pk,
        answers=best(GB),
        particulars=TOLD,
        base=0,
        n=1,
        by=team.lin,
        at=team.at,
    )
    assert save().taken
    assert save().taken, "a repeat is known"
    assert not save(particulars=TOLD | {"A.2.4": ["160"]}).taken
    sheet = team.signs(here)
    assert sheet.particulars == {
        "A.2.4": "158",
        "A.2.5": "51.5",
        "A.4.1": ["I10", "E10"],
        "A.4.2": "二甲双胍，口服，每次1片，一天2次",
        "A.5.1": "none",
    }
    other = team.signs(team.filled(made, Part.SECOND))
    assert (other.particulars, other.digest != sheet.digest) == ({}, True)
    told = {one.particular.code: one.words for one in assessment_read.particulars(made)}
    assert told["A.4.1"] == "高血压（I10–I15）、糖尿病（E10–E14）"
    assert (told["A.2.4"], told["A.5.1"], told["A.3-relation"]) == ("158厘米", "无", "儿子")
    assert told["A.2.2"] == team.cast.grandpa.get_sex_display()
    team.concludes(made.pk)
    again = team.appointed(elder=team.cast.grandpa, kind="REGULAR", key="2")
    assert assessment_read.kept_from_before(again) == {"A.2.4": "158"}, "what ails somebody is asked anew"


def test_the_number_of_the_informant_is_taken_from_the_register(team):
    zhou = team.cast.elder("周玉芬", team.cast.li.birth_on, 41, ["13900000041"])
    registry.add_contact(
        elder_id=zhou.pk, name="周敏", relation="女儿", number="13900000091", by=team.cast.clerk, at=team.at
    )
    here = team.filled(team.appointed(elder=zhou), Part.FIRST)
    sign = partial(
        assessment.sign,
        appointment_id=here.pk,
        n=1,
        password="sangyu-demo",
        informant="周敏",
        informant_relation="女儿",
        by=team.lin,
        at=team.at,
    )
    with pytest.raises(BadPhone):
        sign(informant_phone="12")
    assert sign().informant_phone == "13900000091"


def test_another_reason_is_said_in_words(team):
    send = partial(
        assessment.appoint,
        elder_id=team.cast.li.pk,
        scale=GB.code,
        kind=Kind.OTHER,
        sent=team.sent(team.lin, team.he),
        by=team.cast.head,
        at=team.at,
        key="k",
    )
    with pytest.raises(WordsMissing, match="评估原因"):
        send()
    made = send(reason="入住机构前由机构要求")
    assert assessment_read.known(made)["reason"] == "其他：入住机构前由机构要求"

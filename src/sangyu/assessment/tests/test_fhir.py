"""What leaves the house for other systems: every answer of the sheet, the level, and no name."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from sangyu.assessment.rules import score
from sangyu.assessment.rules.fhir import ORDINAL, Told, bundle
from sangyu.assessment.tests.sheets import GB, NHSA, best

ELDER, ASSESSMENT = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize("scale", [GB, NHSA], ids=lambda scale: scale.code)
def test_a_bundle_holds_the_scale_the_answers_and_the_level(scale):
    answers = best(scale)
    at = datetime(2026, 11, 9, 1, tzinfo=UTC)
    told = Told(ASSESSMENT, ELDER, at, date(2026, 11, 9), date(2027, 11, 8), score(scale, answers).to_json())
    sent = json.loads(json.dumps(bundle(scale, answers, told)))
    asked, said, level = (entry["resource"] for entry in sent["entry"])
    assert [one["resourceType"] for one in (asked, said, level)] == [
        "Questionnaire",
        "QuestionnaireResponse",
        "Observation",
    ]
    assert said["questionnaire"] == f"{asked['url']}|{asked['version']}"
    questions = {item["linkId"]: item for group in asked["item"] for item in group["item"]}
    answered = {item["linkId"]: item["answer"][0]["valueCoding"] for group in said["item"] for item in group["item"]}
    assert set(answered) == set(answers)
    assert set(questions) == set(answers) | {one.code for one in scale.particulars if one.leaves_the_house}
    for code, coding in answered.items():
        assert {"valueCoding": coding} in questions[code]["answerOption"]
        assert coding["extension"] == [{"url": ORDINAL, "valueDecimal": answers[code]}]
    assert level["valueCodeableConcept"]["coding"][0]["code"] == "none"
    assert level["effectivePeriod"] == {"start": "2026-11-09", "end": "2027-11-08"}
    assert level["status"] == "final"
    assert level["derivedFrom"] == [{"reference": f"QuestionnaireResponse/{said['id']}"}]
    assert said["subject"] == level["subject"] == {"reference": f"Patient/{ELDER}"}


def test_a_level_that_was_replaced_ends_with_it_and_says_so():
    at = datetime(2026, 11, 9, 1, tzinfo=UTC)
    result = score(GB, best(GB)).to_json()
    for last_on in (date(2026, 11, 8), date(2026, 11, 9)):
        told = Told(ASSESSMENT, ELDER, at, date(2026, 11, 9), last_on, result, "已由复评的结论代替")
        level = bundle(GB, best(GB), told)["entry"][2]["resource"]
        assert (level["status"], level["note"][-1]["text"]) == ("amended", "已由复评的结论代替")
        assert level["effectivePeriod"] == {"start": "2026-11-09", "end": "2026-11-09"}

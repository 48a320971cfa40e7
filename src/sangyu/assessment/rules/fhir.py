"""A concluded assessment in the words of HL7 FHIR R4B: the scale, the answers that count, and what they came to; pure.

Scales and codes are named by our own URNs: no public code system holds them. Nobody is named: the elder is a reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sangyu.assessment.rules.scale import Group, Item, Option, Scale
from sangyu.assessment.rules.score import Answers

ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
SURVEY = "http://terminology.hl7.org/CodeSystem/observation-category"


@dataclass(frozen=True)
class Told:
    """What of a conclusion leaves the house; `result` is a `Result` as it is kept.

    `replaced` says what stands in its place, empty while it holds to its end.
    """

    assessment_id: UUID
    elder_id: UUID
    concluded_at: datetime
    valid_from: date
    last_on: date
    result: Mapping[str, Any]
    replaced: str = ""


def bundle(scale: Scale, answers: Answers, told: Told) -> dict[str, Any]:
    """Return a collection of Questionnaire, QuestionnaireResponse and Observation.

    Shape: what `json` writes. `last_on` is the last day on which the level holds.
    """
    resources = (questionnaire(scale), response(scale, answers, told), observation(scale, told))
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": told.concluded_at.isoformat(),
        "entry": [{"fullUrl": _full(one, told), "resource": one} for one in resources],
    }


def questionnaire(scale: Scale) -> dict[str, Any]:
    """Return the scale as a Questionnaire; every option carries its points as ordinal value."""
    return {
        "resourceType": "Questionnaire",
        "id": scale.code,
        "url": _url(scale),
        "version": scale.digest[:16],
        "title": scale.title,
        "status": "active",
        "subjectType": ["Patient"],
        "copyright": scale.document,
        "effectivePeriod": {"start": scale.in_force_from.isoformat()},
        "item": [
            {
                "linkId": group.code,
                "text": group.label,
                "type": "group",
                "item": [_question(scale, item) for item in scale.items_in(group.code)],
            }
            for group in scale.groups
        ],
    }


def response(scale: Scale, answers: Answers, told: Told) -> dict[str, Any]:
    """Return the answers that count as a completed QuestionnaireResponse."""

    def answered(group: Group) -> list[dict[str, Any]]:
        found = []
        for item in scale.items_in(group.code):
            option = item.option(answers[item.code])
            assert option is not None  # only what fits the scale is concluded
            found.append(
                {"linkId": item.code, "text": item.label, "answer": [{"valueCoding": _coding(scale, item, option)}]}
            )
        return found

    return {
        "resourceType": "QuestionnaireResponse",
        "id": str(told.assessment_id),
        "questionnaire": f"{_url(scale)}|{scale.digest[:16]}",
        "status": "completed",
        "subject": _subject(told),
        "authored": told.concluded_at.isoformat(),
        "item": [{"linkId": group.code, "text": group.label, "item": answered(group)} for group in scale.groups],
    }


def observation(scale: Scale, told: Told) -> dict[str, Any]:
    """Return the level as an Observation with the points of each group: final, or amended once another replaced it."""
    level = told.result["level"]
    return {
        "resourceType": "Observation",
        "id": f"{told.assessment_id}-level",
        "status": "amended" if told.replaced else "final",
        "category": [{"coding": [{"system": SURVEY, "code": "survey"}]}],
        "code": {"coding": [{"system": "urn:sangyu:scale", "code": scale.code, "display": scale.title}]},
        "subject": _subject(told),
        "issued": told.concluded_at.isoformat(),
        # A level that was replaced on its first day held for a part of that day.
        "effectivePeriod": {
            "start": told.valid_from.isoformat(),
            "end": max(told.valid_from, told.last_on).isoformat(),
        },
        "valueCodeableConcept": {
            "coding": [{"system": f"{_url(scale)}:level", "code": level["word"], "display": level["label"]}],
            "text": level["label"],
        },
        "note": [{"text": reason} for reason in [*told.result["reasons"], told.replaced] if reason],
        "derivedFrom": [{"reference": f"QuestionnaireResponse/{told.assessment_id}"}],
        "component": [
            {
                "code": {
                    "coding": [{"system": f"{_url(scale)}:group", "code": group["code"], "display": group["label"]}]
                },
                "valueInteger": group["points"],
            }
            for group in told.result["groups"]
        ],
    }


def _question(scale: Scale, item: Item) -> dict[str, Any]:
    return {
        "linkId": item.code,
        "prefix": item.clause,
        "text": item.label,
        "type": "choice",
        "required": True,
        "answerOption": [{"valueCoding": _coding(scale, item, option)} for option in item.options],
    }


def _coding(scale: Scale, item: Item, option: Option) -> dict[str, Any]:
    return {
        "extension": [{"url": ORDINAL, "valueDecimal": option.points}],
        "system": f"{_url(scale)}:{item.code}",
        "code": str(option.points),
        "display": option.label,
    }


def _url(scale: Scale) -> str:
    return f"urn:sangyu:scale:{scale.code}"


def _subject(told: Told) -> dict[str, str]:
    return {"reference": f"Patient/{told.elder_id}"}


def _full(resource: Mapping[str, Any], told: Told) -> str:
    return str(resource.get("url") or f"urn:sangyu:{resource['resourceType'].lower()}:{told.assessment_id}")

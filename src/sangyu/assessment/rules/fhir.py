"""A concluded assessment in the words of HL7 FHIR R4B: the scale, the answers that count, and what they came to; pure.

Scales and codes are named by our own URNs: no public code system holds them. Nobody is named: the elder is a reference,
and of the particulars beside the items those that name somebody stay in the house.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sangyu.assessment.rules.particulars import Particular
from sangyu.assessment.rules.scale import Group, Item, Option, Scale
from sangyu.assessment.rules.score import Answers

ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
SURVEY = "http://terminology.hl7.org/CodeSystem/observation-category"


@dataclass(frozen=True)
class Told:
    """What of a conclusion leaves the house; `result` is a `Result` as it is kept.

    `replaced` says what stands in its place, empty while it holds to its end. `beside` holds the particulars by code:
    words, or the codes of what was chosen.
    """

    assessment_id: UUID
    elder_id: UUID
    concluded_at: datetime
    valid_from: date
    last_on: date
    result: Mapping[str, Any]
    replaced: str = ""
    beside: Mapping[str, str | list[str]] = field(default_factory=dict)


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
        ]
        + [
            {
                "linkId": f"beside-{n}",
                "text": section,
                "type": "group",
                "item": [_line(scale, one) for one in lines],
            }
            for n, (section, lines) in enumerate(_sections(scale), 1)
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

    beside = [
        {"linkId": f"beside-{n}", "text": section, "item": said}
        for n, (section, lines) in enumerate(_sections(scale), 1)
        if (said := [_said(scale, one, told.beside[one.code]) for one in lines if told.beside.get(one.code)])
    ]
    return {
        "resourceType": "QuestionnaireResponse",
        "id": str(told.assessment_id),
        "questionnaire": f"{_url(scale)}|{scale.digest[:16]}",
        "status": "completed",
        "subject": _subject(told),
        "authored": told.concluded_at.isoformat(),
        "item": [{"linkId": group.code, "text": group.label, "item": answered(group)} for group in scale.groups]
        + beside,
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


def _sections(scale: Scale) -> list[tuple[str, list[Particular]]]:
    """The particulars that may leave the house, by section."""
    found: dict[str, list[Particular]] = {}
    for one in scale.particulars:
        if one.leaves_the_house:
            found.setdefault(one.section, []).append(one)
    return list(found.items())


def _line(scale: Scale, one: Particular) -> dict[str, Any]:
    asked: dict[str, Any] = {"linkId": one.code, "text": one.label, "required": False}
    if one.choices:
        options = [{"valueCoding": _choice(scale, one, choice.code)} for choice in one.choices]
        return asked | {"type": "choice", "repeats": one.kind == "many", "answerOption": options}
    return asked | {"type": {"number": "quantity", "lines": "text"}.get(one.kind, "string")}


def _said(scale: Scale, one: Particular, value: str | list[str]) -> dict[str, Any]:
    answers: list[dict[str, Any]]
    if one.choices:
        chosen = value if isinstance(value, list) else [value]
        answers = [{"valueCoding": _choice(scale, one, code)} for code in chosen]
    elif one.kind == "number":
        answers = [{"valueQuantity": {"value": _number(str(value)), "unit": one.unit}}]
    else:
        answers = [{"valueString": value}]
    return {"linkId": one.code, "text": one.label, "answer": answers}


def _choice(scale: Scale, one: Particular, code: str) -> dict[str, Any]:
    label = next(choice.label for choice in one.choices if choice.code == code)
    return {"system": f"{_url(scale)}:{one.code}", "code": code, "display": label}


def _number(text: str) -> int | float:
    """A JSON number; what is measured here is never money."""
    return float(text) if "." in text else int(text)


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

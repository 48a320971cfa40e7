"""What stands beside the items of a sheet: what the register knows, what is still asked, and what was told."""

from __future__ import annotations

from typing import NamedTuple

from sangyu.assessment.models import Assessment, Certificate, Part, Sheet, Stage
from sangyu.assessment.queries.assessments import scale_of
from sangyu.assessment.rules.particulars import Particular, in_words
from sangyu.kit.names import mask_phone
from sangyu.registry import queries as registry_read
from sangyu.registry.models import IdentityCode

LIVING = (IdentityCode.LIVING_ALONE, IdentityCode.EMPTY_NEST)


class Told(NamedTuple):
    """One particular with what is known of it in words, empty for nothing; `value` is what an assessor chose."""

    particular: Particular
    words: str
    value: str | list[str] = ""


def known(assessment: Assessment, sheet: Sheet | None = None) -> dict[str, str]:
    """Return what the house knows of an assessment and its elder without asking; for whoever reached the assessment.

    Shape: a name of `rules.particulars.KNOWN` -> words, numbers masked; what is not known is left out.
    """
    elder = assessment.elder
    certificate = Certificate.objects.filter(assessment=assessment).first()
    living = [
        row.get_code_display()
        for row in registry_read.identities_on(elder.pk, assessment.base_on)
        if row.code in LIVING
    ]
    reason = assessment.get_kind_display()
    told = {
        "number": certificate.number if certificate else "",
        "base_on": str(assessment.base_on),
        "reason": f"{reason}：{assessment.reason}" if assessment.reason else reason,
        "name": elder.name,
        "sex": elder.get_sex_display(),
        "birth": str(elder.birth_on),
        "document": registry_read.masked_document(elder.pk),
        "home": "、".join(living),
    }
    if sheet is not None:
        told |= {
            "informant": sheet.informant,
            "informant_relation": sheet.informant_relation,
            "informant_phone": mask_phone(sheet.informant_phone) if sheet.informant_phone else "",
        }
    return {name: words for name, words in told.items() if words}


def asked_on(assessment: Assessment, part: str) -> tuple[Particular, ...]:
    """Return the particulars that a sheet asks: the first assessor's only, and only what the house does not know."""
    if part != Part.FIRST:
        return ()
    have = known(assessment)
    return tuple(one for one in scale_of(assessment).particulars if one.kind and one.known not in have)


def kept_from_before(assessment: Assessment) -> dict[str, str | list[str]]:
    """Return what the elder's last concluded assessment by the scale told and what does not change soon."""
    rows = Sheet.objects.filter(
        appointment__part=Part.FIRST,
        appointment__assessment__elder_id=assessment.elder_id,
        appointment__assessment__scale=assessment.scale,
        appointment__assessment__stage=Stage.CONCLUDED,
    )
    last = rows.order_by("-signed_at").first()
    if last is None:
        return {}
    keeps = {one.code for one in scale_of(assessment).particulars if one.keeps}
    return {code: value for code, value in last.particulars.items() if code in keeps}


def particulars(assessment: Assessment) -> list[Told]:
    """Return every particular of a signed assessment in the order of the form; for whoever may read its sheets."""
    sheet = Sheet.objects.filter(appointment__assessment=assessment, appointment__part=Part.FIRST).first()
    have = known(assessment, sheet)
    said = sheet.particulars if sheet else {}
    return [
        Told(
            one, in_words(one, said[one.code]) if one.code in said else have.get(one.known, ""), said.get(one.code, "")
        )
        for one in scale_of(assessment).particulars
    ]

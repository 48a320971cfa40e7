"""On what the facts of a decision stand: the recognition with its paper, the document, the word at the window."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sangyu.applications.models import Application, Paper
from sangyu.benefits.facts import stated_about
from sangyu.policy.vocabulary import facts as vocabulary
from sangyu.registry import queries as registry_read

AT_THE_WINDOW = "受理时登记"
OF_BIRTH = ("birth_date", "age")


def evidence_for(application: Application, used: Mapping[str, Any], on: date) -> list[dict[str, str]]:
    """Say on what stands whatever a decision about an application used, as it is kept beside the decision.

    Shape: what (in the words of the tables) and paper, recognitions first, the papers that were handed in last. What
    another register says, and what is known by the programme itself, has no paper here.
    """
    elder, found = application.elder, []
    for held in registry_read.identities_on(elder.pk, on):
        name, states, _value = held.code.partition(":")
        if (name in used) if states else (name in used.get("identities", ())):
            found.append({"what": held.get_code_display(), "paper": f"{held.evidence}（{held.valid_from}起）"})
    document = registry_read.first_document(elder.pk)
    if document is not None and any(name in used for name in OF_BIRTH):
        found.append({"what": "出生日期", "paper": document.get_kind_display()})
    stated = {row.name: row.evidence for row in stated_about(elder, on)}
    told = stated | {name: AT_THE_WINDOW for name in application.declared if name not in stated}
    found += [{"what": vocabulary()[name].label, "paper": told[name]} for name in used if name in told]
    papers = Paper.objects.filter(application=application).order_by("at", "pk")
    return found + [{"what": "材料", "paper": paper.title} for paper in papers]

"""Verbs of the registry: register, recognise and end it, record a death and take it back, cards from issue to loss."""

from sangyu.registry.actions.cards import issue_card, replace_card, report_found, report_lost
from sangyu.registry.actions.elders import (
    AlreadyRegistered,
    DiedBefore,
    EvidenceMissing,
    Incomplete,
    Kin,
    NeverHeld,
    NotEligible,
    OutsideArea,
    ReasonMissing,
    end_recognition,
    recognise,
    record_death,
    register,
    withdraw_death,
)
from sangyu.registry.actions.look_up import look_up_document

__all__ = [
    "AlreadyRegistered",
    "DiedBefore",
    "EvidenceMissing",
    "Incomplete",
    "Kin",
    "NeverHeld",
    "NotEligible",
    "OutsideArea",
    "ReasonMissing",
    "end_recognition",
    "issue_card",
    "look_up_document",
    "recognise",
    "record_death",
    "register",
    "replace_card",
    "report_found",
    "report_lost",
    "withdraw_death",
]

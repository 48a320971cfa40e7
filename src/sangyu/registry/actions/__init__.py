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
    "recognise",
    "record_death",
    "register",
    "replace_card",
    "report_found",
    "report_lost",
    "withdraw_death",
]

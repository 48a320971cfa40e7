"""Verbs of the registry: who an elder is, of whom and where; what they are recognised as; death; cards; duplicates."""

from sangyu.registry.actions.births import BirthImpossible, correct_birth
from sangyu.registry.actions.cards import issue_card, replace_card, report_found, report_lost
from sangyu.registry.actions.confirm import confirm
from sangyu.registry.actions.contacts import (
    ContactIncomplete,
    LastContact,
    add_contact,
    move_contact,
    name_emergency_contact,
    remove_contact,
)
from sangyu.registry.actions.describe import describe
from sangyu.registry.actions.documents import add_document, renew_documents
from sangyu.registry.actions.duplicates import (
    CaseClosed,
    NotMerged,
    SameVoice,
    rule_duplicate,
    unmerge,
)
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
from sangyu.registry.actions.families import (
    KinIncomplete,
    Standing,
    add_kin,
    end_kin,
    leave_household,
    share_household,
)
from sangyu.registry.actions.find_duplicates import find_duplicates
from sangyu.registry.actions.look_up import look_up_document
from sangyu.registry.actions.moves import MovedBefore, move

__all__ = [
    "AlreadyRegistered",
    "BirthImpossible",
    "CaseClosed",
    "ContactIncomplete",
    "DiedBefore",
    "EvidenceMissing",
    "Incomplete",
    "Kin",
    "KinIncomplete",
    "LastContact",
    "MovedBefore",
    "NeverHeld",
    "NotEligible",
    "NotMerged",
    "OutsideArea",
    "ReasonMissing",
    "SameVoice",
    "Standing",
    "add_contact",
    "add_document",
    "add_kin",
    "confirm",
    "correct_birth",
    "describe",
    "end_kin",
    "end_recognition",
    "find_duplicates",
    "issue_card",
    "leave_household",
    "look_up_document",
    "move",
    "move_contact",
    "name_emergency_contact",
    "recognise",
    "record_death",
    "register",
    "remove_contact",
    "renew_documents",
    "replace_card",
    "report_found",
    "report_lost",
    "rule_duplicate",
    "share_household",
    "unmerge",
    "withdraw_death",
]

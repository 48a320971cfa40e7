"""The register of purposes, until when data is bound, and what this room refuses."""

from sangyu.privacy.rules.purposes import BASES, BadRegister, Purpose, Register, Topic, read_register
from sangyu.privacy.rules.refusals import (
    AnswerIncomplete,
    ConsentIncomplete,
    GuardianDecides,
    NotYetErasable,
    RequestAnswered,
    RequestIncomplete,
    SamePersonAnswers,
    TopicUnknown,
)
from sangyu.privacy.rules.retention import Hindrance, bound

__all__ = [
    "BASES",
    "AnswerIncomplete",
    "BadRegister",
    "ConsentIncomplete",
    "GuardianDecides",
    "Hindrance",
    "NotYetErasable",
    "Purpose",
    "Register",
    "RequestAnswered",
    "RequestIncomplete",
    "SamePersonAnswers",
    "Topic",
    "TopicUnknown",
    "bound",
    "read_register",
]

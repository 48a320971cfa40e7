"""What a register is, how its lines are read, and what about a file is not as last month."""

from sangyu.matching.rules.lines import FAULTS_KEPT, Fault, Line, fold_digest, line_digest, read_lines
from sangyu.matching.rules.plausible import Seen, doubts
from sangyu.matching.rules.refusals import (
    DayMissing,
    FileKnown,
    FileUnreadable,
    MonthOver,
    NotToBeActedOn,
    PurposeMissing,
    ReasonMissing,
    RegisterUnknown,
    Settled,
)
from sangyu.matching.rules.register import Column, Recognises, Register, RegisterFault, read_register

__all__ = [
    "FAULTS_KEPT",
    "Column",
    "DayMissing",
    "Fault",
    "FileKnown",
    "FileUnreadable",
    "Line",
    "MonthOver",
    "NotToBeActedOn",
    "PurposeMissing",
    "ReasonMissing",
    "Recognises",
    "Register",
    "RegisterFault",
    "RegisterUnknown",
    "Seen",
    "Settled",
    "doubts",
    "fold_digest",
    "line_digest",
    "read_lines",
    "read_register",
]

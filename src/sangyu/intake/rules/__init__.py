"""What is checked of a batch without asking anybody else; pure."""

from sangyu.intake.rules.cells import Cell, Form, Raw, guarded, shown, unguarded
from sangyu.intake.rules.check import Checked, Fault, Known, check
from sangyu.intake.rules.columns import (
    CONTACTS_ONLY,
    ELDERS,
    IDENTITIES_ONLY,
    TEMPLATES,
    WHY,
    Column,
    Head,
    Kind,
    Template,
    template_called,
)
from sangyu.intake.rules.refusals import BadCell, BadFile, NothingChosen, NotNow, TooLate

__all__ = [
    "CONTACTS_ONLY",
    "ELDERS",
    "IDENTITIES_ONLY",
    "TEMPLATES",
    "WHY",
    "BadCell",
    "BadFile",
    "Cell",
    "Checked",
    "Column",
    "Fault",
    "Form",
    "Head",
    "Kind",
    "Known",
    "NotNow",
    "NothingChosen",
    "Raw",
    "Template",
    "TooLate",
    "check",
    "guarded",
    "shown",
    "template_called",
    "unguarded",
]

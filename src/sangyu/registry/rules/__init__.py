"""What the registry decides by calculation alone; pure."""

from sangyu.registry.rules.cards import BadCardNumber, CardBlocked, CardTaken, CardUnknown, card_number
from sangyu.registry.rules.documents import (
    BadDocument,
    DocumentSaid,
    birth_and_sex,
    kind_of,
    mask_document,
    read_document,
)
from sangyu.registry.rules.duplicates import ALIKE_PM_MIN, SCORE_PM_MIN, Ground, Record, alike_pm, judge
from sangyu.registry.rules.duplicates import LABELS as DUPLICATE_LABELS
from sangyu.registry.rules.elders import KEY_LENGTH_MAX, number_of, stored_keys
from sangyu.registry.rules.groups import GROUPS, HIGH_AGE, Group, born_by

__all__ = [
    "ALIKE_PM_MIN",
    "DUPLICATE_LABELS",
    "GROUPS",
    "HIGH_AGE",
    "KEY_LENGTH_MAX",
    "SCORE_PM_MIN",
    "BadCardNumber",
    "BadDocument",
    "CardBlocked",
    "CardTaken",
    "CardUnknown",
    "DocumentSaid",
    "Ground",
    "Group",
    "Record",
    "alike_pm",
    "birth_and_sex",
    "born_by",
    "card_number",
    "judge",
    "kind_of",
    "mask_document",
    "number_of",
    "read_document",
    "stored_keys",
]

"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = [
    "registry_eldercard",
    "registry_cardevent",
    "registry_residence",
    "registry_duplicateruling",
    "registry_merge",
    "registry_unmerge",
]

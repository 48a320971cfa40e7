"""The tables of this room that nobody may change or empty, and what may be forgotten of such tables below."""

INSERT_ONLY_TABLES = [
    "privacy_consent",
    "privacy_request",
    "privacy_answer",
    "privacy_removal",
]
# That a text was sent, or that somebody lived elsewhere before, stays; the number, the words and the address need not.
FORGETTABLE_COLUMNS = {
    "outbox_text": ("phone", "body"),
    "registry_residence": ("address", "hukou_place", "reason"),
}

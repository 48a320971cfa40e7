"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = [
    "outbox_message",
    "outbox_text",
    "outbox_textattempt",
    "outbox_textreceipt",
    "outbox_textclosing",
    "outbox_signingsecret",
    "outbox_subscriptionswitch",
    "outbox_push",
    "outbox_pushagain",
    "outbox_pushattempt",
]

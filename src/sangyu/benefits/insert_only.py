"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = [
    "benefits_charge",
    "benefits_chargeshare",
    "benefits_reversal",
    "benefits_statedfact",
    "benefits_booking",
    "benefits_bookingend",
    "benefits_staycost",
    "benefits_handover",
    "benefits_giveback",
]
